"""The bundled reference: scans written as their definitions read, and the exact oracle.

numpy and the standard library only. exact_... give the exact result rounded once; profiles,
fingerprints and accuracy say how a framework's own results came about.
"""

from reference_impl.bfloat16 import cast, dtype_named
from reference_impl.exact import (
    Exact,
    exact_cumprod,
    exact_cumsum,
    exact_integers,
    exact_logcumsumexp,
)
from reference_impl.extremes import Extreme, cummax, cummin, exact_cummax, exact_cummin
from reference_impl.formats import from_bfloat16, to_bfloat16
from reference_impl.scan import cumprod, cumsum, logcumsumexp, scan
from reference_impl.ulp import greatest_error, ulp_error

__all__ = [
    "Exact",
    "Extreme",
    "cast",
    "cummax",
    "cummin",
    "cumprod",
    "cumsum",
    "dtype_named",
    "exact_cummax",
    "exact_cummin",
    "exact_cumprod",
    "exact_cumsum",
    "exact_integers",
    "exact_logcumsumexp",
    "from_bfloat16",
    "greatest_error",
    "logcumsumexp",
    "scan",
    "to_bfloat16",
    "ulp_error",
]
__version__ = "0.1.0"
