"""The dtypes of tensors, named as the Python Array API standard names them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

Kind = Literal["bool", "signed", "unsigned", "float", "complex"]


@dataclass(frozen=True, slots=True)
class DType:
    """One element type. numpy is the little-endian dtype that stores it: for bfloat16, which numpy
    does not have, that of its bits."""

    name: str
    kind: Kind
    bits: int
    numpy: np.dtype[np.generic]

    @property
    def is_integer(self) -> bool:
        return self.kind in ("signed", "unsigned")

    @property
    def bounds(self) -> tuple[int, int]:
        """Least and greatest value of an integer dtype, both inclusive."""
        if self.kind == "signed":
            return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1
        return 0, (1 << self.bits) - 1


def _dtype(name: str, kind: Kind, *, bits: int, code: str) -> DType:
    return DType(name, kind, bits, np.dtype(code))


DTYPES: dict[str, DType] = {
    dtype.name: dtype
    for dtype in (
        _dtype("bool", "bool", bits=8, code="|b1"),
        _dtype("int8", "signed", bits=8, code="|i1"),
        _dtype("int16", "signed", bits=16, code="<i2"),
        _dtype("int32", "signed", bits=32, code="<i4"),
        _dtype("int64", "signed", bits=64, code="<i8"),
        _dtype("uint8", "unsigned", bits=8, code="|u1"),
        _dtype("uint16", "unsigned", bits=16, code="<u2"),
        _dtype("uint32", "unsigned", bits=32, code="<u4"),
        _dtype("uint64", "unsigned", bits=64, code="<u8"),
        _dtype("float16", "float", bits=16, code="<f2"),
        _dtype("bfloat16", "float", bits=16, code="<u2"),
        _dtype("float32", "float", bits=32, code="<f4"),
        _dtype("float64", "float", bits=64, code="<f8"),
        _dtype("complex64", "complex", bits=64, code="<c8"),
        _dtype("complex128", "complex", bits=128, code="<c16"),
    )
}

# Where a dtype is asked for: that of the tensor x.
SAME_AS_X = "same-as-x"
# The dtype of the two parts of a complex number.
COMPONENTS = {"complex64": "float32", "complex128": "float64"}
# What a numpy scalar that is an argument can have: numpy has no bfloat16, JSON no complex number.
SCALAR_DTYPES = {
    name: dtype for name, dtype in DTYPES.items() if name != "bfloat16" and dtype.kind != "complex"
}
