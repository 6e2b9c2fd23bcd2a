"""Faulty products: wrong at some lengths, ranks, sides or places in memory only."""

import lengths
import numpy as np

from reference_impl import cumprod
from reference_impl.bfloat16 import is_bfloat16

_KEPT = {}


def restarts_at_31(x, axis, dtype=None):
    """Forgets at element 31 what came before it."""
    return lengths.restarts_at(31, cumprod, x, axis, dtype=dtype)


def restarts_at_128(x, axis, dtype=None):
    """Forgets at element 128 what came before it."""
    return lengths.restarts_at(128, cumprod, x, axis, dtype=dtype)


def restarts_at_256(x, axis, dtype=None):
    """Forgets at element 256 what came before it."""
    return lengths.restarts_at(256, cumprod, x, axis, dtype=dtype)


def restarts_at_1024(x, axis, dtype=None):
    """Forgets at element 1024 what came before it."""
    return lengths.restarts_at(1024, cumprod, x, axis, dtype=dtype)


def restarts_at_4096(x, axis, dtype=None):
    """Forgets at element 4096 what came before it."""
    return lengths.restarts_at(4096, cumprod, x, axis, dtype=dtype)


def restarts_at_8192(x, axis, dtype=None):
    """Forgets at element 8192 what came before it."""
    return lengths.restarts_at(8192, cumprod, x, axis, dtype=dtype)


def leaves_the_tail_of_8(x, axis, dtype=None):
    """What fills no whole 8 elements is left as it was."""
    return lengths.leaves_the_tail(8, cumprod, x, axis, dtype=dtype)


def leaves_the_tail_of_64(x, axis, dtype=None):
    """What fills no whole 64 elements is left as it was."""
    return lengths.leaves_the_tail(64, cumprod, x, axis, dtype=dtype)


def rows_beyond_1024(x, axis, dtype=None):
    """Scans no more than 1024 lines."""
    return lengths.rows_beyond(1024, cumprod, x, axis, dtype=dtype)


def rows_beyond_65535(x, axis, dtype=None):
    """Scans no more than 65535 lines."""
    return lengths.rows_beyond(65535, cumprod, x, axis, dtype=dtype)


def next_axis_in_rank_4(x, axis, dtype=None):
    """Takes an inner axis of four for the one behind it."""
    return lengths.next_axis_from_rank(4, cumprod, x, axis, dtype=dtype)


def turns_what_is_square(x, axis, dtype=None):
    """Turns the result where the first side is as long as the last."""
    return lengths.turns_what_is_square(cumprod, x, axis, dtype=dtype)


def no_axis_of_what_is_empty(x, axis, dtype=None):
    """Looks at no axis of a tensor without elements."""
    return lengths.no_axis_of_what_is_empty(cumprod, x, axis, dtype=dtype)


def returns_what_equals_x(x, axis, dtype=None):
    """Returns x itself where the result equals it."""
    return lengths.returns_what_equals_x(cumprod, x, axis, dtype=dtype)


def writes_into_strided(x, axis, dtype=None):
    """Writes into x unless it lies row by row."""
    return lengths.writes_into_strided(cumprod, x, axis, dtype=dtype)


def reuses_its_memory(x, axis, dtype=None):
    """Writes every result where the one before it lies."""
    return lengths.reuses_its_memory(_KEPT, cumprod, x, axis, dtype=dtype)


def int8_through_int16(x, axis, dtype=None):
    """Those of int8 go through int16."""
    y = cumprod(x, axis, dtype=dtype)
    return y.astype(np.int16).astype(y.dtype) if x.dtype == np.int8 and dtype is None else y


def int16_through_int32(x, axis, dtype=None):
    """Those of int16 go through int32."""
    y = cumprod(x, axis, dtype=dtype)
    return y.astype(np.int32).astype(y.dtype) if x.dtype == np.int16 and dtype is None else y


def int32_through_int32(x, axis, dtype=None):
    """Sums and products of int32 wrap as such, whatever the dtype of the result."""
    y = cumprod(x, axis, dtype=dtype)
    return y.astype(np.int32).astype(y.dtype) if x.dtype == np.int32 and dtype is None else y


def uint8_through_uint16(x, axis, dtype=None):
    """Those of uint8 go through uint16."""
    y = cumprod(x, axis, dtype=dtype)
    return y.astype(np.uint16).astype(y.dtype) if x.dtype == np.uint8 and dtype is None else y


def complex128_through_complex64(x, axis, dtype=None):
    """Those of complex128 go through complex64."""
    return lengths.narrows_one(np.complex128, np.complex64, cumprod, x, axis, dtype=dtype)


def float64_through_float32(x, axis, dtype=None):
    """Those of float64 go through float32."""
    return lengths.narrows_one(np.float64, np.float32, cumprod, x, axis, dtype=dtype)


def ignores_dtype_from_the_end(x, axis, dtype=None):
    """Ignores dtype where the axis is negative."""
    return cumprod(x, axis, None if type(axis) is int and axis < 0 else dtype)


def casts_floats_afterwards(x, axis, dtype=None):
    """Casts floats to a wider dtype when all is done."""
    if dtype == np.float64 and not is_bfloat16(x):
        return cumprod(x, axis).astype(dtype)
    return cumprod(x, axis, dtype=dtype)


def writes_into_x_of_that_dtype(x, axis, dtype=None):
    """Where dtype is x's own, the result is written into x."""
    y = cumprod(x, axis, dtype=dtype)
    if dtype is not None and not is_bfloat16(x) and x.dtype == dtype:
        x[...] = y
    return y
