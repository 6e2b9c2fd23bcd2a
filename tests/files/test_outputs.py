"""Several outputs, gradients, repetitions, the oracle."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conformance.model.case import Choice, OutputExpected
from conformance.model.tensor import Tensor

CALL = "{x: {dtype: float32, values: [1, 3, 3]}, axis: 0}"
VALUES = "values: {dtype: float32, values: [1, 3, 3]}"


def tensor(values: list[Any], dtype: str) -> Tensor:
    return Tensor.of(np.array(values, dtype), dtype)


@pytest.fixture
def two(folder: Any) -> Any:
    """The folder, with an operation that returns values and indices, and a question about ties."""
    op = folder.path / "cumsum/op.yaml"
    op.write_text(op.read_text().replace("[result]", "[values, indices]"))
    (folder.path / "differences.yaml").write_text(DIFFERENCES)
    return folder


DIFFERENCES = """\
format: 1
differences:
  tie-index:
    asks: Which?
    why: A reason.
    port: A way.
    choices: {first: {means: the first}, last: {means: the last}, refuse: {means: e, error: axis-type}}
  scalar:
    asks: What?
    why: A reason.
    port: A way.
    choices: {keep: {means: so, shape: []}, one: {means: so, shape: [1]}}
  promotion:
    asks: What?
    why: A reason.
    port: A way.
    choices: {keep: {means: so, dtype: same-as-x}, wide: {means: so, dtype: float64}}
