"""Arithmetic on pairs of float64 (double words), and exp, with proven relative errors.

Bounds are those of M. Joldes, J.-M. Muller, V. Popescu, Tight and rigorous error bounds for basic
building blocks of double-word arithmetic, ACM TOMS 44(2), 2017, with u = 2^-53. No fused
multiply-add is used: numpy has none.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

import numpy as np

from reference_impl.formats import Floats

Pair = tuple[Floats, Floats]  # the value is their sum; the first is the sum rounded to float64

# ln 2 in five parts: four of 26 bits, so that k times each is exact for |k| < 2^27, and a rest.
_LN2 = (
    float.fromhex("0x1.62e42f8p-1"),
    float.fromhex("0x1.be8e7b8p-27"),
    float.fromhex("0x1.35793c0p-53"),
    float.fromhex("0x1.d9cc018p-79"),
    float.fromhex("0x1.e5ed5e81e6865p-105"),
)
_HALVINGS = 8
_DEGREE = 9
_DOUBLE_DEGREE = 5  # the terms after this one need only float64
# Of exp: see there. Of one addition: 3u^2 + 13u^3.
EXP_ERROR = 2.0**-94
ADD_ERROR = 3.01 * 2.0**-106
EXP_LIMIT = 2.0**26


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


def exp(x: Floats) -> tuple[Floats, Pair]:
    """k and p with exp(x) = 2^k p to a relative EXP_ERROR, p in (0.7, 1.42); |x| <= EXP_LIMIT.

    Proof: r = x - k ln 2 is summed from exact products, four additions of numbers below 1.5, hence
    to 14u^2. The Taylor polynomial of r / 256 (below 0.00136) leaves 2^-117, the float64 rounding
    of its terms from r^6 / 720 on 2^-116, and in Horner's form the last addition dominates the
    rounding of the others: 3.1u^2 in all. Eight squarings double the error and add
    7u^2 each: 256 * 3.1u^2 + 255 * 7u^2 + 14u^2 + 2^-107 < 2600u^2 < 2^-94.
    """
    k = np.rint(x * 1.4426950408889634)
    r = two_sum(x, -k * _LN2[0])
    zero = np.zeros_like(x)
    for part in _LN2[1:]:
        r = add(r, (-k * part, zero))
    r = (r[0] * 2.0**-_HALVINGS, r[1] * 2.0**-_HALVINGS)
    tail = zero
    for j in range(_DEGREE, _DOUBLE_DEGREE, -1):
        tail = (tail * r[0]) + 1.0 / factorial(j)
    value = (tail, zero)
    for j in range(_DOUBLE_DEGREE, -1, -1):
        value = add(_inverse_factorial(j, like=zero), multiply(r, value))
    for _ in range(_HALVINGS):
        value = multiply(value, value)
    return k, value


def _inverse_factorial(j: int, *, like: Floats) -> Pair:
    """1 / j! to a relative u^2."""
    high = 1.0 / factorial(j)
    low = float(Fraction(1, factorial(j)) - Fraction(high))
    return like + high, like + low
