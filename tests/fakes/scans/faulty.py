"""Faulty cumsums. Each public function is one fake; its docstring says what is wrong with it.

Everything that a fake does not get wrong is the reference's: a fake imitates the reference and its
declared answers, so that a verdict against it is about that one fault.
"""

import faults
import numpy as np
from numpy.exceptions import AxisError

from reference_impl import cumsum
from reference_impl.scan import keep

# Which axis


def ignores_axis(x, axis, dtype=None):
    """Sums along axis 0 whatever was asked."""
    cumsum(x, axis, dtype)
    return cumsum(x, 0, dtype)


def always_last_axis(x, axis, dtype=None):
    """Sums along the last axis whatever was asked."""
    cumsum(x, axis, dtype)
    return cumsum(x, -1, dtype)


def drops_the_sign_of_axis(x, axis, dtype=None):
    """Takes axis -2 for axis 2, modulo the rank."""
    cumsum(x, axis, dtype)
    return cumsum(x, abs(int(axis)) % x.ndim, dtype)


def refuses_negative_axis(x, axis, dtype=None):
    """Raises for every negative axis."""
    if isinstance(axis, int) and axis < 0:
        raise AxisError(axis, x.ndim)
    return cumsum(x, axis, dtype)


def wraps_axis_around(x, axis, dtype=None):
    """Takes the axis modulo the rank, so that none is out of range."""
    if type(axis) is int and x.ndim:
        axis %= x.ndim
    return cumsum(x, axis, dtype)


def clamps_axis(x, axis, dtype=None):
    """Takes an axis beyond the last for the last."""
    if type(axis) is int and x.ndim:
        axis = min(axis, x.ndim - 1)
    return cumsum(x, axis, dtype)


def raises_a_bare_error(x, axis, dtype=None):
    """Raises RuntimeError for an axis out of range: an exception that says nothing."""
    try:
        return cumsum(x, axis, dtype)
    except AxisError as error:
        raise RuntimeError("bad argument") from error


def reads_text_as_axis(x, axis, dtype=None):
    """Takes '0' for 0."""
    return cumsum(x, int(axis) if isinstance(axis, str) else axis, dtype)


def takes_float_as_axis(x, axis, dtype=None):
    """Takes 1.0 for 1."""
    return cumsum(x, int(axis) if isinstance(axis, float) else axis, dtype)


def takes_true_as_axis(x, axis, dtype=None):
    """Takes True for 1."""
    return cumsum(x, int(axis) if isinstance(axis, bool) else axis, dtype)


def refuses_numpy_integers(x, axis, dtype=None):
    """Raises for an axis that is a numpy integer."""
    if isinstance(axis, np.integer):
        raise TypeError("axis must be an integer, not a numpy one")
    return cumsum(x, axis, dtype)


def flattens_for_none(x, axis, dtype=None):
    """Sums the flattened tensor if axis is None."""
    return cumsum(x.ravel(), 0, dtype) if axis is None else cumsum(x, axis, dtype)


def swaps_the_inner_axes(x, axis, dtype=None):
    """Takes the two inner axes of three for each other."""
    if x.ndim != 3:
        return cumsum(x, axis, dtype)
    return cumsum(x, (0, 2, 1)[int(axis) % 3], dtype)


# What is summed


def exclusive(x, axis, dtype=None):
    """Leaves each element out of its own sum."""
    y = cumsum(x, axis, dtype)
    with np.errstate(all="ignore"):
        return y if y.dtype == bool else y - x.astype(y.dtype)


def reverse(x, axis, dtype=None):
    """Sums from the end."""
    y = cumsum(np.flip(x, axis) if x.ndim else x, axis, dtype)
    return np.flip(y, axis)


def total_everywhere(x, axis, dtype=None):
    """Gives the whole sum at every position."""
    y = cumsum(x, axis, dtype)
    return np.broadcast_to(np.take(y, [-1], axis), y.shape) if y.size else y


def last_position_left_behind(x, axis, dtype=None):
    """The last sum misses the last element."""
    y = cumsum(x, axis, dtype)
    if y.size and y.shape[int(axis)] > 1:
        y = np.moveaxis(y, int(axis), 0).copy()
        y[-1] = y[-2]
        y = np.moveaxis(y, 0, int(axis))
    return y


def first_element_twice(x, axis, dtype=None):
    """Adds the first element twice from the second position on."""
    y = cumsum(x, axis, dtype)
    if not y.size or y.dtype == bool:
        return y
    along = np.moveaxis(y, int(axis), 0)
    with np.errstate(all="ignore"):
        along[1:] += along[:1].copy()
    return y