"""
FIRST = OutputExpected("values", "float32", (3,), tensor([1, 3, 3], "float32"))


def test_outputs_are_expected_by_name(two: Any) -> None:
    expect = f"{{outputs: {{indices: {{dtype: int64, values: [0, 1, 2]}}, {VALUES}}}}}"
    indices = OutputExpected("indices", "int64", (3,), tensor([0, 1, 2], "int64"))
    assert two.case(CALL, expect).expectation.choices == (Choice("", None, (FIRST, indices)),)


def test_an_output_that_is_not_mentioned_is_not_asked(two: Any) -> None:
    case = two.case(CALL, f"{{outputs: {{{VALUES}}}}}")
    assert case.expectation.choices[0].outputs == (FIRST, OutputExpected("indices"))


def test_one_output_may_ask_a_question(two: Any) -> None:
    asked = "{dtype: int64, difference: tie-index, first: {values: [0, 1, 1]}, last: {values: [0, 1, 2]}}"
    expectation = two.case(CALL, f"{{outputs: {{{VALUES}, indices: {asked}}}}}").expectation
    assert expectation.question == "tie-index"
    assert expectation.choices == (
        Choice("first", None, (FIRST, OutputExpected("indices", "int64", (3,), tensor([0, 1, 1], "int64")))),
        Choice("last", None, (FIRST, OutputExpected("indices", "int64", (3,), tensor([0, 1, 2], "int64")))),
        Choice("refuse", "axis-type"),
    )  # fmt: skip


def test_a_question_about_the_call_says_its_shape_of_every_output(two: Any) -> None:
    call = "{x: {dtype: float32, values: 5}, axis: 0}"
    expect = "{difference: scalar, keep: {outputs: {values: {values: 5}, indices: {values: 0}}}, one: {outputs: {values: {values: [5]}}}}"
    keep, one = two.case(call, expect).expectation.choices
    assert [output.shape for output in keep.outputs] == [(), ()]
    assert [output.shape for output in one.outputs] == [(1,), None]


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{dtype: float32, values: [1, 3, 3]}", "14: 'dtype' of cumsum, which returns values, indices; expected outputs: {values: {...}, indices: {...}}; write it inside one of the outputs"),
        ("{outputs: {}}", "23: outputs is an empty mapping; expected some of: values, indices"),
        ("{outputs: {value: {values: [1]}}}", "24: cumsum has no output 'value'; expected one of: values, indices; did you mean 'values'?"),
        ("{outputs: {values: {}}}", "32: nothing is expected; expected values, a shape or an error; add one of them"),
        ("{outputs: {values: {error: axis-type}}}", "33: the output 'values' has no key 'error'; expected one of: decimals, dtype, oracle, shape, signed-zero, tolerance, values"),
        ("{outputs: {values: {shape: [3]}}, dtype: int8}", "47: 'dtype' beside outputs; expected it inside one of the outputs"),
        ("{outputs: {values: {difference: tie-index}, indices: {difference: tie-index}}}", "67: a second difference in one case; expected one at most; two questions are two cases: leave the other output out of each"),
        ("{difference: promotion, outputs: {values: {values: [1]}}}", "14: a difference that says a dtype, asked of several outputs (choice 'keep' of promotion); expected it inside one of: values, indices; or write keep: {...} for it"),
    ],
)  # fmt: skip
def test_wrong_outputs_are_refused(
    two: Any, refusal: Callable[..., str], expect: str, message: str
) -> None:
    actual = refusal(two.case, CALL, expect)
    assert actual == f"cases/cumsum/behaviour.yaml:7:{message}"


def test_a_gradient_is_the_only_output_and_part_of_the_call(folder: Any) -> None:
    case = folder.case(
        CALL, "{gradient: {of: sum, to: x, dtype: float32, values: [3, 2, 1]}, inputs: unchanged}"
    )
    assert case.call.gradient == "x"
    expected = OutputExpected("gradient", "float32", (3,), tensor([3, 2, 1], "float32"))
    assert case.expectation.choices == (Choice("", None, (expected,)),)
    assert case.expectation.inputs_unchanged


def test_a_case_without_a_gradient_has_none(folder: Any) -> None:
    assert folder.case().call.gradient is None


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{gradient: {of: sum}}", "24: gradient has no 'to'; expected of: sum, to: an argument, and what the gradient must be; add it"),
        ("{gradient: {of: mean, to: x}}", "29: of is 'mean'; expected one of: sum"),
        ("{gradient: {of: sum, to: axis}}", "38: to is 'axis', which is no tensor of the call; expected a float tensor of the call"),
        ("{gradient: {of: sum, to: x}}", "24: nothing is expected; expected values, a shape or an error; add one of them"),
        ("{gradient: {of: sum, to: x, shape: [3]}, dtype: int8}", "54: expect with a gradient has no key 'dtype'; expected one of: gradient, inputs"),
        ("{gradient: {of: sum, to: x, dtype: float32, oracle: exact}}", "65: an oracle for the gradient of cumsum; expected one of: cumprod, cumsum, logcumsumexp"),
    ],
)  # fmt: skip
def test_wrong_gradients_are_refused(
    folder: Any, refusal: Callable[..., str], expect: str, message: str
) -> None:
    actual = refusal(folder.case, CALL, expect)
    assert actual == f"cases/cumsum/behaviour.yaml:7:{message}"


def test_the_oracle_says_the_values(folder: Any) -> None:
    case = folder.case(CALL, "{dtype: float32, oracle: exact}")
    expected = OutputExpected("result", "float32", (3,), oracle=True)
    assert case.expectation.choices == (Choice("", None, (expected,)),)


@pytest.mark.parametrize(
    ("call", "expect", "message"),
    [
        (CALL, "{dtype: float32, oracle: near}", "38: oracle is 'near'; expected one of: exact"),
        (CALL, "{oracle: exact}", "22: oracle without dtype; expected the dtype to which the exact result is rounded; add it"),
        (CALL, "{dtype: float32, oracle: exact, values: [1]}", "53: 'values' beside oracle; expected oracle and dtype alone; the oracle says the rest"),
        (CALL, "{dtype: int32, oracle: exact}", "36: an oracle in int32 for x of float32; expected a dtype that can hold the result of cumsum"),
        ("{x: {dtype: float32, values: [1]}, axis: 0, dtype: float64}", "{dtype: float64, oracle: exact}", "38: an oracle for a call with another dtype than that of x; expected no dtype, or float32; the oracle judges the scan, not the cast before it: give x in that dtype"),
        ("{x: {dtype: float32, values: [1]}, axis: 1}", "{dtype: float32, oracle: exact}", "38: an oracle for axis 1 of a tensor of 1 axes; expected an axis from -1 to 0"),
    ],
)  # fmt: skip
def test_wrong_oracles_are_refused(
    folder: Any, refusal: Callable[..., str], call: str, expect: str, message: str
) -> None:
    actual = refusal(folder.case, call, expect)
    assert actual == f"cases/cumsum/behaviour.yaml:7:{message}"


REPEATED = "  - {{id: a, why: w, repeat: {}, call: {}, expect: {{shape: [3]}}}}\n"


def test_a_call_may_be_repeated(folder: Any) -> None:
    (case,) = folder.behaviour(REPEATED.format(20, CALL))
    assert case.expectation.repeat == 20


@pytest.mark.parametrize(
    ("number", "action"), [("1", "; leave it out for a single call"), ("1001", ""), ("true", "")]
)
def test_a_wrong_repeat_is_refused(
    folder: Any, refusal: Callable[..., str], number: str, action: str
) -> None:
    assert refusal(folder.behaviour, REPEATED.format(number, CALL)) == (
        f"cases/cumsum/behaviour.yaml:4:29: repeat is {number}; expected an integer from 2 to 1000{action}"
    )
