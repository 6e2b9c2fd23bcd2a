"""array-api-strict: the conversions of its arrays. Python 3.8 syntax, the framework alone."""

import array_api_strict

version = array_api_strict.__version__
# The class has no public name. Making an array is numpy's work, which a fork does not mind.
tensor_types = (type(array_api_strict.empty(0)),)


def to_framework(array, dtype):
    """An array with the elements of a numpy array, which it may share, strides included.

    Raises TypeError for the dtypes that the standard does not have."""
    return array_api_strict.asarray(array)


def from_framework(tensor):
    """The elements as a numpy array."""
    return tensor.__array__()


def dtype_name(tensor):
    """The canonical name of the array's dtype: the standard's own without its module."""
    return str(tensor.dtype).rpartition(".")[2]


def dtype(name):
    """The dtype of that canonical name. AttributeError if the standard has none."""
    return getattr(array_api_strict, name)
