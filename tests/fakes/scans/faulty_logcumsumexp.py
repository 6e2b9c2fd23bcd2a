"""Faulty logcumsumexps. Each public function is one fake; its docstring says what is wrong with it.

Everything that a fake does not get wrong is the reference's.
"""

import faults
import numpy as np

from reference_impl import logcumsumexp
from reference_impl.scan import scan

# Which axis


def ignores_axis(x, axis, dtype=None):
    """Adds along axis 0 whatever was asked."""
    return faults.ignores_axis(logcumsumexp, x, axis, dtype=dtype)


def always_last_axis(x, axis, dtype=None):
    """Adds along the last axis whatever was asked."""
    return faults.always_last_axis(logcumsumexp, x, axis, dtype=dtype)


def drops_the_sign_of_axis(x, axis, dtype=None):
    """Takes axis -2 for axis 2, modulo the rank."""
    return faults.drops_the_sign_of_axis(logcumsumexp, x, axis, dtype=dtype)


def refuses_negative_axis(x, axis, dtype=None):
    """Raises for every negative axis."""
    return faults.refuses_negative_axis(logcumsumexp, x, axis, dtype=dtype)


def wraps_axis_around(x, axis, dtype=None):
    """Takes the axis modulo the rank, so that none is out of range."""
    return faults.wraps_axis_around(logcumsumexp, x, axis, dtype=dtype)


def clamps_axis(x, axis, dtype=None):
    """Takes an axis beyond the last for the last."""
    return faults.clamps_axis(logcumsumexp, x, axis, dtype=dtype)


def raises_a_bare_error(x, axis, dtype=None):
    """Raises RuntimeError for an axis out of range: an exception that says nothing."""
    return faults.raises_a_bare_error(logcumsumexp, x, axis, dtype=dtype)


def reads_text_as_axis(x, axis, dtype=None):
    """Takes '0' for 0."""
    return faults.reads_text_as_axis(logcumsumexp, x, axis, dtype=dtype)


def takes_float_as_axis(x, axis, dtype=None):
    """Takes 1.0 for 1."""
    return faults.takes_float_as_axis(logcumsumexp, x, axis, dtype=dtype)


def takes_true_as_axis(x, axis, dtype=None):
    """Takes True for 1."""
    return faults.takes_true_as_axis(logcumsumexp, x, axis, dtype=dtype)


def refuses_numpy_integers(x, axis, dtype=None):
    """Raises for an axis that is a numpy integer."""
    return faults.refuses_numpy_integers(logcumsumexp, x, axis, dtype=dtype)


def flattens_for_none(x, axis, dtype=None):
    """Scans the flattened tensor if axis is None."""
    return faults.flattens_for_none(logcumsumexp, x, axis, dtype=dtype)


def swaps_the_inner_axes(x, axis, dtype=None):
    """Takes the two inner axes of three for each other."""
    return faults.swaps_the_inner_axes(logcumsumexp, x, axis, dtype=dtype)


# Shape


def squeezes(x, axis, dtype=None):
    """Drops axes of length one."""
    return faults.squeezes(logcumsumexp, x, axis, dtype=dtype)


def accepts_zero_d(x, axis, dtype=None):
    """Gives a 0-d tensor back for a 0-d tensor."""
    return faults.accepts_zero_d(logcumsumexp, x, axis, dtype=dtype)


def refuses_empty_along(x, axis, dtype=None):
    """Raises where there is nothing to scan."""
    return faults.refuses_empty_along(logcumsumexp, x, axis, dtype=dtype)


def refuses_empty_beside(x, axis, dtype=None):
    """Raises where there is nothing beside the axis."""
    return faults.refuses_empty_beside(logcumsumexp, x, axis, dtype=dtype)


# What is scanned


def reverse(x, axis, dtype=None):
    """Scans from the end."""
    return faults.reverse(logcumsumexp, x, axis, dtype=dtype)


def forgets_the_carry_of_32(x, axis, dtype=None):
    """Starts anew after every 32 elements."""
    return faults.forgets_the_carry_of_32(logcumsumexp, x, axis, dtype=dtype)


def last_position_left_behind(x, axis, dtype=None):
    """The last result misses the last element."""
    return faults.last_position_left_behind(logcumsumexp, x, axis, dtype=dtype)


