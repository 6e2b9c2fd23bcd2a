"""PaddlePaddle: the conversions of its tensors. Python 3.8 syntax, the framework and numpy only."""

import paddle

version = paddle.__version__
tensor_types = (paddle.Tensor,)
# What numpy arrays of dtypes that to_tensor does not take are made of.
SIGNED = {"uint32": "<i4", "uint64": "<i8"}


def start(device, mode):
    """Configure a forked server. A crash shall be the signal that it was, not what the framework's
    own handlers, installed when it is imported, make of it."""
    paddle.disable_signal_handler()
    paddle.set_device("cpu")


def words():
    """The devices and modes that a target can be asked for here."""
    return {"devices": ["cpu"], "modes": ["default"]}


def to_framework(array, dtype):
    """A tensor with a copy of the elements of array, row by row: strides are not kept."""
    if dtype in SIGNED:
        return paddle.to_tensor(array.view(SIGNED[dtype])).view(getattr(paddle, dtype))
    # An array of uint16 is one of bfloat16 to Paddle, and there is no other.
    return paddle.to_tensor(array)


def from_framework(tensor):
    """The elements as a numpy array; bfloat16 as bits."""
    return tensor.detach().numpy()


def dtype_name(tensor):
    """The canonical name of the tensor's dtype: Paddle's own without its module."""
    return str(tensor.dtype)[len("paddle.") :]


def dtype(name):
    """Paddle's dtype of that canonical name. ValueError if it has none: uint16 is its bfloat16."""
    found = getattr(paddle, name)
    if str(found) != "paddle.%s" % name:
        raise ValueError("paddle.%s is %s" % (name, found))
    return found


def is_same_tensor(one, other):
    """Whether two objects are one tensor: a call that is given out returns a new object for it."""
    return one._is_shared_buffer_with(other)


def gradient(function, tensor):
    """The derivative of sum(function(x)) by x at tensor, by Paddle's own backward pass."""
    x = tensor.detach()
    x.stop_gradient = False
    function(x).sum().backward()
    return x.grad


def synchronise():
    """Nothing is pending on the CPU."""
