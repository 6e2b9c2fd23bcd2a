"""Prefix log-sum-exp, rounded correctly: double words with a bound, decimals where undecided."""

from __future__ import annotations

from dataclasses import dataclass
from math import isqrt

import numpy as np

from reference_impl import double_word
from reference_impl.decimal_log import decimal_log_sums
from reference_impl.double_word import Pair
from reference_impl.formats import Bools, Floats, Format
from reference_impl.rounding import (
    BLOCK,
    Rounded,
    Scaled,
    fields_of,
    normalised,
    round_scaled,
    scaled,
    scaled_fraction,
)

_NOWHERE = -(2.0**40)  # the binary exponent of exp(-inf): below every other one
_FIRST_DIGITS = 50


@dataclass(frozen=True)
class Powers:
    """Positive numbers pair * 2^exponent, or zero."""

    exponent: Floats
    pair: Pair


def log_sum_lines(x: Floats, form: Format) -> Rounded:
    """log(sum of exp) of every prefix of each line, rounded once; x: (lines, n).

    NaN and infinities count as nothing. Rounds correctly. Idea of the proof: an interval that holds
    the exact value is rounded at both ends (round_scaled is monotonic), and where the two differ it
    is made narrower (Ziv). This ends: where only one element counts, the result is that element
    and taken as such; where two or more do, exp(L) = exp(x1) + ... has no rational solution L
    (Lindemann and Weierstrass: powers of e with distinct rational exponents are linearly
    independent), so L is never halfway.
    The first interval comes from _logarithm, the next ones from decimal_log_sums.
    Linear in n; positions that need decimals (where |x| > 2^26, or
    the greatest element is exactly 0 and all others vanish) cost up to 0.7 ms each.
    """
    counts = np.cumsum(np.isfinite(x), axis=1)
    large = np.logical_or.accumulate(np.isfinite(x) & (np.abs(x) > double_word.EXP_LIMIT), axis=1)
    usable = np.where(large, -np.inf, _finite_or_least(x))
    powers, depth = _prefix_sums(_exp(usable))
    greatest = np.maximum.accumulate(_finite_or_least(x), axis=1)
    # With one element that counts, the result is that element.
    fields = fields_of(round_scaled(scaled(greatest, "float64"), form))
    flat = [np.ascontiguousarray(a).reshape(-1) for a in (powers.exponent, *powers.pair)]
    several, undecided = (counts > 1).reshape(-1), (large & (counts > 1)).reshape(-1)
    for start in range(0, x.size, BLOCK):
        at = slice(start, start + BLOCK)
        value, error = _logarithm(Powers(flat[0][at], (flat[1][at], flat[2][at])), depth)
        rounded, decided = _rounded_interval(value, error, form=form)
        undecided[at] |= several[at] & ~decided
        for field, part in zip(fields, fields_of(rounded), strict=True):
            np.copyto(field.reshape(-1)[at], part, where=several[at])
    open_positions = undecided.reshape(x.shape)
    for line in np.flatnonzero(open_positions.any(axis=1)):
        for at_position, rounded in _decided_by_decimals(x[line], open_positions[line], form=form):
            for field, part in zip(fields, fields_of(rounded), strict=True):
                field[line, at_position] = part[0]
    return Rounded(*fields)


def _rounded_interval(value: Pair, error: Floats, *, form: Format) -> tuple[Rounded, Bools]:
    """value rounded to form, and where both ends of value +- error round to the same."""
    known = np.isfinite(error)
    error = np.where(known, error, 0.0)
    low = _round_pair(double_word.two_sum(value[0], value[1] - error), form)
    high = _round_pair(double_word.two_sum(value[0], value[1] + error), form)
    return _round_pair(value, form), known & (low.bits == high.bits)


def _finite_or_least(x: Floats) -> Floats:
    """x with -inf for what is not finite."""
    return np.where(np.isfinite(x), x, -np.inf)


