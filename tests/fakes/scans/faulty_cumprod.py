"""Faulty cumprods. Each public function is one fake; its docstring says what is wrong with it.

Everything that a fake does not get wrong is the reference's.
"""

import faults
import numpy as np

from reference_impl import cumprod
from reference_impl.scan import keep

# Which axis


def ignores_axis(x, axis, dtype=None):
    """Multiplies along axis 0 whatever was asked."""
    return faults.ignores_axis(cumprod, x, axis, dtype=dtype)


def always_last_axis(x, axis, dtype=None):
    """Multiplies along the last axis whatever was asked."""
    return faults.always_last_axis(cumprod, x, axis, dtype=dtype)


def drops_the_sign_of_axis(x, axis, dtype=None):
    """Takes axis -2 for axis 2, modulo the rank."""
    return faults.drops_the_sign_of_axis(cumprod, x, axis, dtype=dtype)


def refuses_negative_axis(x, axis, dtype=None):
    """Raises for every negative axis."""
    return faults.refuses_negative_axis(cumprod, x, axis, dtype=dtype)


def wraps_axis_around(x, axis, dtype=None):
    """Takes the axis modulo the rank, so that none is out of range."""
    return faults.wraps_axis_around(cumprod, x, axis, dtype=dtype)


def clamps_axis(x, axis, dtype=None):
    """Takes an axis beyond the last for the last."""
    return faults.clamps_axis(cumprod, x, axis, dtype=dtype)


def raises_a_bare_error(x, axis, dtype=None):
    """Raises RuntimeError for an axis out of range: an exception that says nothing."""
    return faults.raises_a_bare_error(cumprod, x, axis, dtype=dtype)


def reads_text_as_axis(x, axis, dtype=None):
    """Takes '0' for 0."""
    return faults.reads_text_as_axis(cumprod, x, axis, dtype=dtype)


def takes_float_as_axis(x, axis, dtype=None):
    """Takes 1.0 for 1."""
    return faults.takes_float_as_axis(cumprod, x, axis, dtype=dtype)


def takes_true_as_axis(x, axis, dtype=None):
    """Takes True for 1."""
    return faults.takes_true_as_axis(cumprod, x, axis, dtype=dtype)


def refuses_numpy_integers(x, axis, dtype=None):
    """Raises for an axis that is a numpy integer."""
    return faults.refuses_numpy_integers(cumprod, x, axis, dtype=dtype)


def flattens_for_none(x, axis, dtype=None):
    """Multiplies the flattened tensor if axis is None."""
    return faults.flattens_for_none(cumprod, x, axis, dtype=dtype)


def has_a_default_axis(x, axis=0, dtype=None):
    """Needs no axis."""
    return cumprod(x, axis, dtype)


def swaps_the_inner_axes(x, axis, dtype=None):
    """Takes the two inner axes of three for each other."""
    return faults.swaps_the_inner_axes(cumprod, x, axis, dtype=dtype)


# What is multiplied


def sums(x, axis, dtype=None):
    """Adds instead of multiplying."""
    with np.errstate(all="ignore"):
        return np.cumsum(x, axis, dtype=cumprod(x, axis, dtype).dtype)


def starts_from_zero(x, axis, dtype=None):
    """The empty product is taken for zero, and so is everything else."""
    y = cumprod(x, axis, dtype)
    return y * y.dtype.type(0)


def exclusive(x, axis, dtype=None):
    """Leaves each element out of its own product."""
    return cumprod(x, axis, dtype, exclusive=True)


def reverse(x, axis, dtype=None):
    """Multiplies from the end."""
    return cumprod(x, axis, dtype, reverse=True)


def sums_logarithms(x, axis, dtype=None):
    """Goes through the logarithms of the moduli, which loses the sign."""
    y = cumprod(x, axis, dtype)
    if y.dtype.kind != "f":
        return y
    with np.errstate(all="ignore"):
        return np.exp(np.cumsum(np.log(np.abs(x.astype(y.dtype))), axis)).astype(y.dtype)


