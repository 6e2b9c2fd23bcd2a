"""Faulty log-sum-exps: wrong at some lengths, ranks, sides or places in memory only."""

import lengths

from reference_impl import logcumsumexp

_KEPT = {}


def restarts_at_31(x, axis):
    """Forgets at element 31 what came before it."""
    return lengths.restarts_at(31, logcumsumexp, x, axis)


def restarts_at_128(x, axis):
    """Forgets at element 128 what came before it."""
    return lengths.restarts_at(128, logcumsumexp, x, axis)


def restarts_at_256(x, axis):
    """Forgets at element 256 what came before it."""
    return lengths.restarts_at(256, logcumsumexp, x, axis)


def restarts_at_1024(x, axis):
    """Forgets at element 1024 what came before it."""
    return lengths.restarts_at(1024, logcumsumexp, x, axis)


def restarts_at_4096(x, axis):
    """Forgets at element 4096 what came before it."""
    return lengths.restarts_at(4096, logcumsumexp, x, axis)


def leaves_the_tail_of_8(x, axis):
    """What fills no whole 8 elements is left as it was."""
    return lengths.leaves_the_tail(8, logcumsumexp, x, axis)


def leaves_the_tail_of_64(x, axis):
    """What fills no whole 64 elements is left as it was."""
    return lengths.leaves_the_tail(64, logcumsumexp, x, axis)


def rows_beyond_1024(x, axis):
    """Scans no more than 1024 lines."""
    return lengths.rows_beyond(1024, logcumsumexp, x, axis)


def rows_beyond_65535(x, axis):
    """Scans no more than 65535 lines."""
    return lengths.rows_beyond(65535, logcumsumexp, x, axis)


def next_axis_in_rank_4(x, axis):
    """Takes an inner axis of four for the one behind it."""
    return lengths.next_axis_from_rank(4, logcumsumexp, x, axis)


def turns_what_is_square(x, axis):
    """Turns the result where the first side is as long as the last."""
    return lengths.turns_what_is_square(logcumsumexp, x, axis)


def no_axis_of_what_is_empty(x, axis):
    """Looks at no axis of a tensor without elements."""
    return lengths.no_axis_of_what_is_empty(logcumsumexp, x, axis)


def returns_what_equals_x(x, axis):
    """Returns x itself where the result equals it."""
    return lengths.returns_what_equals_x(logcumsumexp, x, axis)


def writes_into_strided(x, axis):
    """Writes into x unless it lies row by row."""
    return lengths.writes_into_strided(logcumsumexp, x, axis)


def reuses_its_memory(x, axis):
    """Writes every result where the one before it lies."""
    return lengths.reuses_its_memory(_KEPT, logcumsumexp, x, axis)
