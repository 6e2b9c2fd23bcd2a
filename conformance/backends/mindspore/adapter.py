"""MindSpore: the conversions that its tensors need. Python 3.8 syntax, the framework and numpy only."""

import mindspore

version = mindspore.__version__
tensor_types = (mindspore.Tensor,)


def start(device, mode):
    """Configure a forked server for the execution mode."""
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)


def to_framework(array, dtype):
    """A tensor with a copy of the elements of array."""
    return mindspore.Tensor(array)


def from_framework(tensor):
    """The elements as a numpy array; waits for the kernels that make them."""
    return tensor.asnumpy()


def dtype_name(tensor):
    """The canonical name of the tensor's dtype: MindSpore's own, in lower case ('Int8' is int8)."""
    return str(tensor.dtype).lower()


def dtype(name):
    """MindSpore's dtype of that canonical name. AttributeError if it has none."""
    return getattr(mindspore, "bool_" if name == "bool" else name)


def synchronise():
    """Wait for every kernel, so that a late error comes up in the call that caused it."""
    mindspore.runtime.synchronize()
