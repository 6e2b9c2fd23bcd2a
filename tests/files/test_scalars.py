"""Plain scalars read as people expect them."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

import math

import pytest

from conformance.files.scalars import MinusZero, PlainScalars, UnreadableScalarError, Written


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1e-5", 1e-5),
        ("1E+5", 1e5),
        (".5", 0.5),
        ("5.", 5.0),
        ("010", 10),
        ("+7", 7),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("0x1.8p+1", 3.0),
        ("-0x.8p0", -0.5),
        ("0x1p-1074", 5e-324),
        ("0e99999999999999999999", 0.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_numbers_and_words_of_the_core_schema_have_their_value(text: str, expected: object) -> None:
    actual = PlainScalars()[text]
    assert actual == expected
    assert isinstance(actual, type(expected))


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "off",
        "2001-01-01",
        "1_000",
        "1:30",
        "0b1",
        "1.2.3",
        "1e",
        ".e5",
        ".",
        "-",
        "+",
        "nan",
        "inf",
        "Infinity",
        "0o8",
        "-0x1F",
        "1-2",
        "=",
        "0x",
        "0x1.8",
    ],
)
def test_other_texts_stay_texts(text: str) -> None:
    assert PlainScalars()[text] == text


def test_nan_is_not_a_number() -> None:
    assert math.isnan(float(str(PlainScalars()[".nan"])))


@pytest.mark.parametrize("text", ["-0", "-00"])
def test_minus_zero_keeps_its_sign_until_it_becomes_a_float(text: str) -> None:
    actual = PlainScalars()[text]
    assert type(actual) is MinusZero
    assert actual == 0
    assert math.copysign(1, float(actual)) == -1


@pytest.mark.parametrize("text", ["-0.0", "-0e7"])
def test_a_float_of_zero_keeps_its_sign(text: str) -> None:
    actual = PlainScalars()[text]
    assert type(actual) is float
    assert math.copysign(1, actual) == -1


def test_a_decimal_keeps_its_text() -> None:
    actual = PlainScalars()["0.10"]
    assert type(actual) is Written
    assert (actual, actual.text) == (0.1, "0.10")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1e999", "1e999, which is beyond float64; expected a number that float64 can hold, .inf, or a text in quotes"),
        ("-1e999", "-1e999, which is beyond float64; expected a number that float64 can hold, .inf, or a text in quotes"),
        ("1e-400", "1e-400, which is 0 in float64; expected a number that float64 can hold, .inf, or a text in quotes"),
        ("0x1p1024", "0x1p1024, which no float64 is; expected at most 53 significant bits, in range"),
        ("0x1p-1075", "0x1p-1075, which no float64 is; expected at most 53 significant bits, in range"),
        ("0x1p99999999", "0x1p99999999, which no float64 is; expected at most 53 significant bits, in range"),
        ("0x1.00000000000001p0", "0x1.00000000000001p0, which no float64 is; expected at most 53 significant bits, in range"),
        ("9" * 2000, "a number of 2000 characters; expected at most 1000"),
        ("0x1p" + "9" * 5000, "a number of 5004 characters; expected at most 1000"),
    ],
)  # fmt: skip
def test_numbers_that_cannot_be_held_are_refused(text: str, message: str) -> None:
    with pytest.raises(UnreadableScalarError) as caught:
        PlainScalars()[text]
    assert str(caught.value) == message
