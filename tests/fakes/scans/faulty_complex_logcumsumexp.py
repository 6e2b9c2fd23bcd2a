"""Faulty logcumsumexps of complex numbers. Each public function is one fake; its docstring says
what is wrong with it. Everything else than complex numbers is the reference's."""

import numpy as np

from reference_impl import logcumsumexp
from reference_impl.scan import scan


def _stepped(x, axis, dtype, step):
    """The reference's logcumsumexp, with another step for complex numbers."""
    y = logcumsumexp(x, axis, dtype)
    if y.dtype.kind != "c":
        return y
    return scan(step, x.astype(y.dtype), axis)


def _log_add_exp(a, b):
    """As the reference adds, but on the branch of the greater term."""
    greater, smaller = (a, b) if a.real >= b.real else (b, a)
    return greater + np.log1p(np.exp(smaller - greater))


def drops_imaginary_parts(x, axis, dtype=None):
    """Takes the real parts of complex numbers."""
    y = logcumsumexp(x, axis, dtype)
    return logcumsumexp(x.real, axis).astype(y.dtype) if y.dtype.kind == "c" else y


def parts_one_by_one(x, axis, dtype=None):
    """Takes the real and the imaginary parts apart from each other."""
    y = logcumsumexp(x, axis, dtype)
    if y.dtype.kind != "c":
        return y
    return (logcumsumexp(x.real, axis) + 1j * logcumsumexp(x.imag, axis)).astype(y.dtype)


def stays_on_the_branch(x, axis, dtype=None):
    """Starts from the imaginary part of the greatest term, whatever it is."""
    y = logcumsumexp(x, axis, dtype)
    if y.dtype.kind != "c":
        return y
    return scan(np.vectorize(_log_add_exp, otypes=[y.dtype]), x.astype(y.dtype), axis)


def first_stays_on_the_branch(x, axis, dtype=None):
    """Gives x[0] as it is, whatever its imaginary part."""
    y = logcumsumexp(x, axis, dtype)
    if y.dtype.kind == "c" and y.size:
        np.moveaxis(y, axis, 0)[0] = np.moveaxis(x, axis, 0)[0]
    return y


def exponentials_overflow(x, axis, dtype=None):
    """Adds the exponentials themselves."""
    y = logcumsumexp(x, axis, dtype)
    if y.dtype.kind != "c":
        return y
    with np.errstate(all="ignore"):
        return np.log(np.cumsum(np.exp(x), axis)).astype(y.dtype)


def narrows_complex128(x, axis, dtype=None):
    """Gives complex64 for complex128."""
    y = logcumsumexp(x, axis, dtype)
    return y.astype(np.complex64) if y.dtype == np.complex128 else y


def conjugates(x, axis, dtype=None):
    """Gives imaginary parts of the other sign."""
    y = logcumsumexp(x, axis, dtype)
    return y.conj() if y.dtype.kind == "c" else y


def subtracts_infinities(x, axis, dtype=None):
    """Gives NaN after minus infinity."""

    def step(a, b):
        return np.where(np.isinf(a.real), np.nan, np.vectorize(_log_add_exp)(a, b))

    with np.errstate(all="ignore"):
        return _stepped(x, axis, dtype, step)
