"""torch.cummax as documented and observed, in numpy."""

import numpy as np
from as_torch import MISSING, checked
from gradients import of_cummax, traced

from reference_impl import cummax


def right_cummax(input=MISSING, dim=MISSING, *, out=None, x=MISSING, axis=MISSING):
    """Keeps dtypes, gives the last index of a tie in int64, takes 0-d tensors."""
    x, dim = checked("cummax", input if x is MISSING else x, dim if axis is MISSING else axis)
    if x.dtype.kind == "u" and x.dtype.itemsize > 1:
        raise NotImplementedError("\"cummax_cpu\" not implemented for 'UInt16'")
    values, indices = cummax(np.atleast_1d(x), dim)
    values = traced(x, values.reshape(x.shape), lambda: of_cummax(x, dim))
    return values, indices.reshape(x.shape)
