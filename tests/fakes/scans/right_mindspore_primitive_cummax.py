"""mindspore.ops.Cummax as documented and observed, in numpy: a class with an axis."""

import numpy as np
from as_mindspore import check_axis

from reference_impl import cummax


def right_cummax(axis):
    """Gives the last index of a tie in int64, refuses bool and 0-d tensors."""

    def call(input):
        if input.dtype == np.bool_:
            raise TypeError("Select CPU operator[Cummax] fail! Unsupported data type!")
        check_axis("Cummax", input, axis)
        return cummax(input, axis)

    return call
