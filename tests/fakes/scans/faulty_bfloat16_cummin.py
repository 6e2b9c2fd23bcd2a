"""Faulty cummins of bfloat16. Each public function is one fake; its docstring says what is wrong.

Everything else than bfloat16 is the reference's.
"""

import numpy as np

from reference_impl import cummin
from reference_impl.bfloat16 import bfloat16, is_bfloat16, of_bits


def _bits(x):
    return (np.asarray(x).view(np.uint32) >> 16).astype(np.uint16)


def compares_bits(x, axis):
    """Compares the bits as integers, in which negative numbers are the greatest."""
    if not is_bfloat16(x):
        return cummin(x, axis)
    values, indices = cummin(_bits(x), axis)
    return of_bits(values), indices


def drops_the_last_bit(x, axis):
    """Compares seven significant bits of eight."""
    if not is_bfloat16(x):
        return cummin(x, axis)
    near = of_bits(_bits(x) & np.uint16(0xFFFE))
    _, indices = cummin(near, axis)
    return np.take_along_axis(x, indices, int(axis)), indices


def returns_float32(x, axis):
    """Gives the right numbers as float32."""
    values, indices = cummin(x, axis)
    return np.asarray(values), indices


def ignores_nan(x, axis):
    """Takes NaN for greater than everything."""
    return cummin(x, axis, nan="ignore" if is_bfloat16(x) else "propagate")


def keeps_the_first_of_a_tie(x, axis):
    """Names the first of equal elements."""
    return cummin(x, axis, tie="first" if is_bfloat16(x) else "last")


def flushes(x, axis):
    """Takes subnormal numbers for zero."""
    if not is_bfloat16(x):
        return cummin(x, axis)
    tiny = np.finfo(np.float32).tiny
    return cummin(bfloat16(np.where(np.abs(x) < tiny, 0, np.asarray(x))), axis)