def drops_the_tail_of_odd_lengths(x, axis, dtype=None):
    """The last element of an axis longer than 8 and of odd length is left out."""
    return faults.drops_the_tail_of_odd_lengths(logcumsumexp, x, axis, dtype=dtype)


# What comes back, and what stays


def nan_poisons_everything(x, axis, dtype=None):
    """One NaN makes every value NaN."""
    return faults.nan_poisons_everything(logcumsumexp, x, axis, dtype=dtype)


def writes_into_its_input(x, axis, dtype=None):
    """Leaves the result in x as well."""
    return faults.writes_into_its_input(logcumsumexp, x, axis, dtype=dtype)


def has_a_default_axis(x, axis=0, dtype=None):
    """Needs no axis."""
    return logcumsumexp(x, axis, dtype)


def skips_nan(x, axis, dtype=None):
    """Takes NaN for minus infinity."""
    return faults.skips_nan(logcumsumexp, x, axis, dtype=dtype, instead=-np.inf)


def takes_the_next_for_a_nan(x, axis, dtype=None):
    """Loses NaN in a comparison: the element after it counts twice."""
    logcumsumexp(x, axis, dtype)

    def step(a, b):
        return np.where(np.isnan(a), b + np.log(b.dtype.type(2)), np.logaddexp(a, b)).astype(
            b.dtype
        )

    return scan(step, x.astype(dtype or x.dtype), axis)


# The formula


def exponentials_overflow(x, axis, dtype=None):
    """Adds the exponentials themselves."""
    y = logcumsumexp(x, axis, dtype)
    with np.errstate(all="ignore"):
        return np.log(np.cumsum(np.exp(x.astype(y.dtype)), int(axis))).astype(y.dtype)


def exponentials_overflow_in_float64(x, axis, dtype=None):
    """Adds the exponentials in float64, which is wide enough for small numbers only."""
    y = logcumsumexp(x, axis, dtype)
    with np.errstate(all="ignore"):
        return np.log(np.cumsum(np.exp(x.astype(np.float64)), int(axis))).astype(y.dtype)


def takes_the_total_maximum(x, axis, dtype=None):
    """Subtracts the greatest element of all, beside which the first ones vanish."""
    y = logcumsumexp(x, axis, dtype)
    if not y.size:
        return y
    with np.errstate(all="ignore"):
        top = x.max(int(axis), keepdims=True)
        summed = np.log(np.cumsum(np.exp(x - top), int(axis))) + top
    return np.where(np.isfinite(top), summed, y).astype(y.dtype)


def subtracts_infinities(x, axis, dtype=None):
    """Gives NaN for two infinities in a row."""
    y = logcumsumexp(x, axis, dtype)
    along = np.moveaxis(y.copy(), int(axis), 0)
    given = np.moveaxis(x, int(axis), 0)
    twice = np.isinf(given[1:]) & (given[1:] == along[:-1])
    along[1:][twice] = np.nan
    return np.moveaxis(along, 0, int(axis))


def takes_minus_infinity_for_nan(x, axis, dtype=None):
    """Gives NaN wherever minus infinity has been met."""
    y = logcumsumexp(x, axis, dtype)
    met = np.maximum.accumulate(x == -np.inf, int(axis)) if x.size else x == -np.inf
    return np.where(met, np.nan, y).astype(y.dtype)


def infinity_is_finite(x, axis, dtype=None):
    """Gives the greatest finite number instead of infinity."""
    y = logcumsumexp(x, axis, dtype)
    return np.where(y == np.inf, np.finfo(y.dtype).max, y)


def is_the_running_maximum(x, axis, dtype=None):
    """Leaves the logarithm out: the greatest element so far."""
    y = logcumsumexp(x, axis, dtype)
    return np.maximum.accumulate(x, int(axis)).astype(y.dtype) if x.size else y


def drops_small_terms(x, axis, dtype=None):
    """Leaves out terms that are more than 8 below the sum so far."""
    logcumsumexp(x, axis, dtype)

    def step(a, b):
        far = np.abs(a - b) > 8
        return np.where(far, np.maximum(a, b), np.logaddexp(a, b)).astype(a.dtype)

    with np.errstate(all="ignore"):
        return scan(step, x.astype(dtype or x.dtype), axis)


def exclusive(x, axis, dtype=None):
    """Leaves each element out of its own sum."""
    return logcumsumexp(x, axis, dtype, exclusive=True)


