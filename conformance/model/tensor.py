"""A tensor as a value: what a case writes, what a worker sends back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

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
        """A read-only numpy view of the elements, in shape and dtype."""
        return np.frombuffer(self.data, DTYPES[self.dtype].numpy).reshape(self.shape)

    def nested(self) -> Any:
        """The elements as nested lists of Python numbers, floats in the shortest form that reads
        back as the same element; a bare number for 0-d. Not-a-number and the infinities are the
        strings 'nan', 'inf' and '-inf', so that strict JSON can hold them."""
        array = self.array()
        if DTYPES[self.dtype].kind != "float":
            return array.tolist()
        flat = array.ravel()
        numbers: list[Any] = flat.tolist()
        if self.dtype != "float64" and not all(map(float.is_integer, numbers)):
            # A float32 0.1 is 0.10000000149011612 as a float; its own str is the shortest.
            numbers = [float(str(v)) for v in flat]
        if not np.isfinite(flat).all():
            numbers = [v if v - v == 0 else str(v) for v in numbers]
        return _fold(numbers, self.shape)


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
