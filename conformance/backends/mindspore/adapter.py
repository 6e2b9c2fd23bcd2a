"""MindSpore: the conversions of its tensors. Python 3.8 syntax, the framework and numpy only."""

import mindspore

version = mindspore.__version__
# Both came after 2.0.
bfloat16 = getattr(mindspore, "bfloat16", None)
runtime = getattr(mindspore, "runtime", None)
# Since 2.8 a tensor's memory can be read as another dtype.
VIEWS = tuple(map(int, version.split(".")[:2])) >= (2, 8)
tensor_types = (mindspore.Tensor,)
# How a call is compiled before it is made; None where it is not. Set by start.
compiled = None


def start(device, mode):
    """Configure a forked server for the execution mode."""
    global compiled
    mindspore.set_context(mode=mindspore.PYNATIVE_MODE)
    if mode == "graph":
        compiled = as_program
    if runtime is None:
        mindspore.set_context(pynative_synchronize=True)


def words():
    """The devices and modes that a target can be asked for here."""
    return {"devices": ["cpu"], "modes": ["default", "graph"]}


def as_program(function):
    """function, called in a program that mindspore.jit compiles. What is no Python function, as a
    primitive and most methods of a tensor, jit alone would give back uncompiled."""

    def program(*positional, **named):
        return function(*positional, **named)

    return mindspore.jit(program)


def to_framework(array, dtype):
    """A tensor with a copy of the elements of array, row by row: strides are not kept."""
    if dtype == "bfloat16" and not VIEWS:
        widened = (array.astype("<u4") << 16).view("<f4")
        return mindspore.Tensor(widened).astype(bfloat16)
    if dtype == "bfloat16":
        # Not by way of float32, which would make every NaN the same.
        return mindspore.Tensor(array.view("<i2")).view(bfloat16)
    return mindspore.Tensor(array)


def from_framework(tensor):
    """The elements as a numpy array, bfloat16 as bits; waits for the kernels that make them."""
    array = tensor.asnumpy()
    is_bfloat16 = bfloat16 is not None and tensor.dtype == bfloat16
    return array.view("<u2") if is_bfloat16 else array


def dtype_name(tensor):
    """The canonical name of the tensor's dtype: MindSpore's own, in lower case ('Int8' is int8)."""
    return str(tensor.dtype).lower()


def dtype(name):
    """MindSpore's dtype of that canonical name. AttributeError if it has none."""
    return getattr(mindspore, "bool_" if name == "bool" else name)


def gradient(function, tensor):
    """The derivative of sum(function(x)) by x at tensor, by MindSpore's own grad."""
    return mindspore.grad(lambda x: function(x).sum())(tensor)


if runtime is not None:

    def synchronise():
        """Wait for every kernel, so that a late error comes up in the call that caused it. Before
        there was a runtime, start has every call wait."""
        runtime.synchronize()
