"""bfloat16 for scans written with numpy, which does not have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from reference_impl.formats import Array, from_bfloat16, to_bfloat16

# Stands for the dtype wherever one is given. No array has it: an array of bfloat16 is a Bfloat16.
BFLOAT16: np.dtype[Any] = np.dtype([("bfloat16", np.uint16)])


class Bfloat16(np.ndarray[Any, np.dtype[Any]]):
    """An array of float32 whose elements are numbers of bfloat16.

    An operation is done in float32 and rounded to bfloat16, to nearest even, as numpy does those on
    float16: for +, -, *, / that gives the correctly rounded result, float32 having more than twice
    the bits. Elements that are assigned are rounded. An array of another dtype than float32 has
    become an ordinary one.
    """

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        given = options.pop("out", None)
        if given is not None:
            options["out"] = tuple(map(_plain, given))
        result = getattr(ufunc, method)(*map(_plain, inputs), **options)
        if given is not None:
            for one in given:
                one[...] = _plain(one)  # which rounds it, if it is of this class
            return given[0] if len(given) == 1 else given
        return tuple(map(_rounded, result)) if isinstance(result, tuple) else _rounded(result)

    def __getitem__(self, key: Any) -> Any:
        item = super().__getitem__(key)
        # A scalar would be one of float32.
        return np.asarray(item).view(Bfloat16) if isinstance(item, np.float32) else item

    def __setitem__(self, key: Any, value: Any) -> None:
        if self.dtype == np.float32 and not is_bfloat16(value):
            value = bfloat16(np.asarray(value))
        super().__setitem__(key, value)


def bfloat16(x: Array) -> Bfloat16:
    """x rounded to bfloat16, to nearest even; x: bool, integers or floats."""
    return of_bits(to_bfloat16(_plain(x)))


def of_bits(bits: Array) -> Bfloat16:
    """The array with those bits, of dtype uint16."""
    return from_bfloat16(bits).view(Bfloat16)


def is_bfloat16(x: object) -> bool:
    """True if x is an array of bfloat16."""
    return isinstance(x, Bfloat16) and x.dtype == np.float32


def dtype_named(name: str) -> np.dtype[Any]:
    """numpy's dtype of that name, or BFLOAT16. TypeError if there is none."""
    return BFLOAT16 if name == "bfloat16" else np.dtype(name)


def dtype_of(x: Array) -> np.dtype[Any]:
    """x's dtype; BFLOAT16 for an array of that."""
    return BFLOAT16 if is_bfloat16(x) else x.dtype


def cast(x: Array, dtype: DTypeLike) -> Array:
    """x in dtype, which may be BFLOAT16."""
    if np.dtype(dtype) == BFLOAT16:
        return x if is_bfloat16(x) else bfloat16(x)
    return np.asarray(_plain(x).astype(dtype))


def empty(shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """An array of any content of dtype, which may be BFLOAT16."""
    if dtype == BFLOAT16:
        return np.empty(shape, np.float32).view(Bfloat16)
    return np.empty(shape, dtype)


def rounding(combine: np.ufunc) -> Callable[[Array, Array], Array]:
    """combine of plain float32 that are numbers of bfloat16, rounded to bfloat16: what it does with
    a Bfloat16, without the detour that the class takes at every operation."""
    low, one, upper = np.uint32(0x7FFF), np.uint32(1), np.uint32(0xFFFF0000)
    places = np.uint32(16)

    def rounded(a: Array, b: Array) -> Array:
        # A NaN that comes of numbers of bfloat16 has nothing in its lower half, and stays.
        bits = combine(a, b).view(np.uint32)
        nearest: Array = ((bits + low + ((bits >> places) & one)) & upper).view(np.float32)
        return nearest

    return rounded


def _plain(x: Any) -> Any:
    return x.view(np.ndarray) if isinstance(x, Bfloat16) else x


def _rounded(result: Any) -> Any:
    """A float32 result as bfloat16; anything else as it is."""
    return bfloat16(np.asarray(result)) if getattr(result, "dtype", None) == np.float32 else result
