"""torch.logcumsumexp as documented and observed, in numpy."""

import numpy as np
from as_torch import MISSING, checked, into, scanned

from reference_impl import logcumsumexp


def right_logcumsumexp(input=MISSING, dim=MISSING, *, out=None, x=MISSING, axis=MISSING):
    """Takes floats, starts from minus infinity, keeps its sums one size wider."""
    x, dim = checked("logcumsumexp", input if x is MISSING else x, dim if axis is MISSING else axis)
    if x.dtype.kind not in "fc":
        raise NotImplementedError("\"logcumsumexp_out_cpu\" not implemented for 'Long'")
    scanned_values = scanned(logcumsumexp, x, dim, None)
    return into(out, scanned_values + np.zeros((), scanned_values.dtype))
