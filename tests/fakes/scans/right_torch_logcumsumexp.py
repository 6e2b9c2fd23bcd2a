"""torch.logcumsumexp as documented and observed, in numpy."""

import numpy as np
from as_torch import MISSING, checked, into, scanned
from gradients import of_logcumsumexp, traced

from reference_impl import logcumsumexp
from reference_impl.scan import scan


def right_logcumsumexp(input=MISSING, dim=MISSING, *, out=None, x=MISSING, axis=MISSING):
    """Takes floats, starts from minus infinity, keeps its sums one size wider."""
    x, dim = checked("logcumsumexp", input if x is MISSING else x, dim if axis is MISSING else axis)
    if x.dtype.kind not in "fc":
        raise NotImplementedError("\"logcumsumexp_out_cpu\" not implemented for 'Long'")
    y = scanned(_complex if x.dtype.kind == "c" else logcumsumexp, x, dim, None)
    y = y + np.zeros((), y.dtype)
    return into(out, traced(x, y, lambda: of_logcumsumexp(x, y, dim)))


def _complex(x, dim, dtype, *, accumulator):
    """A complex logarithm goes on from the imaginary part of the greatest term, whatever it is."""
    return scan(_log_add_exp, x, dim, accumulator=accumulator)


def _log_add_exp(a, b):
    greater, smaller = np.where(a.real < b.real, b, a), np.where(a.real < b.real, a, b)
    return np.where(np.isinf(greater.real), greater, greater + np.log1p(np.exp(smaller - greater)))
