"""The exact result of a call, and how far an outcome is from it.

Results of the oracle are expensive for long inputs and the same for every API and target, so an
Oracle remembers them for as long as its owner keeps it. The arithmetic is reference_impl's; it is
imported when it is first asked, because most runs of a few cases never do.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from conformance.model.case import Call, DTypeName, LaidOut
from conformance.model.tensor import Tensor
from conformance.model.verdict import Accuracy

if TYPE_CHECKING:
    from reference_impl.accuracy import Bounds
    from reference_impl.exact import Exact

# Elements from which on a result is long enough to show how its error grows.
CURVE_FROM = 64

# The operations that have an oracle.
ORACLES = ("cumprod", "cumsum", "logcumsumexp")


class Oracle:
    """Exact results of calls, each computed once; and how far from them is what was returned, which
    several APIs and targets return bit for bit."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Call], tuple[Exact, Bounds | None]] = {}
        self._measured: dict[tuple[str, Call, str, bytes], Accuracy | None] = {}

    def accuracy(self, op: str, call: Call, *, actual: Tensor) -> Accuracy | None:
        """How far actual, the only output of call, is from the exact result rounded to its dtype.

        None if actual has no elements. What has no ULP (integers, bools, complex numbers) is
        'correctly-rounded' or 'inexact'. Raises KeyError for an operation without an oracle.
        """
        key = (op, call, actual.dtype, sha256(actual.data).digest())
        if key not in self._measured:
            self._measured[key] = self._measure(op, call, actual)
        return self._measured[key]

    def _measure(self, op: str, call: Call, actual: Tensor) -> Accuracy | None:
        from reference_impl.accuracy import classify
        from reference_impl.ulp import greatest_error, ulp_error

        key = (op, call)
        if key not in self._known:
            self._known[key] = _exact(op, call, dtype=actual.dtype)
        exact, bounds = self._known[key]
        errors = ulp_error(actual.array(), exact)
        greatest = greatest_error(errors)
        if greatest is None:
            return None
        if bounds is None:
            name: str = "inexact" if greatest.error > 0.5 else "correctly-rounded"
        else:
            _, axis = _arguments(call)
            direction = _flag(call, "reverse")
            name = classify(
                actual.array(), exact, bounds=bounds, axis=axis, reverse=direction, errors=errors
            )
        return Accuracy(greatest.error, greatest.index, name, _curve(errors))


def _curve(errors: NDArray[np.float64]) -> tuple[tuple[int, float], ...]:
    """The greatest error per stretch of a result with one axis; stretches grow by a fifth."""
    if errors.ndim != 1 or len(errors) < CURVE_FROM:
        return ()
    edges = [0]
    while edges[-1] < len(errors):
        edges.append(min(len(errors), max(edges[-1] + 1, edges[-1] * 6 // 5)))
    greatest = np.maximum.reduceat(errors, edges[:-1])
    return tuple((edge - 1, float(f"{e:.3g}")) for edge, e in zip(edges[1:], greatest, strict=True))


def _exact(op: str, call: Call, *, dtype: str) -> tuple[Exact, Bounds | None]:
    """The exact result of call rounded to dtype, and the errors that can be explained."""
    from reference_impl import accuracy
    from reference_impl.exact import exact_cumprod, exact_cumsum, exact_logcumsumexp

    x, axis = _arguments(call)
    array: NDArray[Any] = x.array()
    compute = {
        "cumprod": exact_cumprod,
        "cumsum": exact_cumsum,
        "logcumsumexp": exact_logcumsumexp,
    }[op]
    exclusive, reverse = _flag(call, "exclusive"), _flag(call, "reverse")
    exact = compute(array, axis, stored=x.dtype, dtype=dtype, exclusive=exclusive, reverse=reverse)
    if len(exact.parts) != 1:
        return exact, None
    if op == "cumsum":
        return exact, accuracy.sum_bounds(array, exact, axis, exclusive=exclusive, reverse=reverse)
    bounds = accuracy.product_bounds if op == "cumprod" else accuracy.log_sum_bounds
    return exact, bounds(exact, axis, reverse=reverse)


def _flag(call: Call, name: str) -> bool:
    """Whether an option of the scan is asked for, such as reverse."""
    return dict(call.arguments).get(name, False) is True


def _arguments(call: Call) -> tuple[Tensor, int]:
    """(x, axis) of a scan's call; x as it is summed: in the dtype that is asked for."""
    given = dict(call.arguments)
    x, axis = given["x"], given["axis"]
    if isinstance(x, LaidOut):
        x = x.tensor
    if not isinstance(x, Tensor) or not isinstance(axis, int):
        raise TypeError("the oracle takes a tensor x and an integer axis")
    if isinstance(given.get("dtype"), DTypeName) and given["dtype"] != DTypeName(x.dtype):
        raise TypeError("the oracle takes no dtype: it judges the sum, not the cast before it")
    return x, axis