def forgets_the_carry_of_32(x, axis, dtype=None):
    """Starts again from one after every 32 elements."""
    return faults.forgets_the_carry_of_32(cumprod, x, axis, dtype=dtype)


def last_position_left_behind(x, axis, dtype=None):
    """The last product misses the last element."""
    return faults.last_position_left_behind(cumprod, x, axis, dtype=dtype)


def drops_the_tail_of_odd_lengths(x, axis, dtype=None):
    """The last element of an axis longer than 8 and of odd length is left out."""
    return faults.drops_the_tail_of_odd_lengths(cumprod, x, axis, dtype=dtype)


def single_row_is_squared(x, axis, dtype=None):
    """Multiplies the element by itself where the axis has length one."""
    y = cumprod(x, axis, dtype)
    return y * y if y.ndim and y.shape[int(axis)] == 1 else y


# dtype of the result


def never_promotes(x, axis, dtype=None):
    """Keeps the dtype of integers."""
    return cumprod(x, axis, dtype, promotion=keep)


def leaves_int32_alone(x, axis, dtype=None):
    """Promotes int8 and int16, but not int32."""
    return cumprod(x, axis, np.int32 if dtype is None and x.dtype == np.int32 else dtype)


def int64_becomes_int32(x, axis, dtype=None):
    """Has no 64-bit integers."""
    y = cumprod(x, axis, dtype)
    return y.astype(np.int32) if y.dtype == np.int64 else y


def promotes_unsigned_to_int64(x, axis, dtype=None):
    """Gives int64 for unsigned integers."""
    return cumprod(x, axis, np.int64 if dtype is None and x.dtype.kind == "u" else dtype)


def bool_stays_bool(x, axis, dtype=None):
    """Gives logical and for bool tensors."""
    return cumprod(x, axis, np.bool_ if dtype is None and x.dtype == np.bool_ else dtype)


def float16_becomes_float32(x, axis, dtype=None):
    """Promotes float16."""
    y = cumprod(x, axis, dtype)
    return y.astype(np.float32) if y.dtype == np.float16 else y


def returns_float64(x, axis, dtype=None):
    """Gives float64 always."""
    return cumprod(x, axis, dtype).astype(np.float64)


def float64_becomes_float32(x, axis, dtype=None):
    """Has no float64."""
    y = cumprod(x, axis, dtype)
    return y.astype(np.float32) if y.dtype == np.float64 else y


def ignores_dtype(x, axis, dtype=None):
    """Gives the dtype of the input's promotion whatever was asked."""
    return cumprod(x, axis)


def int16_request_gives_int32(x, axis, dtype=None):
    """dtype=int16 gives int32."""
    return cumprod(x, axis, np.int32 if dtype is not None and dtype == np.int16 else dtype)


# When it is cast, and through what


def casts_after(x, axis, dtype=None):
    """Multiplies first, casts then."""
    right = cumprod(x, axis, dtype)
    with np.errstate(all="ignore"):
        return cumprod(x, axis).astype(right.dtype)


def multiplies_in_the_dtype_of_x(x, axis, dtype=None):
    """Wraps in the dtype of x, then widens to dtype."""
    return cumprod(x, axis, promotion=keep).astype(cumprod(x, axis, dtype).dtype)


def reads_uint8_as_int8(x, axis, dtype=None):
    """Multiplies uint8 as int8 where dtype is given."""
    if dtype is not None and x.dtype == np.uint8:
        return cumprod(x.view(np.int8), axis, dtype)
    return cumprod(x, axis, dtype)


def saturates(x, axis, dtype=None):
    """Stays at the greatest value instead of wrapping."""
    right = cumprod(x, axis, dtype)
    if right.dtype.kind not in "iu":
        return right
    bounds = np.iinfo(right.dtype)
    exact = np.cumprod(x.astype(right.dtype).astype(object), axis)
    return np.clip(exact, bounds.min, bounds.max).astype(right.dtype)


