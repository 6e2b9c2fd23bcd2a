"""Faulty cummaxs. Each public function is one fake; its docstring says what is wrong with it.

Everything that a fake does not get wrong is the reference's.
"""

import faults
import numpy as np

from reference_impl import cummax, cummin

# Which axis


def ignores_axis(x, axis):
    """Compares along axis 0 whatever was asked."""
    return faults.ignores_axis(cummax, x, axis)


def always_last_axis(x, axis):
    """Compares along the last axis whatever was asked."""
    return faults.always_last_axis(cummax, x, axis)


def drops_the_sign_of_axis(x, axis):
    """Takes axis -2 for axis 2, modulo the rank."""
    return faults.drops_the_sign_of_axis(cummax, x, axis)


def refuses_negative_axis(x, axis):
    """Raises for every negative axis."""
    return faults.refuses_negative_axis(cummax, x, axis)


def wraps_axis_around(x, axis):
    """Takes the axis modulo the rank, so that none is out of range."""
    return faults.wraps_axis_around(cummax, x, axis)


def clamps_axis(x, axis):
    """Takes an axis beyond the last for the last."""
    return faults.clamps_axis(cummax, x, axis)


def raises_a_bare_error(x, axis):
    """Raises RuntimeError for an axis out of range: an exception that says nothing."""
    return faults.raises_a_bare_error(cummax, x, axis)


def reads_text_as_axis(x, axis):
    """Takes '0' for 0."""
    return faults.reads_text_as_axis(cummax, x, axis)


def takes_float_as_axis(x, axis):
    """Takes 1.0 for 1."""
    return faults.takes_float_as_axis(cummax, x, axis)


def takes_true_as_axis(x, axis):
    """Takes True for 1."""
    return faults.takes_true_as_axis(cummax, x, axis)


def refuses_numpy_integers(x, axis):
    """Raises for an axis that is a numpy integer."""
    return faults.refuses_numpy_integers(cummax, x, axis)


def flattens_for_none(x, axis):
    """Scans the flattened tensor if axis is None."""
    return faults.flattens_for_none(cummax, x, axis)


def swaps_the_inner_axes(x, axis):
    """Takes the two inner axes of three for each other."""
    return faults.swaps_the_inner_axes(cummax, x, axis)


# Shape


def squeezes(x, axis):
    """Drops axes of length one."""
    return faults.squeezes(cummax, x, axis)


def accepts_zero_d(x, axis):
    """Gives a 0-d tensor back for a 0-d tensor."""
    return faults.accepts_zero_d(cummax, x, axis)


def refuses_empty_along(x, axis):
    """Raises where there is nothing to scan."""
    return faults.refuses_empty_along(cummax, x, axis)


def refuses_empty_beside(x, axis):
    """Raises where there is nothing beside the axis."""
    return faults.refuses_empty_beside(cummax, x, axis)


# What is scanned


def reverse(x, axis):
    """Scans from the end."""
    return faults.reverse(cummax, x, axis)


def forgets_the_carry_of_32(x, axis):
    """Starts anew after every 32 elements."""
    return faults.forgets_the_carry_of_32(cummax, x, axis)


def last_position_left_behind(x, axis):
    """The last result misses the last element."""
    return faults.last_position_left_behind(cummax, x, axis)


def drops_the_tail_of_odd_lengths(x, axis):
    """The last element of an axis longer than 8 and of odd length is left out."""
    return faults.drops_the_tail_of_odd_lengths(cummax, x, axis)


# What comes back, and what stays


def nan_poisons_everything(x, axis):
    """One NaN makes every value NaN."""
    return faults.nan_poisons_everything(cummax, x, axis)


def writes_into_its_input(x, axis):
    """Leaves the result in x as well."""
    return faults.writes_into_its_input(cummax, x, axis)


def has_a_default_axis(x, axis=0):
    """Needs no axis."""
    return cummax(x, axis)


def exclusive(x, axis):
    """Leaves each element out of its own maximum."""
    return cummax(x, axis, exclusive=True)


# Ties


def gives_the_first_of_a_tie(x, axis):
    """Gives the index of the first of equal elements."""
    return cummax(x, axis, tie="first")


def gives_the_first_of_float_ties(x, axis):
    """Gives the index of the first of equal floats."""
    return cummax(x, axis, tie="first" if x.dtype.kind == "f" else "last")


def gives_the_first_of_integer_ties(x, axis):
    """Gives the index of the first of equal integers."""
    return cummax(x, axis, tie="first" if x.dtype.kind in "iu" else "last")


def gives_the_first_of_narrow_ties(x, axis):
    """Gives the index of the first of equal elements of one or two bytes."""
    return cummax(x, axis, tie="first" if x.dtype.itemsize < 4 else "last")


def gives_the_first_of_wide_ties(x, axis):
    """Gives the index of the first of equal elements of eight bytes."""
    return cummax(x, axis, tie="first" if x.dtype.itemsize == 8 else "last")


def gives_the_first_zero(x, axis):
    """Keeps the first of two zeros."""
    y, index = cummax(x, axis)
    first, _ = cummax(x, axis, tie="first")
    return np.where(y == 0, first, y).astype(y.dtype), index


def orders_zeros(x, axis):
    """Takes -0 for less than +0."""
    y, index = cummax(x, axis)
    if y.dtype.kind != "f" or (x != 0).any() or not x.size:
        return y, index
    signs = np.maximum.accumulate(1 - np.signbit(x).astype(np.int8), int(axis))
    return np.copysign(y, signs * 2 - 1).astype(y.dtype), index


def infinities_are_no_ties(x, axis):
    """Gives the first index of equal infinities."""
    y, index = cummax(x, axis)
    _, first = cummax(x, axis, tie="first")
    if y.dtype.kind == "f":
        index = np.where(np.isinf(y), first, index)
    return y, index


