"""The adapter of whichever framework this interpreter has, and two calls that end badly.

Python 3.8 syntax, the framework and numpy only: it runs where the framework does.
"""

import ctypes
import importlib.util
import os
import runpy
import sys
import time
import types

BACKENDS = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "conformance")
NAME = next(name for name in ("torch", "mindspore") if importlib.util.find_spec(name))
REAL = runpy.run_path(os.path.join(BACKENDS, "backends", NAME, "adapter.py"))
globals().update({name: value for name, value in REAL.items() if not name.startswith("__")})


def crash(x):
    """A null pointer is read."""
    ctypes.string_at(0)


def hang(x):
    time.sleep(3600)


ending_badly = types.ModuleType("ending_badly")
ending_badly.crash = crash
ending_badly.hang = hang
sys.modules["ending_badly"] = ending_badly
