"""What MindSpore's scans have in common, in numpy: how its operators refuse an axis."""

import numpy as np


def check_axis(operator, x, axis):
    """Raises what the operator raises for an axis that is wrong."""
    if isinstance(axis, bool) or not isinstance(axis, (int, np.integer)):
        raise TypeError(f'Failed calling {operator} with "{operator}(axis={axis!r})(input=Tensor)"')
    if not -x.ndim <= axis < x.ndim:
        raise ValueError(
            f"For primitive[{operator}], the axis must be in [-{x.ndim},{x.ndim}), but got {axis}."
        )


def check_rank(operator, x):
    """Raises what the operator raises for a tensor without axes."""
    if x.ndim == 0:
        raise ValueError(
            f"For primitive[{operator}], the rank of 'x' must be greater than 0, but got 0."
        )
