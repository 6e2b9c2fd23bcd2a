"""Exact prefix sums: every bit of every partial sum is kept, in 32-bit digits."""

from __future__ import annotations

import numpy as np

from reference_impl.formats import Array, Bools, Floats, Integers, Pieces, Words
from reference_impl.rounding import Scaled, normalised

_LOW = np.uint64(0xFFFFFFFF)
_HALF_WORD = np.uint64(32)
_DIGIT = 32
_BLOCK = 1 << 16  # elements worked on at a time, so that their digits stay in the cache


def sum_lines(pieces: Pieces) -> Scaled:
    """The exact inclusive prefix sum of each line; pieces: (lines, n). Not finite counts as 0.

    Why it is exact: an element of at most 64 bits falls into three digits of 32 bits at fixed
    places above the least exponent in use; digits are summed apart, as int64, with carries taken
    after at most 65536 elements (far fewer than the 2^29 that could overflow). Time and memory are
    linear in n times the number of digits that the elements' exponents span (67 at most).
    A sum that is zero is negative only where every element so far is a negative zero.
    """
    lines, n = pieces.mantissa.shape
    used = pieces.mantissa != 0
    base = int(pieces.exponent[used].min()) if used.any() else 0
    span = int(pieces.exponent[used].max()) - base if used.any() else 0
    count = span // _DIGIT + 4
    parts: list[Array] = [np.empty((lines, n), dtype) for dtype in ("?", "u8", "i8", "f8")]
    group = max(1, _BLOCK // max(n, 1))
    for first in range(0, lines, group):
        rows = slice(first, first + group)
        carry = np.zeros((count, len(parts[0][rows])), np.int64)
        for start in range(0, n, _BLOCK):
            at = (rows, slice(start, start + _BLOCK))
            digits = _digits(pieces, at, count=count, base=base)
            digits[:, :, 0] += carry
            np.cumsum(digits, axis=2, out=digits)
            _carry(digits)
            carry = np.array(digits[:, :, -1])
            for part, block in zip(parts, _leading(digits, base), strict=True):
                part[at] = block
    only_negative = np.logical_and.accumulate(pieces.negative & ~used, axis=1)
    return Scaled(parts[0] | only_negative, parts[1], parts[2], parts[3])


def _digits(pieces: Pieces, at: tuple[slice, slice], *, count: int, base: int) -> Integers:
    """The elements at a place as signed digits: (count, lines, n), least significant first."""
    mantissa = pieces.mantissa[at]
    place = np.where(mantissa == 0, 0, pieces.exponent[at] - base)
    digit, offset = np.divmod(place, _DIGIT)
    left = offset.astype(np.uint64)
    low, high = (mantissa & _LOW) << left, (mantissa >> _HALF_WORD) << left
    sign = np.where(pieces.negative[at], -1, 1)
    digits = np.zeros((count, *mantissa.shape), np.int64)
    row, column = (np.arange(size) for size in mantissa.shape)
    thirds = (low & _LOW, (low >> _HALF_WORD) + (high & _LOW), high >> _HALF_WORD)
    for k, third in enumerate(thirds):
        digits[digit + k, row[:, np.newaxis], column] = third.astype(np.int64) * sign
    return digits


def _carry(digits: Integers) -> None:
    """Make every digit but the last lie in [0, 2^32), in place; the last one keeps the sign."""
    for k in range(len(digits) - 1):
        digits[k + 1] += digits[k] >> _DIGIT
        digits[k] &= 0xFFFFFFFF


def _leading(digits: Integers, base: int) -> tuple[Bools, Words, Integers, Floats]:
    """Sign, leading 64 bits, their exponent and what follows. Overwrites digits."""
    negative = digits[-1] < 0
    digits *= np.where(negative, -1, 1)
    _carry(digits)
    nonzero = digits != 0
    top = len(digits) - 1 - np.argmax(nonzero[::-1], axis=0)
    least = np.argmax(nonzero, axis=0)
    words = [_digit_at(digits, top - k) for k in range(4)]
    high = (words[0] << _HALF_WORD) | words[1]
    low = (words[2] << _HALF_WORD) | words[3]
    mantissa, low, shift = normalised(high, low)
    tail = np.ldexp(low.astype(np.float64), -64)
    # What lies below the four digits only has to be seen, not measured.
    tail = np.where((tail == 0) & (least < top - 3) & (mantissa > 0), 2.0**-70, tail)
    return negative, mantissa, base + _DIGIT * (top - 1) - shift, tail


def _digit_at(digits: Integers, index: Integers) -> Words:
    """digits[index] per element, 0 below the least."""
    found = np.take_along_axis(digits, np.maximum(index, 0)[np.newaxis], axis=0)[0]
    return np.where(index >= 0, found, 0).astype(np.uint64)
