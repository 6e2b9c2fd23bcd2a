"""bfloat16, the upper half of float32, which numpy does not have: its bits are kept in uint16."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_bfloat16(numbers: NDArray[Any]) -> NDArray[np.uint16]:
    """The bits of float32 or float64 numbers rounded once to bfloat16, to nearest even.

    What is too great becomes infinite; NaN becomes the usual quiet one.
    """
    shape = np.shape(numbers)
    wide = np.asarray(numbers, np.float64).reshape(-1)
    with np.errstate(all="ignore"):
        near = wide.astype(np.float32)
        # Rounded to odd first: of the two float32 around a number that is none, the one whose last
        # bit is set is never half-way between two bfloat16.
        even = (near.view(np.uint32) & np.uint32(1)) == 0
        inexact = near.astype(np.float64) != wide
        away = np.where(near.astype(np.float64) > wide, -np.inf, np.inf).astype(np.float32)
        odd = np.where(inexact & even & ~np.isnan(wide), np.nextafter(near, away), near)
    bits = odd.astype("<f4").view(np.uint32)
    last = (bits >> np.uint32(16)) & np.uint32(1)
    rounded = (bits + np.uint32(0x7FFF) + last) >> np.uint32(16)
    stored = np.where(np.isnan(wide), np.uint32(0x7FC0), rounded)
    return np.asarray(stored.astype("<u2").reshape(shape))


def from_bfloat16(bits: NDArray[np.uint16]) -> NDArray[np.float32]:
    """The numbers that stored bfloat16 are, exactly."""
    wide = np.asarray(bits, np.uint32) << np.uint32(16)
    return np.asarray(wide.astype("<u4").view("<f4"))
