"""Works in the process that imported it, and hangs in a fork: it made a device at import."""

import os
import runpy
import time

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})
importer = os.getpid()


def to_framework(array, dtype):
    if os.getpid() != importer:
        time.sleep(3600)
    return array
