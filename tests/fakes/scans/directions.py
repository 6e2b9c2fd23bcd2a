"""Faults of exclusive and reverse scans. Each takes the right scan, and the arguments of the call.

All of them are right where neither is asked for. NEUTRAL is what an exclusive scan starts from.
"""

import math

import faults
import gradients
import numpy as np

from reference_impl import cumprod, cumsum, exact_integers
from reference_impl.scan import keep

NEUTRAL = {cumsum: 0, cumprod: 1}


def along(y, axis):
    """y with axis in front; what is written there is written into y."""
    return np.moveaxis(y, int(axis), 0)


def neutral(scan, y):
    return y.dtype.type(NEUTRAL[scan])


# What an exclusive scan starts from, and what it leaves out


def is_never_exclusive(scan, x, axis, dtype, exclusive, reverse):
    return scan(x, axis, dtype, reverse=reverse)


def starts_from_the_first(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and y.size:
        end = -1 if reverse else 0
        along(y, axis)[end] = along(x, axis)[end]
    return y


def starts_from_the_other(scan, x, axis, dtype, exclusive, reverse):
    """From 1 where it should be 0, and the other way round."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and y.size:
        along(y, axis)[-1 if reverse else 0] = 1 - NEUTRAL[scan]
    return y


def starts_from_a_negative_zero(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and y.dtype.kind == "f":
        y[y == 0] = -0.0
    return y


def takes_x_back(scan, x, axis, dtype, exclusive, reverse):
    """The inclusive result without x: less it, or divided by it."""
    y = scan(x, axis, dtype, reverse=reverse)
    if not exclusive or y.dtype == bool:
        return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    own = x.astype(y.dtype)
    with np.errstate(all="ignore"):
        if scan is cumsum:
            return y - own
        return (y / own if y.dtype.kind in "fc" else y // np.where(own, own, 1)).astype(y.dtype)


def shifts_the_other_way(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, reverse=reverse)
    return moved(scan, y, axis, -1) if exclusive else y


def shifts_forwards_always(scan, x, axis, dtype, exclusive, reverse):
    """Puts the neutral element in front whatever the direction."""
    y = scan(x, axis, dtype, reverse=reverse)
    return moved(scan, y, axis, 1) if exclusive else y


def moved(scan, y, axis, by):
    """y moved by one, with the neutral element where there is room."""
    lines = along(y, axis)
    if not y.size:
        return y
    shifted = np.full_like(lines, NEUTRAL[scan])
    if by == 1:
        shifted[1:] = lines[:-1]
    else:
        shifted[:-1] = lines[1:]
    return np.moveaxis(shifted, 0, int(axis))


def rolls(scan, x, axis, dtype, exclusive, reverse):
    """Moves the inclusive result round: the whole stands where the neutral element should."""
    y = scan(x, axis, dtype, reverse=reverse)
    return np.roll(y, -1 if reverse else 1, int(axis)) if exclusive else y


def leaves_out_two(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return moved(scan, y, axis, -1 if reverse else 1) if exclusive else y


def keeps_a_single_element(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not exclusive or y.shape[int(axis)] != 1:
        return y
    return scan(x, axis, dtype, reverse=reverse)


def has_an_empty_result(scan, x, axis, dtype, exclusive, reverse):
    """Gives the neutral element for an axis without elements."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not (exclusive or reverse) or y.shape[int(axis)]:
        return y
    shape = list(y.shape)
    shape[int(axis)] = 1
    return np.full(shape, NEUTRAL[scan], y.dtype)


def refuses_nothing_beside(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if (exclusive or reverse) and not x.size and x.shape[int(axis)]:
        raise ValueError("zero-size array")
    return y


def refuses_empty_along(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if (exclusive or reverse) and x.shape[int(axis)] == 0:
        raise ValueError("zero-size array")
    return y


def accepts_zero_d(scan, x, axis, dtype, exclusive, reverse):
    if exclusive and x.ndim == 0 and axis == 0:
        return scan(x.reshape(1), 0, dtype, exclusive=True).reshape(())
    return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)


def looks_at_the_whole(scan, x, axis, dtype, exclusive, reverse):
    """Refuses integers whose result with the last one would leave the dtype."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and y.dtype.kind in "iu" and y.ndim == 1 and y.size:
        whole = (sum if scan is cumsum else math.prod)(x.tolist())
        if not np.iinfo(y.dtype).min <= whole <= np.iinfo(y.dtype).max:
            raise OverflowError("the result is out of range")
    return y


def says_false_means_true(scan, x, axis, dtype, exclusive, reverse):
    """Looks whether the option is given, not what it is."""
    given = exclusive is not None
    return scan(x, axis, dtype, exclusive=given, reverse=bool(reverse))


# Which way a reverse scan goes


def never_reverses(scan, x, axis, dtype, exclusive, reverse):
    return scan(x, axis, dtype, exclusive=exclusive)


def turns_the_result_only(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive)
    return np.flip(y, int(axis)) if reverse else y


def turns_x_only(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return np.flip(y, int(axis)) if reverse else y


def turns_axis(scan, x, axis, dtype, exclusive, reverse, *, turned):
    """Turns another axis round than that of the scan."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not reverse or x.ndim < 2:
        return y
    return np.flip(scan(np.flip(x, turned), axis, dtype, exclusive=exclusive), turned)


def scans_the_last_axis(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not exclusive and not reverse:
        return y
    return scan(x, -1, dtype, exclusive=exclusive, reverse=reverse)


def scans_the_first_axis(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not exclusive and not reverse:
        return y
    return scan(x, 0, dtype, exclusive=exclusive, reverse=reverse)


def swaps_the_inner_axes(scan, x, axis, dtype, exclusive, reverse):
    if x.ndim == 3 and (exclusive or reverse):
        axis = (0, 2, 1)[int(axis) % 3]
    return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)


def does_not_check_axis(scan, x, axis, dtype, exclusive, reverse):
    if (exclusive or reverse) and type(axis) is int and x.ndim:
        axis %= x.ndim
    return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)


def takes_from_the_whole(scan, x, axis, dtype, exclusive, reverse):
    """A reverse scan is the whole without what lies before: subtracted, or divided out."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not reverse or not y.size or y.dtype.kind not in "fc":
        return y
    before = scan(x, axis, dtype, exclusive=not exclusive)
    whole = scan(x, axis, dtype).take([-1], int(axis))
    with np.errstate(all="ignore"):
        return whole - before if scan is cumsum else whole / before


def loses_an_end(scan, x, axis, dtype, exclusive, reverse):
    """The first result of a reverse scan of odd length from 9 on misses an element."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    n = x.shape[int(axis)]
    if reverse and n > 8 and n % 2:
        along(y, axis)[0] = along(y, axis)[1]
    return y


# Both at once


def does_one_of_both(scan, x, axis, dtype, exclusive, reverse, *, chosen):
    """Where both are asked for, does the chosen one."""
    if exclusive and reverse:
        exclusive, reverse = chosen == "exclusive", chosen == "reverse"
    return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)


# dtypes and ranges


def drops_dtype(scan, x, axis, dtype, exclusive, reverse):
    asked = None if exclusive or reverse else dtype
    return scan(x, axis, asked, exclusive=exclusive, reverse=reverse)


def never_promotes(scan, x, axis, dtype, exclusive, reverse):
    if not exclusive and not reverse:
        return scan(x, axis, dtype)
    return scan(x, axis, dtype, promotion=keep, exclusive=exclusive, reverse=reverse)


def gives_float64(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return y.astype(np.float64) if (exclusive or reverse) and y.dtype.kind != "c" else y


def has_no_float64(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return y.astype(np.float32) if (exclusive or reverse) and y.dtype == np.float64 else y


def keeps_bool(scan, x, axis, dtype, exclusive, reverse):
    if exclusive and dtype is None and x.dtype == bool:
        dtype = np.bool_
    return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)


def drops_the_imaginary_part(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return y.real.astype(y.dtype) if (exclusive or reverse) and y.dtype.kind == "c" else y


def goes_through_float64(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if y.dtype.kind not in "iu" or not (exclusive or reverse):
        return y
    with np.errstate(all="ignore"):
        return scan(x, axis, np.float64, exclusive=exclusive, reverse=reverse).astype(y.dtype)


def saturates(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if y.dtype.kind not in "iu" or not (exclusive or reverse):
        return y
    bounds = np.iinfo(y.dtype)
    exact = exact_integers(
        x.astype(y.dtype), axis, product=scan is cumprod, exclusive=exclusive, reverse=reverse
    )
    return np.clip(exact, bounds.min, bounds.max).astype(y.dtype)


def accumulates_wide(scan, x, axis, dtype, exclusive, reverse):
    if not exclusive and not reverse:
        return scan(x, axis, dtype)
    return scan(
        x,
        axis,
        dtype,
        accumulator=lambda d: np.dtype("f8") if d.kind == "f" else d,
        exclusive=exclusive,
        reverse=reverse,
    )


# Special values


def spreads_nan(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if (exclusive or reverse) and x.dtype.kind == "f" and np.isnan(x).any():
        return np.full_like(y, np.nan)
    return y


def spreads_infinity(scan, x, axis, dtype, exclusive, reverse):
    """A whole that is not finite makes every result so."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not exclusive or y.dtype.kind != "f" or not y.size:
        return y
    whole = scan(x, axis, dtype).take([-1], int(axis))
    return np.where(np.isfinite(whole), y, whole).astype(y.dtype)


def drops_signs_of_zeros(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return np.where(y == 0, np.abs(y), y) if (exclusive or reverse) and y.dtype.kind == "f" else y


def vanishes_with_the_whole(scan, x, axis, dtype, exclusive, reverse):
    """Gives zeros where the whole is zero, and the neutral element."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if not exclusive or y.dtype.kind != "f" or not y.size:
        return y
    whole = scan(x, axis, dtype).take([-1], int(axis))
    return np.where((whole == 0) & (y != neutral(scan, y)), whole, y).astype(y.dtype)


def is_zero_from_a_zero_on(scan, x, axis, dtype, exclusive, reverse):
    """Takes the first zero for its own, one too early."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    return np.where(x == 0, 0, y).astype(y.dtype) if exclusive else y


# Layout, the argument, accuracy


def reads_memory_in_order(scan, x, axis, dtype, exclusive, reverse):
    scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive or reverse:
        x = faults.as_if_contiguous(x, beyond=77)
    return scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)


def turns_x_in_place(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if reverse:
        x[...] = np.flip(x, int(axis)).copy()
    return y


def shifts_x_in_place(scan, x, axis, dtype, exclusive, reverse):
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if exclusive and not reverse and x.size:
        lines = along(x, axis)
        lines[1:] = lines[:-1].copy()
        lines[0] = NEUTRAL[scan]
    return y


def is_inaccurate(fault, scan, x, axis, dtype, exclusive, reverse):
    """With a fault of its accuracy where one of both is asked for."""
    if not exclusive and not reverse:
        return scan(x, axis, dtype)
    return fault(scan, x, axis, dtype=dtype, exclusive=exclusive, reverse=reverse)


def forgets_the_carry_of_65536(scan, x, axis, dtype, exclusive, reverse):
    """Starts anew after every 65536 elements from the end."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    if reverse and y.shape[int(axis)] > 65536:
        late = x.shape[int(axis)] - 65536
        along(y, axis)[:late] = along(
            scan(along(x, axis)[:late], 0, dtype, exclusive=exclusive, reverse=True), 0
        )
    return y


# Gradients


def gradient(scan, x, axis, dtype, exclusive, reverse, *, of):
    """The right result; its derivative along every line is of(line, exclusive, reverse)."""
    y = scan(x, axis, dtype, exclusive=exclusive, reverse=reverse)
    lines = gradients.plain(x)
    return gradients.traced(
        x, y, lambda: np.apply_along_axis(of, int(axis), lines, exclusive, reverse)
    )


def parts(scan, x, exclusive, reverse):
    """The derivatives of every result (rows) by every element of x, which has one axis."""
    n = len(x)
    rows = np.zeros((n, n))
    for i in range(n):
        chosen = range(i, n) if reverse else range(i + 1)
        chosen = [j for j in chosen if not (exclusive and j == i)]
        for j in chosen:
            rows[i, j] = 1 if scan is cumsum else np.prod([x[k] for k in chosen if k != j])
    return rows
