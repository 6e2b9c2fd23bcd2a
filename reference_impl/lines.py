"""An array seen as the lines that a scan runs along, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import SupportsIndex

import numpy as np

from reference_impl.formats import Array
from reference_impl.scan import valid_axis


@dataclass(frozen=True)
class Lines:
    """data: (lines, n), in the direction of the scan, contiguous; how to bring results back."""

    data: Array
    shape: tuple[int, ...]
    axis: int
    reverse: bool

    @classmethod
    def of(cls, x: Array, axis: SupportsIndex, *, reverse: bool = False) -> Lines:
        """x's lines along axis. Raises as scan does."""
        number = valid_axis(axis, x.ndim)
        last = np.moveaxis(x, number, -1)
        data = last.reshape(-1, x.shape[number]) if x.size else last.reshape(0, x.shape[number])
        if reverse:
            data = data[:, ::-1]
        return cls(np.asanyarray(data, order="C"), last.shape, number, reverse)

    def restored(self, data: Array) -> Array:
        """data, (lines, n), in the shape of x."""
        if self.reverse:
            data = data[:, ::-1]
        return np.asanyarray(np.moveaxis(data.reshape(self.shape), -1, self.axis), order="C")
