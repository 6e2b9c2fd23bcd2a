"""A right cumprod that is fast enough for more than 2^31 elements."""

import numpy as np


def cumprod(input, dim, dtype=None):
    """numpy's."""
    return np.cumprod(input, dim, dtype)
