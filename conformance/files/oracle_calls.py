"""Which calls the exact oracle can judge, and the shape of its result."""

from __future__ import annotations

from conformance.files.source import Source
from conformance.model.case import Call, DTypeName, LaidOut
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import Tensor

_NUMBERS = frozenset({"bool", "signed", "unsigned"})


def oracle_shape(source: Source, op: str, call: Call, *, dtype: str, at: int) -> tuple[int, ...]:
    """The shape of the exact result of call, which is that of x.

    dtype: of the result. Raises FileError at that place unless x is a tensor, axis one of its axes,
    the call asks for no other dtype than that of x, and dtype can hold the result.
    """
    given = dict(call.arguments)
    x, axis = given.get("x"), given.get("axis")
    if isinstance(x, LaidOut):
        x = x.tensor
    if not isinstance(x, Tensor) or type(axis) is not int:
        raise source.error(
            at,
            "an oracle for a call without a tensor x and an integer axis",
            expected="both of them",
        )
    rank = len(x.shape)
    if not -rank <= axis < rank:
        raise source.error(
            at,
            f"an oracle for axis {axis} of a tensor of {rank} axes",
            expected=f"an axis from {-rank} to {rank - 1}" if rank else "a tensor with axes",
        )
    asked = given.get("dtype")
    if asked is not None and asked != DTypeName(x.dtype):
        raise source.error(
            at,
            "an oracle for a call with another dtype than that of x",
            expected=f"no dtype, or {x.dtype}",
            action="the oracle judges the scan, not the cast before it: give x in that dtype",
        )
    if not _holds(op, x.dtype, dtype=dtype):
        raise source.error(
            at,
            f"an oracle in {dtype} for x of {x.dtype}",
            expected=f"a dtype that can hold the result of {op}",
        )
    return x.shape


def _holds(op: str, x: str, *, dtype: str) -> bool:
    """True if a result of x can be rounded once to dtype."""
    source, target = DTYPES[x].kind, DTYPES[dtype].kind
    if op == "logcumsumexp":
        return source == target == "float"
    if target in _NUMBERS:
        return source in _NUMBERS
    return target == "complex" or source != "complex"
