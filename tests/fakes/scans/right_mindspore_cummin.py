"""mindspore.ops.cummin as documented and observed, in numpy."""

import numpy as np
from as_mindspore import check_rank

from reference_impl import cummin


def right_cummin(input, axis):
    """Gives the last index of a tie in int32, refuses bool, 0-d tensors and numpy integers."""
    if input.dtype == np.bool_:
        raise TypeError("Select CPU operator[Cummin] fail! Unsupported data type!")
    if type(axis) is not int:
        raise TypeError(f"The date type of 'axis' must be Int, but got {axis}.")
    check_rank("Cummin", input)
    if not -input.ndim <= axis < input.ndim:
        raise ValueError(f"The value of axis must be in [-1, 1], but got {axis}.")
    values, indices = cummin(input, axis)
    return values, indices.astype(np.int32)
