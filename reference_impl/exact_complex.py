"""Exact prefix products of complex numbers: Gaussian integers scaled by powers of two."""

from __future__ import annotations

import numpy as np

from reference_impl.formats import Pieces
from reference_impl.rounding import Scaled

_FIRST_BITS = 192
Gaussian = tuple[int, int, int]  # real and imaginary part, and their common exponent of two
Leading = tuple[bool, int, int, float]  # one component's sign, mantissa, exponent, tail


def complex_product_lines(real: Pieces, imaginary: Pieces) -> tuple[Scaled, Scaled]:
    """The inclusive prefix product of each line, by component; pieces: (lines, n).

    An element with a component that is not finite counts as 1. A component that is exactly zero is
    +0. Linear in n for a given number of bits; see _leading_parts for the proof.
    """
    lines, n = real.mantissa.shape
    parts: list[Leading] = []
    for line in range(lines):
        elements = _gaussians(real, imaginary, line=line)
        bits = _FIRST_BITS
        leading = _leading_parts(elements, bits)
        while leading is None:
            bits *= 4
            leading = _leading_parts(elements, bits)
        parts.extend(leading)
    return _as_scaled(parts[::2], (lines, n)), _as_scaled(parts[1::2], (lines, n))


def _as_scaled(parts: list[Leading], shape: tuple[int, int]) -> Scaled:
    negative, mantissa, exponent, tail = (
        np.array([part[k] for part in parts], dtype).reshape(shape)
        for k, dtype in enumerate(("?", "u8", "i8", "f8"))
    )
    return Scaled(negative, mantissa, exponent, tail)


def _gaussians(real: Pieces, imaginary: Pieces, *, line: int) -> list[Gaussian]:
    """A line's elements as Gaussian integers times powers of two."""
    special = real.infinite | real.nan | imaginary.infinite | imaginary.nan
    columns = (
        array[line].tolist()
        for array in (
            special, real.mantissa, real.negative, real.exponent,
            imaginary.mantissa, imaginary.negative, imaginary.exponent,
        )
    )  # fmt: skip
    return [_gaussian(*row) for row in zip(*columns, strict=True)]


def _gaussian(
    special: bool, a: int, a_sign: bool, a_place: int, b: int, b_sign: bool, b_place: int
) -> Gaussian:
    if special:
        return 1, 0, 0
    places = [place for mantissa, place in ((a, a_place), (b, b_place)) if mantissa]
    place = min(places, default=0)
    a, b = a << (a_place - place if a else 0), b << (b_place - place if b else 0)
    return (-a if a_sign else a), (-b if b_sign else b), place


def _leading_parts(elements: list[Gaussian], bits: int) -> list[Leading] | None:
    """Both components of every prefix product, in turn; None where bits do not decide one.

    Proof: the product is kept as R + Ii in integers; when the larger component exceeds `bits` bits
    both are cut towards zero. One cut moves the product by less than sqrt(2) units, while its
    modulus is at least 2^(bits - 1) of them; multiplying keeps relative errors of the modulus. So
    after k cuts each component is within 8k units of the exact one. It is decided where its leading
    64 bits are the same 8k units below and above.
    As long as every element lies on an axis or a diagonal, so does the product, whose modulus then
    is a real product: a component is exactly zero where it is 0 here, else off by less than 8k.
    Elsewhere a component that vanishes against the other one needs more bits, in the worst case
    (a product that becomes exactly real after many elements) all of them; then nothing is cut.
    """
    parts: list[Leading] = []
    re, im, place, cuts, straight = 1, 0, 0, 0, True
    for a, b, exponent in elements:
        straight = straight and (a == 0 or b == 0 or abs(a) == abs(b))
        re, im, place = re * a - im * b, re * b + im * a, place + exponent
        excess = max(re.bit_length(), im.bit_length()) - bits
        if excess > 0 and not cuts:
            spare = ((re | im) & -(re | im)).bit_length() - 1
            re, im, place, excess = re >> spare, im >> spare, place + spare, excess - spare
        if excess > 0:
            re, im, place, cuts = _cut(re, excess), _cut(im, excess), place + excess, cuts + 1
        for component in (re, im):
            exact = component == 0 and (straight or (re == 0 and im == 0))
            part = _leading(component, place, error=0 if exact else 8 * cuts)
            if part is None:
                return None
            parts.append(part)
    return parts


def _cut(value: int, count: int) -> int:
    """value without its last count bits, towards zero, so that equal moduli stay equal."""
    return -(-value >> count) if value < 0 else value >> count


def _leading(value: int, place: int, *, error: int) -> Leading | None:
    """value * 2^place as sign, 64-bit mantissa, exponent and tail; None if error leaves it open."""
    size = abs(value)
    least = size - error
    if least <= 0:
        return (False, 0, 0, 0.0) if error == 0 else None
    shift = least.bit_length() - 64
    if shift <= 0:
        return (value < 0, least << -shift, place + shift, 0.0) if error == 0 else None
    mantissa = least >> shift
    if (size + error) >> shift != mantissa:
        return None
    rest = size - (mantissa << shift)
    tail = rest / (1 << shift)
    return value < 0, mantissa, place + shift, tail or (2.0**-70 if error or rest else 0.0)
