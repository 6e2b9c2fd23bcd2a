"""Accuracy classes: what the errors of a float scan say about how it was computed.

Source of the bounds: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM
2002, section 4.2 (sums in any order) and 3.1 (products; gamma_k = k u / (1 - k u), lemma 3.1), with
u = 2^-p. For sequential sums k u without the denominator holds for any k, however long the sum:
S. M. Rump, Error estimation of floating-point summation and dot product, BIT 52, 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from reference_impl.exact import Exact, exact_cumsum
from reference_impl.formats import (
    FORMATS,
    Array,
    Floats,
    Format,
    as_float64,
    bits_of,
    from_bits,
    stored_name,
)
from reference_impl.lines import Lines
from reference_impl.ulp import ulp_error

AccuracyClass = Literal[
    "correctly-rounded",
    "within-1-ulp",
    "blocked",
    "sequential",
    "stalls",
    "overflows-early",
    "beyond-bounds",
]
# What one step of a sequential log-sum-exp may be off, in units of u: the rounding of a difference,
# exp, log1p and a sum, each library function taken to be good to 4 ULP.
_LOG_STEP = 16.0
# The bounds are computed in float64 and compared with errors good to a few digits.
_SLACK = 1 + 2.0**-20


@dataclass(frozen=True)
class Bounds:
    """The errors that an algorithm of each kind can have at most, per element in ULP of the exact.

    blocked: sums in blocks or trees, about 2 log2 n roundings on the way to an element.
    sequential: one after the other, i roundings on the way to element i.
    """

    blocked: Floats
    sequential: Floats


def sum_bounds(
    x: Array,
    exact: Exact,
    axis: SupportsIndex,
    *,
    exclusive: bool = False,
    reverse: bool = False,
) -> Bounds:
    """Bounds of a running sum of x: |error| <= bound * (|x[0]| + ... + |x[i]|).

    bound = i u for sequential sums, gamma_k with k = min(i, 2 ceil(log2(i + 1))) for trees (twice
    the height of a binary one: up and down again); the conditioning
    sum|x| / |sum x| is in the sum of moduli, without |x[i]| for exclusive ones. x: stored in
    exact.dtype. A sum cannot underflow. Where every partial sum of whatever order is a number of
    the dtype (_summed_exactly), no order errs at all.
    """
    form = FORMATS[exact.dtype]
    name = stored_name(x, exact.dtype)
    moduli = from_bits(bits_of(x, form) & form.storage.type(form.sign - 1), form)
    wide = exact_cumsum(
        moduli, axis, stored=name, dtype="float64", exclusive=exclusive, reverse=reverse
    )
    bounds = _bounds(wide.values, exact, axis, reverse=reverse, linear=True)
    certain = _summed_exactly(as_float64(x, name), wide.values, axis, reverse=reverse, form=form)
    return Bounds(np.where(certain, 0.5, bounds.blocked), np.where(certain, 0.5, bounds.sequential))


def _summed_exactly(
    x: Floats, moduli: Floats, axis: SupportsIndex, *, reverse: bool, form: Format
) -> NDArray[np.bool_]:
    """Where the sum of any of the elements so far, in any order, is a number of the format.

    They are all multiples of a power of two q, and so are their sums. moduli, the sum of their
    moduli, bounds every one of these: up to 2^p q a multiple of q has at most p bits.
    """
    with np.errstate(all="ignore"):
        fraction, exponent = np.frexp(np.where(np.isfinite(x), x, 0.0))
        digits = np.abs(np.ldexp(fraction, 53)).astype(np.int64)
        lowest = np.log2((digits & -digits).astype(np.float64)) + exponent - 53
        lowest = np.where(digits == 0, np.inf, lowest)
        lowest = np.where(np.isfinite(x), lowest, -np.inf)
        lines = Lines.of(lowest, axis, reverse=reverse)
        common = lines.restored(np.minimum.accumulate(lines.data, axis=1))
        finite = as_float64(from_bits(np.array(form.infinity - 1, form.storage), form), form.name)
        limit = np.minimum(np.exp2(common + form.precision), finite)
        return np.asarray(moduli * _SLACK <= limit)


def product_bounds(exact: Exact, axis: SupportsIndex, *, reverse: bool = False) -> Bounds:
    """Bounds of a running product: |error| <= |product| * (gamma_k + lost), k as for sums.

    lost is what gradual underflow adds. One product errs by u of its size and half the least
    subnormal number h, so that the error relative to the exact prefix P grows by h / |P| beyond u:
    lost is the sum of those; a prefix that vanishes voids the bound. The bound for trees takes
    the prefixes' underflow for that of all partial products.
    """
    form = FORMATS[exact.dtype]
    rounded = np.abs(as_float64(exact.values, exact.dtype))
    lines = Lines.of(rounded, axis, reverse=reverse)
    with np.errstate(all="ignore"):
        # In units of 2h, because h is no float64 where that is the format. The exact prefix is as
        # much as h below the rounded one.
        units = np.ldexp(lines.data, -form.least)
        each = 0.5 / np.maximum(units - 0.5, 0.0)
        lost = lines.restored(
            np.cumsum(np.where(units < 2.0 ** (form.precision - 1), each, 0.0), 1)
        )
        sizes = rounded * (1 + 2.0**-form.precision) + np.ldexp(1.0, form.least)
        extra = np.where(lost > 0, sizes * lost * _SLACK, 0.0)
    return _bounds(sizes, exact, axis, reverse=reverse, extra=extra)


def log_sum_bounds(exact: Exact, axis: SupportsIndex, *, reverse: bool = False) -> Bounds:
    """Bounds of a running log-sum-exp: errors of the steps add up, never grow.

    The derivative of log(exp(y) + exp(x)) by y is at most 1. One step errs by _LOG_STEP u times
    the size of its terms: max(1, |y|). (P. Blanchard, D. J. Higham, N. J. Higham, Accurately
    computing the log-sum-exp and softmax functions, IMA J. Numer. Anal. 41, 2021.)
    """
    sizes = np.maximum(1.0, np.abs(as_float64(exact.values, exact.dtype)))
    lines = Lines.of(np.where(np.isfinite(sizes), sizes, 1.0), axis, reverse=reverse)
    largest = lines.restored(np.maximum.accumulate(lines.data, axis=1))
    return _bounds(_LOG_STEP * largest, exact, axis, reverse=reverse)


def _bounds(
    sizes: Floats,
    exact: Exact,
    axis: SupportsIndex,
    *,
    reverse: bool,
    extra: Floats | None = None,
    linear: bool = False,
) -> Bounds:
    """gamma_k * sizes + extra, in last places of the exact values; at least a rounding's half.

    linear: k u instead of gamma_k for sequential scans.
    """
    form = FORMATS[exact.dtype]
    lines = Lines.of(sizes, axis, reverse=reverse)
    position = np.broadcast_to(np.arange(lines.data.shape[1]), lines.data.shape)
    steps = lines.restored(position).astype(np.float64)
    tree = np.minimum(steps, 2 * np.ceil(np.log2(steps + 1)))
    places = -exact.parts[0].ulp_exponent
    found = []
    with np.errstate(all="ignore"):
        first = steps * 2.0**-form.precision if linear else _gamma(steps, form)
        for factor in (_gamma(tree, form), first):
            bound = factor * sizes
            if extra is not None:
                # Where nothing is lost, an infinite factor does not make something of it.
                bound += np.where(extra > 0, extra * (1 + factor), 0.0)
            found.append(np.maximum(np.ldexp(bound, places) * _SLACK, 0.5))
    return Bounds(found[0], found[1])


def _gamma(count: Floats, form: Format) -> Floats:
    """k u / (1 - k u), infinite from k u = 1 on."""
    part = count * 2.0**-form.precision
    return np.asarray(np.where(part < 1, part / (1 - part), np.inf))


def classify(
    actual: Array,
    exact: Exact,
    *,
    bounds: Bounds,
    axis: SupportsIndex = -1,
    reverse: bool = False,
    errors: Floats | None = None,
) -> AccuracyClass:
    """The best class that actual is in; actual: stored as exact.values is, a real float dtype.

    errors: its ulp_error, where that is known.
    In this order: overflows-early: an infinity of which the exact value, finite, knows nothing;
    correctly-rounded: at most 0.5 ULP everywhere; within-1-ulp; blocked: within those bounds;
    beyond-bounds: outside those of sequential scans (a NaN where none belongs is); stalls: inside,
    but standing still while the exact result moves by more than 2 ULP (a float16 sum of ones at
    2048); sequential. A class says how accurate the result is, which need not be how it was made:
    few or kind elements round well in any order.
    """
    errors = ulp_error(actual, exact) if errors is None else errors
    values = as_float64(actual, exact.dtype)
    expected = as_float64(exact.values, exact.dtype)
    if bool((np.isinf(values) & np.isfinite(expected) & np.isinf(errors)).any()):
        return "overflows-early"
    if bool((errors <= 0.5).all()):
        return "correctly-rounded"
    if bool((errors <= 1.0).all()):
        return "within-1-ulp"
    if bool((errors <= bounds.blocked).all()):
        return "blocked"
    if not bool((errors <= bounds.sequential).all()):
        return "beyond-bounds"
    form = FORMATS[exact.dtype]
    stalls = _stalls(values, expected, form, axis=axis, reverse=reverse)
    return "stalls" if stalls else "sequential"


def _stalls(
    values: Floats, expected: Floats, form: Format, *, axis: SupportsIndex, reverse: bool
) -> bool:
    """Whether some run of equal values spans exact results more than 2 of its last places apart."""
    actual = Lines.of(values, axis, reverse=reverse).data
    exact = Lines.of(expected, axis, reverse=reverse).data
    changed = np.ones(actual.shape, np.bool_)
    changed[:, 1:] = actual[:, 1:] != actual[:, :-1]
    start = np.maximum.accumulate(np.where(changed, np.arange(actual.shape[1]), 0), axis=1)
    with np.errstate(all="ignore"):
        moved = np.abs(exact - np.take_along_axis(exact, start, axis=1))
        exponent = np.maximum(np.frexp(actual)[1] - form.precision, form.least)
        return bool((moved > np.ldexp(2.0, exponent)).any())
