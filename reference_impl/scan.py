"""The inclusive scan over an axis, written as its definition reads. numpy only."""

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
) -> Array:
    """Inclusive running sum of x along axis.

    x: (..., n, ...), bool, integer or float. Result: same shape, dtype if given, else x's dtype by
    promotion. dtype applies before summing (case cast-precedes-sum). Partial sums are kept in
    accumulator(dtype) and rounded to dtype once per element; integers wrap, floats round to
    nearest, bool sums are logical or. Raises AxisError if axis is outside [-ndim, ndim), and
    TypeError if axis is no integer; bool is none here.
    """
    result_dtype = promotion(x.dtype) if dtype is None else np.dtype(dtype)
    return scan(np.add, x.astype(result_dtype), axis, accumulator=accumulator)


def scan(
    combine: Combine, x: Array, axis: SupportsIndex, *, accumulator: Promotion = keep
) -> Array:
    """y with y[0] = x[0] and y[i] = combine(y[i - 1], x[i]) along axis.

    x: (..., n, ...). Result: same shape and dtype as x; y[i - 1] is held in accumulator(x.dtype).
    Raises as cumsum does.
    """
    elements = np.moveaxis(x, _valid_axis(axis, x.ndim), 0)
    result = np.empty(x.shape, x.dtype)
    along = np.moveaxis(result, _valid_axis(axis, x.ndim), 0)
    if len(elements) == 0:
        return result
    wide = accumulator(x.dtype)
    partial = elements[0].astype(wide)
    # Overflow is an answer of the scan, not an accident to warn about.
    with np.errstate(all="ignore"):
        along[0] = partial
        for i in range(1, len(elements)):
            partial = combine(partial, elements[i].astype(wide, copy=False))
            along[i] = partial
    return result


def _valid_axis(axis: SupportsIndex, ndim: int) -> int:
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
