"""A right cumsum that is fast enough for more than 2^31 elements."""

import numpy as np


def cumsum(input, dim, dtype=None):
    """numpy's."""
    return np.cumsum(input, dim, dtype)
