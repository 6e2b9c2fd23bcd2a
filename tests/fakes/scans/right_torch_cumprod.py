"""torch.cumprod as documented and observed, in numpy."""

from as_torch import MISSING, checked, into, scanned
from gradients import of_cumprod, traced

from reference_impl import cumprod


def right_cumprod(input=MISSING, dim=MISSING, *, dtype=None, out=None, x=MISSING, axis=MISSING):
    """Promotes to int64, keeps float products wide, has no bool kernel."""
    x, dim = checked("cumprod", input if x is MISSING else x, dim if axis is MISSING else axis)
    y = scanned(cumprod, x, dim, dtype)
    return into(out, traced(x, y, lambda: of_cumprod(x, dim)))
