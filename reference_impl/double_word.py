"""Arithmetic on pairs of float64 (double words), and exp, with proven relative errors.

Bounds are those of M. Joldes, J.-M. Muller, V. Popescu, Tight and rigorous error bounds for basic
building blocks of double-word arithmetic, ACM TOMS 44(2), 2017, with u = 2^-53. No fused
multiply-add is used: numpy has none.
"""

from __future__ import annotations

import numpy as np

from reference_impl.formats import Floats

Pair = tuple[Floats, Floats]  # the value is their sum; the first is the sum rounded to float64

# ln 2 in five parts: four of 26 bits, so that k times each is exact for |k| < 2^27, and a rest.
_LN2 = (
    float.fromhex("0x1.62e42fep-1"),
    float.fromhex("0x1.efa39ecp-28"),
    float.fromhex("0x1.9abc9e0p-55"),
    float.fromhex("0x1.0p-80"),
    0.0,
)


def two_sum(a: Floats, b: Floats) -> Pair:
    """a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def fast_two_sum(a: Floats, b: Floats) -> Pair:
    """a + b exactly, where |a| >= |b| or a is 0 (Dekker)."""
    s = a + b
    return s, b - (s - a)


def two_product(a: Floats, b: Floats) -> Pair:
    """a * b exactly (Dekker, Veltkamp), while nothing over- or underflows."""
    a_high, a_low = _split(a)
    b_high, b_low = _split(b)
    p = a * b
    return p, ((a_high * b_high - p) + a_high * b_low + a_low * b_high) + a_low * b_low


def _split(a: Floats) -> Pair:
    c = a * 134217729.0  # 2^27 + 1
    high = c - (c - a)
    return high, a - high


def add(x: Pair, y: Pair) -> Pair:
    """x + y to a relative 3u^2 + 13u^3 (AccurateDWPlusDW)."""
    s, e = two_sum(x[0], y[0])
    t, f = two_sum(x[1], y[1])
    s, e = fast_two_sum(s, e + t)
    return fast_two_sum(s, e + f)


def multiply(x: Pair, y: Pair) -> Pair:
    """x * y to a relative 7u^2 (DWTimesDW1)."""
    p, e = two_product(x[0], y[0])
    return fast_two_sum(p, e + (x[0] * y[1] + x[1] * y[0]))
