"""The bundled reference: numpy arrays are its tensors."""

import numpy

import reference_impl

version = reference_impl.__version__
tensor_types = (numpy.ndarray, numpy.generic)


def start(device, mode):
    """Nothing to configure."""


def to_framework(array, dtype):
    """array itself."""
    return array


def from_framework(tensor):
    """The same elements; a numpy scalar becomes a 0-d array."""
    return numpy.asarray(tensor)


def dtype_name(tensor):
    """numpy's name of the dtype, which is the canonical one."""
    return tensor.dtype.name


def dtype(name):
    """numpy's dtype of that canonical name. TypeError if it has none."""
    return numpy.dtype(name)


def synchronise():
    """numpy has computed when it returns."""
