"""Right cummins with faulty gradients; they imitate torch's."""

import gradients
import numpy as np
from right_torch_cummin import right_cummin


def goes_to_the_first_of_a_tie(input, dim, *, out=None):
    """Hands a tie to its first element."""
    y, indices = right_cummin(input, dim)

    def derivative():
        return gradients.of_cummin(input, dim, tie="first")

    return gradients.traced(input, y, derivative), indices


def shares_a_tie(input, dim, *, out=None):
    """Hands a tie to its elements in equal parts."""
    y, indices = right_cummin(input, dim)
    return gradients.traced(
        input,
        y,
        lambda: (
            (gradients.of_cummin(input, dim) + gradients.of_cummin(input, dim, tie="first")) / 2
        ),
    ), indices


def passes_everything(input, dim, *, out=None):
    """Hands each result to the element at its place."""
    y, indices = right_cummin(input, dim)

    def derivative():
        return np.ones_like(gradients.plain(input))

    return gradients.traced(input, y, derivative), indices


def stops_at_infinity(input, dim, *, out=None):
    """Hands nothing to an infinity."""
    y, indices = right_cummin(input, dim)
    return gradients.traced(
        input, y, lambda: np.where(np.isinf(input), 0, gradients.of_cummin(input, dim))
    ), indices
