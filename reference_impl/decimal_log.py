"""Intervals that hold log(sum of exp), as narrow as asked for, by decimal arithmetic."""

from __future__ import annotations

import math
from collections.abc import Iterator, Set
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from fractions import Fraction

# exp(-10000) is below 10^-4342: no float64 can tell its terms from nothing but by their sign.
_FARTHEST = 10000
_NEGLIGIBLE = Fraction(1, 10**4340)
_POSITIVE = Fraction(1, 10**5000)


def decimal_log_sums(
    x: list[float], positions: Set[int], *, digits: int
) -> Iterator[tuple[int, Fraction, Fraction]]:
    """(i, low, high) for each of the positions: low <= log(sum of exp(x[0..i])) <= high.

    -inf counts as nothing; at least two elements up to each position must be finite. Ends at the
    last position. Proof: the sum is exp(M) (1 + s) with the greatest element M, kept exactly, and
    s summed with `digits` digits. Decimal's exp and ln round correctly, and no exponent exceeds
    10^4, so that one step adds a relative error below 10^(6 - digits) to s; log1p does not enlarge
    relative errors. Terms below exp(-10000) M are left out and bounded by 10^-4340 each; since
    they are positive, low may be 10^-5000 above M, between which and M no float has a neighbour
    or a halfway point.
    """
    context = Context(prec=digits, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
    greatest, rest = -math.inf, Decimal(0)
    last = max(positions)
    for i, element in enumerate(x[: last + 1]):
        if math.isfinite(element):
            rest = _with(rest, element, greatest=greatest, context=context)
            greatest = max(greatest, element)
        if i in positions:
            middle = Fraction(_log1p(rest, digits))
            error = middle * (i + 3) * Fraction(1, 10 ** (digits - 6))
            low = max(middle - error, _POSITIVE)
            high = middle + error + (i + 1) * _NEGLIGIBLE
            yield i, Fraction(greatest) + low, Fraction(greatest) + high


def _with(rest: Decimal, element: float, *, greatest: float, context: Context) -> Decimal:
    """The sum of exp(x - M) over all but the greatest element M, with one more element."""
    if greatest == -math.inf:
        return rest
    distance = context.subtract(Decimal(min(element, greatest)), Decimal(max(element, greatest)))
    term = context.exp(distance) if distance > -_FARTHEST else Decimal(0)
    if element <= greatest:
        return context.add(rest, term)
    return context.multiply(context.add(rest, Decimal(1)), term)


def _log1p(s: Decimal, digits: int) -> Decimal:
    """log(1 + s) to a relative 10^(3 - digits), s >= 0."""
    # log(1 + s) = s (1 - s/2 + ...): below this, s itself is near enough.
    if s < Decimal(10) ** -digits:
        return s
    context = Context(prec=2 * digits + 10, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[])
    return context.ln(context.add(Decimal(1), s))
