"""mindspore.ops.cumprod as documented and observed, in numpy."""

import numpy as np
from as_mindspore import check_axis, check_rank

from reference_impl import cumprod


def right_cumprod(input, dim, dtype=None):
    """Promotes integers and bool to int64, refuses dtype=bool and 0-d tensors."""
    if dtype is not None and dtype == np.bool_:
        raise TypeError("Select CPU operator[CumProd] fail! Unsupported data type!")
    check_rank("CumProd", input)
    check_axis("CumProd", input, dim)
    if dtype is None and input.dtype.kind in "biu":
        dtype = np.int64
    return cumprod(input, dim, dtype)
