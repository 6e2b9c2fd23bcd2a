"""torch: the conversions that its tensors need. Python 3.8 syntax, the framework and numpy only."""

import torch

version = torch.__version__
tensor_types = (torch.Tensor,)


def start(device, mode):
    """Configure a forked server. One thread: forked children must not share a thread pool."""
    torch.set_num_threads(1)


def to_framework(array, dtype):
    """A tensor with the elements of array, which it may share."""
    return torch.from_numpy(array)


def from_framework(tensor):
    """The elements as a numpy array, whatever the tensor's layout and history."""
    return tensor.detach().cpu().numpy()


def dtype_name(tensor):
    """The canonical name of the tensor's dtype: torch's own name without its module."""
    return str(tensor.dtype)[len("torch.") :]


def dtype(name):
    """torch's dtype of that canonical name. AttributeError if torch has none."""
    return getattr(torch, name)


def synchronise():
    """Nothing is pending on the CPU."""
