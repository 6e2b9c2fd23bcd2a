"""cumsums with other keywords than torch.cumsum has by its page, or other exceptions."""

from as_torch import MISSING
from numpy.exceptions import AxisError
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


def raises_an_error_of_two_classes(
    input=MISSING, dim=MISSING, *, dtype=None, out=None, x=MISSING, axis=MISSING
):
    """Raises numpy's AxisError for an axis out of range, which is a ValueError as well."""
    try:
        return right_torch(input, dim, dtype=dtype, out=out, x=x, axis=axis)
    except IndexError as error:
        raise AxisError(str(error)) from None


def raises_an_error_of_another_class(
    input=MISSING, dim=MISSING, *, dtype=None, out=None, x=MISSING, axis=MISSING
):
    """Raises ValueError for an axis out of range, in the words of the IndexError."""
    try:
        return right_torch(input, dim, dtype=dtype, out=out, x=x, axis=axis)
    except IndexError as error:
        raise ValueError(str(error)) from None