def multiplies_integers_in_float32(x, axis, dtype=None):
    """Goes through float32, which has 24 bits."""
    right = cumprod(x, axis, dtype)
    if right.dtype.kind not in "iu":
        return right
    with np.errstate(all="ignore"):
        return cumprod(x, axis, np.float32).astype(right.dtype)


def multiplies_integers_in_float64(x, axis, dtype=None):
    """Goes through float64, which has 53 bits."""
    right = cumprod(x, axis, dtype)
    if right.dtype.kind not in "iu":
        return right
    with np.errstate(all="ignore"):
        return cumprod(x, axis, np.float64).astype(right.dtype)


def accumulates_wide(x, axis, dtype=None):
    """Keeps partial products of float16 and float32 in float64."""
    return cumprod(x, axis, dtype, accumulator=lambda d: np.dtype("f8") if d.kind == "f" else d)


def clamps_to_finite(x, axis, dtype=None):
    """Gives the greatest finite number instead of infinity."""
    y = cumprod(x, axis, dtype)
    if y.dtype.kind != "f" or np.isinf(x).any():
        return y
    return np.nan_to_num(y, nan=np.nan)


def never_vanishes(x, axis, dtype=None):
    """Gives the least normal number instead of an underflow."""
    y = cumprod(x, axis, dtype)
    if y.dtype.kind != "f" or not x.all():
        return y
    return np.where(y == 0, np.finfo(y.dtype).tiny, y).astype(y.dtype)


def dtype_bool_is_not_zero(x, axis, dtype=None):
    """dtype=bool says where the product is not zero."""
    if dtype is not None and np.dtype(dtype) == bool:
        return cumprod(x, axis) != 0
    return cumprod(x, axis, dtype)


# Special values


def skips_nan(x, axis, dtype=None):
    """Takes NaN for one."""
    return faults.skips_nan(cumprod, x, axis, dtype=dtype, instead=1)


def nan_poisons_everything(x, axis, dtype=None):
    """One NaN makes every element NaN."""
    return faults.nan_poisons_everything(cumprod, x, axis, dtype=dtype)


def zero_clears_nan(x, axis, dtype=None):
    """A zero makes everything after it zero, NaN and infinity too."""
    y = cumprod(x, axis, dtype)
    if y.dtype.kind != "f":
        return y
    cleared = np.maximum.accumulate(x == 0, int(axis)) if x.size else x == 0
    return np.where(cleared, np.copysign(0, y), y).astype(y.dtype)


def divides_out_of_zero(x, axis, dtype=None):
    """Skips zeros, so that the product goes on after one."""
    right = cumprod(x, axis, dtype)
    y = cumprod(np.where(x == 0, x.dtype.type(1), x), axis, dtype)
    return np.where(x == 0, right, y).astype(right.dtype)


def infinity_loses_its_sign(x, axis, dtype=None):
    """Every infinity is positive."""
    y = cumprod(x, axis, dtype)
    return np.where(np.isinf(y), np.inf, y).astype(y.dtype) if y.dtype.kind == "f" else y


def zero_loses_its_sign(x, axis, dtype=None):
    """Every zero is positive."""
    y = cumprod(x, axis, dtype)
    return np.where(y == 0, 0, y).astype(y.dtype) if y.dtype.kind == "f" else y


# Shape


def squeezes(x, axis, dtype=None):
    """Drops axes of length one."""
    return faults.squeezes(cumprod, x, axis, dtype=dtype)


def accepts_zero_d(x, axis, dtype=None):
    """Gives a 0-d tensor back for a 0-d tensor."""
    return faults.accepts_zero_d(cumprod, x, axis, dtype=dtype)


