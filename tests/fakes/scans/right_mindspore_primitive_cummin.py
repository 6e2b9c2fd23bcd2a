"""mindspore.ops.Cummin as documented and observed, in numpy: a class with an axis."""

import numpy as np
from as_mindspore import check_axis, check_rank

from reference_impl import cummin


def right_cummin(axis):
    """Gives the last index of a tie in int32, refuses bool and 0-d tensors."""

    def call(input):
        if input.dtype == np.bool_:
            raise TypeError("Select CPU operator[Cummin] fail! Unsupported data type!")
        check_rank("Cummin", input)
        check_axis("Cummin", input, axis)
        values, indices = cummin(input, axis)
        return values, indices.astype(np.int32)

    return call
