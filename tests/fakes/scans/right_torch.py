"""torch.cumsum as documented and observed, in numpy."""

import numpy as np
from as_torch import MISSING, checked, into, scanned
from gradients import of_cumsum, traced

from reference_impl import cumsum


def right_torch(input=MISSING, dim=MISSING, *, dtype=None, out=None, x=MISSING, axis=MISSING):
    """Promotes to int64, starts from +0, keeps float sums wide, has no bool kernel."""
    x, dim = checked("cumsum", input if x is MISSING else x, dim if axis is MISSING else axis)
    summed = scanned(cumsum, x, dim, dtype)
    summed = summed + np.zeros((), summed.dtype)
    return into(out, traced(x, summed, lambda: of_cumsum(x, dim)))