def first_nan_stays(x, axis):
    """Gives the first of two NaNs."""
    y, index = cummax(x, axis)
    _, first = cummax(x, axis, tie="first")
    if y.dtype.kind == "f":
        index = np.where(np.isnan(y), first, index)
    return y, index


# What is compared


def is_the_opposite(x, axis):
    """Gives the running minimum."""
    return cummin(x, axis)


def total_everywhere(x, axis):
    """Gives the greatest of all at every position."""
    y, index = cummax(x, axis)
    if not x.size:
        return y, index
    last = [-1]
    return (
        np.broadcast_to(np.take(y, last, int(axis)), y.shape),
        np.broadcast_to(np.take(index, last, int(axis)), y.shape),
    )


def starts_from_zero(x, axis):
    """Compares with zero first."""
    y, index = cummax(x, axis)
    return np.maximum(y, y.dtype.type(0)), index


def compares_as_float64(x, axis):
    """Goes through float64, in which neighbours of 2^53 are equal."""
    y, index = cummax(x.astype(np.float64), axis)
    return y.astype(x.dtype), index


def compares_unsigned_as_signed(x, axis):
    """Takes the sign bit of unsigned integers for one."""
    if x.dtype.kind != "u":
        return cummax(x, axis)
    y, index = cummax(x.view(np.dtype(f"i{x.dtype.itemsize}")), axis)
    return y.view(x.dtype), index


def compares_infinity_as_finite(x, axis):
    """Takes infinities for the greatest finite numbers."""
    y, index = cummax(x, axis)
    if y.dtype.kind == "f":
        limit = np.finfo(y.dtype).max
        y = np.where(np.isinf(y), np.copysign(limit, y), y).astype(y.dtype)
    return y, index


def flushes_subnormals(x, axis):
    """Takes subnormal elements for zero."""
    if x.dtype.kind == "f":
        small = np.abs(x) < np.finfo(x.dtype).tiny
        x = np.where(small, x.dtype.type(0), x)
    return cummax(x, axis)


def ignores_nan(x, axis):
    """Takes NaN for less than everything."""
    return cummax(x, axis, nan="ignore")


def index_ignores_nan(x, axis):
    """Propagates NaN, but not its index."""
    y, _ = cummax(x, axis)
    return y, cummax(x, axis, nan="ignore")[1]


# The indices


def indices_are_int32(x, axis):
    """Gives int32 indices."""
    y, index = cummax(x, axis)
    return y, index.astype(np.int32)


def indices_count_from_one(x, axis):
    """Counts from one."""
    y, index = cummax(x, axis)
    return y, index + 1


def indices_into_the_flattened_tensor(x, axis):
    """Gives positions in the flattened tensor."""
    y, index = cummax(x, axis)
    along = np.moveaxis(np.arange(x.size).reshape(x.shape), int(axis), 0)
    flat = np.take_along_axis(along, np.moveaxis(index, int(axis), 0), 0)
    return y, np.moveaxis(flat, 0, int(axis))


def indices_are_zero(x, axis):
    """Gives no indices."""
    y, index = cummax(x, axis)
    return y, index * 0


def empty_indices_lose_their_shape(x, axis):
    """Gives indices of shape (0) for every empty tensor."""
    y, index = cummax(x, axis)
    return y, index if index.size else index.reshape(0)


def indices_are_squeezed(x, axis):
    """Drops axes of length one from the indices."""
    y, index = cummax(x, axis)
    return y, index.squeeze()


# Dtypes, and what comes back


def promotes_integers(x, axis):
    """Gives int64 for narrower integers."""
    y, index = cummax(x, axis)
    return y.astype(np.int64) if y.dtype.kind in "iu" else y, index


def returns_float64(x, axis):
    """Gives float64 always."""
    y, index = cummax(x, axis)
    return y.astype(np.float64), index


def int64_becomes_int32(x, axis):
    """Has no 64-bit integers."""
    y, index = cummax(x, axis)
    return y.astype(np.int32) if y.dtype == np.int64 else y, index


def float16_becomes_float32(x, axis):
    """Promotes float16."""
    y, index = cummax(x, axis)
    return y.astype(np.float32) if y.dtype == np.float16 else y, index


def float64_becomes_float32(x, axis):
    """Has no float64."""
    y, index = cummax(x, axis)
    return y.astype(np.float32) if y.dtype == np.float64 else y, index


def bool_becomes_int64(x, axis):
    """Gives numbers for flags."""
    y, index = cummax(x, axis)
    return y.astype(np.int64) if y.dtype == bool else y, index


def returns_the_values_only(x, axis):
    """Gives no indices."""
    return cummax(x, axis)[0]


def returns_the_indices_first(x, axis):
    """Gives the indices before the values."""
    y, index = cummax(x, axis)
    return index, y


# Layout


def reads_memory_in_order(x, axis):
    """Takes the elements as they lie in memory, whatever the strides."""
    return faults.reads_memory_in_order(cummax, x, axis)


def refuses_strides(x, axis):
    """Raises for everything that does not lie row by row."""
    return faults.refuses_strides(cummax, x, axis)


# Stability

_REPETITIONS = faults.Repetitions()


def drifts(x, axis):
    """From the fifteenth call on the last values are one place further."""
    return faults.drifts(cummax, x, axis, repetitions=_REPETITIONS)


def flushes_now_and_then(x, axis):
    """The sixth call and the eight after it take subnormal numbers for zero."""
    return faults.flushes_now_and_then(cummax, x, axis, repetitions=_REPETITIONS)


def flushes_always(x, axis):
    """Takes subnormal numbers for zero."""
    return faults.flushes_always(cummax, x, axis)
