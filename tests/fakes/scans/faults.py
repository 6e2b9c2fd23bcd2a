"""Faults that every scan can have. Each takes the right scan, and the arguments of the call.

A right scan is called first where it has to check the arguments: the fault is the only one.
"""

import numpy as np
from numpy.exceptions import AxisError

# Which axis


def ignores_axis(scan, x, axis, **given):
    scan(x, axis, **given)
    return scan(x, 0, **given)


def always_last_axis(scan, x, axis, **given):
    scan(x, axis, **given)
    return scan(x, -1, **given)


def drops_the_sign_of_axis(scan, x, axis, **given):
    scan(x, axis, **given)
    return scan(x, abs(int(axis)) % x.ndim, **given)


def refuses_negative_axis(scan, x, axis, **given):
    if isinstance(axis, int) and axis < 0:
        raise AxisError(axis, x.ndim)
    return scan(x, axis, **given)


def wraps_axis_around(scan, x, axis, **given):
    if type(axis) is int and x.ndim:
        axis %= x.ndim
    return scan(x, axis, **given)


def clamps_axis(scan, x, axis, **given):
    if type(axis) is int and x.ndim:
        axis = min(axis, x.ndim - 1)
    return scan(x, axis, **given)


def raises_a_bare_error(scan, x, axis, **given):
    try:
        return scan(x, axis, **given)
    except AxisError as error:
        raise RuntimeError("bad argument") from error


def reads_text_as_axis(scan, x, axis, **given):
    return scan(x, int(axis) if isinstance(axis, str) else axis, **given)


def takes_float_as_axis(scan, x, axis, **given):
    return scan(x, int(axis) if isinstance(axis, float) else axis, **given)


def takes_true_as_axis(scan, x, axis, **given):
    return scan(x, int(axis) if isinstance(axis, bool) else axis, **given)


def refuses_numpy_integers(scan, x, axis, **given):
    if isinstance(axis, np.integer):
        raise TypeError("axis must be an integer, not a numpy one")
    return scan(x, axis, **given)


def flattens_for_none(scan, x, axis, **given):
    return scan(x.ravel(), 0, **given) if axis is None else scan(x, axis, **given)


def swaps_the_inner_axes(scan, x, axis, **given):
    if x.ndim != 3:
        return scan(x, axis, **given)
    return scan(x, (0, 2, 1)[int(axis) % 3], **given)


# Shape


def accepts_zero_d(scan, x, axis, **given):
    if x.ndim == 0 and axis == 0:
        return each(lambda y: y.reshape(()), scan(x.reshape(1), 0, **given))
    return scan(x, axis, **given)


def squeezes(scan, x, axis, **given):
    return each(np.squeeze, scan(x, axis, **given))


def refuses_empty_along(scan, x, axis, **given):
    y = scan(x, axis, **given)
    if x.shape[int(axis)] == 0:
        raise ValueError("zero-size array")
    return y


def refuses_empty_beside(scan, x, axis, **given):
    y = scan(x, axis, **given)
    if not x.size and x.shape[int(axis)]:
        raise ValueError("zero-size array")
    return y


# What is scanned


def reverse(scan, x, axis, **given):
    y = scan(np.flip(x, axis) if x.ndim else x, axis, **given)
    return each(lambda part: np.flip(part, axis), y)


def forgets_the_carry_of_32(scan, x, axis, **given):
    scan(x, axis, **given)
    parts = np.split(x, range(32, x.shape[int(axis)], 32), int(axis))
    scanned = [scan(part, axis, **given) for part in parts]
    if not isinstance(scanned[0], tuple):
        return np.concatenate(scanned, int(axis))
    return tuple(np.concatenate(one, int(axis)) for one in zip(*scanned, strict=True))


def last_position_left_behind(scan, x, axis, **given):
    y = scan(x, axis, **given)
    if x.size and x.shape[int(axis)] > 1:
        return each(lambda part: _repeat_the_last_but_one(part, int(axis)), y)
    return y


def _repeat_the_last_but_one(y, axis):
    along = np.moveaxis(y, axis, 0).copy()
    along[-1] = along[-2]
    return np.moveaxis(along, 0, axis)


def drops_the_tail_of_odd_lengths(scan, x, axis, **given):
    y = scan(x, axis, **given)
    n = x.shape[int(axis)]
    if n > 8 and n % 2:
        return each(lambda part: _repeat_the_last_but_one(part, int(axis)), y)
    return y


# Special values


def skips_nan(scan, x, axis, *, instead, **given):
    scan(x, axis, **given)
    if x.dtype.kind in "fc":
        x = np.where(np.isnan(x), x.dtype.type(instead), x)
    return scan(x, axis, **given)


def nan_poisons_everything(scan, x, axis, **given):
    y = scan(x, axis, **given)
    if x.dtype.kind in "fc" and np.isnan(x).any():
        return each(lambda part: np.full_like(part, np.nan) if part.dtype.kind in "fc" else part, y)
    return y


# What comes back, and what stays


def writes_into_its_input(scan, x, axis, **given):
    y = scan(x, axis, **given)
    first = y[0] if isinstance(y, tuple) else y
    if first.dtype == x.dtype:
        x[...] = first
    return y


# Layout


def reads_memory_in_order(scan, x, axis, **given):
    """Takes the memory from the first element's address on, row by row, whatever the strides."""
    scan(x, axis, **given)
    return scan(as_if_contiguous(x), axis, **given)


def as_if_contiguous(x):
    """What a reader sees that knows where x starts and its shape, and no strides."""
    if x.flags.c_contiguous or not x.size:
        return x
    base = x
    while base.base is not None and isinstance(base.base, np.ndarray):
        base = base.base
    start = (x.__array_interface__["data"][0] - base.__array_interface__["data"][0]) // x.itemsize
    memory = base.ravel(order="K")
    return np.resize(memory[start:], x.size).reshape(x.shape)


# Stability


class Counter:
    """How often it has been asked."""

    def __init__(self):
        self.asked = 0

    def next(self):
        self.asked += 1
        return self.asked


def each(change, y):
    """change of a result, or of every one of several."""
    return tuple(map(change, y)) if isinstance(y, tuple) else change(y)


# Long inputs


def forgets_the_carry_of_65536(scan, x, axis, **given):
    """Starts anew after every 65536 elements."""
    scan(x, axis, **given)
    n = x.shape[int(axis)]
    if n <= 65536:
        return scan(x, axis, **given)
    parts = np.split(x, range(65536, n, 65536), int(axis))
    return np.concatenate([scan(part, axis, **given) for part in parts], int(axis))


def is_infinite_from_65536_on(scan, x, axis, **given):
    """Scales by a number of positions that does not fit 16 bits."""
    y = scan(x, axis, **given)
    if y.dtype.kind == "f":
        np.moveaxis(y, int(axis), 0)[65536:] = np.inf
    return y
