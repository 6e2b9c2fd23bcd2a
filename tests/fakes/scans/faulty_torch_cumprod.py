"""Faulty cumprods that imitate torch's: faults that only show against its answers."""

import numpy as np
from right_torch_cumprod import right_cumprod

from reference_impl import cumprod


def accumulates_float16_narrow(input, dim, *, dtype=None, out=None):
    """Rounds partial products of float16 at every step."""
    y = right_cumprod(input, dim, dtype=dtype)
    return cumprod(input, dim) if y.dtype == np.float16 else y


def accumulates_float32_narrow(input, dim, *, dtype=None, out=None):
    """Rounds partial products of float32 at every step."""
    y = right_cumprod(input, dim, dtype=dtype)
    return cumprod(input, dim) if y.dtype == np.float32 == input.dtype else y


def keeps_unsigned(input, dim, *, dtype=None, out=None):
    """Gives uint64 for unsigned integers."""
    if dtype is None and input.dtype.kind == "u":
        dtype = np.uint64
    return right_cumprod(input, dim, dtype=dtype)
