"""Starting ends the process."""

import os
import runpy

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})


def start(device, mode):
    os._exit(4)
