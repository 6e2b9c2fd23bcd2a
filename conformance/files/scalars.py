"""Plain scalars by the YAML 1.2 core schema, so that they read as people expect them.

`1e-5` is a float, `no` and `2001-01-01` are strings, `010` is 10. Beyond the schema, a float may
be hexadecimal as C and Python write it: `0x1.8p+127`.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Final

from conformance.model.errors import ConformanceError

_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEXADECIMAL = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INFINITY = re.compile(r"[-+]?\.(inf|Inf|INF)")
_HEXADECIMAL_FLOAT = re.compile(
    r"([-+]?)0[xX](?=\.?[0-9a-fA-F])([0-9a-fA-F]*)(?:\.([0-9a-fA-F]*))?[pP]([-+]?[0-9]+)"
)
_NONZERO = re.compile(r"[-+.0]*[1-9]")
_HOLDABLE: Final = "a number that float64 can hold, .inf, or a text in quotes"
_NUMBER_START: Final = frozenset("0123456789+-.")
# Beyond any number that a tensor can hold; Python itself refuses to read much longer ones.
_MAX_LENGTH: Final = 1000
_FORMS: Final = (_INTEGER, _FLOAT, _HEXADECIMAL, _OCTAL, _HEXADECIMAL_FLOAT)


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
        super().__init__({"": None, "~": None})
        for words, value in (("null", None), ("true", True), ("false", False)):
            self.update(dict.fromkeys((words, words.capitalize(), words.upper()), value))
        self.update(dict.fromkeys((".nan", ".NaN", ".NAN"), float("nan")))

    def __missing__(self, text: str) -> Scalar:
        value = _number(text) if text[0] in _NUMBER_START else text
        self[text] = value
        return value


def _number(text: str) -> Scalar:
    """The number that text is, or text. Raises UnreadableScalarError for one that is too large."""
    if len(text) > _MAX_LENGTH and any(form.fullmatch(text) for form in _FORMS):
        raise UnreadableScalarError(
            f"a number of {len(text)} characters", expected=f"at most {_MAX_LENGTH}"
        )
    if _INTEGER.fullmatch(text):
        number = int(text)
        return number if number or text[0] != "-" else MinusZero(0)
    if _FLOAT.fullmatch(text):
        return _decimal(text)
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    if _OCTAL.fullmatch(text):
        return int(text, 8)
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    hexadecimal = _HEXADECIMAL_FLOAT.fullmatch(text)
    return _hexadecimal(hexadecimal) if hexadecimal else text


def _decimal(text: str) -> float:
    """A number written in decimal that float64 can hold, at least nearly."""
    number = Written.of(text)
    if number in (float("inf"), float("-inf")):
        raise UnreadableScalarError(f"{text}, which is beyond float64", expected=_HOLDABLE)
    if not number:
        if _NONZERO.match(text):
            raise UnreadableScalarError(f"{text}, which is 0 in float64", expected=_HOLDABLE)
        # Whatever its exponent, which may be one that no decimal can have.
        return -0.0 if text.startswith("-") else 0.0
    return number


def _hexadecimal(match: re.Match[str]) -> float:
    """A hexadecimal float, exactly as written."""
    sign, whole, part, power = match.groups()
    exponent = int(power) - 4 * len(part or "")
    digits = int(whole + (part or "") or "0", 16)
    # Beyond that no float64 is left, and the power of two would take all memory.
    if digits and abs(exponent) < 5000:
        exact = Fraction(digits) * Fraction(2) ** exponent
        try:
            number = float(exact)
        except OverflowError:
            number = 0.0
    else:
        exact, number = Fraction(digits), 0.0
    if exact != number:
        raise UnreadableScalarError(
            f"{match[0]}, which no float64 is", expected="at most 53 significant bits, in range"
        )
    return -number if sign == "-" else number
