"""Tensors by rule: elements that every interpreter and numpy version makes bit for bit the same.

Element i is the one with that number, from 0, in row-major order. Arithmetic is IEEE double
precision, one operation after the other, each rounded to nearest even; what comes out is rounded
once more to the dtype. Integers are computed exactly. No library's random generator is asked.

fill       every element is the value.
ramp       start + i * step: the product is rounded, then the sum.
harmonic   1 / (i + 1).
uniform    output(seed, i) is SplitMix64's output number i (Steele, Lea, Flood 2014), modulo 2^64:
               z = seed + (i + 1) * 0x9E3779B97F4A7C15
               z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9
               z = (z ^ (z >> 27)) * 0x94D049BB133111EB
               output = z ^ (z >> 31)
           floats: low + u * (high - low), where u is the upper 53 bits of output(seed, i) as a
           fraction of 2^53; integers: low + output(seed, i) mod (high - low + 1), so that high can
           occur. Element i of a complex dtype has the numbers 2 i and 2 i + 1 as its parts.
alternate  the values one after the other, again and again: value number i mod their count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conformance.model.dtypes import COMPONENTS, DTYPES, DType
from conformance.model.tensor import stored

MAX_BY_RULE = 1 << 22
RULES = ("fill", "ramp", "harmonic", "uniform", "alternate")

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Alternate:
    """Elements that are stored as data already, again and again. One element is the rule fill."""

    data: bytes

    def elements(self, dtype: DType, count: int) -> bytes:
        width = dtype.numpy.itemsize
        whole, rest = divmod(count, max(len(self.data) // width, 1))
        return self.data * whole + self.data[: rest * width]


@dataclass(frozen=True, slots=True)
class Ramp:
    start: int | float
    step: int | float

    def elements(self, dtype: DType, count: int) -> bytes:
        """dtype: integer (both ends must fit it) or float."""
        if dtype.is_integer:
            # Modulo 2^64, which is exact because every element fits.
            words = _words(self.start) + _words(self.step) * np.arange(count, dtype=np.uint64)
            return words.astype(dtype.numpy).tobytes()
        steps = np.arange(count, dtype=np.float64) * np.float64(self.step)
        return stored(np.float64(self.start) + steps, dtype)

    def ends(self, count: int) -> tuple[int | float, int | float]:
        """The first and the last element, before they are stored."""
        return self.start, self.start + self.step * max(count - 1, 0)


@dataclass(frozen=True, slots=True)
class Harmonic:
    def elements(self, dtype: DType, count: int) -> bytes:
        """dtype: float."""
        return stored(1.0 / np.arange(1, count + 1, dtype=np.float64), dtype)


@dataclass(frozen=True, slots=True)
class Uniform:
    seed: int
    low: int | float
    high: int | float

    def elements(self, dtype: DType, count: int) -> bytes:
        """dtype: integer (low and high must fit it), float or complex."""
        part = COMPONENTS.get(dtype.name)
        if part is not None:
            return self.elements(DTYPES[part], 2 * count)
        words = splitmix64(self.seed, count)
        if dtype.is_integer:
            span = int(self.high) - int(self.low) + 1
            if span < 1 << 64:
                words = words % np.uint64(span)
            return (_words(self.low) + words).astype(dtype.numpy).tobytes()
        fractions = (words >> np.uint64(11)).astype(np.float64) * 2.0**-53
        low, high = np.float64(self.low), np.float64(self.high)
        return stored(low + fractions * (high - low), dtype)


Rule = Alternate | Ramp | Harmonic | Uniform


def splitmix64(seed: int, count: int) -> NDArray[np.uint64]:
    """The first count outputs of SplitMix64 from seed."""
    numbers = np.arange(1, count + 1, dtype=np.uint64)
    z = _words(seed) + numbers * _GOLDEN
    z = (z ^ (z >> np.uint64(30))) * _FIRST
    z = (z ^ (z >> np.uint64(27))) * _SECOND
    return np.asarray(z ^ (z >> np.uint64(31)))


def _words(number: int | float) -> NDArray[Any]:
    """An integer modulo 2^64, as an array of one: scalars would warn when they wrap."""
    return np.array([int(number) % (1 << 64)], np.uint64)
