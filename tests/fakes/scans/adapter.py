"""Scans in numpy as a backend: the reference's conversions, and this folder's modules by name."""

import pathlib
import sys

import numpy

from reference_impl import bfloat16, to_bfloat16

version = "1"
tensor_types = (numpy.ndarray, numpy.generic)

sys.path.append(str(pathlib.Path(__file__).parent))


def start(device, mode):
    """Nothing to configure."""


def to_framework(array, dtype):
    """array itself; of bfloat16 the numbers that its bits stand for, strides not kept."""
    return bfloat16.of_bits(array) if dtype == "bfloat16" else array


def from_framework(tensor):
    """The same elements, bfloat16 as bits; a numpy scalar becomes a 0-d array."""
    return to_bfloat16(tensor) if bfloat16.is_bfloat16(tensor) else numpy.asarray(tensor)


def dtype_name(tensor):
    """numpy's name of the dtype; numpy has no bfloat16."""
    return "bfloat16" if bfloat16.is_bfloat16(tensor) else tensor.dtype.name


def dtype(name):
    """numpy's dtype of that name, or what stands for bfloat16."""
    return bfloat16.dtype_named(name)


def gradient(function, tensor):
    """The derivative that a fake hands out with its result. Most have none, which is told as the
    worker tells that a backend has none."""
    import gradients

    result = function(tensor.view(gradients.Traced))
    derivative = getattr(result, "gradient", None)
    if derivative is None:
        raise function.__globals__["UnplaceableError"]("gradient", "this fake has no gradient")
    return derivative


def synchronise():
    """numpy has computed when it returns."""
