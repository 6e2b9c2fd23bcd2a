"""mindspore.ops.CumSum as documented and observed, in numpy: constructed, then called."""

import numpy as np
from as_mindspore import check_axis, check_rank

from reference_impl import cumsum
from reference_impl.scan import keep


def right_cumsum(exclusive=False, reverse=False):
    """Keeps every integer dtype, refuses bool, 0-d tensors and empty axes."""

    def call(input, axis):
        if input.dtype == np.bool_:
            raise TypeError("For primitive[CumSum], the input argument[x] must be a type of Tensor")
        check_rank("CumSum", input)
        check_axis("CumSum", input, axis)
        if input.shape[axis] == 0:
            raise RuntimeError("Launch kernel failed, name:Default/CumSum-op1")
        return cumsum(input, axis, promotion=keep, exclusive=exclusive, reverse=reverse)

    return call
