"""cumsums that do not take the keywords that the page gives torch.cumsum."""

from right_torch import right_torch


def knows_no_input(x, dim, *, dtype=None, out=None):
    """Has x where the page says input."""
    return right_torch(x, dim, dtype=dtype, out=out)


def knows_no_dim(input, axis, *, dtype=None, out=None, x=None):
    """Has axis where the page says dim."""
    return right_torch(input, axis, dtype=dtype, out=out)


def knows_no_dtype(input, dim, *, out=None):
    """Has no dtype."""
    return right_torch(input, dim, out=out)


def knows_no_out(input, dim, *, dtype=None):
    """Has no out."""
    return right_torch(input, dim, dtype=dtype)


def takes_dtype_for_granted(input, dim, *, out=None, **ignored):
    """Accepts dtype and ignores it."""
    return right_torch(input, dim, out=out)


def knows_only_documented_names(input, dim, *, dtype=None, out=None):
    """Refuses x and axis, which torch accepts beside input and dim."""
    return right_torch(input, dim, dtype=dtype, out=out)
