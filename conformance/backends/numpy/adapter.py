"""numpy: its arrays are what travels. Python 3.8 syntax, the framework only."""

import numpy

version = numpy.__version__
tensor_types = (numpy.ndarray,)


def to_framework(array, dtype):
    """The array itself, strides included. numpy has no bfloat16: its bits stay uint16."""
    return array


def from_framework(tensor):
    """The array itself."""
    return tensor


def dtype_name(tensor):
    """The canonical name of the array's dtype, which is numpy's own."""
    return tensor.dtype.name


def dtype(name):
    """numpy's dtype of that canonical name. TypeError if numpy has none."""
    return numpy.dtype(name)
