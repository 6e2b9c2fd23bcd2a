"""numpy as a framework without a fault: what every broken adapter here starts from."""

import os
import sys
import types

import numpy

version = "1.0"
tensor_types = (numpy.ndarray, numpy.generic)


def start(device, mode):
    """Nothing to configure."""


def to_framework(array, dtype):
    return array


def from_framework(tensor):
    return tensor


def dtype_name(tensor):
    return tensor.dtype.name


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
