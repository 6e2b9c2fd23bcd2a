"""Nested YAML lists of numbers as the elements of a tensor: flat, checked, rounded once.

The fast way is a single struct.pack, which refuses what does not fit. Decimals are worked with
only where a written number can differ from the float64 that was read.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from conformance.files.complex_numbers import is_complex, parts
from conformance.files.fields import described
from conformance.files.nodes import Node, Seq
from conformance.files.scalars import MinusZero, PlainScalars, UnreadableScalarError, Written
from conformance.files.source import Source
from conformance.model.bfloat16 import from_bfloat16, to_bfloat16
from conformance.model.dtypes import COMPONENTS, DTYPES, DType
from conformance.model.errors import FileError
from conformance.model.tensor import Tensor

MAX_ELEMENTS = 1 << 20
# The greatest that every numpy can hold.
MAX_RANK = 32

_CODES = {
    "bool": "?", "int8": "b", "int16": "h", "int32": "i", "int64": "q",
    "uint8": "B", "uint16": "H", "uint32": "I", "uint64": "Q",
    "float16": "e", "float32": "f", "float64": "d",
}  # fmt: skip
_INTEGERS = frozenset({int, MinusZero})
_NUMBERS = _INTEGERS | {float, Written}
_TAKES: dict[str, frozenset[type]] = {
    "bool": frozenset({bool}),
    "signed": _INTEGERS,
    "unsigned": _INTEGERS,
    "float": _NUMBERS,
}


class Elements:
    """The numbers of a tensor as written: flat in C order, their shape and their Python types.

    rows: the innermost lists, for the position of an element; none for a bare number.
    """

    __slots__ = ("at", "flat", "rows", "shape", "source", "types")

    def __init__(self, source: Source, node: Node, *, at: int) -> None:
        self.source = source
        self.at = at
        self.rows: list[Any] = []
        self.flat: list[Any] = [node]
        self.types: set[type] = {type(node)}
        sides: list[int] = []
        while Seq in self.types:
            if len(self.types) > 1:
                raise self._mixed()
            self.rows = rows = self.flat
            side = len(rows[0].items)
            flat: list[Any] = []
            for row in rows:
                if len(row.items) != side:
                    raise self._ragged(row, side)
                flat += row.items
            sides.append(side)
            if len(flat) > MAX_ELEMENTS or len(sides) > MAX_RANK:
                raise too_many(source, sides, at=at)
            self.flat = flat
            self.types = set(map(type, flat))
        self.shape = tuple(sides)

    def error(self, number: int, found: str, *, expected: str, action: str = "") -> FileError:
        """The error about the element with that number."""
        at = self.at
        if self.rows:
            row, column = divmod(number, len(self.rows[0].items))
            at = self.rows[row].marks[column]
        return self.source.error(at, found, expected=expected, action=action)

    def _ragged(self, row: Seq, side: int) -> FileError:
        return self.source.error(
            row.at,
            f"a row of {len(row.items)}, where the rows before it have {side}",
            expected="rows of one length",
            action="a tensor is rectangular: mend the row",
        )

    def _mixed(self) -> FileError:
        first_is_row = type(self.flat[0]) is Seq
        number = next(i for i, v in enumerate(self.flat) if (type(v) is Seq) != first_is_row)
        before, here = ("rows", "no row") if first_is_row else ("numbers", "a row")
        return self.error(
            number,
            f"{here}, where {before} stand before it",
            expected="numbers, or rows of one length",
            action="a tensor is rectangular: mend what stands there",
        )


class _Parts(Elements):
    """The real and imaginary parts of complex elements, one after the other."""

    __slots__ = ()

    def __init__(self, elements: Elements, dtype: DType) -> None:
        self.source, self.at = elements.source, elements.at
        self.rows, self.shape = elements.rows, elements.shape
        scalars = PlainScalars()
        self.flat = []
        for number, value in enumerate(elements.flat):
            try:
                pair = parts(value, scalars)
            except UnreadableScalarError as error:
                raise elements.error(number, error.found, expected=error.expected) from None
            if pair is None:
                raise _misfit(elements, dtype)
            self.flat += pair
        self.types = set(map(type, self.flat))

    def error(self, number: int, found: str, *, expected: str, action: str = "") -> FileError:
        return super().error(number // 2, found, expected=expected, action=action)


def too_many(
    source: Source, shape: Sequence[int], *, at: int, most: int = MAX_ELEMENTS
) -> FileError:
    """The error about a tensor of too many elements or axes."""
    if len(shape) > MAX_RANK:
        return source.error(
            at, f"a tensor of more than {MAX_RANK} axes", expected=f"at most {MAX_RANK}"
        )
    return source.error(
        at,
        f"a tensor of {math.prod(shape):,} elements",
        expected=f"at most {most:,} elements",
        action="write large tensors by a rule" if most == MAX_ELEMENTS else "",
    )


def pack(elements: Elements, dtype: DType) -> tuple[Tensor, bool]:
    """(the tensor of that dtype, whether each element is the very number that is written).

    Every element is rounded once. Raises FileError at the first element that does not fit: a bool
    among integers, a fraction or an integer out of range for an integer dtype, a number that
    becomes infinite or zero.
    """
    if dtype.kind == "complex":
        both, exact = pack(_Parts(elements, dtype), DTYPES[COMPONENTS[dtype.name]])
        return Tensor(dtype.name, elements.shape, both.data), exact
    flat, types = elements.flat, elements.types
    if not types <= _TAKES[dtype.kind]:
        raise _misfit(elements, dtype)
    if dtype.name == "bfloat16":
        data, exact = _as_bfloat16(elements, dtype)
        return Tensor(dtype.name, elements.shape, data), exact
    form = f"<{len(flat)}{_CODES[dtype.name]}"
    try:
        data = struct.pack(form, *flat)
    except (struct.error, OverflowError):
        raise _misfit(elements, dtype) from None
    exact = True
    if dtype.kind == "float":
        exact = struct.unpack(form, data) == tuple(flat)
        if not exact or Written in types:
            data, exact = _carefully(elements, dtype, form=form)
    return Tensor(dtype.name, elements.shape, data), exact


def number_dtype(elements: Elements) -> DType:
    """Where numbers are kept whose dtype is not asked: in bool, int64, uint64, float64 or
    complex128."""
    if elements.types == {bool}:
        return DTYPES["bool"]
    if str in elements.types and all(is_complex(v) for v in elements.flat if type(v) is str):
        return DTYPES["complex128"]
    if not elements.types <= _INTEGERS:
        return DTYPES["float64"]
    fits_int64 = all(-(1 << 63) <= value < 1 << 63 for value in elements.flat)
    return DTYPES["int64" if fits_int64 else "uint64"]


def _carefully(elements: Elements, dtype: DType, *, form: str) -> tuple[bytes, bool]:
    """(the data, whether it is exact) where some element may be no float64."""
    flat = elements.flat
    data = struct.pack(form, *(flat if dtype.bits == 64 else map(_to_odd, flat)))
    return data, _is_exact(elements, dtype, struct.unpack(form, data))


def _as_bfloat16(elements: Elements, dtype: DType) -> tuple[bytes, bool]:
    """(the data, whether it is exact), which struct cannot pack."""
    try:
        odd = list(map(_to_odd, elements.flat))
    except OverflowError:
        raise _misfit(elements, dtype) from None
    bits = to_bfloat16(np.array(odd, np.float64))
    stored = from_bfloat16(bits).tolist()
    if any(map(_overflows, odd, stored)):
        raise _misfit(elements, dtype)
    return bits.tobytes(), _is_exact(elements, dtype, stored)


def _overflows(value: float, stored: float) -> bool:
    return math.isinf(stored) and not math.isinf(value)


def _is_exact(elements: Elements, dtype: DType, stored: Sequence[float]) -> bool:
    """Whether each element is the number that is written; none of them may have become 0."""
    for number, (value, element) in enumerate(zip(elements.flat, stored, strict=True)):
        if element == 0 and value != 0:
            raise elements.error(
                number,
                f"{described(value)}, which is 0 in {dtype.name}",
                expected=f"a number that {dtype.name} can tell from 0",
            )
    return all(map(_same, elements.flat, stored))


def _same(written: Any, stored: float) -> bool:
    if type(written) is Written:
        return Decimal(written.text) == Decimal(stored)
    return bool(written == stored or written != written)


def _to_odd(value: Any) -> float:
    """A float64 that becomes the same shorter float as the number written.

    Rounding to odd: of the two float64 around a number that is none, the one whose last bit is
    set is never half-way between two shorter floats.
    """
    near = float(value)
    if type(value) is Written:
        exact = Decimal(value.text)
    elif type(value) is int and near != value:
        exact = Decimal(value)
    else:
        return near
    stored = Decimal(near)
    if exact == stored or struct.unpack("<Q", struct.pack("<d", near))[0] & 1:
        return near
    return math.nextafter(near, math.inf if exact > stored else -math.inf)


def _misfit(elements: Elements, dtype: DType) -> FileError:
    """The error of the first element that does not fit dtype."""
    for number, value in enumerate(elements.flat):
        reason = _reason(value, dtype)
        if reason:
            found, expected, action = reason
            return elements.error(number, found, expected=expected, action=action)
    raise AssertionError(f"struct refused what fits {dtype.name}")


def _reason(value: Any, dtype: DType) -> tuple[str, str, str] | None:
    """(found, expected, action) if value does not fit dtype."""
    shown = described(value)
    if type(value) is not bool and type(value) not in _NUMBERS:
        return shown, f"a value of {dtype.name}", _spelling(value)
    if dtype.kind == "complex":
        return None
    if dtype.kind == "bool":
        return None if type(value) is bool else (shown, "true or false, the values of bool", "")
    if type(value) is bool:
        return f"{shown} among numbers", f"a number of {dtype.name}", "write 1 or 0"
    if dtype.is_integer:
        return _integer_reason(value, dtype)
    if not _is_holdable(value, dtype):
        action = "write .inf or -.inf where infinity is meant"
        return f"{shown}, which is beyond {dtype.name}", f"a finite {dtype.name}", action
    return None


def _is_holdable(value: Any, dtype: DType) -> bool:
    """True if a number is not beyond a float dtype."""
    try:
        if dtype.name == "bfloat16":
            near = _to_odd(value)
            return not _overflows(near, float(from_bfloat16(to_bfloat16(np.array(near)))))
        struct.pack("<" + _CODES[dtype.name], value)
    except (struct.error, OverflowError):
        return False
    return True


def _integer_reason(value: Any, dtype: DType) -> tuple[str, str, str] | None:
    least, greatest = dtype.bounds
    expected = f"an integer from {least} to {greatest}"
    if type(value) not in _INTEGERS:
        return f"{described(value)} in a tensor of {dtype.name}", expected, ""
    if not least <= value <= greatest:
        return f"{described(value)}, which does not fit {dtype.name}", expected, ""
    return None


def _spelling(value: Any) -> str:
    """What to write instead of a text that means a number."""
    if not isinstance(value, str):
        return ""
    name = value.lower().lstrip("+-.")
    sign = "-" if value.startswith("-") else ""
    if name == "nan":
        return "write .nan"
    if name in ("inf", "infinity"):
        return f"write {sign}.inf"
    return "write the number without quotes" if name[:1].isdigit() else ""
