"""Holds no float64 and no int16, and says so in two ways."""

import os
import runpy

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})


def to_framework(array, dtype):
    if dtype == "int16":
        raise TypeError("no int16 here")
    return array.astype("float32") if dtype == "float64" else array


def dtype(name):
    if name == "float64":
        raise AttributeError("no float64 here")
    return numpy.dtype(name)  # noqa: F821
