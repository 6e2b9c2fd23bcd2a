"""Faulty ways of writing two results where one is told to. Imitates torch.cummax with out=.

Each public function is one fake; its docstring says what is wrong with it.
"""

import numpy as np
from as_torch import MISSING, into_each
from right_torch_cummax import right_cummax


def writes_the_values_only(input=MISSING, dim=MISSING, *, out):
    """Leaves the indices as they were."""
    values, _ = right_cummax(input, dim)
    out[0][...] = values
    return out


def writes_the_indices_only(input=MISSING, dim=MISSING, *, out):
    """Leaves the values as they were."""
    _, indices = right_cummax(input, dim)
    out[1][...] = indices
    return out


def writes_nothing(input=MISSING, dim=MISSING, *, out):
    """Checks its arguments, and leaves both tensors as they were."""
    right_cummax(input, dim)
    return out


def returns_fresh_tensors(input=MISSING, dim=MISSING, *, out):
    """Returns the right results, and writes nothing."""
    return right_cummax(input, dim)


def writes_and_returns_copies(input=MISSING, dim=MISSING, *, out):
    """Writes the right results, and returns others of the same elements."""
    return tuple(one.copy() for one in into_each(out, right_cummax(input, dim)))


def returns_them_swapped(input=MISSING, dim=MISSING, *, out):
    """Writes the right results, and returns the indices first."""
    return into_each(out, right_cummax(input, dim))[::-1]


def writes_them_swapped(input=MISSING, dim=MISSING, *, out):
    """Writes the indices where the values belong, and the values where the indices do."""
    with np.errstate(all="ignore"):
        return into_each(out, [one.astype(np.float64) for one in right_cummax(input, dim)[::-1]])


def returns_the_values_only(input=MISSING, dim=MISSING, *, out):
    """Writes both, and returns the first."""
    return into_each(out, right_cummax(input, dim))[0]


def adds_to_what_is_there(input=MISSING, dim=MISSING, *, out):
    """Takes what the tensors hold for an earlier part of the result."""
    values, indices = right_cummax(input, dim)
    into_each(out, (np.maximum(out[0], values), np.maximum(out[1], indices)))
    return out


def leaves_the_last_position(input=MISSING, dim=MISSING, *, out):
    """Writes everything but the last position of the axis."""
    results = right_cummax(input, dim)
    for one, result in zip(out, results, strict=True):
        if result.ndim == 0 or result.shape[dim] < 2:
            one[...] = result
        else:
            np.moveaxis(one, dim, 0)[:-1] = np.moveaxis(result, dim, 0)[:-1]
    return out
