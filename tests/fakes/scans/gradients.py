"""Derivatives of the sum of a scan's result by x, for fakes that hand one out with their result."""

import numpy as np

from reference_impl import cummax, cummin


class Traced(np.ndarray):
    """An array whose scan is asked for its derivative; that of the scan is kept in gradient."""

    gradient = None


def traced(x, y, derivative):
    """y, and with it derivative() in the dtype of x where x is traced."""
    if not isinstance(x, Traced):
        return y
    with np.errstate(all="ignore"):
        result = np.asarray(y).view(Traced)
        result.gradient = np.asarray(derivative()).astype(x.dtype)
    return result


def of_cumsum(x, axis):
    """x[j] is in every sum from j on."""
    return np.flip(np.cumsum(np.flip(np.ones_like(plain(x)), axis), axis), axis)


def of_cumprod(x, axis):
    """The sum of the products without x[j], from j on; NaN beside an infinity as torch has it."""
    if not np.isfinite(x).all():
        return of_cumprod_divided(x, axis)
    return of_cumprod_exact(x, axis)


def of_cumprod_exact(x, axis):
    """The sum of the products without x[j], from j on, one after the other."""
    lines = np.moveaxis(plain(x), axis, 0)
    gradient = np.zeros_like(lines)
    for j in range(len(lines)):
        without = lines.copy()
        without[j] = 1
        gradient[j] = np.cumprod(without, 0)[j:].sum(0)
    return np.moveaxis(gradient, 0, axis)


def of_cumprod_divided(x, axis):
    """The sum of the products from j on, divided by x[j]."""
    x = plain(x)
    return sums_from(np.cumprod(x, axis), axis) / x


def of_cummax(x, axis, *, tie="last"):
    """Every result is handed to the element at its index."""
    return handed_over(cummax(np.asarray(x), axis, tie=tie).indices, axis)


def of_cummin(x, axis, *, tie="last"):
    """Every result is handed to the element at its index."""
    return handed_over(cummin(np.asarray(x), axis, tie=tie).indices, axis)


def of_logcumsumexp(x, y, axis):
    """The sum of exp(x[j] - y[i]) over i from j on."""
    lines, results = np.moveaxis(plain(x), axis, 0), np.moveaxis(plain(y), axis, 0)
    gradient = [np.exp(line - results[j:]).sum(0) for j, line in enumerate(lines)]
    return np.moveaxis(np.array(gradient), 0, axis)


def handed_over(indices, axis):
    """How often each position stands in indices."""
    lines = np.moveaxis(indices, axis, 0)
    counts = np.array([(lines == j).sum(0) for j in range(len(lines))], np.float64)
    return np.moveaxis(counts, 0, axis)


def sums_from(x, axis):
    """The sum of everything from each position on."""
    return np.flip(np.cumsum(np.flip(x, axis), axis), axis)


def plain(x):
    """x in float64, and no longer traced."""
    return np.asarray(x, np.float64)
