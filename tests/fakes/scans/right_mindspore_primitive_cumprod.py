"""mindspore.ops.CumProd as documented and observed, in numpy: constructed, then called."""

import numpy as np
from as_mindspore import check_axis, check_rank

from reference_impl import cumprod
from reference_impl.scan import keep


def right_cumprod(exclusive=False, reverse=False):
    """Keeps every integer dtype, refuses bool and 0-d tensors."""

    def call(x, axis):
        if x.dtype == np.bool_:
            raise TypeError("Select CPU operator[CumProd] fail! Unsupported data type!")
        check_rank("CumProd", x)
        check_axis("CumProd", x, axis)
        return cumprod(x, axis, promotion=keep, exclusive=exclusive, reverse=reverse)

    return call
