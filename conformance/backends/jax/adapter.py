"""jax: the conversions that its arrays need. Python 3.8 syntax, the framework and numpy only."""

import jax
import jax.numpy
import numpy

version = jax.__version__
tensor_types = (jax.Array,)
# Set by start where the mode is jit.
compiled = None


def start(device, mode):
    """Configure a forked server for the mode; only now, because devices do not survive a fork."""
    global compiled
    compiled = as_program if "jit" in mode else None
    jax.config.update("jax_platforms", device)
    jax.config.update("jax_enable_x64", "x64" in mode)


def as_program(function):
    """function, compiled as a whole for the arrays that it is given. Arguments that are no arrays
    stay as they are: for jit's own static arguments 1, 1.0 and True are the same."""
    programs = []

    def run(*positional, **named):
        leaves, tree = jax.tree.flatten((positional, named))
        arrays = [leaf for leaf in leaves if isinstance(leaf, jax.Array)]
        fixed = [None if isinstance(leaf, jax.Array) else leaf for leaf in leaves]

        def program(arrays):
            remaining = iter(arrays)
            filled = [next(remaining) if leaf is None else leaf for leaf in fixed]
            positional, named = jax.tree.unflatten(tree, filled)
            return function(*positional, **named)

        if not programs:
            programs.append(jax.jit(program))
        return programs[0](arrays)

    return run


def words():
    """The devices and modes that a target can be asked for here: every platform that jax finds."""
    jax.config.update("jax_platforms", None)
    devices = {"cpu": None, **{device.platform: None for device in jax.devices()}}
    return {"devices": list(devices), "modes": ["default", "jit", "x64", "jit-x64"]}


def to_framework(array, dtype):
    """An array with the elements of array, row by row: strides are not kept. Without x64, 64-bit
    dtypes become 32-bit ones. (jax.numpy.asarray gives the same, but compiles a program for every
    shape.)"""
    if dtype == "bfloat16":
        array = array.view(jax.numpy.bfloat16.dtype)
    return jax.device_put(array)


def from_framework(tensor):
    """The elements as a numpy array, bfloat16 as bits; waits for the kernels that make them."""
    array = numpy.asarray(tensor)
    return array.view("<u2") if tensor.dtype == jax.numpy.bfloat16 else array


def dtype_name(tensor):
    """The canonical name of the array's dtype, which is jax's own."""
    return tensor.dtype.name


def dtype(name):
    """jax's dtype of that canonical name. AttributeError if it has none, TypeError if it would take
    it for a narrower one, which it does with a warning only."""
    found = getattr(jax.numpy, name).dtype
    held = jax.dtypes.canonicalize_dtype(found)
    if held != found:
        raise TypeError("without x64 it is taken for %s" % held)
    return found


def gradient(function, tensor):
    """The derivative of sum(function(x)) by x at tensor, by jax's own grad."""
    return jax.grad(lambda x: function(x).sum())(tensor)
