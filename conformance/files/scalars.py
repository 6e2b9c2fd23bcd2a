"""Plain scalars by the YAML 1.2 core schema, so that they read as people expect them.

`1e-5` is a float, `no` and `2001-01-01` are strings, `010` is 10. Beyond the schema, a float may
be hexadecimal as C and Python write it: `0x1.8p+127`.
"""

from __future__ import annotations

import re
from typing import Final

from conformance.model.errors import ConformanceError

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_HEXADECIMAL_FLOAT = re.compile(
    r"[-+]?0[xX](?=\.?[0-9a-fA-F])([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP][-+]?[0-9]+"
)
_NUMBER_START: Final = frozenset("0123456789+-.")
# Beyond any number that a tensor can hold; Python itself refuses to read much longer ones.
_MAX_DIGITS: Final = 1000


class UnreadableScalarError(ConformanceError):
    """A scalar that looks like a number and is none that can be held."""

    def __init__(self, found: str, *, expected: str) -> None:
        self.found = found
        self.expected = expected
        super().__init__(f"{found}; expected {expected}")


class Written(float):
    """A float written in decimal: the nearest float64, and the text, which may say another number.

    Every other float of a file is exactly what is written.
    """

    __slots__ = ("text",)
    text: str

    @classmethod
    def of(cls, text: str) -> Written:
        number = cls(text)
        number.text = text
        return number


class MinusZero(int):
    """`-0`: the integer 0 that becomes negative zero as a float."""

    __slots__ = ()

    def __float__(self) -> float:
        return -0.0

    def __repr__(self) -> str:
        return "-0"


Scalar = str | int | float | bool | None


class PlainScalars(dict[str, Scalar]):
    """text of a plain scalar -> its value, worked out once per text."""

    def __init__(self) -> None:
        minus_zero = MinusZero(0)
        super().__init__({"": None, "~": None, "-0": minus_zero})
        for words, value in (("null", None), ("true", True), ("false", False)):
            self.update(dict.fromkeys((words, words.capitalize(), words.upper()), value))
        self.update(dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")))

    def __missing__(self, text: str) -> Scalar:
        value = _number(text) if text[0] in _NUMBER_START else text
        self[text] = value
        return value


def _number(text: str) -> Scalar:
    """The number that text is, or text. Raises UnreadableScalarError for one that is too large."""
    if len(text) > _MAX_DIGITS and (_INTEGER.fullmatch(text) or _FLOAT.fullmatch(text)):
        raise UnreadableScalarError(
            f"a number of {len(text)} characters", expected=f"at most {_MAX_DIGITS}"
        )
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return _finite(Written.of(text), text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _OCTAL.fullmatch(text):
        return int(text, 8)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    if _HEXADECIMAL_FLOAT.fullmatch(text):
        return _hexadecimal(text)
    return text


def _finite(number: float, text: str) -> float:
    if number in (float("inf"), float("-inf")):
        raise UnreadableScalarError(
            f"{text}, which is beyond float64",
            expected="a number that float64 can hold, '.inf', or a text in quotes",
        )
    return number


def _hexadecimal(text: str) -> float:
    """A hexadecimal float, exactly as written."""
    match = _HEXADECIMAL_FLOAT.fullmatch(text)
    assert match is not None
    digits = int((match[1] + (match[2] or "")) or "0", 16)
    significant = digits.bit_length() - (digits & -digits).bit_length() + 1
    expected = "a number that float64 holds exactly"
    if digits and significant > 53:
        raise UnreadableScalarError(f"{text} has {significant} significant bits", expected=expected)
    try:
        number = float.fromhex(text)
    except OverflowError:
        raise UnreadableScalarError(f"{text} is beyond float64", expected=expected) from None
    if digits and abs(number) < 2.0**-1022 and float.fromhex(number.hex()) == 0:
        raise UnreadableScalarError(f"{text} is below float64", expected=expected)
    return number
