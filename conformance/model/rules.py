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
blocks     as many equal parts as there are values, each of one value throughout.

Every element follows from its number alone, so that a stretch can be made without the others.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from conformance.model.bfloat16 import to_bfloat16
from conformance.model.dtypes import COMPONENTS, DTYPES, DType

RULES = ("fill", "ramp", "harmonic", "uniform", "alternate", "blocks")

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, slots=True)
class Alternate:
    """Elements that are stored as data already, again and again. One element is the rule fill."""

    data: bytes

    def elements(self, dtype: DType, count: int) -> bytes:
        return self.stretch(dtype, 0, stop=count, count=count)

    def stretch(self, dtype: DType, start: int, *, stop: int, count: int) -> bytes:  # noqa: ARG002
        """The elements from number start up to stop, of count in all."""
        width = dtype.numpy.itemsize
        first = start % (len(self.data) // width)
        turned = self.data[first * width :] + self.data[: first * width]
        whole, rest = divmod((stop - start) * width, len(turned))
        return turned * whole + turned[:rest]

    def likeness(self, dtype: DType, start: int, *, stop: int, count: int) -> Hashable:  # noqa: ARG002
        """What two stretches have in common only if they have the same elements."""
        return start % (len(self.data) // dtype.numpy.itemsize), stop - start


@dataclass(frozen=True, slots=True)
class Blocks:
    """One after the other of the elements stored as data, each for an equal part of the whole."""

    data: bytes

    def elements(self, dtype: DType, count: int) -> bytes:
        return self.stretch(dtype, 0, stop=count, count=count)

    def stretch(self, dtype: DType, start: int, *, stop: int, count: int) -> bytes:
        """The elements from number start up to stop, of count in all."""
        width = dtype.numpy.itemsize
        side = self._side(dtype, count)
        made = []
        while start < stop:
            number = start // side
            end = min(stop, (number + 1) * side)
            made.append(self.data[number * width : (number + 1) * width] * (end - start))
            start = end
        return b"".join(made)

    def likeness(self, dtype: DType, start: int, *, stop: int, count: int) -> Hashable:
        """What two stretches have in common only if they have the same elements."""
        side = self._side(dtype, count)
        first, last = start // side, (stop - 1) // side
        return (first, stop - start) if first == last else (start, stop, None)

    def _side(self, dtype: DType, count: int) -> int:
        return max(count * dtype.numpy.itemsize // len(self.data), 1)


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


Rule = Alternate | Blocks | Ramp | Harmonic | Uniform
# The rules that a tensor of any size can be written with.
Endless = Alternate | Blocks


def stored(numbers: NDArray[Any], dtype: DType) -> bytes:
    """float64 numbers rounded once to a float dtype, as a tensor keeps them."""
    if dtype.name == "bfloat16":
        return to_bfloat16(numbers).tobytes()
    with np.errstate(all="ignore"):
        return np.asarray(numbers).astype(dtype.numpy).tobytes()


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
