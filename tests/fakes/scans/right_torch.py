"""torch.cumsum as documented and observed, in numpy."""

import numpy as np

from reference_impl import cumsum

_MISSING = object()


def right_torch(input=_MISSING, dim=_MISSING, *, dtype=None, out=None, x=_MISSING, axis=_MISSING):
    """Promotes to int64, starts from +0, keeps float16 sums wide, has no bool kernel."""
    x = input if x is _MISSING else x
    dim = dim if axis is _MISSING else axis
    if isinstance(dim, bool) or not isinstance(dim, (int, np.integer)):
        raise TypeError(f"cumsum(): argument 'dim' must be int, not {type(dim).__name__}")
    rank = max(x.ndim, 1)
    if not -rank <= dim < rank:
        raise IndexError(
            f"Dimension out of range (expected in [{-rank}, {rank - 1}], but got {dim})"
        )
    if dtype == np.bool_:
        raise NotImplementedError("\"cumsum_out_cpu\" not implemented for 'Bool'")
    if dtype is None and x.dtype.kind in "biu":
        dtype = np.int64
    summed = cumsum(
        np.atleast_1d(x), dim, dtype, accumulator=lambda d: np.dtype("f4") if d == "f2" else d
    ).reshape(x.shape)
    summed = summed + np.zeros((), summed.dtype)
    if out is None:
        return summed
    out[...] = summed
    return out
