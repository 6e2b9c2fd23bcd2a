"""Whether a tensor too large to be sent is what was expected, by the digests of its chunks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from conformance.model.tensor import DigestedTensor, RuleTensor, Tensor, stretches
from conformance.model.verdict import Mismatch

Numbers = NDArray[np.intp]
Position = tuple[tuple[int, ...], object, object]

SHOWN_POSITIONS = 5


def compare_digests(expected: RuleTensor, actual: DigestedTensor) -> Iterator[Mismatch]:
    """Every way in which actual is not expected, bit for bit; of values, the chunks that differ and
    what is wrong in the first of them."""
    if actual.dtype != expected.dtype:
        yield Mismatch("dtype", f"dtype is {actual.dtype}, expected {expected.dtype}")
    if actual.shape != expected.shape:
        yield Mismatch("shape", f"shape is {actual.shape}, expected {expected.shape}")
    if actual.dtype == expected.dtype and actual.shape == expected.shape:
        yield from _compare_values(expected, actual)


def _compare_values(expected: RuleTensor, actual: DigestedTensor) -> Iterator[Mismatch]:
    digests = expected.digests(actual.chunk)
    pairs = zip(digests, actual.digests, strict=True)
    wrong = [number for number, (wished, found) in enumerate(pairs) if wished != found]
    if not wrong:
        return
    text = f"{len(wrong)} of {len(digests)} chunks of {actual.chunk:,} values differ"
    positions: tuple[Position, ...] = ()
    if actual.differing is not None and actual.differing[0] == wrong[0]:
        number, found = actual.differing
        start, stop = list(stretches(expected.count, actual.chunk))[number]
        right = expected.stretch(start, stop)
        where = _differing(right, found)
        how, at = _greatest(right, found, where)
        text += f"; in the first of them {len(where):,} of {stop - start:,}"
        text += f", {how} at {list(_index(start + at, expected))}"
        positions = tuple(
            (_index(start + int(i), expected), _element(right, int(i)), _element(found, int(i)))
            for i in where[:SHOWN_POSITIONS]
        )
    yield Mismatch("values", text, positions, weight=len(wrong) / len(digests))


def _differing(wished: Tensor, found: Tensor) -> Numbers:
    """The numbers of the elements that are not the same bit for bit."""
    width = wished.kind.numpy.itemsize
    rows = [np.frombuffer(one.data, np.uint8).reshape(-1, width) for one in (wished, found)]
    return np.flatnonzero((rows[0] != rows[1]).any(axis=1))


def _greatest(wished: Tensor, found: Tensor, where: Numbers) -> tuple[str, int]:
    """(how the greatest difference is told, the number of its element); of numbers that have none,
    the first that differs."""
    kind = wished.kind.kind
    one, other = wished.numbers()[where], found.numbers()[where]
    if kind in ("signed", "unsigned"):
        # The distance of two integers always fits the unsigned dtype of their width.
        unsigned = np.dtype(f"u{one.dtype.itemsize}")
        distances = np.maximum(one, other).view(unsigned) - np.minimum(one, other).view(unsigned)
        at = int(np.argmax(distances))
        return f"greatest difference {distances[at]}", int(where[at])
    if kind in ("float", "complex"):
        with np.errstate(all="ignore"):
            wide = np.complex128 if kind == "complex" else np.float64
            far = np.abs(one.astype(wide) - other.astype(wide))
        at = int(np.argmax(np.where(np.isfinite(far), far, -1.0)))
        if np.isfinite(far[at]) and far[at] > 0:
            return f"greatest difference {far[at]:.9g}", int(where[at])
    return "first", int(where[0])


def _index(number: int, tensor: RuleTensor) -> tuple[int, ...]:
    """Where in tensor the element of that number is."""
    index = []
    for side in reversed(tensor.shape):
        number, rest = divmod(number, side)
        index.append(rest)
    return tuple(reversed(index))


def _element(tensor: Tensor, number: int) -> object:
    width = tensor.kind.numpy.itemsize
    start = number * width
    return Tensor(tensor.dtype, (), tensor.data[start : start + width]).nested()
