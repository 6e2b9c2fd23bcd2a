"""Infinities and NaN in the prefix: what they make of an exact result."""

from __future__ import annotations

import numpy as np

from reference_impl.formats import Array, Bools, Format, Pieces
from reference_impl.rounding import Rounded, Scaled


def with_specials(rounded: Rounded, pieces: Pieces, *, form: Format, operation: str) -> Rounded:
    """rounded, with infinity or NaN where IEEE 754 says so of the prefix; pieces: (lines, n)."""
    seen = np.logical_or.accumulate
    nan = seen(pieces.nan, axis=1)
    positive = seen(pieces.infinite & ~pieces.negative, axis=1)
    negative = seen(pieces.infinite & pieces.negative, axis=1)
    infinite, sign = positive | negative, negative
    if operation == "sum":
        nan |= positive & negative
    elif operation == "product":
        finite = ~(pieces.infinite | pieces.nan)
        nan |= infinite & seen((pieces.mantissa == 0) & finite, axis=1)
        sign = np.logical_xor.accumulate(pieces.negative, axis=1)
    else:
        # A prefix of nothing but -inf is -inf; a finite element outweighs it.
        infinite, sign = positive | ~seen(_counts(pieces), axis=1), ~positive
    return _replaced(rounded, form, nan=nan, infinite=infinite, negative=sign)


def _counts(pieces: Pieces) -> Bools:
    return ~(pieces.infinite & pieces.negative)


def _replaced(
    rounded: Rounded, form: Format, *, nan: Bools, infinite: Bools, negative: Bools
) -> Rounded:
    special = nan | infinite
    infinity = np.where(negative, np.uint64(form.infinity | form.sign), np.uint64(form.infinity))
    bits = np.where(nan, np.uint64(form.infinity | (1 << (form.precision - 2))), infinity)
    return Rounded(
        np.where(special, bits, rounded.bits).astype(form.storage),
        np.where(special, np.nan, rounded.anchor),
        np.where(special, np.nan, rounded.remainder),
        np.where(special, form.least, rounded.ulp_exponent),
    )


def continued_products(
    rounded: tuple[Rounded, ...], data: Array, *, form: Format, exact: tuple[Scaled, Scaled]
) -> tuple[Rounded, ...]:
    """Complex products with the rest of each line, from its first special element on, replaced.

    Every component is infinite or NaN there, except in the very first element, which is its own
    product. It starts from the signs of the exact prefix, not from
    its rounded values, which may have overflowed.
    """
    finite = np.isfinite(data.real) & np.isfinite(data.imag)
    after = ~np.logical_and.accumulate(finite, axis=1)
    real, imaginary = np.zeros(data.shape), np.zeros(data.shape)
    for line in np.flatnonzero(after.any(axis=1)):
        first = int(np.argmax(after[line]))
        signs = _unit(exact, line=int(line), at=first - 1) if first else None
        products = _naive_products(data[line, first:], signs)
        real[line, first:], imaginary[line, first:] = products
    return tuple(
        _replaced(
            part,
            form,
            nan=after & np.isnan(values),
            infinite=after & np.isinf(values),
            negative=np.signbit(values),
        )
        for part, values in zip(rounded, (real, imaginary), strict=True)
    )


def _unit(exact: tuple[Scaled, Scaled], *, line: int, at: int) -> tuple[float, float]:
    """The signs of a product's components, as 1, 0, -0 or -1."""
    signs = []
    for part in exact:
        size = float(part.mantissa[line, at] != 0)
        signs.append(-size if part.negative[line, at] else size)
    return signs[0], signs[1]


def _naive_products(
    elements: Array, start: tuple[float, float] | None
) -> tuple[list[float], list[float]]:
    """Prefix products of components, (ac - bd) + (ad + bc)i in float64 arithmetic."""
    real, imaginary = [], []
    product: tuple[float, float] | None = start
    pairs = zip(elements.real.tolist(), elements.imag.tolist(), strict=True)
    for c, d in pairs:
        if product is None:
            product = c, d
        else:
            a, b = product
            product = a * c - b * d, a * d + b * c
        real.append(product[0])
        imaginary.append(product[1])
    return real, imaginary
