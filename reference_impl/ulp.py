"""How far results are from the exact ones, in units of the last place of the exact value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from reference_impl.exact import Exact
from reference_impl.formats import COMPONENTS, FORMATS, Array, Floats, as_float64
from reference_impl.rounding import Rounded


@dataclass(frozen=True)
class Greatest:
    """The greatest ULP error and the index of its first occurrence."""

    error: float
    index: tuple[int, ...]


def ulp_error(actual: Array, exact: Exact) -> Floats:
    """|actual - exact| / ulp(exact) per element, against the unrounded exact value.

    actual: stored as exact.values is (same shape and dtype, else ValueError, TypeError; nothing is
    cast). A correctly rounded element has at most 0.5. ulp(v) is 2^(e - p + 1) for 2^e <= |v| <
    2^(e + 1) and precision p, never less than the least subnormal number, which is also ulp(0):
    that makes 1 of a lost subnormal. The sign of zero does not count.
    Infinity and NaN: 0 where both are NaN or the same infinity, infinity where only one is NaN,
    where the infinities differ, or where one is finite; but an exact value that overflows is
    measured as the finite number it is (0 for an actual infinity of its sign), and an actual
    infinity counts as the power of two after the greatest number where the exact value rounds to
    that greatest number. Complex: the greater of the two components'. Integers and bool: the
    distance of the values.
    """
    if actual.shape != exact.values.shape:
        raise ValueError(f"actual has shape {actual.shape}, expected {exact.values.shape}")
    if actual.dtype != exact.values.dtype:
        raise TypeError(f"actual has dtype {actual.dtype}, expected {exact.values.dtype}")
    if not exact.parts:
        return _integer_distance(actual, exact.values)
    if exact.dtype in COMPONENTS:
        name = COMPONENTS[exact.dtype]
        components = zip((actual.real, actual.imag), exact.parts, strict=True)
        errors = [_part_error(values, part, name=name) for values, part in components]
        return np.asarray(np.maximum(errors[0], errors[1]))
    return _part_error(actual, exact.parts[0], name=exact.dtype)


def greatest_error(errors: Floats) -> Greatest | None:
    """The greatest error and where it is first; None if there is no element."""
    if errors.size == 0:
        return None
    index = np.unravel_index(int(np.argmax(errors)), errors.shape)
    return Greatest(float(errors[index]), tuple(int(i) for i in index))


def _integer_distance(actual: Array, expected: Array) -> Floats:
    distance = np.abs(actual.astype(object) - expected.astype(object))
    return np.asarray(distance.astype(np.float64))


def _part_error(actual: Array, part: Rounded, *, name: str) -> Floats:
    form = FORMATS[name]
    values = as_float64(actual, name)
    greatest = 2.0**form.precision - 1
    with np.errstate(all="ignore"):
        # Both sides are scaled exactly, before they are subtracted.
        steps = np.ldexp(values, -part.ulp_exponent)
        at_edge = (np.abs(part.anchor) == greatest) & (part.ulp_exponent == form.greatest_ulp)
        edge = np.isinf(values) & at_edge
        steps = np.where(edge, np.copysign(greatest + 1, values), steps)
        errors = np.abs((steps - part.anchor) - part.remainder)
        overflow = (np.abs(part.anchor) > greatest) & (part.ulp_exponent == form.greatest_ulp)
        same_infinity = np.isinf(values) & (np.sign(values) == np.sign(part.anchor))
        errors = np.where(overflow & same_infinity, 0.0, errors)
    errors = np.where(np.isnan(errors), np.inf, errors)
    special = np.isnan(part.remainder)
    expected = _special_values(part, name)
    same = (values == expected) | (np.isnan(values) & np.isnan(expected))
    return np.asarray(np.where(special, np.where(same, 0.0, np.inf), errors))


def _special_values(part: Rounded, name: str) -> Floats:
    bits = part.bits
    return as_float64(bits if name == "bfloat16" else bits.view(name), name)
