"""Says that it cannot be forked."""

import os
import runpy

misbehaving = runpy.run_path(
    os.path.join(os.path.dirname(__file__), "misbehaving.py"), {}, __name__
)
globals().update({k: v for k, v in misbehaving.items() if not k.startswith("__")})
fork = False
importer = os.getpid()


def start(device, mode):
    if os.getpid() != importer:
        raise RuntimeError("forked all the same")
