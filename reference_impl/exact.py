"""The exact oracle: every prefix result of the stored inputs, rounded once.

"Rounded once" is to nearest even, to the result dtype; what overflows gives infinity. bfloat16 is
stored as uint16, named by stored= or dtype=. Exclusive results start from the identity (0, 1 or
-inf) and leave the element itself out; reverse ones run from the end: TensorFlow's meaning.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from reference_impl.exact_complex import complex_product_lines
from reference_impl.exact_log import log_sum_lines
from reference_impl.exact_product import product_lines
from reference_impl.exact_sum import sum_lines
from reference_impl.formats import (
    COMPONENTS,
    FORMATS,
    Array,
    as_float64,
    from_bfloat16,
    from_bits,
    stored_name,
    take_apart,
)
from reference_impl.lines import Lines
from reference_impl.rounding import Rounded, fields_of, round_scaled, scaled
from reference_impl.special import continued_products, with_specials


@dataclass(frozen=True)
class Exact:
    """Exact results of a scan: values rounded once to dtype, and the parts that led there.

    values: shape of x; uint16 for bfloat16. parts: one Rounded of that shape for a real float
    dtype, two (real, imaginary) for a complex one, none for integers and bool.
    """

    dtype: str
    values: Array
    parts: tuple[Rounded, ...]


def exact_cumsum(
    x: Array,
    axis: SupportsIndex,
    *,
    stored: str | None = None,
    dtype: str | None = None,
    exclusive: bool = False,
    reverse: bool = False,
) -> Exact:
    """The exact running sum of x along axis, rounded once to dtype (x's own if not given).

    x: (..., n, ...), any dtype. Integers wrap modulo 2^bits, bool sums are logical or; integers
    may be summed to a float dtype, reals to a complex one. A sum that is exactly zero is +0, and
    -0 only where all its terms are -0. Infinities and NaN follow IEEE 754. Complex sums go by
    component. Raises AxisError or TypeError for axis as scan does, TypeError for a dtype that
    cannot hold the sum. Linear in n.
    """
    return _exact(x, axis, _Asked("sum", stored, dtype, exclusive, reverse))


def exact_cumprod(
    x: Array,
    axis: SupportsIndex,
    *,
    stored: str | None = None,
    dtype: str | None = None,
    exclusive: bool = False,
    reverse: bool = False,
) -> Exact:
    """The exact running product of x along axis, rounded once to dtype (x's own if not given).

    As exact_cumsum; bool products are logical and. The sign of a zero, and of what underflows, is
    the product of all signs; zero times infinity is NaN. Complex: see complex_product_lines; from
    the first element on that is not finite, (a + bi)(c + di) = (ac - bd) + (ad + bc)i in IEEE
    arithmetic decides which components are infinite and which NaN.
    """
    return _exact(x, axis, _Asked("product", stored, dtype, exclusive, reverse))


def exact_logcumsumexp(
    x: Array,
    axis: SupportsIndex,
    *,
    stored: str | None = None,
    dtype: str | None = None,
    exclusive: bool = False,
    reverse: bool = False,
) -> Exact:
    """log(exp(x[0]) + ... + exp(x[i])) along axis, rounded correctly to dtype (x's if not given).

    x: (..., n, ...), a real float dtype (else TypeError). A NaN so far gives NaN, else an infinity
    so far gives it; -inf adds nothing. The identity of the exclusive form is -inf (TensorFlow puts
    the lowest finite number there). Linear in n; see log_sum_lines for the proof.
    """
    return _exact(x, axis, _Asked("log-sum", stored, dtype, exclusive, reverse))


def exact_integers(
    x: Array,
    axis: SupportsIndex,
    *,
    product: bool = False,
    exclusive: bool = False,
    reverse: bool = False,
) -> NDArray[np.object_]:
    """Running sums (or products) of integers without any wrapping: Python ints, shape of x.

    Products grow: n of them take time and memory quadratic in n.
    """
    if x.dtype.kind not in "biu":
        raise TypeError(f"x has dtype {x.dtype.name}; expected bool or integers")
    lines = Lines.of(x.astype(object) + 0, axis, reverse=reverse)
    data = lines.data
    if exclusive:
        data = _shifted(data, 1 if product else 0)
    ufunc = np.multiply if product else np.add
    return lines.restored(ufunc.accumulate(data, axis=1, dtype=object))


@dataclass(frozen=True)
class _Asked:
    """What one call asks for."""

    operation: str
    stored: str | None
    dtype: str | None
    exclusive: bool
    reverse: bool


def _exact(x: Array, axis: SupportsIndex, asked: _Asked) -> Exact:
    name = stored_name(x, asked.stored)
    dtype = asked.dtype or name
    _check_dtypes(name, dtype, operation=asked.operation)
    lines = Lines.of(x, axis, reverse=asked.reverse)
    data = lines.data
    if asked.exclusive:
        data = _shifted(data, _identity(asked.operation, name))
    if dtype in COMPONENTS:
        parts = _complex_parts(data, name, dtype=dtype, operation=asked.operation)
    elif dtype in FORMATS:
        parts = (_real_part(data, name, dtype=dtype, operation=asked.operation),)
    else:
        return Exact(dtype, lines.restored(_integers(data, dtype, asked.operation)), ())
    parts = tuple(_restored(part, lines) for part in parts)
    return Exact(dtype, _values(parts, dtype), parts)


def _check_dtypes(name: str, dtype: str, *, operation: str) -> None:
    if dtype != "bfloat16" and np.dtype(dtype).name not in (*FORMATS, *COMPONENTS):
        fits = np.dtype(dtype).kind in "biu" and name not in (*FORMATS, *COMPONENTS)
    else:
        fits = dtype in COMPONENTS or name not in COMPONENTS
    if operation == "log-sum":
        fits = name in FORMATS and dtype in FORMATS
    if not fits:
        raise TypeError(f"the {operation} of {name} has no exact result in {dtype}; cast x first")


def _identity(operation: str, name: str) -> Any:
    if operation == "log-sum":
        return 0xFF80 if name == "bfloat16" else -np.inf
    one = 0x3F80 if name == "bfloat16" else 1
    return one if operation == "product" else 0


def _shifted(data: Array, identity: Any) -> Array:
    """Each line moved one to the right, with identity first."""
    shifted = np.empty_like(data)
    shifted[:, :1] = identity
    shifted[:, 1:] = data[:, :-1]
    return shifted


def _integers(data: Array, dtype: str, operation: str) -> Array:
    """Scans modulo 2^bits; for bool logical or, and."""
    ufuncs: dict[str, tuple[np.ufunc, np.ufunc]] = {
        "sum": (np.add, np.logical_or),
        "product": (np.multiply, np.logical_and),
    }
    ufunc = ufuncs[operation][dtype == "bool"]
    return np.asarray(ufunc.accumulate(data.astype(dtype), axis=1, dtype=np.dtype(dtype)))


def _real_part(data: Array, name: str, *, dtype: str, operation: str) -> Rounded:
    form = FORMATS[dtype]
    pieces = take_apart(data, name)
    if operation == "log-sum":
        rounded = log_sum_lines(as_float64(data, name), form)
    elif operation == "sum":
        rounded = round_scaled(sum_lines(pieces), form)
    else:
        rounded = round_scaled(product_lines(pieces), form)
    return with_specials(rounded, pieces, form=form, operation=operation)


def _complex_parts(data: Array, name: str, *, dtype: str, operation: str) -> tuple[Rounded, ...]:
    form = FORMATS[COMPONENTS[dtype]]
    values = from_bfloat16(data) if name == "bfloat16" else data
    components = [np.ascontiguousarray(part) for part in (values.real, values.imag)]
    pieces = [take_apart(part, part.dtype.name) for part in components]
    if operation == "sum":
        sums = [round_scaled(sum_lines(p), form) for p in pieces]
        return tuple(
            with_specials(r, p, form=form, operation="sum")
            for r, p in zip(sums, pieces, strict=True)
        )
    products = complex_product_lines(pieces[0], pieces[1])
    for product, part in zip(products, components, strict=True):
        # The first product is the first element, zeros and finite parts of infinite ones included.
        first = scaled(part[:, :1], part.dtype.name)
        for field in ("negative", "mantissa", "exponent", "tail"):
            getattr(product, field)[:, :1] = getattr(first, field)
    rounded = tuple(round_scaled(p, form) for p in products)
    return continued_products(rounded, values, form=form, exact=products)


def _restored(part: Rounded, lines: Lines) -> Rounded:
    return Rounded(*(lines.restored(field) for field in fields_of(part)))


def _values(parts: tuple[Rounded, ...], dtype: str) -> Array:
    if len(parts) == 1:
        return from_bits(parts[0].bits, FORMATS[dtype])
    result = np.empty(parts[0].bits.shape, dtype)
    form = FORMATS[COMPONENTS[dtype]]
    # Assigned by component: real + 1j * imaginary would turn infinities into NaN.
    result.real, result.imag = (from_bits(part.bits, form) for part in parts)
    return result