def forgets_the_carry_of_32(x, axis, dtype=None):
    """Starts again from zero after every 32 elements."""
    cumsum(x, axis, dtype)
    n = x.shape[int(axis)]
    parts = np.split(x, range(32, n, 32), int(axis))
    return np.concatenate([cumsum(part, axis, dtype) for part in parts], int(axis))


def drops_the_tail_of_odd_lengths(x, axis, dtype=None):
    """The last element of an axis longer than 8 and of odd length is not added."""
    y = cumsum(x, axis, dtype)
    n = y.shape[int(axis)]
    if n > 8 and n % 2:
        along = np.moveaxis(y, int(axis), 0)
        along[-1] = along[-2]
    return y


def returns_the_input(x, axis, dtype=None):
    """Gives x back, cast."""
    return x.astype(cumsum(x, axis, dtype).dtype)


def reads_memory_in_the_wrong_order(x, axis, dtype=None):
    """Takes rows for columns."""
    return cumsum(x.ravel(order="F").reshape(x.shape), axis, dtype)


# dtype of the result


def ignores_dtype(x, axis, dtype=None):
    """Gives the dtype of the input's promotion whatever was asked."""
    return cumsum(x, axis)


def returns_float64(x, axis, dtype=None):
    """Gives float64 always."""
    return cumsum(x, axis, dtype).astype(np.float64)


def never_promotes(x, axis, dtype=None):
    """Keeps the dtype of integers."""
    return cumsum(x, axis, dtype, promotion=keep)


def promotes_to_int32(x, axis, dtype=None):
    """Gives int32 for narrower signed integers."""
    if dtype is None and x.dtype.kind == "i" and x.dtype.itemsize < 4:
        dtype = np.int32
    return cumsum(x, axis, dtype)


def promotes_unsigned_to_int64(x, axis, dtype=None):
    """Gives int64 for unsigned integers."""
    return cumsum(x, axis, np.int64 if dtype is None and x.dtype.kind == "u" else dtype)


def leaves_int32_alone(x, axis, dtype=None):
    """Promotes int8 and int16, but not int32."""
    return cumsum(x, axis, np.int32 if dtype is None and x.dtype == np.int32 else dtype)


def leaves_uint32_alone(x, axis, dtype=None):
    """Promotes uint8 and uint16, but not uint32."""
    return cumsum(x, axis, np.uint32 if dtype is None and x.dtype == np.uint32 else dtype)


def uint64_becomes_float64(x, axis, dtype=None):
    """Promotes uint64 with int64, which gives float64."""
    y = cumsum(x, axis, dtype)
    return y.astype(np.float64) if y.dtype == np.uint64 and x.dtype == np.uint64 else y


def int64_becomes_int32(x, axis, dtype=None):
    """Has no 64-bit integers."""
    y = cumsum(x, axis, dtype)
    return y.astype(np.int32) if y.dtype == np.int64 else y


def bool_stays_bool(x, axis, dtype=None):
    """Gives logical or for bool tensors."""
    return cumsum(x, axis, np.bool_ if dtype is None and x.dtype == np.bool_ else dtype)


def float16_becomes_float32(x, axis, dtype=None):
    """Promotes float16."""
    y = cumsum(x, axis, dtype)
    return y.astype(np.float32) if y.dtype == np.float16 else y


def float64_becomes_float32(x, axis, dtype=None):
    """Has no float64."""
    y = cumsum(x, axis, dtype)
    return y.astype(np.float32) if y.dtype == np.float64 else y


def int16_request_gives_int32(x, axis, dtype=None):
    """dtype=int16 gives int32."""
    return cumsum(x, axis, np.int32 if dtype is not None and dtype == np.int16 else dtype)


def uint8_request_gives_int8(x, axis, dtype=None):
    """dtype=uint8 gives int8."""
    return cumsum(x, axis, np.int8 if dtype is not None and dtype == np.uint8 else dtype)


def int32_request_gives_int64(x, axis, dtype=None):
    """dtype=int32 gives int64."""
    return cumsum(x, axis, np.int64 if dtype is not None and dtype == np.int32 else dtype)


# When it is cast, and through what


def casts_after(x, axis, dtype=None):
    """Sums first, casts then."""
    right = cumsum(x, axis, dtype)
    with np.errstate(all="ignore"):
        return cumsum(x, axis).astype(right.dtype)


