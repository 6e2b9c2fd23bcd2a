"""cumsums that do not take, or take too many of, the keywords of mindspore.ops.cumsum."""

from right_mindspore import right_mindspore


def knows_no_x(input, axis, dtype=None):
    """Has input where the page says x."""
    return right_mindspore(input, axis, dtype)


def knows_no_axis(x, dim, dtype=None):
    """Has dim where the page says axis."""
    return right_mindspore(x, dim, dtype)


def knows_no_dtype(x, axis):
    """Has no dtype."""
    return right_mindspore(x, axis)


def takes_out(x, axis, dtype=None, out=None):
    """Has the out that the page says is missing."""
    return right_mindspore(x, axis, dtype)


def swallows_every_keyword(x=None, axis=None, dtype=None, **ignored):
    """Accepts any keyword and ignores it."""
    return right_mindspore(x, axis, dtype)


def takes_both_names(x=None, axis=None, dtype=None, *, input=None, dim=None):
    """Accepts input and dim beside x and axis."""
    return right_mindspore(input if x is None else x, dim if axis is None else axis, dtype)
