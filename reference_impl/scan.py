"""The scan over an axis and its family, written as the definitions read. numpy only."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, SupportsIndex

import numpy as np
from numpy.exceptions import AxisError
from numpy.typing import DTypeLike, NDArray

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
    result_dtype = promotion(x.dtype) if dtype is None else np.dtype(dtype)
    return scan(
        np.add,
        x.astype(result_dtype),
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
    result_dtype = promotion(x.dtype) if dtype is None else np.dtype(dtype)
    return scan(
        np.multiply,
        x.astype(result_dtype),
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

    x: (..., n, ...), float (else TypeError). Result: same shape, dtype if given, else x's; dtype
    applies before the scan. Each step is max + log1p(exp(min - max)) in accumulator(dtype), rounded
    to dtype once per element. NaN propagates, infinity gives infinity, -inf adds nothing and is
    the identity of the exclusive form (TensorFlow puts the lowest finite number there).
    """
    result_dtype = x.dtype if dtype is None else np.dtype(dtype)
    if result_dtype.kind != "f":
        raise TypeError(f"logcumsumexp takes floats, not {result_dtype.name}; give dtype=")
    return scan(
        log_add_exp,
        x.astype(result_dtype),
        axis,
        accumulator=accumulator,
        identity=-np.inf if exclusive else None,
        reverse=reverse,
    )


def log_add_exp(a: Array, b: Array) -> Array:
    """log(exp(a) + exp(b)) in the dtype of a and b: max + log1p(exp(min - max))."""
    greater, smaller = np.maximum(a, b), np.minimum(a, b)
    # inf - inf is NaN; where the greater one is infinite it is the answer.
    with np.errstate(invalid="ignore"):
        summed = greater + np.log1p(np.exp(smaller - greater))
    return np.asarray(np.where(np.isinf(greater), greater, summed).astype(a.dtype))


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

    x: (..., n, ...). Result: same shape and dtype as x; y[i - 1] is held in accumulator(x.dtype).
    With an identity the scan is exclusive: y[0] = identity and y[i] = combine(y[i - 1], x[i - 1]).
    reverse runs from the last element to the first. Raises as cumsum does.
    """
    number = valid_axis(axis, x.ndim)
    result = np.empty(x.shape, x.dtype)
    elements, along = np.moveaxis(x, number, 0), np.moveaxis(result, number, 0)
    if len(elements) == 0:
        return result
    if reverse:
        elements, along = elements[::-1], along[::-1]
    if identity is not None:
        first = np.full_like(elements[:1], identity)
        elements = np.concatenate([first, elements[:-1]])
    terms = elements.astype(accumulator(x.dtype), copy=False)
    # Overflow is an answer of the scan, not an accident to warn about.
    with np.errstate(all="ignore"):
        partial = terms[0]
        along[0] = partial
        for i in range(1, len(terms)):
            partial = combine(partial, terms[i])
            along[i] = partial
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
