"""Accumulation profiles: in which order and precision a scan rounds, defined bit for bit.

All take x: (..., n, ...) and give the same shape and dtype. "a + b" below is combine(a, b): one
operation of the dtype named, rounded to nearest even.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, SupportsIndex

import numpy as np

from reference_impl.bfloat16 import BFLOAT16
from reference_impl.formats import Array, from_bfloat16, to_bfloat16
from reference_impl.scan import Combine, scan, valid_axis

Scan = Callable[[Combine, Array, SupportsIndex], Array]


def wider(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """float32 for float16 and bfloat16, float64 for float32, complex128 for complex64, else dtype
    itself."""
    if dtype == BFLOAT16:
        return np.dtype(np.float32)
    names = {"float16": "float32", "float32": "float64", "complex64": "complex128"}
    return np.dtype(names[dtype.name]) if dtype.name in names else dtype


def sequential(combine: Combine, x: Array, axis: SupportsIndex) -> Array:
    """y[0] = x[0], y[i] = y[i-1] + x[i], all in x's dtype (numpy, MindSpore)."""
    return scan(combine, x, axis)


def wide(combine: Combine, x: Array, axis: SupportsIndex) -> Array:
    """sequential in wider(x.dtype); each y[i] is rounded to x's dtype on its own (torch)."""
    return scan(combine, x, axis, accumulator=wider)


def blocked(combine: Combine, x: Array, axis: SupportsIndex, *, block: int) -> Array:
    """Blocks of `block` elements (the last one may be shorter), each scanned sequentially.

    With s the scan inside the blocks and t[b] the last element of block b's: the carries c are
    sequential over t if there are at most `block` of them, else blocked over t; y = s in the first
    block, c[b-1] + s in block b (XLA's rewrite of a running reduce-window; jax 0.10 on a CPU: 16).
    """
    if block < 1:
        raise ValueError(f"block is {block}, expected at least 1")
    if block == 1:
        return scan(combine, x, axis)
    elements = np.moveaxis(x, valid_axis(axis, x.ndim), 0)
    with np.errstate(all="ignore"):
        result = _blocked(combine, elements, block)
    return np.asarray(np.moveaxis(result, 0, valid_axis(axis, x.ndim)))


def _blocked(combine: Combine, x: Array, block: int) -> Array:
    if len(x) <= block:
        return scan(combine, x, 0)
    inner = [scan(combine, x[start : start + block], 0) for start in range(0, len(x), block)]
    carries = _blocked(combine, np.stack([part[-1] for part in inner]), block)
    later: list[Array] = [combine(carries[b], part) for b, part in enumerate(inner[1:])]
    return np.asarray(np.concatenate([inner[0], *later]))


def odd_even(combine: Combine, x: Array, axis: SupportsIndex) -> Array:
    """Pairs are added, the half as long scan of the pairs is taken, the even ones follow.

    With p[k] = x[2k] + x[2k+1] and q the same scan of p: y[0] = x[0], y[2k+1] = q[k] and
    y[2k] = q[k-1] + x[2k] (Blelloch's recursion, as jax.lax.associative_scan does it).
    """
    elements = np.moveaxis(x, valid_axis(axis, x.ndim), 0)
    with np.errstate(all="ignore"):
        result = _odd_even(combine, elements)
    return np.asarray(np.moveaxis(result, 0, valid_axis(axis, x.ndim)))


def _odd_even(combine: Combine, x: Array) -> Array:
    if len(x) < 2:
        return np.array(x)
    paired = _odd_even(combine, combine(x[:-1:2], x[1::2]))
    result = np.empty_like(x)
    result[0] = x[0]
    result[1::2] = paired
    result[2::2] = combine(paired[: (len(x) - 1) // 2], x[2::2])
    return result


def doubling(combine: Combine, x: Array, axis: SupportsIndex) -> Array:
    """For d = 1, 2, 4, ... below n: y[i] = y[i-d] + y[i], all i >= d at once (Hillis, Steele)."""
    elements = np.moveaxis(x, valid_axis(axis, x.ndim), 0).copy()
    distance = 1
    with np.errstate(all="ignore"):
        while distance < len(elements):
            elements[distance:] = combine(elements[:-distance], elements[distance:])
            distance *= 2
    return np.moveaxis(elements, 0, valid_axis(axis, x.ndim))


@dataclass(frozen=True)
class Profile:
    """A named way of accumulating. run: (combine, x, axis) -> scan."""

    name: str
    run: Scan


def _blocks_of(block: int) -> Profile:
    def run(combine: Combine, x: Array, axis: SupportsIndex) -> Array:
        return blocked(combine, x, axis, block=block)

    return Profile(f"blocked-{block}", run)


def profiles() -> tuple[Profile, ...]:
    """Every profile that the fingerprints tell apart."""
    return (
        Profile("sequential", sequential),
        Profile("wide", wide),
        *(_blocks_of(block) for block in (4, 8, 16, 32)),
        Profile("odd-even", odd_even),
        Profile("doubling", doubling),
    )


def in_bfloat16(run: Scan, combine: Combine, stored: Array, *, axis: SupportsIndex) -> Array:
    """What run gives on bfloat16 stored as uint16; result stored the same way.

    Each combination is done in float32 and rounded to bfloat16: for +, -, *, / that is the
    correctly rounded one, float32 having more than twice bfloat16's bits. With run=wide the
    partial results stay in float32 and each element is rounded once.
    """
    x = from_bfloat16(stored)
    if run is wide:
        return to_bfloat16(scan(combine, x, axis))

    def rounded(a: Array, b: Array) -> Array:
        return from_bfloat16(to_bfloat16(np.asarray(combine(a, b))))

    return to_bfloat16(run(rounded, x, axis))
