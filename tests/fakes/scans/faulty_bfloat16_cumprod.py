"""Faulty cumprods of bfloat16. Each public function is one fake; its docstring says what is wrong.

Everything else than bfloat16 is the reference's.
"""

import numpy as np

from reference_impl import cumprod
from reference_impl.bfloat16 import BFLOAT16, bfloat16, cast, is_bfloat16
from reference_impl.scan import scan


def _multiplied(x, axis, dtype, step):
    """The reference's cumprod, with step instead of * where bfloat16 is multiplied."""
    y = cumprod(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return bfloat16(scan(step, np.asarray(cast(x, BFLOAT16)), axis))


def truncates(x, axis, dtype=None):
    """Cuts the lower bits of every product off."""

    def step(a, b):
        p = np.asarray(a * b, np.float32)
        return np.where(np.isfinite(p), (p.view(np.uint32) & np.uint32(0xFFFF0000)).view("f4"), p)

    return _multiplied(x, axis, dtype, step)


def accumulates_in_float16(x, axis, dtype=None):
    """Keeps partial products in float16, which ends at 65504."""
    return _multiplied(x, axis, dtype, lambda a, b: (a * b).astype(np.float16).astype(np.float32))


def accumulates_in_float32(x, axis, dtype=None):
    """Keeps partial products in float32, which the reference does not."""
    return _multiplied(x, axis, dtype, lambda a, b: a * b)


def returns_float32(x, axis, dtype=None):
    """Gives the right numbers as float32."""
    y = cumprod(x, axis, dtype)
    return np.asarray(y) if is_bfloat16(y) else y


def loses_nan(x, axis, dtype=None):
    """Gives zero for NaN."""
    y = cumprod(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return bfloat16(np.nan_to_num(np.asarray(y), nan=0, posinf=np.inf, neginf=-np.inf))


def flushes(x, axis, dtype=None):
    """Gives zero for subnormal products."""
    y = cumprod(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return bfloat16(np.where(np.abs(y) < np.finfo(np.float32).tiny, 0, np.asarray(y)))
