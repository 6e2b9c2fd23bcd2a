"""Arrays: how dtypes are stored, how elements lie in memory, and their bytes."""

from __future__ import annotations

import hashlib
from typing import Any, List

import numpy

STORED = {
    name: numpy.dtype(code)
    for name, code in (
        ("bool", "|b1"),
        ("int8", "|i1"),
        ("int16", "<i2"),
        ("int32", "<i4"),
        ("int64", "<i8"),
        ("uint8", "|u1"),
        ("uint16", "<u2"),
        ("uint32", "<u4"),
        ("uint64", "<u8"),
        ("float16", "<f2"),
        ("float32", "<f4"),
        ("float64", "<f8"),
        ("complex64", "<c8"),
        ("complex128", "<c16"),
        ("bfloat16", "<u2"),  # numpy has none: its bits travel
    )
}
# What lies between the elements of a tensor that is not contiguous: no plausible number, so that
# whoever reads it is found out.
BETWEEN_BYTE = 0x77
BFLOAT16_NAN = 0x7FC0
# Elements that are written at a time where a tensor follows a rule.
STRIDE = 1 << 16


def by_rule(listed: Any, rule: str, *, shape: List[int]) -> Any:
    """An array of that shape by a rule over the values listed.

    alternate: they follow one another again and again. blocks: each fills an equal part.
    """
    elements = numpy.empty(shape, listed.dtype)
    flat = elements.reshape(-1)
    if rule == "blocks":
        flat.reshape(len(listed), -1)[...] = listed[:, None]
    elif rule == "alternate":
        again = numpy.tile(listed, max(1, STRIDE // len(listed)))
        for start in range(0, flat.size, again.size):
            part = flat[start : start + again.size]
            part[...] = again[: part.size]
    else:
        raise ValueError("there is no rule %r" % rule)
    return elements


def laid_out(elements: Any, layout: str, *, dtype: str) -> Any:
    """The same elements, otherwise in memory. A 0-d array can lie in one way only."""
    if layout == "transposed":
        return elements.T.copy().T
    if not elements.ndim:
        return elements
    if layout == "every-other":
        return spread(elements, dtype)
    if layout == "reversed":
        return elements[..., ::-1].copy()[..., ::-1]
    if layout == "broadcast":
        row = elements[:1].copy()
        strides = (0, *row.strides[1:])
        # Not broadcast_to: what it gives is read-only, which frameworks warn of.
        same = numpy.lib.stride_tricks.as_strided(row, elements.shape, strides)
        if same.tobytes() == elements.tobytes():
            return same
        raise ValueError("the elements of a broadcast tensor differ along its first axis")
    raise ValueError("there is no layout %r" % layout)


def spread(elements: Any, dtype: str) -> Any:
    """Every second element along the last axis of an array twice as long."""
    wide = numpy.empty((*elements.shape[:-1], 2 * elements.shape[-1]), elements.dtype)
    if dtype == "bfloat16":
        wide[...] = BFLOAT16_NAN
    elif elements.dtype.kind in "fc":
        wide[...] = numpy.nan
    elif dtype == "bool":
        wide[...] = True
    else:
        wide.view("u1")[...] = BETWEEN_BYTE
    wide[..., ::2] = elements
    return wide[..., ::2]


def stretch(elements: Any, start: int, stop: int) -> Any:
    """The elements from number start up to stop, in row-major order; no copy of the whole."""
    flat = elements.reshape(-1) if elements.flags.c_contiguous else elements.flat
    return flat[start:stop]


def digests(elements: Any, dtype: str, chunk: int) -> List[str]:
    """The SHA-256 of each chunk of so many elements, in hexadecimal."""
    return [
        hashlib.sha256(
            element_bytes(stretch(elements, start, min(start + chunk, elements.size)), dtype)
        ).hexdigest()
        for start in range(0, elements.size, chunk)
    ]


def element_bytes(elements: Any, dtype: str) -> bytes:
    """The elements, little-endian and in C order. TypeError if they are not stored as dtype."""
    stored = STORED[dtype]
    if elements.dtype != stored:
        if elements.dtype.newbyteorder("<") != stored:
            found = (dtype, elements.dtype)
            raise TypeError("the adapter reads a %s tensor as an array of %s" % found)
        elements = elements.astype(stored)
    return elements.tobytes()  # type: ignore[no-any-return]


def overlap(one: Any, other: Any) -> bool:
    """Whether who writes into one array changes the other.

    What nobody can write into may be shared; what an adapter copies does not show whether it is."""
    writable = one.flags.writeable and other.flags.writeable
    return bool(writable and numpy.may_share_memory(one, other))
