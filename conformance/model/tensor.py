"""A tensor as a value: what a case writes, what a worker sends back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conformance.model.bfloat16 import from_bfloat16, to_bfloat16
from conformance.model.dtypes import DTYPES, DType


@dataclass(frozen=True, slots=True)
class Tensor:
    """dtype name, shape, and the elements as little-endian bytes in C order.

    Two tensors are equal when they are the same bit for bit: NaN equals the same NaN, -0 is not 0.
    """

    dtype: str
    shape: tuple[int, ...]
    data: bytes

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


def stored(numbers: NDArray[Any], dtype: DType) -> bytes:
    """float64 numbers rounded once to a float dtype, as a tensor keeps them."""
    if dtype.name == "bfloat16":
        return to_bfloat16(numbers).tobytes()
    with np.errstate(all="ignore"):
        return np.asarray(numbers).astype(dtype.numpy).tobytes()


def _shortest(flat: NDArray[Any], dtype: str) -> list[Any]:
    """Flat elements of a float dtype as Python numbers, or as words where they are not finite."""
    numbers: list[Any] = flat.tolist()
    if dtype != "float64" and not all(map(float.is_integer, numbers)):
        if dtype == "bfloat16":
            numbers = list(map(_shortest_bfloat16, numbers))
        else:
            # A float32 0.1 is 0.10000000149011612 as a float; its own str is the shortest.
            numbers = [float(str(v)) for v in flat]
    if not np.isfinite(flat).all():
        numbers = [v if v - v == 0 else str(v) for v in numbers]
    return numbers


def _shortest_bfloat16(number: float) -> float:
    """The number of fewest digits that rounds to the bfloat16 number."""
    for digits in range(1, 4):
        near = float(f"{number:.{digits}g}")
        if from_bfloat16(to_bfloat16(np.array(near))) == number:
            return near
    return float(f"{number:.4g}") if number - number == 0 else number


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
