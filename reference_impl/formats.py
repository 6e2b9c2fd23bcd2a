"""The binary floating-point formats, and stored elements taken apart into integers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Words = NDArray[np.uint64]


@dataclass(frozen=True)
class Format:
    """A binary format of IEEE 754's shape: sign, exponent field, precision - 1 stored bits."""

    name: str
    width: int  # bits in all
    precision: int  # significant bits of a normal number
    least: int  # exponent of two of the smallest subnormal number

    @property
    def storage(self) -> np.dtype[Any]:
        """The unsigned integer dtype of the stored bits."""
        return np.dtype(f"uint{self.width}")

    @property
    def infinity(self) -> int:
        """The bits of positive infinity; one less is the greatest finite number."""
        return ((1 << (self.width - self.precision)) - 1) << (self.precision - 1)

    @property
    def sign(self) -> int:
        """The sign bit alone."""
        return 1 << (self.width - 1)

    @property
    def greatest_ulp(self) -> int:
        """Exponent of two of the last place of the greatest finite number."""
        return self.least + (self.infinity >> (self.precision - 1)) - 2


FORMATS = {
    name: Format(name, width, precision, least)
    for name, width, precision, least in [
        ("float16", 16, 11, -24),
        ("bfloat16", 16, 8, -133),
        ("float32", 32, 24, -149),
        ("float64", 64, 53, -1074),
    ]
}
COMPONENTS = {"complex64": "float32", "complex128": "float64"}


@dataclass(frozen=True)
class Pieces:
    """Elements as (-1)^negative * mantissa * 2^exponent; mantissa is 0 where not finite."""

    negative: Bools
    mantissa: Words
    exponent: Integers
    infinite: Bools
    nan: Bools


def stored_name(x: Array, stored: str | None = None) -> str:
    """The dtype's name that x holds: bfloat16 for uint16 with stored='bfloat16', else x's own.

    Raises TypeError if stored names anything that x cannot hold.
    """
    if stored is None or stored == x.dtype.name:
        return str(x.dtype.name)
    if stored == "bfloat16" and x.dtype == np.uint16:
        return stored
    raise TypeError(f"x has dtype {x.dtype.name}, which does not store {stored}")


def bits_of(x: Array, form: Format) -> Array:
    """x's stored bits as unsigned integers; x: the format's numpy dtype, or its storage."""
    return x if x.dtype == form.storage else x.view(form.storage)


def from_bits(bits: Array, form: Format) -> Array:
    """The elements with those bits: the format's numpy dtype, or uint16 for bfloat16."""
    bits = np.asarray(bits).astype(form.storage, copy=False)
    return bits if form.name == "bfloat16" else bits.view(form.name)


def take_apart(x: Array, name: str) -> Pieces:
    """x's elements as integers and exponents. name: bool, an integer or a real float format."""
    if name in FORMATS:
        return _take_apart_floats(x, FORMATS[name])
    negative = np.asarray(x < 0) if x.dtype.kind == "i" else np.zeros(x.shape, np.bool_)
    words = x.astype(np.int64 if x.dtype.kind == "i" else np.uint64).view(np.uint64)
    nowhere = np.zeros(x.shape, np.bool_)
    mantissa = np.where(negative, ~words + np.uint64(1), words)
    return Pieces(negative, mantissa, np.zeros(x.shape, np.int64), nowhere, nowhere)


def _take_apart_floats(x: Array, form: Format) -> Pieces:
    words = bits_of(x, form).astype(np.uint64)
    stored_bits = np.uint64(form.precision - 1)
    fraction = words & np.uint64((1 << (form.precision - 1)) - 1)
    field = (words & np.uint64(form.infinity)) >> stored_bits
    special = field == np.uint64(form.infinity >> (form.precision - 1))
    normal = (field > 0) & ~special
    mantissa = np.where(special, np.uint64(0), fraction | (normal.astype(np.uint64) << stored_bits))
    exponent = np.maximum(field.astype(np.int64) - 1, 0) + form.least
    negative = (words & np.uint64(form.sign)) != 0
    return Pieces(negative, mantissa, exponent, special & (fraction == 0), special & (fraction > 0))


def to_bfloat16(x: Array) -> NDArray[np.uint16]:
    """x rounded once to bfloat16, to nearest even, as stored bits; x: a real dtype.

    NaN stays NaN: of float32 its upper bits are kept and it is made quiet. Overflow gives infinity.
    64-bit integers are rounded to float64 first.
    """
    near = np.asarray(x) if x.dtype == np.float32 else _to_odd(np.asarray(x, np.float64))
    bits = near.view(np.uint32)
    odd = (bits >> np.uint32(16)) & np.uint32(1)
    with np.errstate(over="ignore"):
        rounded = (bits + np.uint32(0x7FFF) + odd) >> np.uint32(16)
    quiet = (bits >> np.uint32(16)) | np.uint32(0x40)
    return np.asarray(np.where(np.isnan(near), quiet, rounded), np.uint16)


def _to_odd(wide: Floats) -> NDArray[np.float32]:
    """Of the two float32 around a number that is none, the one whose last bit is set.

    It is never halfway between two bfloat16, so that the number can be rounded once more.
    """
    with np.errstate(all="ignore"):
        near = wide.astype(np.float32)
        away = np.where(near > wide, -np.inf, np.inf).astype(np.float32)
        even = (near.view(np.uint32) & np.uint32(1)) == 0
        inexact = (near != wide) & ~np.isnan(wide)
        return np.where(inexact & even, np.nextafter(near, away), near)


def from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The float32 with the same value as each stored bfloat16; exact."""
    return np.asarray((bits.astype(np.uint32) << np.uint32(16)).view(np.float32))


def as_float64(x: Array, name: str) -> Floats:
    """x's elements as float64: exact for every float format, rounded for 64-bit integers."""
    return np.asarray((from_bfloat16(x) if name == "bfloat16" else x).astype(np.float64))
