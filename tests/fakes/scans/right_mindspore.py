"""mindspore.ops.cumsum as documented and observed, in numpy."""

import numpy as np
from as_mindspore import check_axis, check_rank

from reference_impl import cumsum
from reference_impl.scan import keep


def right_mindspore(x, axis, dtype=None):
    """Keeps every integer dtype, refuses bool, 0-d tensors and empty axes."""
    if x.dtype == np.bool_ or (dtype is not None and dtype == np.bool_):
        raise TypeError("For primitive[CumSum], the input argument[x] must be a type of Tensor")
    check_rank("CumSum", x)
    check_axis("CumSum", x, axis)
    if x.shape[axis] == 0:
        raise RuntimeError("Launch kernel failed, name:Default/CumSum-op1")
    return cumsum(x, axis, dtype, promotion=keep)