def sums_in_the_dtype_of_x(x, axis, dtype=None):
    """Wraps in the dtype of x, then widens to dtype."""
    return cumsum(x, axis, promotion=keep).astype(cumsum(x, axis, dtype).dtype)


def sums_uint8_in_int8(x, axis, dtype=None):
    """Sums uint8 as int8 where dtype is given."""
    if dtype is not None and x.dtype == np.uint8:
        return cumsum(x.view(np.int8), axis, dtype)
    return cumsum(x, axis, dtype)


def saturates(x, axis, dtype=None):
    """Stays at the greatest value instead of wrapping."""
    right = cumsum(x, axis, dtype)
    if right.dtype.kind not in "iu":
        return right
    bounds = np.iinfo(right.dtype)
    exact = np.cumsum(x.astype(right.dtype).astype(object), axis)
    return np.clip(exact, bounds.min, bounds.max).astype(right.dtype)


def goes_through_float64(x, axis, dtype=None):
    """Sums integers as float64."""
    right = cumsum(x, axis, dtype)
    if right.dtype.kind not in "iu":
        return right
    with np.errstate(all="ignore"):
        return cumsum(x, axis, np.float64).astype(right.dtype)


def goes_through_int64(x, axis, dtype=None):
    """Sums uint64 as int64 and stays there if it can."""
    right = cumsum(x, axis, dtype)
    return np.abs(right.astype(np.int64)).astype(np.uint64) if right.dtype == np.uint64 else right


def accumulates_float16_wide(x, axis, dtype=None):
    """Keeps float16 partial sums in float32."""
    return cumsum(x, axis, dtype, accumulator=lambda d: np.dtype("f4") if d == "f2" else d)


def clamps_to_finite(x, axis, dtype=None):
    """Gives the greatest finite number instead of infinity."""
    y = cumsum(x, axis, dtype)
    if y.dtype.kind != "f" or np.isinf(x).any():
        return y
    return np.nan_to_num(y, nan=np.nan)


def dtype_bool_is_not_zero(x, axis, dtype=None):
    """dtype=bool says where the sum is not zero."""
    if dtype is not None and np.dtype(dtype) == bool:
        return cumsum(x, axis) != 0
    return cumsum(x, axis, dtype)


# Special values


def skips_nan(x, axis, dtype=None):
    """Takes NaN for zero."""
    return cumsum(np.nan_to_num(x, nan=0, posinf=np.inf, neginf=-np.inf), axis, dtype)


def nan_poisons_everything(x, axis, dtype=None):
    """One NaN makes every element NaN."""
    y = cumsum(x, axis, dtype)
    return np.full_like(y, np.nan) if y.dtype.kind == "f" and np.isnan(x).any() else y


def infinities_cancel(x, axis, dtype=None):
    """Infinity minus infinity is zero."""
    y = cumsum(x, axis, dtype)
    return np.where(np.isnan(y) & ~np.isnan(x).any(), 0, y).astype(y.dtype)


def infinity_loses_its_sign(x, axis, dtype=None):
    """Every infinity is positive."""
    y = cumsum(x, axis, dtype)
    return np.where(np.isinf(y), np.inf, y).astype(y.dtype) if y.dtype.kind == "f" else y


def sums_from_positive_zero(x, axis, dtype=None):
    """Starts from +0, which loses the sign of negative zeros."""
    y = cumsum(x, axis, dtype)
    return y + np.zeros((), y.dtype) if y.dtype.kind == "f" else y


# Shape


def squeezes(x, axis, dtype=None):
    """Drops axes of length one."""
    return np.squeeze(cumsum(x, axis, dtype))


def adds_an_axis(x, axis, dtype=None):
    """Gives the result an axis too many."""
    return cumsum(x, axis, dtype)[np.newaxis]


def loses_the_last_position(x, axis, dtype=None):
    """The result is one shorter along the axis."""
    y = cumsum(x, axis, dtype)
    return np.take(y, range(max(0, y.shape[int(axis)] - 1)), int(axis))


def accepts_zero_d(x, axis, dtype=None):
    """Gives a 0-d tensor back for a 0-d tensor."""
    if x.ndim == 0 and axis == 0:
        return cumsum(x.reshape(1), 0, dtype).reshape(())
    return cumsum(x, axis, dtype)


def refuses_empty_along(x, axis, dtype=None):
    """Raises where there is nothing to sum."""
    y = cumsum(x, axis, dtype)
    if y.shape[int(axis)] == 0:
        raise ValueError("zero-size array")
    return y


def refuses_empty_beside(x, axis, dtype=None):
    """Raises where there is nothing beside the axis."""
    y = cumsum(x, axis, dtype)
    if not y.size and y.shape[int(axis)]:
        raise ValueError("zero-size array")
    return y


