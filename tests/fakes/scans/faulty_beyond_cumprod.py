"""cumprods that go wrong where a tensor has more than 2^31 elements, and nowhere else."""

import numpy as np

BEYOND = 1 << 31


def keeps_offsets_in_32_bits(input, dim, dtype=None):
    """Writes no element whose offset does not fit a signed integer of 32 bits."""
    y = np.cumprod(input, dim, dtype)
    y.reshape(-1)[BEYOND:] = 0
    return y
