"""torch: the conversions that its tensors need. Python 3.8 syntax, the framework and numpy only."""

import importlib

import torch

version = torch.__version__
# Since 1.10 and 1.11 a tensor may carry a conjugation or a sign that its memory does not show.
LAZY = hasattr(torch.Tensor, "resolve_conj") and hasattr(torch.Tensor, "resolve_neg")
tensor_types = (torch.Tensor,)
# How a call is compiled before it is made; None where it is not. Set by start.
compiled = None


def prepare(device, mode):
    """Import what the mode needs, once for all servers: four seconds where calls are compiled."""
    if mode == "compile":
        importlib.import_module("torch._inductor.config").compile_threads = 1
        importlib.import_module("torch._dynamo")
        importlib.import_module("torch._inductor.compile_fx")


def start(device, mode):
    """Configure a forked server. One thread: forked children must not share a thread pool."""
    global compiled
    torch.set_num_threads(1)
    if mode == "compile":
        compiled = as_program


def as_program(function):
    """function, compiled by torch.compile as it comes for what it is given first."""
    # Dynamo counts compilations by code, of which all programs have the same: after eight of them
    # it would call the rest as they are, and from the second shape on it would generalise.
    torch._dynamo.reset()

    def program(*positional, **named):
        return function(*positional, **named)

    compiled = torch.compile(program)
    graphs = []

    def run(*positional, **named):
        before = made_graphs()
        returned = compiled(*positional, **named)
        graphs.append(made_graphs() - before)
        if not any(graphs):
            raise NotCompiledError("torch.compile made no graph of the call, but called it")
        return returned

    return run


def made_graphs():
    """How many graphs a compiler has made of programs so far."""
    return torch._dynamo.utils.counters["stats"]["unique_graphs"]


class NotCompiledError(RuntimeError):
    """A call that came to its end without any compiled code."""


def words():
    """The devices and modes that a target can be asked for here."""
    return {"devices": ["cpu"], "modes": ["default", "compile"]}


def to_framework(array, dtype):
    """A tensor with the elements of array, which it may share, strides included.

    Raises ValueError for negative strides, which no tensor of torch has."""
    if dtype == "bfloat16":
        return torch.from_numpy(array.view("<i2")).view(torch.bfloat16)
    return torch.from_numpy(array)


def from_framework(tensor):
    """The elements as a numpy array, whatever the tensor's layout and history; bfloat16 as bits."""
    plain = tensor.detach().cpu()
    if LAZY:
        plain = plain.resolve_conj().resolve_neg()
    if plain.dtype is torch.bfloat16:
        return plain.view(torch.int16).numpy().view("<u2")
    return plain.numpy()


def dtype_name(tensor):
    """The canonical name of the tensor's dtype: torch's own name without its module."""
    return str(tensor.dtype)[len("torch.") :]


def dtype(name):
    """torch's dtype of that canonical name. AttributeError if torch has none."""
    return getattr(torch, name)


def gradient(function, tensor):
    """The derivative of sum(function(x)) by x at tensor, by torch's own backward pass."""
    x = tensor.detach().requires_grad_()
    function(x).sum().backward()
    return x.grad


def synchronise():
    """Nothing is pending on the CPU."""
