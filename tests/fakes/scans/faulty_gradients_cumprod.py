"""Right cumprods with faulty gradients; they imitate torch's."""

import gradients
import numpy as np
from right_torch_cumprod import right_cumprod


def divides_by_x(input, dim, *, dtype=None, out=None):
    """Divides the sum of products by x, which is 0 / 0 at a zero."""
    y = right_cumprod(input, dim, dtype=dtype)

    def derivative():
        return gradients.of_cumprod_divided(input, dim)

    return gradients.traced(input, y, derivative)


def takes_nan_for_zero(input, dim, *, dtype=None, out=None):
    """Divides by x, and gives zero where that is not a number."""
    y = right_cumprod(input, dim, dtype=dtype)
    return gradients.traced(
        input,
        y,
        lambda: np.nan_to_num(gradients.of_cumprod_divided(input, dim), nan=0, posinf=np.inf),
    )


def is_that_of_the_last_product(input, dim, *, dtype=None, out=None):
    """Leaves out all products but the last."""
    y = right_cumprod(input, dim, dtype=dtype)
    return gradients.traced(
        input, y, lambda: np.prod(gradients.plain(input), dim) / gradients.plain(input)
    )


def loses_the_sign(input, dim, *, dtype=None, out=None):
    """Goes through moduli."""
    y = right_cumprod(input, dim, dtype=dtype)

    def derivative():
        return np.abs(gradients.of_cumprod(input, dim))

    return gradients.traced(input, y, derivative)


def is_exact_at_infinity(input, dim, *, dtype=None, out=None):
    """Gives the limit where torch gives NaN."""
    y = right_cumprod(input, dim, dtype=dtype)

    def derivative():
        return gradients.of_cumprod_exact(input, dim)

    return gradients.traced(input, y, derivative)


def is_zero_after_a_zero(input, dim, *, dtype=None, out=None):
    """Hands nothing to a zero."""
    y = right_cumprod(input, dim, dtype=dtype)
    return gradients.traced(
        input, y, lambda: np.where(input == 0, 0, gradients.of_cumprod(input, dim))
    )
