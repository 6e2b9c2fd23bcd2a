"""Whether an output is what was expected. Nothing is cast, promoted, squeezed or broadcast."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conformance.decide.chunks import compare_digests
from conformance.model.case import OutputExpected
from conformance.model.outcome import NotATensor, Output
from conformance.model.tensor import DigestedTensor, RuleTensor, Tensor
from conformance.model.verdict import Mismatch

# (rtol, atol) where a documented decimal is no value of the dtype; those of torch.testing.
DEFAULT_TOLERANCE = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}
SHOWN_POSITIONS = 5


def compare(expected: OutputExpected, actual: Output) -> tuple[Mismatch, ...]:
    """Every way in which actual is not expected; empty if it is.

    Integers and bools are compared exactly, floats bit for bit where every documented value is
    exactly a value of the dtype, else within the case's tolerance, its printed decimals, or the
    dtype's default. NaN equals NaN whatever its bits; -0 equals 0 unless signed_zero. The two parts
    of complex numbers are compared like floats, each for itself. Elements of different dtypes are
    compared as numbers, so that a wrong dtype does not hide wrong values. A tensor too large to be
    kept is compared bit for bit, by the digests of its chunks.
    """
    if isinstance(actual, NotATensor):
        text = f"{expected.name} is a {actual.type}, expected a tensor: {actual.text}"
        return (Mismatch("type", text),)
    if expected.values is not None and expected.dtype is not None and actual == expected.values:
        return ()
    if isinstance(expected.values, RuleTensor) and isinstance(actual, DigestedTensor):
        return tuple(compare_digests(expected.values, actual))
    mismatches = []
    if expected.dtype is not None and actual.dtype != expected.dtype:
        mismatches.append(Mismatch("dtype", f"dtype is {actual.dtype}, expected {expected.dtype}"))
    shape = expected.shape if expected.values is None else expected.values.shape
    if shape is not None and actual.shape != shape:
        mismatches.append(Mismatch("shape", f"shape is {actual.shape}, expected {shape}"))
    elif isinstance(actual, DigestedTensor) or isinstance(expected.values, RuleTensor):
        if expected.values is not None:
            text = "values that were digested and values that were not cannot be compared"
            mismatches.append(Mismatch("values", text))
    elif expected.values is not None:
        mismatches.extend(_compare_values(expected, expected.values, actual=actual))
    return tuple(mismatches)


def describe_comparison(expected: OutputExpected) -> str:
    """How the values are compared, in one phrase: 'exactly', 'as printed to 4 decimals', ..."""
    if expected.decimals is not None:
        return f"as printed to {expected.decimals} decimals"
    tolerance = _tolerance(expected, expected.dtype)
    if tolerance is None:
        return "bit for bit" if expected.signed_zero else "exactly"
    return f"within rtol {tolerance[0]:g}, atol {tolerance[1]:g}"


def _compare_values(
    expected: OutputExpected, values: Tensor, *, actual: Tensor
) -> tuple[Mismatch, ...]:
    if values.dtype == actual.dtype:
        differs = _differing(expected, values, actual=actual)
    else:
        differs = _differing_as_numbers(expected, values, actual=actual)
    indices = np.argwhere(differs)
    if len(indices) == 0:
        return ()
    return (_values_mismatch(values, actual, indices=indices, total=differs.size),)


def _differing(expected: OutputExpected, values: Tensor, *, actual: Tensor) -> NDArray[np.bool_]:
    """Where two tensors of one dtype and shape differ: a bool array of that shape."""
    wished, found = values.numbers(), actual.numbers()
    kind = values.kind.kind
    if kind not in ("float", "complex"):
        return np.asarray(wished != found)
    tolerance = _tolerance(expected, values.dtype)
    if kind == "float":
        return _differing_floats(expected, wished, actual=found, tolerance=tolerance)
    real = _differing_floats(expected, wished.real, actual=found.real, tolerance=tolerance)
    return real | _differing_floats(expected, wished.imag, actual=found.imag, tolerance=tolerance)


def _differing_floats(
    expected: OutputExpected,
    values: NDArray[Any],
    *,
    actual: NDArray[Any],
    tolerance: tuple[float, float] | None,
) -> NDArray[np.bool_]:
    with np.errstate(all="ignore"):
        same = (values == actual) | (np.isnan(values) & np.isnan(actual))
        if expected.decimals is not None:
            # Half a unit of the last printed place; the allowance is for that bound's own rounding.
            bound = 0.5 * 10.0**-expected.decimals * (1 + 1e-9)
            same |= np.abs(actual.astype(np.float64) - values.astype(np.float64)) <= bound
        elif tolerance is not None:
            rtol, atol = tolerance
            distance = np.abs(actual.astype(np.float64) - values.astype(np.float64))
            near = distance <= atol + rtol * np.abs(values.astype(np.float64))
            same |= near & np.isfinite(values) & np.isfinite(actual)
    if expected.signed_zero:
        zero = (values == 0) & (actual == 0)
        same &= ~zero | (np.signbit(values) == np.signbit(actual))
    return np.asarray(~same)


def _tolerance(expected: OutputExpected, dtype: str | None) -> tuple[float, float] | None:
    if expected.tolerance is not None:
        return expected.tolerance
    return None if expected.exact else DEFAULT_TOLERANCE.get(dtype or "float64")


def _differing_as_numbers(
    expected: OutputExpected, values: Tensor, *, actual: Tensor
) -> NDArray[np.bool_]:
    """Where tensors of two dtypes and one shape differ as numbers, which no conversion rounds."""
    wished, found = values.numbers(), actual.numbers()
    tolerance = _tolerance(expected, actual.dtype)
    kinds = wished.dtype.kind + found.dtype.kind
    if set(kinds) <= set("iu"):
        return _differing_integers(wished, found)
    if kinds == "ff":
        wide = wished.astype(np.float64), found.astype(np.float64)
        return _differing_floats(expected, wide[0], actual=wide[1], tolerance=tolerance)
    # Python's integers and floats compare exactly with each other.
    numbers = zip(wished.ravel().tolist(), found.ravel().tolist(), strict=True)
    flat = [not _same_number(e, a, expected=expected, tolerance=tolerance) for e, a in numbers]
    return np.array(flat, dtype=np.bool_).reshape(values.shape)


def _differing_integers(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Where integers of two dtypes differ. No integer dtype of numpy has the values of int64 and of
    uint64."""
    if one.dtype.kind == other.dtype.kind:
        return np.asarray(one != other)
    signed, unsigned = (one, other) if one.dtype.kind == "i" else (other, one)
    return np.asarray((signed < 0) | (signed.astype(np.uint64) != unsigned.astype(np.uint64)))


