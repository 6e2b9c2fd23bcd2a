"""torch.cummin with out=, as documented and observed, in numpy."""

from as_torch import MISSING, into_each
from right_torch_cummin import right_cummin


def right_cummin_out(input=MISSING, dim=MISSING, *, out):
    """Writes both results where it is told, and returns what it was given."""
    return into_each(out, right_cummin(input, dim))
