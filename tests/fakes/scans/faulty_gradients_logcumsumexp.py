"""Right logcumsumexps with faulty gradients; they imitate torch's."""

import gradients
import numpy as np
from right_torch_logcumsumexp import right_logcumsumexp


def weighs_the_last_result_only(input, dim, *, out=None):
    """Gives the weights in the last sum."""
    y = right_logcumsumexp(input, dim)
    return gradients.traced(
        input, y, lambda: np.exp(gradients.plain(input) - np.take(gradients.plain(y), [-1], dim))
    )


def weighs_equally(input, dim, *, out=None):
    """Gives every term the weight that equal ones have."""
    y = right_logcumsumexp(input, dim)
    return gradients.traced(
        input, y, lambda: gradients.sums_from(1 / np.arange(1, 1 + input.shape[dim]), 0)
    )


def exponentials_overflow(input, dim, *, out=None):
    """Multiplies exponentials instead of subtracting logarithms."""
    y = right_logcumsumexp(input, dim)
    return gradients.traced(
        input,
        y,
        lambda: (
            np.exp(gradients.plain(input)) * gradients.sums_from(np.exp(-gradients.plain(y)), dim)
        ),
    )


def is_nan_at_minus_infinity(input, dim, *, out=None):
    """Gives NaN for every term without weight."""
    y = right_logcumsumexp(input, dim)
    return gradients.traced(
        input,
        y,
        lambda: np.where(input == -np.inf, np.nan, gradients.of_logcumsumexp(input, y, dim)),
    )


def has_no_nan(input, dim, *, out=None):
    """Gives one where torch gives NaN."""
    y = right_logcumsumexp(input, dim)
    return gradients.traced(
        input, y, lambda: np.nan_to_num(gradients.of_logcumsumexp(input, y, dim), nan=1)
    )
