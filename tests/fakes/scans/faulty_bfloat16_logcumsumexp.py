"""Faulty logcumsumexps of bfloat16. Each public function is one fake; its docstring says what is
wrong with it. Everything else than bfloat16 is the reference's."""

import numpy as np

from reference_impl import logcumsumexp
from reference_impl.bfloat16 import BFLOAT16, bfloat16, cast, is_bfloat16


def returns_float32(x, axis, dtype=None):
    """Gives the right numbers as float32."""
    y = logcumsumexp(x, axis, dtype)
    return np.asarray(y) if is_bfloat16(y) else y


def exponentials_overflow(x, axis, dtype=None):
    """Adds the exponentials themselves, in float32."""
    y = logcumsumexp(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    with np.errstate(all="ignore"):
        return bfloat16(np.log(np.cumsum(np.exp(np.asarray(cast(x, BFLOAT16))), axis)))


def goes_through_float16(x, axis, dtype=None):
    """Computes in float16, which ends at 65504."""
    y = logcumsumexp(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    with np.errstate(all="ignore"):
        narrow = np.asarray(cast(x, BFLOAT16)).astype(np.float16)
    return bfloat16(logcumsumexp(narrow, axis).astype(np.float32))


def keeps_four_bits(x, axis, dtype=None):
    """Gives four significant bits instead of eight."""
    y = logcumsumexp(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    bits = np.asarray(y).view(np.uint32) & np.uint32(0xFFF00000)
    return np.where(np.isfinite(y), bits.view(np.float32), y).view(type(y))


def loses_nan(x, axis, dtype=None):
    """Takes NaN for minus infinity."""
    y = logcumsumexp(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    plain = np.asarray(cast(x, BFLOAT16))
    return logcumsumexp(bfloat16(np.where(np.isnan(plain), -np.inf, plain)), axis)


def flushes(x, axis, dtype=None):
    """Gives zero for subnormal results."""
    y = logcumsumexp(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return bfloat16(np.where(np.abs(y) < np.finfo(np.float32).tiny, 0, np.asarray(y)))