def _same_number(
    number: complex,
    actual: complex,
    *,
    expected: OutputExpected,
    tolerance: tuple[float, float] | None,
) -> bool:
    if isinstance(number, complex) or isinstance(actual, complex):
        return all(
            _same_number(one, other, expected=expected, tolerance=tolerance)
            for one, other in ((number.real, actual.real), (number.imag, actual.imag))
        )
    if expected.dtype is None and isinstance(number, bool) != isinstance(actual, bool):
        return False
    if number != number or actual != actual:
        return number != number and actual != actual
    if number == actual:
        return not (expected.signed_zero and number == 0) or (
            math.copysign(1, number) == math.copysign(1, actual)
        )
    if math.isinf(number) or math.isinf(actual):
        return False
    if expected.decimals is not None:
        return abs(number - actual) <= 0.5 * 10.0**-expected.decimals * (1 + 1e-9)
    if tolerance is None:
        return False
    rtol, atol = tolerance
    return abs(number - actual) <= atol + rtol * abs(number)


def _values_mismatch(
    values: Tensor, actual: Tensor, *, indices: NDArray[np.intp], total: int
) -> Mismatch:
    """Counts, the greatest difference with its index, and the first differing positions."""
    pairs = zip(_at(values, indices), _at(actual, indices), strict=True)
    distances = [_distance(one, other) for one, other in pairs]
    finite = [d for d in distances if d is not None]
    count = len(indices)
    if finite:
        greatest = max(finite)
        at = indices[distances.index(greatest)].tolist()
        text = f"{count} of {total} values differ, greatest difference {greatest:.9g} at {at}"
    else:
        text = f"{count} of {total} values differ, first at {indices[0].tolist()}"
    first = [tuple(index) for index in indices[:SHOWN_POSITIONS].tolist()]
    shown = tuple((i, _element(values, i), _element(actual, i)) for i in first)
    return Mismatch("values", text, shown, weight=count / total)


def _at(tensor: Tensor, indices: NDArray[np.intp]) -> list[complex]:
    """The elements there as Python's numbers, which never overflow. indices: (count, rank)."""
    numbers: list[complex] = np.atleast_1d(tensor.numbers()[tuple(indices.T)]).tolist()
    return numbers


def _distance(expected: complex, actual: complex) -> float | None:
    """How far two numbers are apart; None where that says nothing (NaN, infinity, two zeros)."""
    difference = expected - actual
    # hypot, because abs() of a complex number raises where the distance is beyond float64.
    if isinstance(difference, complex):
        distance = math.hypot(difference.real, difference.imag)
    else:
        distance = abs(difference)
    if isinstance(distance, float) and not math.isfinite(distance):
        return None
    return distance or None


def _element(tensor: Tensor, index: tuple[int, ...]) -> Any:
    """One element as plain data, as Tensor.nested writes it."""
    scalar = tensor.array()[index]
    return Tensor(tensor.dtype, (), scalar.tobytes()).nested()