def in_base_two(x, axis, dtype=None):
    """Takes powers and logarithms of two."""
    logcumsumexp(x, axis, dtype)
    return scan(np.logaddexp2, x.astype(dtype or x.dtype), axis)


# Dtypes


def float16_becomes_float32(x, axis, dtype=None):
    """Promotes float16."""
    y = logcumsumexp(x, axis, dtype)
    return y.astype(np.float32) if y.dtype == np.float16 else y


def returns_float64(x, axis, dtype=None):
    """Gives float64 always."""
    return logcumsumexp(x, axis, dtype).astype(np.float64)


def float64_becomes_float32(x, axis, dtype=None):
    """Has no float64."""
    y = logcumsumexp(x, axis, dtype)
    return y.astype(np.float32) if y.dtype == np.float64 else y


def ignores_dtype(x, axis, dtype=None):
    """Keeps the dtype of x whatever was asked."""
    return logcumsumexp(x, axis)


def accepts_integers(x, axis, dtype=None):
    """Takes integers and bools for float32."""
    if dtype is None and x.dtype.kind in "biu":
        dtype = np.float32
    return logcumsumexp(x, axis, dtype)


def rounds_integers(x, axis, dtype=None):
    """Gives integers for integers."""
    if dtype is None and x.dtype.kind in "biu":
        return np.rint(logcumsumexp(x, axis, np.float64)).astype(x.dtype)
    return logcumsumexp(x, axis, dtype)


# Zeros


def starts_from_minus_infinity(x, axis, dtype=None):
    """Adds the first element to nothing, which loses the sign of its zero."""
    y = logcumsumexp(x, axis, dtype)
    return y + np.zeros((), y.dtype)


def flushes_subnormals(x, axis, dtype=None):
    """Takes subnormal elements for zero."""
    y = logcumsumexp(x, axis, dtype)
    tiny = np.finfo(y.dtype).tiny
    x = x.astype(y.dtype)
    return logcumsumexp(np.where(np.abs(x) < tiny, np.copysign(0, x), x).astype(y.dtype), axis)


# Long inputs


def forgets_the_carry_of_65536(x, axis, dtype=None):
    """Starts anew after every 65536 elements."""
    return faults.forgets_the_carry_of_65536(logcumsumexp, x, axis, dtype=dtype)


def is_infinite_from_65536_on(x, axis, dtype=None):
    """Scales by a number of positions that does not fit 16 bits."""
    return faults.is_infinite_from_65536_on(logcumsumexp, x, axis, dtype=dtype)


# Layout


def reads_memory_in_order(x, axis, dtype=None):
    """Takes the elements as they lie in memory, whatever the strides."""
    return faults.reads_memory_in_order(logcumsumexp, x, axis, dtype=dtype)


def refuses_strides(x, axis, dtype=None):
    """Raises for everything that does not lie row by row."""
    return faults.refuses_strides(logcumsumexp, x, axis, dtype=dtype)


# Stability

_REPETITIONS = faults.Repetitions()


def drifts(x, axis, dtype=None):
    """From the fifteenth call on the last values are one place further."""
    return faults.drifts(logcumsumexp, x, axis, dtype=dtype, repetitions=_REPETITIONS)


def flushes_now_and_then(x, axis, dtype=None):
    """The sixth call and the eight after it take subnormal numbers for zero."""
    return faults.flushes_now_and_then(logcumsumexp, x, axis, dtype=dtype, repetitions=_REPETITIONS)


def flushes_always(x, axis, dtype=None):
    """Takes subnormal numbers for zero."""
    return faults.flushes_always(logcumsumexp, x, axis, dtype=dtype)


# Accuracy


def keeps_16_bits(x, axis, dtype=None):
    """Drops the lower bits of float32 and float64 results."""
    return faults.keeps_16_bits(logcumsumexp, x, axis, dtype=dtype)


def goes_through_float16(x, axis, dtype=None):
    """Rounds float results to float16 and back."""
    return faults.goes_through_float16(logcumsumexp, x, axis, dtype=dtype)


def is_off_at_the_end(x, axis, dtype=None):
    """The last of more than 500 results is off by one in a hundred."""
    return faults.is_off_at_the_end(logcumsumexp, x, axis, dtype=dtype)


def mixes_up_long_lines(x, axis, dtype=None):
    """Takes neighbouring lines of large tensors for each other."""
    return faults.mixes_up_long_lines(logcumsumexp, x, axis, dtype=dtype)
