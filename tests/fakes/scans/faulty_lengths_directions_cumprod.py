"""Faulty products in the exclusive and reverse forms, at some lengths or dtypes only."""

import numpy as np

from reference_impl import cumprod


def last_is_inclusive_if_long(x, axis, dtype=None, exclusive=False, reverse=False):
    """The last element of a long exclusive form counts itself."""
    y = cumprod(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and not reverse and y.ndim and y.shape[axis] > 500:
        end = [slice(None)] * y.ndim
        end[axis] = -1
        y[tuple(end)] = cumprod(x, axis, dtype)[tuple(end)]
    return y


def reverse_in_blocks_of_256(x, axis, dtype=None, exclusive=False, reverse=False):
    """The blocks of a reverse form know nothing of each other."""
    y = cumprod(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not reverse or y.ndim != 1 or len(y) <= 256:
        return y
    for start in range(0, len(y), 256):
        part = x[start : start + 256]
        y[start : start + 256] = cumprod(part, axis, dtype, exclusive=exclusive, reverse=True)
    return y


def first_counts_in_int32(x, axis, dtype=None, exclusive=False, reverse=False):
    """The first element of an exclusive form in int32 counts itself."""
    y = cumprod(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and not reverse and dtype == np.int32 and y.size and y.ndim == 1:
        y[0] = x[0]
    return y


def reverse_ignores_float64(x, axis, dtype=None, exclusive=False, reverse=False):
    """A reverse form keeps the dtype of x where float64 is asked for."""
    if reverse and dtype == np.float64:
        dtype = None
    return cumprod(x, axis, dtype, exclusive=exclusive, reverse=reverse)
