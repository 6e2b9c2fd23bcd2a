"""Scans in numpy as a backend: the reference's conversions, and this folder's modules by name."""

import pathlib
import sys

import numpy

version = "1"
tensor_types = (numpy.ndarray, numpy.generic)

sys.path.append(str(pathlib.Path(__file__).parent))


def start(device, mode):
    """Nothing to configure."""


def to_framework(array, dtype):
    """array itself."""
    return array


def from_framework(tensor):
    """The same elements; a numpy scalar becomes a 0-d array."""
    return numpy.asarray(tensor)


def dtype_name(tensor):
    """numpy's name of the dtype."""
    return tensor.dtype.name


def dtype(name):
    """numpy's dtype of that name."""
    return numpy.dtype(name)


def gradient(function, tensor):
    """The derivative that a fake hands out with its result. Most have none, which is told as the
    worker tells that a backend has none."""
    import gradients

    result = function(tensor.view(gradients.Traced))
    derivative = getattr(result, "gradient", None)
    if derivative is None:
        raise function.__globals__["UnplaceableError"]("api", "this fake has no gradient")
    return derivative


def synchronise():
    """numpy has computed when it returns."""
