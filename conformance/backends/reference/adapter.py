"""The bundled reference: numpy arrays are its tensors."""

import numpy

import reference_impl
from reference_impl import bfloat16

version = reference_impl.__version__
tensor_types = (numpy.ndarray, numpy.generic)


def start(device, mode):
    """Nothing to configure."""


def to_framework(array, dtype):
    """array itself; of bfloat16 the numbers that its bits stand for, strides not kept."""
    return bfloat16.of_bits(array) if dtype == "bfloat16" else array


def from_framework(tensor):
    """The same elements, bfloat16 as bits; a numpy scalar becomes a 0-d array."""
    if bfloat16.is_bfloat16(tensor):
        return reference_impl.to_bfloat16(tensor)
    return numpy.asarray(tensor)


def dtype_name(tensor):
    """numpy's name of the dtype, which is the canonical one; numpy has no bfloat16."""
    return "bfloat16" if bfloat16.is_bfloat16(tensor) else tensor.dtype.name


def dtype(name):
    """numpy's dtype of that canonical name; what stands for bfloat16. TypeError if it has none."""
    return bfloat16.dtype_named(name)


def synchronise():
    """numpy has computed when it returns."""
