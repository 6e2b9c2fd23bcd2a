"""Starting never ends."""

import os
import runpy
import time

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})


def start(device, mode):
    time.sleep(3600)
