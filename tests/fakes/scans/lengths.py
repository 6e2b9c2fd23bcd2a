"""Faults that show at some lengths, ranks, sides or places in memory only.

Each takes the right scan and the arguments of the call; a right scan is called first where it has
to check them.
"""

import numpy as np

from reference_impl.bfloat16 import is_bfloat16


def each(change, y):
    """change of a result, or of every one of several."""
    return tuple(map(change, y)) if isinstance(y, tuple) else change(y)


def restarts_at(size, scan, x, axis, **given):
    """A carry that is lost once, between the first size elements and the others."""
    y = scan(x, axis, **given)
    if not x.ndim or x.shape[axis] <= size:
        return y
    rest = [slice(None)] * x.ndim
    rest[axis] = slice(size, None)
    return _put(y, tuple(rest), scan(x[tuple(rest)], axis, **given))


def leaves_the_tail(width, scan, x, axis, **given):
    """What fills no whole register is left as it was in x."""
    y = scan(x, axis, **given)
    length = x.shape[axis] if x.ndim else 0
    if length <= width or length % width == 0:
        return y
    tail = [slice(None)] * x.ndim
    tail[axis] = slice(length - length % width, None)
    left = x[tuple(tail)]
    return _put(y, tuple(tail), (left, np.zeros(left.shape)) if isinstance(y, tuple) else left)


def _put(y, where, values):
    several = isinstance(y, tuple)
    for one, value in zip(y if several else (y,), values if several else (values,), strict=True):
        one[where] = value
    return y


def rows_beyond(count, scan, x, axis, **given):
    """Only so many lines are scanned; the others are those of the first."""
    y = scan(x, axis, **given)

    def change(one):
        lines = np.moveaxis(one, axis, -1)
        if x.ndim == 2 and len(lines) > count:
            lines[count:] = lines[:1]
        return one

    return each(change, y)


def next_axis_from_rank(rank, scan, x, axis, **given):
    """From that rank on an inner axis is taken for the one behind it."""
    y = scan(x, axis, **given)
    inner = x.ndim >= rank and 0 < axis % x.ndim < x.ndim - 1
    return scan(x, axis % x.ndim + 1, **given) if inner else y


def turns_what_is_square(scan, x, axis, **given):
    """Where two sides are equal the result is turned."""
    y = scan(x, axis, **given)
    square = x.ndim > 1 and x.shape[0] == x.shape[-1] > 1
    return each(lambda one: np.swapaxes(one, 0, -1).copy(), y) if square else y


def no_axis_of_what_is_empty(scan, x, axis, **given):
    """Whatever the axis is, an empty tensor comes back."""
    return scan(x, axis if x.size else 0, **given)


def returns_what_equals_x(scan, x, axis, **given):
    """A result that equals x is x itself."""
    y = scan(x, axis, **given)
    if is_bfloat16(x):
        return y

    def change(one):
        same = one.dtype == x.dtype and one.shape == x.shape and np.array_equal(one, x)
        return x if same else one

    return each(change, y)


def writes_into_strided(scan, x, axis, **given):
    """x is written into unless it lies row by row."""
    y = scan(x, axis, **given)
    if not is_bfloat16(x) and not x.flags.c_contiguous and 0 not in x.strides:
        x[...] = y[0] if isinstance(y, tuple) else y
    return y


def reuses_its_memory(kept, scan, x, axis, **given):
    """Every result of a shape lies where the one before it did."""
    y = scan(x, axis, **given)

    def change(one):
        if is_bfloat16(one):
            return one
        place = kept.setdefault((one.shape, one.dtype), np.empty_like(one))
        place[...] = one
        return place

    return each(change, y)


def narrows_one(dtype, to, scan, x, axis, **given):
    """x of that dtype goes through a narrower one, and the result comes back from it."""
    if is_bfloat16(x) or x.dtype != np.dtype(dtype):
        return scan(x, axis, **given)
    narrow = scan(x.astype(to), axis, **given)
    right = scan(x, axis, **given)
    if isinstance(right, tuple):
        return narrow[0].astype(right[0].dtype), right[1]
    return narrow.astype(right.dtype)