def _logarithm(powers: Powers, depth: int) -> tuple[Pair, Floats]:
    """log of sums of depth + 1 exponentials as double words, and a bound of the absolute error.

    Proof: with relative errors e1 of exp and e2 = depth * 3u^2 of the sums (all terms are
    positive), T = sum * exp(-y) is known to e1 + e2 + e1 + 7u^2 for any float64 y; y is numpy's
    logarithm, whose quality is not trusted but seen in d = T - 1. The result is y + log1p(d), four
    terms of which leave d^5 / 5 and 2^-100 of rounding while |d| < 2^-25; else the error is inf.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        start = np.log(powers.pair[0]) + powers.exponent * np.log(2.0)
    start = np.where(powers.pair[0] > 0, start, 0.0)
    back = _exp(-start)
    product = double_word.multiply(powers.pair, back.pair)
    exponent = np.clip(powers.exponent + back.exponent, -900, 900).astype(np.int64)
    high, low = np.ldexp(product[0], exponent) - 1.0, np.ldexp(product[1], exponent)
    d, rest = double_word.two_sum(high, low)
    known = np.abs(d) < 2.0**-25
    d = np.where(known, d, 0.0)
    series = d * d * (-0.5 + d * (1.0 / 3.0 - d * 0.25))
    value, left = double_word.two_sum(start, d)
    value, left = double_word.two_sum(value, left + (rest + series))
    error = 1.1 * (2 * double_word.EXP_ERROR + depth * double_word.ADD_ERROR + 2.0**-103)
    bound = error + 2.0**-100 + np.abs(value) * 2.0**-102
    return (value, left), np.where(known, bound, np.inf)


def _exp(x: Floats) -> Powers:
    """exp of every element; -inf gives zero."""
    exponent, high, low = (np.empty(x.size) for _ in range(3))
    flat = x.ravel()
    for start in range(0, x.size, BLOCK):
        at = slice(start, start + BLOCK)
        finite = np.isfinite(flat[at])
        k, pair = double_word.exp(np.where(finite, flat[at], 0.0))
        exponent[at] = np.where(finite, k, _NOWHERE)
        high[at], low[at] = (np.where(finite, word, 0.0) for word in pair)
    return Powers(exponent.reshape(x.shape), (high.reshape(x.shape), low.reshape(x.shape)))


def _plus(a: Powers, b: Powers) -> Powers:
    """a + b; the smaller one is moved to the greater one's exponent, by 900 places at most."""
    exponent = np.maximum(a.exponent, b.exponent)
    scaled_pairs = []
    for one in (a, b):
        shift = np.maximum(one.exponent - exponent, -900.0).astype(np.int64)
        scaled_pairs.append((np.ldexp(one.pair[0], shift), np.ldexp(one.pair[1], shift)))
    return Powers(exponent, double_word.add(scaled_pairs[0], scaled_pairs[1]))


def _row(arrays: list[Floats], i: int) -> Powers:
    return Powers(arrays[0][i], (arrays[1][i], arrays[2][i]))


def _prefix_sums(terms: Powers) -> tuple[Powers, int]:
    """The prefix sums of each line, and the greatest number of additions behind one of them.

    In blocks of about sqrt(n): all blocks are scanned at once, then their totals, then added.
    """
    lines, n = terms.exponent.shape
    block = isqrt(max(n - 1, 0)) + 1
    blocks = -(-n // block)
    tall = [np.full((lines, blocks * block), fill) for fill in (_NOWHERE, 0.0, 0.0)]
    for whole, part in zip(tall, (terms.exponent, *terms.pair), strict=True):
        whole[:, :n] = part
    # Position in the block first, so that each step works on contiguous memory.
    arrays = [np.ascontiguousarray(a.reshape(-1, block).T) for a in tall]
    _scan_rows(arrays)
    totals = [a[-1].reshape(lines, blocks).T.copy() for a in arrays]
    _scan_rows(totals)
    shape = (block, lines, blocks)
    arrays = [a.reshape(shape) for a in arrays]
    before = Powers(totals[0][:-1].T, (totals[1][:-1].T, totals[2][:-1].T))
    inner = Powers(arrays[0][:, :, 1:], (arrays[1][:, :, 1:], arrays[2][:, :, 1:]))
    summed = _plus(inner, before)
    for a, part in zip(arrays, (summed.exponent, *summed.pair), strict=True):
        a[:, :, 1:] = part
    exponent, high, low = (
        a.transpose(1, 2, 0).reshape(lines, blocks * block)[:, :n] for a in arrays
    )
    return Powers(exponent, (high, low)), block + blocks + 1


def _scan_rows(arrays: list[Floats]) -> None:
    """Prefix sums over the first axis of exponent, high and low, in place."""
    for i in range(1, len(arrays[0])):
        total = _plus(_row(arrays, i - 1), _row(arrays, i))
        arrays[0][i], arrays[1][i], arrays[2][i] = total.exponent, *total.pair


def _round_pair(pair: Pair, form: Format) -> Rounded:
    """high + low rounded once to form. |low| is at most half a last place of high."""
    high = scaled(pair[0], "float64")
    sign = np.where(high.negative, -1.0, 1.0)
    exponent = high.exponent
    places = np.ldexp(pair[1] * sign, -np.clip(exponent, -1200, 1200))
    whole = np.where(high.mantissa == 0, 0.0, np.floor(places))
    # A tail that rounds to 1 is pulled below it: 2^-117 of the value, which every bound allows for.
    tail = np.where(high.mantissa == 0, 0.0, np.minimum(places - whole, 1 - 2.0**-53))
    mantissa = high.mantissa + whole.astype(np.int64).view(np.uint64)
    mantissa, low, shift = normalised(mantissa, np.ldexp(tail, 64).astype(np.uint64))
    rest = np.where((low == 0) & (tail > 0), 2.0**-70, np.ldexp(low.astype(np.float64), -64))
    return round_scaled(Scaled(high.negative, mantissa, exponent - shift, rest), form)


def _decided_by_decimals(x: Floats, positions: Bools, *, form: Format) -> list[tuple[int, Rounded]]:
    """(position, rounded result) for each of the positions of one line."""
    decided: list[tuple[int, Rounded]] = []
    open_positions = set(np.flatnonzero(positions).tolist())
    digits = _FIRST_DIGITS
    while open_positions:
        for at, low, high in decimal_log_sums(x.tolist(), open_positions, digits=digits):
            ends = [round_scaled(scaled_fraction(end), form) for end in (low, high)]
            if ends[0].bits[0] == ends[1].bits[0]:
                decided.append((at, ends[0]))
                open_positions.discard(at)
        digits *= 2
    return decided