def refuses_empty_along(x, axis, dtype=None):
    """Raises where there is nothing to multiply."""
    return faults.refuses_empty_along(cumprod, x, axis, dtype=dtype)


def refuses_empty_beside(x, axis, dtype=None):
    """Raises where there is nothing beside the axis."""
    return faults.refuses_empty_beside(cumprod, x, axis, dtype=dtype)


# What comes back, and what stays


def writes_into_its_input(x, axis, dtype=None):
    """Leaves the product in x as well."""
    return faults.writes_into_its_input(cumprod, x, axis, dtype=dtype)


def returns_a_list(x, axis, dtype=None):
    """Gives nested lists."""
    return cumprod(x, axis, dtype).tolist()


# Long inputs


def forgets_the_carry_of_65536(x, axis, dtype=None):
    """Starts anew after every 65536 elements."""
    return faults.forgets_the_carry_of_65536(cumprod, x, axis, dtype=dtype)


def is_infinite_from_65536_on(x, axis, dtype=None):
    """Scales by a number of positions that does not fit 16 bits."""
    return faults.is_infinite_from_65536_on(cumprod, x, axis, dtype=dtype)


# Layout


def reads_memory_in_order(x, axis, dtype=None):
    """Takes the elements as they lie in memory, whatever the strides."""
    return faults.reads_memory_in_order(cumprod, x, axis, dtype=dtype)


def refuses_strides(x, axis, dtype=None):
    """Raises for everything that does not lie row by row."""
    return faults.refuses_strides(cumprod, x, axis, dtype=dtype)


# Stability

_REPETITIONS = faults.Repetitions()


def drifts(x, axis, dtype=None):
    """From the fifteenth call on the last values are one place further."""
    return faults.drifts(cumprod, x, axis, dtype=dtype, repetitions=_REPETITIONS)


def flushes_now_and_then(x, axis, dtype=None):
    """The sixth call and the eight after it take subnormal numbers for zero."""
    return faults.flushes_now_and_then(cumprod, x, axis, dtype=dtype, repetitions=_REPETITIONS)


def flushes_always(x, axis, dtype=None):
    """Takes subnormal numbers for zero."""
    return faults.flushes_always(cumprod, x, axis, dtype=dtype)


# Accuracy


def keeps_16_bits(x, axis, dtype=None):
    """Drops the lower bits of float32 and float64 results."""
    return faults.keeps_16_bits(cumprod, x, axis, dtype=dtype)


def goes_through_float16(x, axis, dtype=None):
    """Rounds float results to float16 and back."""
    return faults.goes_through_float16(cumprod, x, axis, dtype=dtype)


def is_off_at_the_end(x, axis, dtype=None):
    """The last of more than 500 results is off by one in a hundred."""
    return faults.is_off_at_the_end(cumprod, x, axis, dtype=dtype)


def mixes_up_long_lines(x, axis, dtype=None):
    """Takes neighbouring lines of large tensors for each other."""
    return faults.mixes_up_long_lines(cumprod, x, axis, dtype=dtype)


# Complex numbers


def drops_imaginary_parts(x, axis, dtype=None):
    """Scans the real parts of complex numbers."""
    y = cumprod(x.real if x.dtype.kind == "c" else x, axis, dtype)
    return y.astype(x.dtype) if x.dtype.kind == "c" else y


def narrows_complex128(x, axis, dtype=None):
    """Gives complex64 for complex128."""
    y = cumprod(x, axis, dtype)
    return y.astype(np.complex64) if y.dtype == np.complex128 else y


def parts_one_by_one(x, axis, dtype=None):
    """Scans the real and the imaginary parts apart from each other, the latter backwards."""
    if x.dtype.kind != "c":
        return cumprod(x, axis, dtype)
    real, imaginary = cumprod(x.real, axis), cumprod(x.imag, axis, reverse=True)
    return (real + 1j * imaginary).astype(x.dtype)
