"""The scan over an axis and its family, written as the definitions read. numpy only."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, SupportsIndex

import numpy as np
from numpy.exceptions import AxisError
from numpy.typing import DTypeLike, NDArray

from reference_impl.bfloat16 import BFLOAT16, cast, dtype_of, empty, is_bfloat16, rounding

Array = NDArray[Any]
Combine = Callable[[Array, Array], Array]
Promotion = Callable[["np.dtype[Any]"], "np.dtype[Any]"]


def keep(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """dtype itself: what a framework does that never promotes."""
    return dtype


def default_integer(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """int64 for bool and signed integers, uint64 for unsigned ones, else dtype.

    Source: cumulative_sum of the Python Array API standard 2023.12, with 64-bit default integers.
    """
    if dtype.kind in "bi":
        return np.dtype(np.int64)
    return np.dtype(np.uint64) if dtype.kind == "u" else dtype


def cumsum(
    x: Array,
    axis: SupportsIndex,
    dtype: DTypeLike | None = None,
    *,
    promotion: Promotion = default_integer,
    accumulator: Promotion = keep,
    exclusive: bool = False,
    reverse: bool = False,
) -> Array:
    """Inclusive running sum of x along axis.

    x: (..., n, ...), bool, integer, float or complex. Result: same shape, dtype if given, else x's
    dtype by promotion. dtype applies before summing (case cast-precedes-sum). Partial sums are kept
    in accumulator(dtype) and rounded to dtype once per element; integers wrap, floats round to
    nearest, bool sums are logical or. exclusive leaves x[i] itself out and starts from 0; reverse
    runs from the end. Raises AxisError if axis is outside [-ndim, ndim), and TypeError if axis is
    no integer; bool is none here.
    """
    result_dtype = promotion(dtype_of(x)) if dtype is None else np.dtype(dtype)
    return scan(
        np.add,
        cast(x, result_dtype),
        axis,
        accumulator=accumulator,
        identity=0 if exclusive else None,
        reverse=reverse,
    )


def cumprod(
    x: Array,
    axis: SupportsIndex,
    dtype: DTypeLike | None = None,
    *,
    promotion: Promotion = default_integer,
    accumulator: Promotion = keep,
    exclusive: bool = False,
    reverse: bool = False,
) -> Array:
    """Inclusive running product of x along axis.

    As cumsum, with 1 as identity; bool products are logical and. Complex products are
    (a + bi)(c + di) = (ac - bd) + (ad + bc)i as numpy's multiply computes them.
    """
    result_dtype = promotion(dtype_of(x)) if dtype is None else np.dtype(dtype)
    return scan(
        np.multiply,
        cast(x, result_dtype),
        axis,
        accumulator=accumulator,
        identity=1 if exclusive else None,
        reverse=reverse,
    )


def logcumsumexp(
    x: Array,
    axis: SupportsIndex,
    dtype: DTypeLike | None = None,
    *,
    accumulator: Promotion = keep,
    exclusive: bool = False,
    reverse: bool = False,
) -> Array:
    """log(exp(x[0]) + ... + exp(x[i])) along axis, without overflow inside.

    x: (..., n, ...), float or complex (else TypeError). Result: same shape, dtype if given, else
    x's; dtype applies before the scan. Each step is max + log1p(exp(min - max)) in
    accumulator(dtype), rounded to dtype once per element. NaN propagates, infinity gives infinity,
    -inf adds nothing and is the identity of the exclusive form (TensorFlow puts the lowest finite
    number there). A complex logarithm has its imaginary part in (-pi, pi], the first one included.
    """
    result_dtype = dtype_of(x) if dtype is None else np.dtype(dtype)
    if result_dtype.kind not in "fc" and result_dtype != BFLOAT16:
        raise TypeError(f"logcumsumexp takes floats, not {result_dtype.name}; give dtype=")
    terms, is_complex = cast(x, result_dtype), result_dtype.kind == "c"
    return scan(
        _complex_log_add_exp if is_complex else np.logaddexp,
        _principal(terms) if is_complex else terms,
        axis,
        accumulator=accumulator,
        identity=-np.inf if exclusive else None,
        reverse=reverse,
    )


def _complex_log_add_exp(a: Array, b: Array) -> Array:
    """The principal log(exp(a) + exp(b)): max + log1p(exp(min - max)), by the real parts."""
    swapped = np.real(a) < np.real(b)
    greater, smaller = np.where(swapped, b, a), np.where(swapped, a, b)
    summed = greater + np.log1p(np.exp(smaller - greater))
    # inf - inf is NaN; where the greater one is infinite it is the answer.
    infinite = np.isinf(np.real(greater)) & ~np.isnan(smaller)
    return _principal(np.asarray(np.where(infinite, greater, summed)))


def _principal(x: Array) -> Array:
    """x with its imaginary parts brought into (-pi, pi] by multiples of 2 pi."""
    beyond = np.abs(x.imag) > np.pi
    turned = np.arctan2(np.sin(x.imag), np.cos(x.imag))
    principal = x.copy()
    principal.imag = np.where(beyond, turned, x.imag)
    return np.asarray(principal)


def scan(
    combine: Combine,
    x: Array,
    axis: SupportsIndex,
    *,
    accumulator: Promotion = keep,
    identity: complex | None = None,
    reverse: bool = False,
) -> Array:
    """y with y[0] = x[0] and y[i] = combine(y[i - 1], x[i]) along axis.

    x: (..., n, ...), a Bfloat16 for that dtype. Result: same shape and dtype as x; y[i - 1] is held
    in accumulator(x's dtype).
    With an identity the scan is exclusive: y[0] = identity and y[i] = combine(y[i - 1], x[i - 1]).
    reverse runs from the last element to the first. Raises as cumsum does.
    """
    number = valid_axis(axis, x.ndim)
    result = empty(x.shape, dtype_of(x))
    elements, along = np.moveaxis(x, number, 0), np.moveaxis(result, number, 0)
    if len(elements) == 0:
        return result
    if reverse:
        elements, along = elements[::-1], along[::-1]
    if identity is not None:
        first = np.full_like(elements[:1], identity)
        elements = np.concatenate([first, elements[:-1]])
    terms = cast(elements, accumulator(dtype_of(x)))
    # Overflow is an answer of the scan, not an accident to warn about.
    with np.errstate(all="ignore"):
        along[...] = _accumulated(combine, terms)
    return result


def _accumulated(combine: Combine, terms: Array) -> Array:
    """y with y[0] = terms[0] and y[i] = combine(y[i - 1], terms[i])."""
    if isinstance(combine, np.ufunc):
        if is_bfloat16(terms):
            return accumulated(rounding(combine), np.asarray(terms))
        if terms.dtype.kind != "c":
            # numpy's own loop, which is the same bit for bit. Of complex numbers it is not: it
            # contracts multiplications and additions there.
            return np.asarray(combine.accumulate(terms, axis=0, dtype=terms.dtype))
    return accumulated(combine, terms)


def accumulated(combine: Combine, terms: Array) -> Array:
    """The definition as it reads, for any combine."""
    result = empty(terms.shape, dtype_of(terms))
    partial = terms[0]
    result[0] = partial
    for i in range(1, len(terms)):
        partial = combine(partial, terms[i])
        result[i] = partial
    return result


def valid_axis(axis: SupportsIndex, ndim: int) -> int:
    """axis as an int. The order of the checks is the order of the errors."""
    if isinstance(axis, (bool, np.bool_)):
        raise TypeError(f"axis must be an integer, not {axis!r}")
    try:
        number = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an integer, not {axis!r}") from None
    if not -ndim <= number < ndim:
        raise AxisError(number, ndim)
    return number
