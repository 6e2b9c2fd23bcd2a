"""Faults that every scan can have. Each takes the right scan, and the arguments of the call.

A right scan is called first where it has to check the arguments: the fault is the only one.
"""

import numpy as np
from numpy.exceptions import AxisError


def each(change, y):
    """change of a result, or of every one of several."""
    return tuple(map(change, y)) if isinstance(y, tuple) else change(y)


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


def reads_memory_in_order(scan, x, axis, *, beyond=77, **given):
    """Takes what lies from the first element on, row by row; beyond: what lies after the tensor."""
    scan(x, axis, **given)
    return scan(as_if_contiguous(x, beyond=beyond), axis, **given)


def as_if_contiguous(x, *, beyond):
    """What a reader sees that knows where x starts and its shape, and no strides."""
    if x.flags.c_contiguous or not x.size:
        return x
    root = x
    while isinstance(root.base, np.ndarray):
        root = root.base
    memory = root.ravel(order="K")
    memory = memory.view(x.dtype) if memory.dtype != x.dtype else memory
    address = x.__array_interface__["data"][0] - memory.__array_interface__["data"][0]
    after = np.full(x.size, beyond, x.dtype)
    return np.concatenate([memory[address // x.itemsize :], after])[: x.size].reshape(x.shape)


def refuses_strides(scan, x, axis, **given):
    """Raises for everything that does not lie row by row."""
    if x.size and not x.flags.c_contiguous:
        raise ValueError("expected a contiguous tensor")
    return scan(x, axis, **given)


# Stability


class Repetitions:
    """How often in a row the same tensor has been scanned."""

    def __init__(self):
        self.last, self.count = b"", 0

    def of(self, x):
        self.count = self.count + 1 if x.tobytes() == self.last else 1
        self.last = x.tobytes()
        return self.count


def drifts(scan, x, axis, *, repetitions, **given):
    """From the fifteenth time on the last values are one place further."""
    y = scan(x, axis, **given)
    late = repetitions.of(x) >= 15
    first = y[0] if isinstance(y, tuple) else y
    if late and first.size and first.dtype.kind == "f":
        along = np.moveaxis(first, int(axis), 0)
        along[-1] = np.nextafter(along[-1], np.inf)
    return y


def flushes_now_and_then(scan, x, axis, *, repetitions, **given):
    """The sixth time and the eight after it take subnormal numbers for zero."""
    flushes = 6 <= repetitions.of(x) < 15
    y = scan(x, axis, **given)
    return each(flushed, scan(flushed(x), axis, **given)) if flushes else y


def flushed(x):
    """x with zeros for its subnormal numbers."""
    if x.dtype.kind != "f":
        return x
    return np.where(np.abs(x) < np.finfo(x.dtype).tiny, np.copysign(0, x), x).astype(x.dtype)


def flushes_always(scan, x, axis, **given):
    """Takes subnormal numbers for zero, before and after."""
    scan(x, axis, **given)
    return each(flushed, scan(flushed(x), axis, **given))


# Accuracy


def keeps_16_bits(scan, x, axis, **given):
    """Drops the lower bits of float32 and float64 results."""
    y = scan(x, axis, **given)
    if y.dtype.kind != "f" or y.itemsize < 4:
        return y
    kind, mask = ("u4", 0xFFFFFF00) if y.itemsize == 4 else ("u8", 0xFFFFFFFFFFFFFF00)
    return (y.view(kind) & np.array(mask, kind)).view(y.dtype)


def goes_through_float16(scan, x, axis, **given):
    """Rounds float results to float16 and back, where they fit."""
    y = scan(x, axis, **given)
    if y.dtype.kind != "f":
        return y
    with np.errstate(all="ignore"):
        narrow = y.astype(np.float16).astype(y.dtype)
    return np.where(np.isfinite(narrow), narrow, y)


def is_off_at_the_end(scan, x, axis, **given):
    """The last of more than 500 results is off by one in a hundred."""
    y = scan(x, axis, **given)
    if y.shape[int(axis)] > 500 and y.dtype.kind == "f":
        along = np.moveaxis(y, int(axis), 0)
        along[-1] *= y.dtype.type(1.01)
    return y


def mixes_up_long_lines(scan, x, axis, **given):
    """Takes neighbouring lines for each other where there are more than two."""
    y = scan(x, axis, **given)
    if y.ndim < 2 or y.size < 1000:
        return y
    return np.roll(y, 1, 1 - int(axis) % 2)


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
