"""Faulty cumsums of bfloat16. Each public function is one fake; its docstring says what is wrong.

Everything else than bfloat16 is the reference's.
"""

import numpy as np

from reference_impl import cumsum, from_bfloat16
from reference_impl.bfloat16 import BFLOAT16, Bfloat16, bfloat16, cast, is_bfloat16, of_bits
from reference_impl.scan import scan


def _summed(x, axis, dtype, step):
    """The reference's cumsum, with step instead of + where bfloat16 is summed; step: of float32."""
    y = cumsum(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    terms = np.asarray(cast(x, BFLOAT16))
    return bfloat16(scan(step, terms, axis))


def _cut(x):
    """float32 numbers with the lower half of their bits cut off; NaN and infinity as they are."""
    x = np.asarray(x, np.float32)
    return np.where(np.isfinite(x), (x.view(np.uint32) & np.uint32(0xFFFF0000)).view("f4"), x)


def truncates(x, axis, dtype=None):
    """Cuts the lower bits of every sum off."""
    return _summed(x, axis, dtype, lambda a, b: _cut(a + b))


def truncates_at_the_end(x, axis, dtype=None):
    """Sums in float32, and cuts the lower bits of every result off."""
    y = cumsum(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return _cut(cumsum(np.asarray(cast(x, BFLOAT16)), axis)).view(Bfloat16)


def rounds_half_up(x, axis, dtype=None):
    """Takes what lies half-way between two numbers for the one further from zero."""

    def step(a, b):
        s = np.asarray(a + b, np.float32)
        up = (s.view(np.uint32) + np.uint32(0x8000)) & np.uint32(0xFFFF0000)
        return np.where(np.isfinite(s), up.view(np.float32), s)

    return _summed(x, axis, dtype, step)


def rounds_nan_as_a_number(x, axis, dtype=None):
    """Adds half a last place to the bits of a NaN too, and lets them run over."""

    def step(a, b):
        s = np.asarray(a + b, np.float32)
        bits = np.where(np.isnan(s), np.uint32(0x7FFFFFFF), s.view(np.uint32))
        even = (bits >> np.uint32(16)) & np.uint32(1)
        return ((bits + np.uint32(0x7FFF) + even) & np.uint32(0xFFFF0000)).view(np.float32)

    return _summed(x, axis, dtype, step)


def accumulates_in_float16(x, axis, dtype=None):
    """Keeps partial sums in float16, which ends at 65504."""
    return _summed(x, axis, dtype, lambda a, b: (a + b).astype(np.float16).astype(np.float32))


def accumulates_in_float32(x, axis, dtype=None):
    """Keeps partial sums in float32, which the reference does not."""
    return _summed(x, axis, dtype, lambda a, b: a + b)


def returns_float32(x, axis, dtype=None):
    """Gives the right numbers as float32."""
    y = cumsum(x, axis, dtype)
    return np.asarray(y) if is_bfloat16(y) else y


def returns_the_bits(x, axis, dtype=None):
    """Gives the bits of the right numbers, as uint16."""
    y = cumsum(x, axis, dtype)
    return (np.asarray(y).view(np.uint32) >> 16).astype(np.uint16) if is_bfloat16(y) else y


def sums_the_bits(x, axis, dtype=None):
    """Adds the bits as if they were integers."""
    y = cumsum(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    bits = (np.asarray(cast(x, BFLOAT16)).view(np.uint32) >> 16).astype(np.uint16)
    return of_bits(cumsum(bits, axis, np.uint16))


def flushes(x, axis, dtype=None):
    """Takes subnormal numbers for zero, before and after."""

    def flushed(y):
        return np.where(np.abs(y) < np.finfo(np.float32).tiny, np.copysign(0, y), y)

    y = cumsum(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return bfloat16(flushed(cumsum(bfloat16(flushed(np.asarray(cast(x, BFLOAT16)))), axis)))


def saturates(x, axis, dtype=None):
    """Gives the greatest number instead of infinity."""
    greatest = from_bfloat16(np.array(0x7F7F, np.uint16))
    y = cumsum(x, axis, dtype)
    if not is_bfloat16(y) or np.isinf(x).any():
        return y
    return bfloat16(np.clip(np.asarray(y), -greatest, greatest))


def loses_nan(x, axis, dtype=None):
    """Gives zero for NaN."""
    y = cumsum(x, axis, dtype)
    if not is_bfloat16(y):
        return y
    return bfloat16(np.nan_to_num(np.asarray(y), nan=0, posinf=np.inf, neginf=-np.inf))


def sums_in_four_bits_more(x, axis, dtype=None):
    """Keeps twelve significant bits of partial sums instead of eight."""

    def step(a, b):
        s = np.asarray(a + b, np.float32)
        return np.where(np.isfinite(s), (s.view(np.uint32) & np.uint32(0xFFFFF000)).view("f4"), s)

    return _summed(x, axis, dtype, step)
