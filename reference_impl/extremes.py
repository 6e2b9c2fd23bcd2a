"""Running maximum and minimum with indices: as the definition reads, and the oracle's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple, SupportsIndex

import numpy as np
from numpy.typing import NDArray

from reference_impl.formats import Array, Bools, Integers, from_bfloat16, stored_name
from reference_impl.lines import Lines

Tie = Literal["first", "last"]
NotANumber = Literal["propagate", "ignore"]


class Extreme(NamedTuple):
    """values: running extreme, stored as x is; indices: int64 positions along the axis in x."""

    values: Array
    indices: NDArray[np.int64]


@dataclass(frozen=True)
class _Rule:
    """Which of two elements stays."""

    greater: bool
    tie: Tie
    nan: NotANumber


def cummax(
    x: Array,
    axis: SupportsIndex,
    *,
    tie: Tie = "last",
    nan: NotANumber = "propagate",
    exclusive: bool = False,
    reverse: bool = False,
) -> Extreme:
    """Running maximum of x along axis, and where it stands.

    x: (..., n, ...), bool, integer or float (complex: TypeError). values: x's dtype. Among equal
    elements tie='last' keeps the latest (torch), 'first' the earliest; 0 and -0 are equal, and the
    value is always the element at the index. A NaN stays from where it appears (tie decides
    among several), or with nan='ignore' counts as less than everything. exclusive leaves x[i]
    itself out and starts from the least value of the dtype (-inf for floats) at index -1; reverse
    runs from the end. Raises AxisError and TypeError for axis as cumsum does.
    """
    return _scan(x, axis, _Rule(True, tie, nan), exclusive=exclusive, reverse=reverse)


def cummin(
    x: Array,
    axis: SupportsIndex,
    *,
    tie: Tie = "last",
    nan: NotANumber = "propagate",
    exclusive: bool = False,
    reverse: bool = False,
) -> Extreme:
    """Running minimum of x along axis, and where it stands; as cummax, from the greatest value."""
    return _scan(x, axis, _Rule(False, tie, nan), exclusive=exclusive, reverse=reverse)


def _scan(x: Array, axis: SupportsIndex, rule: _Rule, *, exclusive: bool, reverse: bool) -> Extreme:
    """One element after the other, over all lines at once."""
    _check(x.dtype.name)
    lines = Lines.of(x, axis, reverse=reverse)
    values = np.empty_like(lines.data.T)
    indices = np.empty(values.shape, np.int64)
    # Of bfloat16 too the numbers alone are compared: nothing is computed, so nothing is rounded.
    data, running = np.asarray(lines.data.T), np.asarray(values)
    nans = _has_nans(data)
    for i in range(len(data)):
        running[i], indices[i] = data[i], i
        if i > 0:
            replaces = _replaces(data[i], running[i - 1], rule=rule, nans=nans)
            np.copyto(running[i], running[i - 1], where=~replaces)
            np.copyto(indices[i], indices[i - 1], where=~replaces)
    result = values.T, indices.T
    return _finished(lines, *result, first=_least(x.dtype.name, rule) if exclusive else None)


def _has_nans(data: Array) -> bool:
    return data.dtype.kind == "f" and bool(np.isnan(data).any())


def _replaces(new: Array, old: Array, *, rule: _Rule, nans: bool) -> Bools:
    """Whether new takes the place of old. nans: whether there are any, in either."""
    last = rule.tie == "last"
    if rule.greater:
        beats = new >= old if last else new > old
    else:
        beats = new <= old if last else new < old
    if not nans:
        return np.asarray(beats)
    alone = np.isnan(new) & ~np.isnan(old) if rule.nan == "propagate" else ~np.isnan(new)
    if rule.nan == "ignore":
        alone &= np.isnan(old)
    both = np.isnan(new) & np.isnan(old)
    return np.asarray(beats | alone | (both & last))


def exact_cummax(
    x: Array,
    axis: SupportsIndex,
    *,
    stored: str | None = None,
    tie: Tie = "last",
    nan: NotANumber = "propagate",
    exclusive: bool = False,
    reverse: bool = False,
) -> Extreme:
    """What cummax gives, for bfloat16 (stored='bfloat16') too, and fast on long lines."""
    rule = _Rule(True, tie, nan)
    return _exact(x, axis, rule, stored=stored, exclusive=exclusive, reverse=reverse)


def exact_cummin(
    x: Array,
    axis: SupportsIndex,
    *,
    stored: str | None = None,
    tie: Tie = "last",
    nan: NotANumber = "propagate",
    exclusive: bool = False,
    reverse: bool = False,
) -> Extreme:
    """What cummin gives, for bfloat16 (stored='bfloat16') too, and fast on long lines."""
    rule = _Rule(False, tie, nan)
    return _exact(x, axis, rule, stored=stored, exclusive=exclusive, reverse=reverse)


def _exact(
    x: Array,
    axis: SupportsIndex,
    rule: _Rule,
    *,
    stored: str | None,
    exclusive: bool,
    reverse: bool,
) -> Extreme:
    """By whole-array operations: the running extreme first, then where it was last replaced."""
    name = stored_name(x, stored)
    _check(name)
    lines = Lines.of(x, axis, reverse=reverse)
    keys = from_bfloat16(lines.data) if name == "bfloat16" else lines.data
    indices = _last_replaced(keys, rule)
    values = np.take_along_axis(lines.data, indices, axis=1)
    return _finished(lines, values, indices, first=_least(name, rule) if exclusive else None)


def _last_replaced(keys: Array, rule: _Rule) -> Integers:
    """The index of each prefix's extreme; keys: (lines, n)."""
    propagating: tuple[np.ufunc, np.ufunc] = (np.minimum, np.maximum)
    ignoring: tuple[np.ufunc, np.ufunc] = (np.fmin, np.fmax)
    ufunc = (propagating if rule.nan == "propagate" else ignoring)[rule.greater]
    running = ufunc.accumulate(keys, axis=1)
    replaces = np.ones(keys.shape, np.bool_)
    replaces[:, 1:] = _replaces(keys[:, 1:], running[:, :-1], rule=rule, nans=_has_nans(keys))
    positions = np.where(replaces, np.arange(keys.shape[1]), 0)
    return np.asarray(np.maximum.accumulate(positions, axis=1).astype(np.int64))


def _finished(lines: Lines, values: Array, indices: Integers, *, first: object) -> Extreme:
    """Back in x's shape, with indices counted in x; with first, moved on by one behind it."""
    if lines.reverse:
        indices = indices.shape[1] - 1 - indices
    if first is not None:
        values, indices = np.roll(values, 1, axis=1), np.roll(indices, 1, axis=1)
        values[:, :1], indices[:, :1] = first, -1
    return Extreme(lines.restored(values), lines.restored(indices))


def _least(name: str, rule: _Rule) -> object:
    """What every element replaces: the start of the exclusive form."""
    if name == "bfloat16":
        return 0xFF80 if rule.greater else 0x7F80
    dtype = np.dtype(name)
    if dtype.kind == "f":
        return -np.inf if rule.greater else np.inf
    if dtype.kind == "b":
        return not rule.greater
    return np.iinfo(dtype).min if rule.greater else np.iinfo(dtype).max


def _check(name: str) -> None:
    if name.startswith("complex"):
        raise TypeError(f"{name} has no order; cummax and cummin take bool, integers and floats")
