"""Expectations: complete for every choice, or refused with the choice and the place."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conformance.model.case import Choice, OutputExpected
from conformance.model.tensor import Tensor

KEYS = "decimals, difference, dtype, error, gradient, inputs, oracle, outputs, shape, signed-zero, tolerance, values"
INT8 = "{x: {dtype: int8, values: [1, 2]}, axis: 0}"


def output(case: Any) -> OutputExpected:
    (choice,) = case.expectation.choices
    (expected,) = choice.outputs
    return expected


def of(*values: Any, dtype: str) -> Tensor:
    return Tensor.of(np.array(values, dtype), dtype)


def test_values_with_a_dtype(folder: Any) -> None:
    expected = OutputExpected("result", "float32", (2,), of(1, 3, dtype="float32"))
    assert output(folder.case(expect="{dtype: float32, values: [1, 3]}")) == expected


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ("[1, -3]", "int64"),
        ("[0, 18446744073709551615]", "uint64"),
        ("[1, 0.5]", "float64"),
        ("[true, false]", "bool"),
    ],
)
def test_values_without_a_dtype_are_numbers(folder: Any, values: str, dtype: str) -> None:
    actual = output(folder.case(expect=f"{{values: {values}}}"))
    assert actual.dtype is None
    assert actual.values is not None
    assert actual.values.dtype == dtype


def test_a_shape_alone_is_an_expectation(folder: Any) -> None:
    expected = OutputExpected("result", "float32", (0, 3))
    assert output(folder.case(expect="{dtype: float32, shape: [0, 3]}")) == expected


@pytest.mark.parametrize(
    ("dtype", "values", "exact"),
    [
        ("float32", "[1, 0.5, -0, 16777216, .inf, .nan]", True),
        ("float32", "[0x1.8p+1, 1e3, 5.]", True),
        ("float32", "[0.1]", False),
        ("float64", "[0.1]", False),
        ("float64", "[0.1000000000000000055511151231257827021181583404541015625]", True),
        ("float64", "[0.5000000000000000000000000000000001]", False),
        ("float32", "[16777217]", False),
        ("float64", "[9007199254740993]", False),
        ("float16", "[2049]", False),
        ("int8", "[100]", True),
        ("bool", "[true]", True),
    ],
)
def test_exact_says_whether_every_number_is_one_of_the_dtype(
    folder: Any, dtype: str, values: str, exact: bool
) -> None:
    assert output(folder.case(expect=f"{{dtype: {dtype}, values: {values}}}")).exact is exact


def test_an_error_is_a_choice_without_outputs(folder: Any) -> None:
    assert folder.case(expect="{error: axis-type}").expectation.choices == (
        Choice("", "axis-type"),
    )


def test_how_floats_are_compared_is_kept(folder: Any) -> None:
    actual = output(folder.case(expect="{dtype: float32, values: [0.12, 1e-1], decimals: 2}"))
    assert (actual.decimals, actual.exact) == (2, False)
    text = "{dtype: float32, values: [1], tolerance: {rtol: 1e-3, atol: 0, why: a reason}}"
    assert output(folder.case(expect=text)).tolerance == (1e-3, 0.0)
    assert output(
        folder.case(expect="{dtype: float32, values: [-0], signed-zero: true}")
    ).signed_zero


def test_inputs_can_be_asked_to_stay_as_they_are(folder: Any) -> None:
    assert folder.case(expect="{shape: [2], inputs: unchanged}").expectation.inputs_unchanged
    assert not folder.case(expect="{shape: [2]}").expectation.inputs_unchanged


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("same-as-x", "int8"),
        ("{int8: int32, else: same-as-x}", "int32"),
        ("{int16: int32, else: same-as-x}", "int8"),
    ],
)
def test_a_dtype_may_follow_from_x(folder: Any, dtype: str, expected: str) -> None:
    case = folder.case(INT8, f"{{dtype: {dtype}, values: [1, 3]}}")
    assert output(case).dtype == expected


def test_a_choice_is_its_definition_and_the_cases_common_part(folder: Any) -> None:
    case = folder.case(INT8, "{values: [1, 3], difference: integer-promotion}")
    assert case.expectation.question == "integer-promotion"

    def choice(name: str, dtype: str) -> Choice:
        expected = OutputExpected("result", dtype, (2,), of(1, 3, dtype=dtype))
        return Choice(name, None, (expected,))

    assert case.expectation.choices == (
        choice("keep", "int8"),
        choice("default-int", "int64"),
        choice("at-least-32", "int32"),
        Choice("refuse", "unsupported-dtype"),
    )


def test_a_case_completes_the_choices(folder: Any) -> None:
    text = "{dtype: int8, difference: overflow, wrap: {values: [1]}, saturate: {error: no-kernel}}"
    wrap, saturate = folder.case(INT8, text).expectation.choices
    assert wrap.outputs == (OutputExpected("result", "int8", (1,), of(1, dtype="int8")),)
    assert saturate == Choice("saturate", "no-kernel")


def test_a_choice_overrides_what_holds_for_all(folder: Any) -> None:
    text = "{difference: integer-promotion, values: [1, 300], keep: {values: [1, 44]}}"
    keep, default_int, *_ = folder.case(INT8, text).expectation.choices
    assert keep.outputs[0].values == of(1, 44, dtype="int8")
    assert default_int.outputs[0].values == of(1, 300, dtype="int64")


def test_a_choice_that_is_an_error_may_be_another_error(folder: Any) -> None:
    text = "{difference: integer-promotion, values: [1], refuse: {error: no-kernel}}"
    assert folder.case(INT8, text).expectation.choices[-1] == Choice("refuse", "no-kernel")


def test_a_shape_in_the_definition_is_checked(folder: Any) -> None:
    text = "{difference: zero-d, dtype: int8, keep-0d: {values: 5}, one-element: {values: [5]}}"
    keep, one, *_ = folder.case("{x: {dtype: int8, values: 5}, axis: 0}", text).expectation.choices
    assert (keep.outputs[0].shape, one.outputs[0].shape) == ((), (1,))


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("5", "13: expect is 5; expected a mapping"),
        ("{}", "13: nothing is expected; expected values, a shape or an error; add one of them"),
        ("{dtype: int8}", "13: an expectation of dtype alone; expected values, a shape or an error; add one of them"),
        ("{dtype: int8, valus: [1]}", f"27: expect has no key 'valus'; expected one of: {KEYS}; did you mean 'values'?"),
        ("{error: foo}", "21: error is 'foo'; expected one of: axis-out-of-range, axis-type, missing-argument, unexpected-keyword, empty-input, unsupported-rank, unsupported-dtype, unsupported-layout, no-kernel, no-gradient"),
        ("{error: axis-type, values: [1]}", "40: 'values' beside an error; expected the error alone"),
        ("{dtype: int8, values: []}", "35: no elements, and no shape; expected the shape of a tensor without elements; write shape: [0], or whatever it is"),
        ("{dtype: int8, values: [1], shape: [2]}", "47: shape is [2], but the values have the shape [1]; expected the same shape; leave shape out: the values say it"),
        ("{dtype: int9, values: [1]}", "21: dtype is 'int9'; expected one of: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64, complex128, same-as-x; did you mean 'int8'?"),
        ("{dtype: {}, values: [1]}", "21: dtype is an empty mapping; expected at least one dtype"),
        ("{dtype: {int16: int32}, values: [1]}", "21: dtype has no entry for int8, the dtype of x; expected int8: ... or else: ..."),
        ("{dtype: float32, values: [1.25], decimals: 1}", "56: decimals is 1, but a value is written with 2; expected at least 2"),
        ("{dtype: float32, values: [1e-3], decimals: 1}", "56: decimals is 1, but a value is written with 3; expected at least 3"),
        ("{dtype: float32, shape: [1], decimals: 1}", "52: decimals without values; expected values"),
        ("{dtype: float32, values: [1], decimals: -1}", "53: decimals is -1; expected an integer of at least 0"),
        ("{dtype: int8, values: [1], decimals: 1}", "50: decimals for int8; expected a float or complex dtype; leave it out: integers and bools are compared exactly"),
        ("{dtype: float32, values: [1], tolerance: {rtol: 1}}", "54: tolerance has no 'atol' and no 'why'; expected the keys atol, rtol, why; add them"),
        ("{dtype: float32, values: [1], tolerance: {rtol: -1, atol: 0, why: w}}", "61: rtol is -1; expected a number of at least 0"),
        ("{dtype: float32, values: [1], tolerance: {rtol: 0, atol: .inf, why: w}}", "70: atol is .inf; expected a number of at least 0"),
        ("{dtype: float32, values: [1], tolerance: {rtol: 0, atol: 0, why: ''}}", "78: why is empty; expected a text"),
        ("{dtype: float32, values: [1], signed-zero: false}", "56: signed-zero is false; expected true; leave it out otherwise"),
        ("{dtype: float32, values: [1], inputs: changed}", "51: inputs is 'changed'; expected one of: unchanged; did you mean 'unchanged'?"),
        ("{difference: integer-promotion}", "13: an expectation of dtype alone (choice 'keep' of integer-promotion); expected values, a shape or an error; add one of them; or write keep: {...} for it"),
        ("{difference: integer-promotion, values: [1, 300]}", "57: 300, which does not fit int8 (choice 'keep' of integer-promotion); expected an integer from -128 to 127; or write keep: {...} for it"),
        ("{difference: integer-promotion, dtype: int16, values: [1]}", "52: dtype is int16 for every choice (choice 'keep' of integer-promotion); expected int8, as the definition says; leave dtype out, or write it inside the choices; or write keep: {...} for it"),
        ("{difference: overflow, dtype: int8, wrap: {values: [1]}}", "13: an expectation of dtype alone (choice 'saturate' of overflow); expected values, a shape or an error; add one of them; or write saturate: {...} for it"),
        ("{difference: overflow, dtype: int8, wrap: {values: [300]}}", "65: 300, which does not fit int8 (choice 'wrap' of overflow); expected an integer from -128 to 127"),
        ("{difference: overflow, wrap: {value: [1]}}", "43: the choice 'wrap' has no key 'value'; expected one of: decimals, dtype, error, oracle, outputs, shape, signed-zero, tolerance, values; did you mean 'values'?"),
        ("{difference: overflow, wrap: 1}", "42: the choice 'wrap' is 1; expected a mapping"),
        ("{difference: integer-promotion, values: [1], refuse: {values: [1]}}", "66: the choice 'refuse' with values; expected nothing, or another error: its definition is the error unsupported-dtype"),
        ("{difference: integer-promotion, values: [1], error: axis-type}", "58: an error beside a difference; expected the error inside one of the choices"),
        ("{difference: zero-d, dtype: int8, keep-0d: {values: [1]}}", "65: shape is [], but the values have the shape [1] (choice 'keep-0d' of zero-d); expected the same shape; leave shape out: the values say it"),
        ("{difference: axis-float, accep: {}}", "38: expect has no key 'accep'; expected one of: accept, decimals, difference, dtype, error, gradient, inputs, oracle, outputs, refuse, shape, signed-zero, tolerance, values; did you mean 'accept'?"),
    ],
)  # fmt: skip
def test_wrong_expectations_are_refused(
    folder: Any, refusal: Callable[..., str], expect: str, message: str
) -> None:
    actual = refusal(folder.case, INT8, expect)
    assert actual == f"cases/cumsum/behaviour.yaml:7:{message}"


def test_a_difference_that_is_not_declared_is_refused_with_the_nearest(
    folder: Any, refusal: Callable[..., str]
) -> None:
    folder.write("differences.yaml", DIFFERENCES)
    assert refusal(folder.case, INT8, "{difference: int-promotion}") == (
        "cases/cumsum/behaviour.yaml:7:26: expect names difference 'int-promotion', which is not "
        "declared; expected one of: integer-promotion; did you mean 'integer-promotion'?"
    )


def test_a_dtype_that_depends_on_x_needs_a_tensor_x(
    folder: Any, refusal: Callable[..., str]
) -> None:
    call = "{x: 1, axis: 0}"
    assert refusal(folder.case, call, "{difference: integer-promotion, values: [1]}") == (
        "cases/cumsum/behaviour.yaml:7:13: dtype depends on x, but the call has no tensor x "
        "(choice 'keep' of integer-promotion); expected a dtype by name; "
        "or write keep: {...} for it"
    )


DIFFERENCES = """\
format: 1
differences:
  integer-promotion:
    asks: a question?
    why: a reason
    port: a way
    choices:
      keep: {means: one, dtype: same-as-x}
      widen: {means: two, dtype: int64}
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    asks: a question?\n", "", "4:5: the difference 'integer-promotion' has no 'asks'; expected the keys asks, choices, port, why; add it"),
        ("a question?", "no, yes, {a}", None),
        ("integer-promotion", "Integer", "3:3: the name of a difference is 'Integer'; expected words like cast-order"),
        ("      widen: {means: two, dtype: int64}\n", "", "8:7: a question with the choices keep; expected at least two"),
        ("widen:", "values:", "9:7: a choice called 'values'; expected another name; in a case it would stand beside the key of that name"),
        ("means: two", "means: two, then three", "9:27: the choice 'widen' has no key 'then three'; expected one of: dtype, error, means, raises, raises-not, shape; write a text that holds a comma in quotes"),
        ("dtype: int64", "dtype: int46", "9:34: dtype is 'int46'; expected one of: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64, complex128, same-as-x; did you mean 'int64'?"),
        ("dtype: int64", "dtype: {int46: int64}", "9:35: a dtype of x is 'int46'; expected one of: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64, complex128, else; did you mean 'int64'?"),
        ("dtype: int64", "error: never", "9:34: error is 'never'; expected one of: axis-out-of-range, axis-type, missing-argument, unexpected-keyword, empty-input, unsupported-rank, unsupported-dtype, unsupported-layout, no-kernel, no-gradient"),
        ("dtype: int64", "error: no-kernel, dtype: int64", "9:45: 'dtype' in a choice that is an error; expected the error alone"),
        ("dtype: int64", "raises: [IndexError]", "9:27: 'raises' without an error; expected error: and the word that says what the exception means; add it"),
        ("dtype: int64", "error: axis-type, raises: [index error]", "9:53: an exception of raises is 'index error'; expected the name of a class, such as IndexError"),
        ("dtype: int64", "error: axis-type, raises: []", "9:53: raises is an empty list; expected at least one text"),
        ("      widen: {means: two, dtype: int64}\n", "      one: {means: one, error: axis-type, raises: [A]}\n      two: {means: two, error: axis-type, raises: [B]}\n", "10:7: the choices 'one' and 'two', which one exception can both be; expected a class in raises of the one and in raises-not of the other"),
        ("      widen: {means: two, dtype: int64}\n", "      one: {means: one, error: axis-type, raises: [A]}\n      two: {means: two, error: axis-type, raises-not: [A]}\n", None),
        ("dtype: int64", "values: [1]", "9:27: the choice 'widen' has no key 'values'; expected one of: dtype, error, means, raises, raises-not, shape"),
    ],
)  # fmt: skip
def test_wrong_definitions_are_refused(
    folder: Any, refusal: Callable[..., str], old: str, new: str, message: str | None
) -> None:
    assert old in DIFFERENCES
    folder.write("differences.yaml", DIFFERENCES.replace(old, new))
    if message is None:
        assert folder.load().differences
    else:
        assert refusal(folder.load) == f"cases/differences.yaml:{message}"
