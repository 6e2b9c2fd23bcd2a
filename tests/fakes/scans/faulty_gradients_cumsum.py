"""Right cumsums with faulty gradients; they imitate torch's."""

import gradients
import numpy as np
from right_torch import right_torch


def counts_from_the_start(input, dim, *, dtype=None, out=None):
    """Counts the elements before instead of those after."""
    y = right_torch(input, dim, dtype=dtype)

    def derivative():
        return np.cumsum(np.ones_like(gradients.plain(input)), dim)

    return gradients.traced(input, y, derivative)


def is_one(input, dim, *, dtype=None, out=None):
    """Gives the derivative of a plain sum."""
    y = right_torch(input, dim, dtype=dtype)

    def derivative():
        return np.ones_like(gradients.plain(input))

    return gradients.traced(input, y, derivative)


def counts_along_the_last_axis(input, dim, *, dtype=None, out=None):
    """Counts along the last axis."""
    y = right_torch(input, dim, dtype=dtype)

    def derivative():
        return gradients.of_cumsum(input, -1)

    return gradients.traced(input, y, derivative)


def depends_on_x(input, dim, *, dtype=None, out=None):
    """Multiplies by x, and divides by it again."""
    y = right_torch(input, dim, dtype=dtype)
    return gradients.traced(
        input,
        y,
        lambda: gradients.of_cumsum(input, dim) * gradients.plain(input) / gradients.plain(input),
    )
