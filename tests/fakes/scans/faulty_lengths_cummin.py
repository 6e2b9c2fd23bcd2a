"""Faulty minima: wrong at some lengths, ranks, sides or places in memory only."""

import lengths

from reference_impl import cummin

_KEPT = {}


def restarts_at_31(x, axis):
    """Forgets at element 31 what came before it."""
    return lengths.restarts_at(31, cummin, x, axis)


def restarts_at_128(x, axis):
    """Forgets at element 128 what came before it."""
    return lengths.restarts_at(128, cummin, x, axis)


def restarts_at_256(x, axis):
    """Forgets at element 256 what came before it."""
    return lengths.restarts_at(256, cummin, x, axis)


def restarts_at_1024(x, axis):
    """Forgets at element 1024 what came before it."""
    return lengths.restarts_at(1024, cummin, x, axis)


def restarts_at_4096(x, axis):
    """Forgets at element 4096 what came before it."""
    return lengths.restarts_at(4096, cummin, x, axis)


def restarts_at_8192(x, axis):
    """Forgets at element 8192 what came before it."""
    return lengths.restarts_at(8192, cummin, x, axis)


def leaves_the_tail_of_8(x, axis):
    """What fills no whole 8 elements is left as it was."""
    return lengths.leaves_the_tail(8, cummin, x, axis)


def leaves_the_tail_of_64(x, axis):
    """What fills no whole 64 elements is left as it was."""
    return lengths.leaves_the_tail(64, cummin, x, axis)


def rows_beyond_1024(x, axis):
    """Scans no more than 1024 lines."""
    return lengths.rows_beyond(1024, cummin, x, axis)


def rows_beyond_65535(x, axis):
    """Scans no more than 65535 lines."""
    return lengths.rows_beyond(65535, cummin, x, axis)


def next_axis_in_rank_4(x, axis):
    """Takes an inner axis of four for the one behind it."""
    return lengths.next_axis_from_rank(4, cummin, x, axis)


def turns_what_is_square(x, axis):
    """Turns the result where the first side is as long as the last."""
    return lengths.turns_what_is_square(cummin, x, axis)


def no_axis_of_what_is_empty(x, axis):
    """Looks at no axis of a tensor without elements."""
    return lengths.no_axis_of_what_is_empty(cummin, x, axis)


def returns_what_equals_x(x, axis):
    """Returns x itself where the result equals it."""
    return lengths.returns_what_equals_x(cummin, x, axis)


def writes_into_strided(x, axis):
    """Writes into x unless it lies row by row."""
    return lengths.writes_into_strided(cummin, x, axis)


def reuses_its_memory(x, axis):
    """Writes every result where the one before it lies."""
    return lengths.reuses_its_memory(_KEPT, cummin, x, axis)


def uint16_as_signed(x, axis):
    """Compares uint16 as int16."""
    if x.dtype != "uint16":
        return cummin(x, axis)
    values, indices = cummin(x.view("int16"), axis)
    return values.view("uint16"), indices


def uint32_as_signed(x, axis):
    """Compares uint32 as int32."""
    if x.dtype != "uint32":
        return cummin(x, axis)
    values, indices = cummin(x.view("int32"), axis)
    return values.view("uint32"), indices


def float64_through_float32(x, axis):
    """Compares float64 in float32."""
    return lengths.narrows_one("float64", "float32", cummin, x, axis)


def int32_indices_in_rank_2(x, axis):
    """Gives int32 indices for matrices."""
    values, indices = cummin(x, axis)
    return values, indices.astype("int32") if x.ndim == 2 else indices


def int16_starts_from_zero(x, axis):
    """Starts from zero in int16."""
    values, indices = cummin(x, axis)
    return (values.clip(None, 0) if x.dtype == "int16" else values), indices


def index_within_1024(x, axis):
    """Counts the index from the block of 1024."""
    values, indices = cummin(x, axis)
    return values, indices % 1024


def index_of_16_bits(x, axis):
    """Counts the index in 16 bits."""
    values, indices = cummin(x, axis)
    return values, indices % 65536
