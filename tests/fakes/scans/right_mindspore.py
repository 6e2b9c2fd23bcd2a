"""mindspore.ops.cumsum as documented and observed, in numpy."""

import numpy as np

from reference_impl import cumsum
from reference_impl.scan import keep


def right_mindspore(x, axis, dtype=None):
    """Keeps every integer dtype, refuses bool, 0-d tensors and empty axes."""
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise TypeError(f'Failed calling CumSum with "CumSum(exclusive=bool)(axis={axis!r})"')
    if x.dtype == np.bool_ or (dtype is not None and dtype == np.bool_):
        raise TypeError("For primitive[CumSum], the input argument[x] must be a type of Tensor")
    if x.ndim == 0:
        raise ValueError("For primitive[CumSum], the rank of 'x' must be greater than 0, but got 0")
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(f"For primitive[CumSum], the axis must be in [-{x.ndim},{x.ndim})")
    if x.shape[axis] == 0:
        raise RuntimeError("Launch kernel failed, name:Default/CumSum-op1")
    return cumsum(x, axis, dtype, promotion=keep)
