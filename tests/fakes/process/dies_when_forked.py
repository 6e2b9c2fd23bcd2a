"""Works in the process that imported it, and ends in a fork while it starts."""

import os
import runpy

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})
importer = os.getpid()


def start(device, mode):
    if os.getpid() != importer:
        os.abort()
