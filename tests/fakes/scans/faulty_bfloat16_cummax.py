"""Faulty cummaxes of bfloat16. Each public function is one fake; its docstring says what is wrong.

Everything else than bfloat16 is the reference's.
"""

import numpy as np

from reference_impl import cummax
from reference_impl.bfloat16 import bfloat16, is_bfloat16, of_bits


def _bits(x):
    return (np.asarray(x).view(np.uint32) >> 16).astype(np.uint16)


def compares_bits(x, axis):
    """Compares the bits as integers, in which negative numbers are the greatest."""
    if not is_bfloat16(x):
        return cummax(x, axis)
    values, indices = cummax(_bits(x), axis)
    return of_bits(values), indices


def compares_in_float16(x, axis):
    """Compares in float16, in which small numbers are equal and great ones infinite."""
    values, indices = cummax(x, axis)
    if not is_bfloat16(x):
        return values, indices
    with np.errstate(all="ignore"):
        _, indices = cummax(np.asarray(x).astype(np.float16), axis)
    return np.take_along_axis(x, indices, int(axis)), indices


def drops_the_last_bit(x, axis):
    """Compares seven significant bits of eight."""
    if not is_bfloat16(x):
        return cummax(x, axis)
    near = of_bits(_bits(x) & np.uint16(0xFFFE))
    _, indices = cummax(near, axis)
    return np.take_along_axis(x, indices, int(axis)), indices


def returns_float32(x, axis):
    """Gives the right numbers as float32."""
    values, indices = cummax(x, axis)
    return np.asarray(values), indices


def ignores_nan(x, axis):
    """Takes NaN for less than everything."""
    return cummax(x, axis, nan="ignore" if is_bfloat16(x) else "propagate")


def flushes(x, axis):
    """Takes subnormal numbers for zero."""
    if not is_bfloat16(x):
        return cummax(x, axis)
    tiny = np.finfo(np.float32).tiny
    return cummax(bfloat16(np.where(np.abs(x) < tiny, 0, np.asarray(x))), axis)
