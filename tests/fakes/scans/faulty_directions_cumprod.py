"""Faulty exclusive and reverse cumprods; without either they are right, and the reference's.

Each public function is one fake; its docstring says what is wrong with it.
"""

import directions
import faults

from reference_impl import cumprod

# What an exclusive scan starts from, and what it leaves out


def is_never_exclusive(x, axis, dtype=None, exclusive=False, reverse=False):
    """Ignores exclusive."""
    return directions.is_never_exclusive(cumprod, x, axis, dtype, exclusive, reverse)


def starts_from_the_first(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form starts from the first element."""
    return directions.starts_from_the_first(cumprod, x, axis, dtype, exclusive, reverse)


def starts_from_the_other(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form starts from zero."""
    return directions.starts_from_the_other(cumprod, x, axis, dtype, exclusive, reverse)


def takes_x_back(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form is the inclusive one divided by x: 0 / 0, inf / inf."""
    return directions.takes_x_back(cumprod, x, axis, dtype, exclusive, reverse)


def shifts_the_other_way(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form leaves out the first element instead of the last."""
    return directions.shifts_the_other_way(cumprod, x, axis, dtype, exclusive, reverse)


def shifts_forwards_always(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form has the empty product in front, in reverse too."""
    return directions.shifts_forwards_always(cumprod, x, axis, dtype, exclusive, reverse)


def rolls(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form has the whole product where the empty one should be."""
    return directions.rolls(cumprod, x, axis, dtype, exclusive, reverse)


def leaves_out_two(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form leaves out the element and its neighbour."""
    return directions.leaves_out_two(cumprod, x, axis, dtype, exclusive, reverse)


def keeps_a_single_element(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form of one element is that element."""
    return directions.keeps_a_single_element(cumprod, x, axis, dtype, exclusive, reverse)


def has_an_empty_result(x, axis, dtype=None, exclusive=False, reverse=False):
    """Gives an empty product for an axis without elements."""
    return directions.has_an_empty_result(cumprod, x, axis, dtype, exclusive, reverse)


def refuses_nothing_beside(x, axis, dtype=None, exclusive=False, reverse=False):
    """Raises for tensors without elements beside the axis."""
    return directions.refuses_nothing_beside(cumprod, x, axis, dtype, exclusive, reverse)


def refuses_empty_along(x, axis, dtype=None, exclusive=False, reverse=False):
    """Raises for an axis without elements."""
    return directions.refuses_empty_along(cumprod, x, axis, dtype, exclusive, reverse)


def accepts_zero_d(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form takes a tensor without axes."""
    return directions.accepts_zero_d(cumprod, x, axis, dtype, exclusive, reverse)


def looks_at_the_whole(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form raises if the last element would lead out of the range."""
    return directions.looks_at_the_whole(cumprod, x, axis, dtype, exclusive, reverse)


# Which way it goes


def never_reverses(x, axis, dtype=None, exclusive=False, reverse=False):
    """Ignores reverse."""
    return directions.never_reverses(cumprod, x, axis, dtype, exclusive, reverse)


def turns_the_result_only(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form is the result turned round."""
    return directions.turns_the_result_only(cumprod, x, axis, dtype, exclusive, reverse)


def turns_x_only(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form is not turned back."""
    return directions.turns_x_only(cumprod, x, axis, dtype, exclusive, reverse)


def turns_the_first_axis(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form turns axis 0 round, whatever the axis."""
    return directions.turns_axis(cumprod, x, axis, dtype, exclusive, reverse, turned=0)


def turns_the_last_axis(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form turns the last axis round, whatever the axis."""
    return directions.turns_axis(cumprod, x, axis, dtype, exclusive, reverse, turned=-1)


def scans_the_last_axis(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms run along the last axis."""
    return directions.scans_the_last_axis(cumprod, x, axis, dtype, exclusive, reverse)


def scans_the_first_axis(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms run along axis 0."""
    return directions.scans_the_first_axis(cumprod, x, axis, dtype, exclusive, reverse)


def swaps_the_inner_axes(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms take the two inner axes of three for each other."""
    return directions.swaps_the_inner_axes(cumprod, x, axis, dtype, exclusive, reverse)


def does_not_check_axis(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms take the axis modulo the rank."""
    return directions.does_not_check_axis(cumprod, x, axis, dtype, exclusive, reverse)


def takes_from_the_whole(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form is the whole divided by what lies before."""
    return directions.takes_from_the_whole(cumprod, x, axis, dtype, exclusive, reverse)


def loses_an_end(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form of odd lengths misses the first element."""
    return directions.loses_an_end(cumprod, x, axis, dtype, exclusive, reverse)


def does_exclusive_of_both(x, axis, dtype=None, exclusive=False, reverse=False):
    """Forgets reverse where both are asked for."""
    return directions.does_one_of_both(
        cumprod, x, axis, dtype, exclusive, reverse, chosen="exclusive"
    )


def does_reverse_of_both(x, axis, dtype=None, exclusive=False, reverse=False):
    """Forgets exclusive where both are asked for."""
    return directions.does_one_of_both(
        cumprod, x, axis, dtype, exclusive, reverse, chosen="reverse"
    )


# dtypes and ranges


def drops_dtype(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms ignore dtype."""
    return directions.drops_dtype(cumprod, x, axis, dtype, exclusive, reverse)


def never_promotes(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms keep the dtype of integers."""
    return directions.never_promotes(cumprod, x, axis, dtype, exclusive, reverse)


def gives_float64(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms give float64."""
    return directions.gives_float64(cumprod, x, axis, dtype, exclusive, reverse)


def has_no_float64(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms give float32 for float64."""
    return directions.has_no_float64(cumprod, x, axis, dtype, exclusive, reverse)


def keeps_bool(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form keeps bool."""
    return directions.keeps_bool(cumprod, x, axis, dtype, exclusive, reverse)


def drops_the_imaginary_part(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms are real."""
    return directions.drops_the_imaginary_part(cumprod, x, axis, dtype, exclusive, reverse)


def goes_through_float64(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms go through float64, which has 53 bits."""
    return directions.goes_through_float64(cumprod, x, axis, dtype, exclusive, reverse)


def saturates(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms stay at the greatest value instead of wrapping."""
    return directions.saturates(cumprod, x, axis, dtype, exclusive, reverse)


# Special values


def spreads_nan(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms make everything NaN if one element is."""
    return directions.spreads_nan(cumprod, x, axis, dtype, exclusive, reverse)


def spreads_infinity(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form is not finite anywhere if the whole is not."""
    return directions.spreads_infinity(cumprod, x, axis, dtype, exclusive, reverse)


def drops_signs_of_zeros(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms give +0 for -0."""
    return directions.drops_signs_of_zeros(cumprod, x, axis, dtype, exclusive, reverse)


def vanishes_with_the_whole(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form is zero where the whole is."""
    return directions.vanishes_with_the_whole(cumprod, x, axis, dtype, exclusive, reverse)


def is_zero_from_a_zero_on(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form counts a zero at its own place."""
    return directions.is_zero_from_a_zero_on(cumprod, x, axis, dtype, exclusive, reverse)


# Layout, the argument, accuracy


def reads_memory_in_order(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms read memory from the first element on, row by row."""
    return directions.reads_memory_in_order(cumprod, x, axis, dtype, exclusive, reverse)


def turns_x_in_place(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form turns x round and leaves it so."""
    return directions.turns_x_in_place(cumprod, x, axis, dtype, exclusive, reverse)


def shifts_x_in_place(x, axis, dtype=None, exclusive=False, reverse=False):
    """The exclusive form shifts x and leaves it so."""
    return directions.shifts_x_in_place(cumprod, x, axis, dtype, exclusive, reverse)


def keeps_16_bits(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms drop the lower bits of float32 and float64."""
    return directions.is_inaccurate(
        faults.keeps_16_bits, cumprod, x, axis, dtype, exclusive, reverse
    )


def goes_through_float16(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms round floats to float16 and back."""
    return directions.is_inaccurate(
        faults.goes_through_float16, cumprod, x, axis, dtype, exclusive, reverse
    )


def is_off_at_the_end(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms are off by one in a hundred at the last of more than 500 elements."""
    return directions.is_inaccurate(
        faults.is_off_at_the_end, cumprod, x, axis, dtype, exclusive, reverse
    )


def mixes_up_long_lines(x, axis, dtype=None, exclusive=False, reverse=False):
    """Both forms take neighbouring lines for each other where there are many elements."""
    return directions.is_inaccurate(
        faults.mixes_up_long_lines, cumprod, x, axis, dtype, exclusive, reverse
    )


def forgets_the_carry_of_65536(x, axis, dtype=None, exclusive=False, reverse=False):
    """The reverse form starts anew after every 65536 elements."""
    return directions.forgets_the_carry_of_65536(cumprod, x, axis, dtype, exclusive, reverse)


def says_false_means_true(x, axis, dtype=None, exclusive=None, reverse=None):
    """Is exclusive whenever exclusive is given."""
    return directions.says_false_means_true(cumprod, x, axis, dtype, exclusive, reverse)


def wants_both_or_none(x, axis, dtype=None, exclusive=None, reverse=None):
    """Raises where only one of the two is given."""
    if (exclusive is None) != (reverse is None):
        raise ValueError("exclusive and reverse go together")
    return cumprod(x, axis, dtype, exclusive=bool(exclusive), reverse=bool(reverse))


# Gradients


def gradient_of_the_plain_form(x, axis, dtype=None, exclusive=False, reverse=False):
    """Has the derivative of the form that is neither."""

    def derivative(x, exclusive, reverse):
        return directions.parts(cumprod, x, False, False).sum(0)

    return directions.gradient(cumprod, x, axis, dtype, exclusive, reverse, of=derivative)


def gradient_turned_round(x, axis, dtype=None, exclusive=False, reverse=False):
    """The derivative of the other direction, where one of both is asked for."""

    def derivative(x, exclusive, reverse):
        other = not reverse if exclusive or reverse else reverse
        return directions.parts(cumprod, x, exclusive, other).sum(0)

    return directions.gradient(cumprod, x, axis, dtype, exclusive, reverse, of=derivative)


def gradient_divides_by_x(x, axis, dtype=None, exclusive=False, reverse=False):
    """The derivative is divided by x where one of both is asked for: 0 / 0 at a zero."""

    def derivative(x, exclusive, reverse):
        right = directions.parts(cumprod, x, exclusive, reverse).sum(0)
        return right * x / x if exclusive or reverse else right

    return directions.gradient(cumprod, x, axis, dtype, exclusive, reverse, of=derivative)
