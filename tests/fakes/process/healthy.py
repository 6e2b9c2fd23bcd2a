"""numpy as a framework without a fault: what every broken adapter here starts from."""

import os
import sys
import types

import numpy


class BFloat16(numpy.ndarray):
    """An array of the bits of bfloat16 numbers."""


version = "1.0"
tensor_types = (numpy.ndarray, numpy.generic)


def start(device, mode):
    """Nothing to configure."""


def to_framework(array, dtype):
    return array.view(BFloat16) if dtype == "bfloat16" else array


def from_framework(tensor):
    return tensor.view(numpy.ndarray) if isinstance(tensor, BFloat16) else tensor


def dtype_name(tensor):
    return "bfloat16" if isinstance(tensor, BFloat16) else tensor.dtype.name


def dtype(name):
    return numpy.dtype(name)


def synchronise():
    """numpy has computed when it returns."""


def cumsum(x):
    return numpy.cumsum(x)


def process(x):
    """The process that runs the call."""
    return numpy.array([os.getpid()], "int64")


fake = types.ModuleType("fake")
fake.answer = 42
fake.cumsum = cumsum
fake.process = process
sys.modules["fake"] = fake