def empty_loses_its_shape(x, axis, dtype=None):
    """Gives shape (0) for every empty tensor."""
    y = cumsum(x, axis, dtype)
    return y if y.size else y.reshape(0)


# What comes back, and what stays


def returns_a_list(x, axis, dtype=None):
    """Gives nested lists."""
    return cumsum(x, axis, dtype).tolist()


def returns_a_pair(x, axis, dtype=None):
    """Gives the result and the total."""
    y = cumsum(x, axis, dtype)
    return y, y


def returns_nothing(x, axis, dtype=None):
    """Gives None."""
    cumsum(x, axis, dtype)


def writes_into_its_input(x, axis, dtype=None):
    """Leaves the sum in x as well."""
    y = cumsum(x, axis, dtype)
    if y.dtype == x.dtype:
        x[...] = y
    return y


def clears_its_input(x, axis, dtype=None):
    """Leaves zeros in x."""
    y = cumsum(x, axis, dtype)
    x[...] = 0
    return y


def single_row_is_doubled(x, axis, dtype=None):
    """Adds the element again where the axis has length one."""
    y = cumsum(x, axis, dtype)
    return y + y if y.ndim and y.shape[int(axis)] == 1 and y.dtype != bool else y


# Long inputs


def forgets_the_carry_of_65536(x, axis, dtype=None):
    """Starts anew after every 65536 elements."""
    return faults.forgets_the_carry_of_65536(cumsum, x, axis, dtype=dtype)


def is_infinite_from_65536_on(x, axis, dtype=None):
    """Scales by a number of positions that does not fit 16 bits."""
    return faults.is_infinite_from_65536_on(cumsum, x, axis, dtype=dtype)


# Layout


def reads_memory_in_order(x, axis, dtype=None):
    """Takes the elements as they lie in memory, whatever the strides."""
    return faults.reads_memory_in_order(cumsum, x, axis, dtype=dtype)


def refuses_strides(x, axis, dtype=None):
    """Raises for everything that does not lie row by row."""
    return faults.refuses_strides(cumsum, x, axis, dtype=dtype)


# Stability

_REPETITIONS = faults.Repetitions()


def drifts(x, axis, dtype=None):
    """From the fifteenth call on the last values are one place further."""
    return faults.drifts(cumsum, x, axis, dtype=dtype, repetitions=_REPETITIONS)


def flushes_now_and_then(x, axis, dtype=None):
    """The sixth call and the eight after it take subnormal numbers for zero."""
    return faults.flushes_now_and_then(cumsum, x, axis, dtype=dtype, repetitions=_REPETITIONS)


def flushes_always(x, axis, dtype=None):
    """Takes subnormal numbers for zero."""
    return faults.flushes_always(cumsum, x, axis, dtype=dtype)


# Accuracy


def keeps_16_bits(x, axis, dtype=None):
    """Drops the lower bits of float32 and float64 results."""
    return faults.keeps_16_bits(cumsum, x, axis, dtype=dtype)


def goes_through_float16(x, axis, dtype=None):
    """Rounds float results to float16 and back."""
    return faults.goes_through_float16(cumsum, x, axis, dtype=dtype)


def is_off_at_the_end(x, axis, dtype=None):
    """The last of more than 500 results is off by one in a hundred."""
    return faults.is_off_at_the_end(cumsum, x, axis, dtype=dtype)


def mixes_up_long_lines(x, axis, dtype=None):
    """Takes neighbouring lines of large tensors for each other."""
    return faults.mixes_up_long_lines(cumsum, x, axis, dtype=dtype)


# Complex numbers


def drops_imaginary_parts(x, axis, dtype=None):
    """Scans the real parts of complex numbers."""
    y = cumsum(x.real if x.dtype.kind == "c" else x, axis, dtype)
    return y.astype(x.dtype) if x.dtype.kind == "c" else y


def narrows_complex128(x, axis, dtype=None):
    """Gives complex64 for complex128."""
    y = cumsum(x, axis, dtype)
    return y.astype(np.complex64) if y.dtype == np.complex128 else y


def parts_one_by_one(x, axis, dtype=None):
    """Scans the real and the imaginary parts apart from each other, the latter backwards."""
    if x.dtype.kind != "c":
        return cumsum(x, axis, dtype)
    real, imaginary = cumsum(x.real, axis), cumsum(x.imag, axis, reverse=True)
    return (real + 1j * imaginary).astype(x.dtype)
