"""A tensor as a value: what a case writes, what a worker sends back."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conformance.model.bfloat16 import from_bfloat16, to_bfloat16
from conformance.model.dtypes import DTYPES, DType
from conformance.model.rules import Endless, Rule

# Elements of a tensor that is too large to be kept whole are taken this many at a time.
CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Tensor:
    """dtype name, shape, and the elements as little-endian bytes in C order.

    Two tensors are equal when they are the same bit for bit: NaN equals the same NaN, -0 is not 0.
    rule: by which a case writes it, None where it lists the elements.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes
    rule: Rule | None = field(default=None, compare=False, repr=False)

    @classmethod
    def of(cls, array: NDArray[Any], dtype: str) -> Tensor:
        """The tensor of array; array must already be stored as dtype (nothing is cast here)."""
        stored = DTYPES[dtype].numpy
        if array.dtype.newbyteorder("<") != stored:
            raise TypeError(f"array is {array.dtype}, expected {stored}")
        return cls(dtype, array.shape, array.astype(stored, copy=False).tobytes())

    @property
    def kind(self) -> DType:
        return DTYPES[self.dtype]

    def array(self) -> NDArray[Any]:
        """A read-only numpy view of the elements as stored, in shape; of the bits for bfloat16."""
        return np.frombuffer(self.data, DTYPES[self.dtype].numpy).reshape(self.shape)

    def numbers(self) -> NDArray[Any]:
        """The elements as an array that can be computed with: bfloat16 as float32, exactly."""
        array = self.array()
        return from_bfloat16(array) if self.dtype == "bfloat16" else array

    def nested(self) -> Any:
        """The elements as nested lists of Python numbers, floats in the shortest form that reads
        back as the same element; a bare number for 0-d. Not-a-number and the infinities are the
        strings 'nan', 'inf' and '-inf', so that strict JSON can hold them, and complex numbers
        strings that Python's complex() reads: '1+2j', 'nan-infj'."""
        kind = DTYPES[self.dtype].kind
        if kind == "complex":
            return _fold(_complex_texts(self.array().ravel()), self.shape)
        if kind != "float":
            return self.array().tolist()
        return _fold(_shortest(self.numbers().ravel(), self.dtype), self.shape)


@dataclass(frozen=True, slots=True)
class RuleTensor:
    """A tensor too large to be kept: dtype name, shape, and the rule that says every element."""

    dtype: str
    shape: tuple[int, ...]
    rule: Endless

    @property
    def kind(self) -> DType:
        return DTYPES[self.dtype]

    @property
    def count(self) -> int:
        return prod(self.shape)

    @property
    def listed(self) -> Tensor:
        """The values that the rule lists, as a tensor of one axis."""
        data = self.rule.data
        return Tensor(self.dtype, (len(data) // self.kind.numpy.itemsize,), data)

    def stretch(self, start: int, stop: int) -> Tensor:
        """The elements from number start up to stop, as a tensor of one axis."""
        data = self.rule.stretch(self.kind, start, stop=stop, count=self.count)
        return Tensor(self.dtype, (stop - start,), data)

    def digests(self, chunk: int) -> tuple[str, ...]:
        """The SHA-256 of every chunk's bytes, in hexadecimal; chunks that are alike cost one."""
        known: dict[Hashable, str] = {}
        made = []
        for start, stop in stretches(self.count, chunk):
            key = self.rule.likeness(self.kind, start, stop=stop, count=self.count)
            if key not in known:
                known[key] = sha256(self.stretch(start, stop).data).hexdigest()
            made.append(known[key])
        return tuple(made)


@dataclass(frozen=True, slots=True)
class DigestedTensor:
    """What is known of a tensor too large to be sent: dtype name, shape, and what was measured.

    chunk: elements of each chunk but the last; digests: the SHA-256 of every chunk's bytes, in
    hexadecimal. head, tail: the first and the last few elements. differing: the number and the
    elements of the first chunk that is not what was expected, None where all are.
    """

    dtype: str
    shape: tuple[int, ...]
    chunk: int
    digests: tuple[str, ...]
    head: Tensor
    tail: Tensor
    differing: tuple[int, Tensor] | None = None


def stretches(count: int, chunk: int) -> Iterator[tuple[int, int]]:
    """(start, stop) of every chunk of count elements."""
    return ((start, min(start + chunk, count)) for start in range(0, count, chunk))


def digest_of(digests: Sequence[str]) -> str:
    """One digest for all chunks: the SHA-256 of theirs, one after the other, as text."""
    return sha256("".join(digests).encode()).hexdigest()


def _shortest(flat: NDArray[Any], dtype: str) -> list[Any]:
    """Flat elements of a float dtype as Python numbers, or as words where they are not finite."""
    numbers: list[Any] = flat.tolist()
    if dtype != "float64" and not all(map(float.is_integer, numbers)):
        if dtype == "bfloat16":
            numbers = _shortest_bfloat16(numbers)
        else:
            # A float32 0.1 is 0.10000000149011612 as a float; its own str is the shortest.
            numbers = [float(str(v)) for v in flat]
    if not np.isfinite(flat).all():
        numbers = [v if v - v == 0 else str(v) for v in numbers]
    return numbers


def _shortest_bfloat16(numbers: list[float]) -> list[float]:
    """For each bfloat16 number the one of fewest digits that rounds to it."""
    found = [float(f"{number:.4g}") for number in numbers]
    for digits in (3, 2, 1):
        near = [float(f"{number:.{digits}g}") for number in numbers]
        # All at once: one by one it takes forty times as long.
        fits = from_bfloat16(to_bfloat16(np.array(near))) == np.array(numbers)
        found = [n if fit else f for n, fit, f in zip(near, fits, found, strict=True)]
    return found


def _complex_texts(flat: NDArray[Any]) -> list[str]:
    part = "float64" if flat.dtype.itemsize == 16 else "float32"
    pairs = zip(_shortest(flat.real, part), _shortest(flat.imag, part), strict=True)
    return [f"{_text(real)}{_text(imaginary, sign=True)}j" for real, imaginary in pairs]


def _text(part: Any, *, sign: bool = False) -> str:
    """Half a complex number: 1, -0, 0.5, nan; with its sign in any case where asked for."""
    text = str(part).removesuffix(".0")
    return f"+{text}" if sign and not text.startswith("-") else text


def _fold(flat: list[Any], shape: tuple[int, ...]) -> Any:
    """flat (row-major) as nested lists of shape; inverse of ravel."""
    if not shape:
        return flat[0]
    if len(shape) == 1:
        return flat
    if 0 in shape:
        return np.empty(shape).tolist()
    step = len(flat) // shape[0]
    return [_fold(flat[i : i + step], shape[1:]) for i in range(0, len(flat), step)]
