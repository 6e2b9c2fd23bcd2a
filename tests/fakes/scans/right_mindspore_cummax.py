"""mindspore.ops.cummax as documented and observed, in numpy."""

import numpy as np
from as_mindspore import check_axis

from reference_impl import cummax


def right_cummax(input, axis):
    """Gives the last index of a tie in int64, refuses bool and 0-d tensors."""
    if input.dtype == np.bool_:
        raise TypeError("Select CPU operator[Cummax] fail! Unsupported data type!")
    check_axis("Cummax", input, axis)
    return cummax(input, axis)
