"""cumsums that go wrong where a tensor has more than 2^31 elements, and nowhere else."""

import numpy as np

BEYOND = 1 << 31


def keeps_offsets_in_32_bits(input, dim, dtype=None):
    """Writes no element whose offset does not fit a signed integer of 32 bits."""
    y = np.cumsum(input, dim, dtype)
    y.reshape(-1)[BEYOND:] = 0
    return y


def starts_anew_at_2_31(input, dim, dtype=None):
    """Takes two launches for a line of more than 2^31 elements, and forgets the carry."""
    y = np.cumsum(input, dim, dtype)
    if input.shape[dim] <= BEYOND:
        return y
    along = np.moveaxis(y, dim, 0)
    along[BEYOND:] -= along[BEYOND - 1]
    return y


def takes_columns_of_the_first_2_31(input, dim, dtype=None):
    """Leaves the last row of an array of more than 2^31 elements as it was, off the last axis."""
    y = np.cumsum(input, dim, dtype)
    if y.size > BEYOND and dim != y.ndim - 1:
        y[-1] = input[-1]
    return y


def loses_the_last_line(input, dim, dtype=None):
    """Leaves the last line undone where it crosses 2^31."""
    y = np.cumsum(input, dim, dtype)
    if y.size > BEYOND and y.ndim > 1 and dim == y.ndim - 1:
        y[-1] = 0
    return y
