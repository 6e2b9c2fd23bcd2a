"""Exact prefix products of reals: wide integer mantissas with a bound, retried until decided."""

from __future__ import annotations

import numpy as np

from reference_impl.formats import Bools, Integers, Pieces, Words
from reference_impl.rounding import Scaled, bit_length, normalised

_ONE = np.uint64(1)
_FIRST_BITS = 128


def product_lines(pieces: Pieces, bits: int = _FIRST_BITS) -> Scaled:
    """The inclusive prefix product of each line; pieces: (lines, n). Not finite counts as 1.

    The leading 64 bits are those of the exact product, and tail > 0 exactly where it has more.
    Proof: the odd parts of the mantissas are multiplied as integers; whenever a product exceeds
    `bits` bits it is cut down to them. After k cuts the exact value lies in
    (v, v (1 + 2^(1 - bits))^k), hence in (v, v + 4k) units of v's last bit while k < 2^(bits - 2).
    If adding 4k leaves the leading 64 bits alone they are proven; if not (once in about 2^40
    elements), everything is done again with twice the bits. That ends: a product of odd numbers
    is odd, so it never has trailing zeros that a finite number of bits could not tell apart.
    Linear in n for a given number of bits. The sign of a zero is that of all factors.
    """
    zero = np.logical_or.accumulate((pieces.mantissa == 0) & ~pieces.infinite & ~pieces.nan, axis=1)
    factors: Words = np.where(pieces.mantissa == 0, _ONE, pieces.mantissa)
    trailing = bit_length(factors & (~factors + _ONE)) - 1
    odd: Words = np.asarray(factors >> trailing.astype(np.uint64), np.uint64)
    exponent = np.where(pieces.mantissa == 0, 0, pieces.exponent) + trailing
    high, low, shift, cuts = _wide_products(odd, bits)
    while not _proven(low, cuts, spare=bits - 128).all():
        bits *= 2
        high, low, shift, cuts = _wide_products(odd, bits)
    mantissa, low, left = normalised(high, low)
    tail = np.ldexp(low.astype(np.float64), -64)
    tail = np.where((tail == 0) & (cuts > 0), 2.0**-70, tail)
    total = np.cumsum(exponent, axis=1) + shift - left
    negative = np.logical_xor.accumulate(pieces.negative, axis=1)
    nothing = np.uint64(0)
    return Scaled(negative, np.where(zero, nothing, mantissa), total, np.where(zero, 0.0, tail))


def _proven(low: Words, cuts: Integers, *, spare: int) -> Bools:
    """Whether the error bound leaves the leading 64 bits alone; spare: bits kept below low."""
    units = np.minimum(cuts, 1 << 60) * 4
    # Bits below low count as one more unit of it.
    error = (units >> spare if spare < 63 else units * 0) + np.where(spare > 0, 2, 0)
    return np.asarray((cuts == 0) | (low <= ~error.astype(np.uint64)))


def _wide_products(odd: Words, bits: int) -> tuple[Words, Words, Integers, Integers]:
    """Leading 128 bits of each prefix product as two words, the exponent of the first, and cuts."""
    data, shifts, extras = bytearray(), [], []
    for line in odd:
        products, shift = _cut_products(line.tolist(), bits)
        extra = [max(v.bit_length() - 128, 0) for v in products] if bits > 128 else [0] * len(line)
        if bits > 128:
            # An odd number's lost bits are never all zero; the last kept one stands for them.
            products = [v >> e | (e > 0) for v, e in zip(products, extra, strict=True)]
        data += b"".join([v.to_bytes(16, "little") for v in products])
        shifts.append(shift)
        extras.append(extra)
    words = np.frombuffer(data, "<u8").reshape(*odd.shape, 2)
    shift_bits = np.array(shifts, np.int64).reshape(odd.shape)
    cuts = np.cumsum(np.diff(shift_bits, axis=1, prepend=0) > 0, axis=1, dtype=np.int64)
    exponent = shift_bits + np.array(extras, np.int64).reshape(odd.shape)
    low, high = words[..., 0], words[..., 1]
    # A product of at most 64 bits stands in the low word alone.
    short = high == 0
    exponent += np.where(short, 0, 64)
    return np.where(short, low, high), np.where(short, np.uint64(0), low), exponent, cuts


def _cut_products(factors: list[int], bits: int) -> tuple[list[int], list[int]]:
    """The prefix products, each cut to its leading bits, and how many bits were cut so far."""
    products, shifts = [], []
    value, shift = 1, 0
    for factor in factors:
        value *= factor
        excess = value.bit_length() - bits
        if excess > 0:
            value >>= excess
            shift += excess
        products.append(value)
        shifts.append(shift)
    return products, shifts
