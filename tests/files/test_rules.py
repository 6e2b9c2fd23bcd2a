"""Tensors by rule: the same bits everywhere, or refused with the reason."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conformance.model.case import LaidOut
from conformance.model.rules import Alternate, Blocks, splitmix64
from conformance.model.tensor import RuleTensor, Tensor


def x(folder: Any, text: str) -> Any:
    case = folder.case(f"{{x: {text}, axis: 0}}", "{error: axis-type}")
    return case.call.arguments[0][1]


def test_splitmix64_gives_its_published_outputs() -> None:
    # The first outputs for the seed 1234567, as in the implementations by its authors.
    assert splitmix64(1234567, 3).tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{dtype: int8, shape: [4], ramp: {start: 3, step: -2}}", [3, 1, -1, -3]),
        ("{dtype: uint64, shape: [2], ramp: {start: 9223372036854775808, step: 9223372036854775807}}", [2**63, 2**64 - 1]),
        ("{dtype: float32, shape: [2, 2], ramp: {start: 0.5, step: 0.25}}", [[0.5, 0.75], [1.0, 1.25]]),
        ("{dtype: float32, shape: [3], harmonic: true}", [1.0, 0.5, 0.33333334]),
        ("{dtype: bfloat16, shape: [3], harmonic: true}", [1.0, 0.5, 0.334]),
        ("{dtype: float64, shape: [5], alternate: {values: [1, -0.5]}}", [1.0, -0.5, 1.0, -0.5, 1.0]),
        ("{dtype: bool, shape: [3], alternate: {values: [true, false]}}", [True, False, True]),
        ("{dtype: complex64, shape: [2], fill: 1-2j}", ["1-2j", "1-2j"]),
        ("{dtype: int8, shape: [2, 3], blocks: {values: [1, -2]}}", [[1, 1, 1], [-2, -2, -2]]),
        ("{dtype: bfloat16, shape: [4], blocks: {values: [1, 0.5]}}", [1.0, 1.0, 0.5, 0.5]),
        ("{dtype: int8, shape: [0, 3], blocks: {values: [1, 2]}}", []),
        ("{dtype: int64, shape: [4], uniform: {seed: 1, low: -5, high: 5}}", [4, 3, -5, 2]),
        ("{dtype: float32, shape: [2], uniform: {seed: 1, low: 0, high: 1}}", [0.5665616, 0.7457818]),
        ("{dtype: complex64, shape: [1], uniform: {seed: 1, low: 0, high: 1}}", ["0.5665616+0.7457818j"]),
        ("{dtype: int8, shape: [0], ramp: {start: 1, step: 1}}", []),
    ],
)  # fmt: skip
def test_elements_by_rule(folder: Any, text: str, expected: list[Any]) -> None:
    assert x(folder, text).nested() == expected


def test_uniform_integers_reach_both_ends(folder: Any) -> None:
    drawn = x(folder, "{dtype: uint8, shape: [10000], uniform: {seed: 7, low: 0, high: 255}}")
    assert (drawn.array().min(), drawn.array().max()) == (0, 255)


def test_four_million_elements_are_made_when_the_file_is_read(folder: Any) -> None:
    assert x(folder, "{dtype: int8, shape: [4194304], ramp: {start: 1, step: 0}}").array().all()


def test_more_elements_are_never_made_when_the_file_is_read(folder: Any) -> None:
    tensor = x(folder, "{dtype: int8, shape: [2, 2147483649], alternate: {values: [1, -1]}}")
    assert tensor == RuleTensor("int8", (2, 2147483649), Alternate(b"\x01\xff"))


def test_a_tensor_remembers_the_rule_that_it_is_written_with(folder: Any) -> None:
    assert x(folder, "{dtype: int8, shape: [2], fill: 3}").rule == Alternate(b"\x03")
    assert x(folder, "{dtype: int8, values: [3, 3]}").rule is None


@pytest.mark.parametrize(
    ("expect", "message"),
    [
        ("{values: {shape: [4194305], fill: 1}}", "7:22: values by rule without dtype; expected dtype and values alone; they are compared bit for bit"),
        ("{dtype: int8, shape: [4194305], values: {shape: [4194305], fill: 1}}", "7:34: values by rule and 'shape'; expected dtype and values alone; they are compared bit for bit"),
        ("{dtype: int8, values: {shape: [4194305]}}", "7:35: values with (none); expected one of: fill, ramp, harmonic, uniform, alternate, blocks"),
        ("{dtype: int8, values: {fill: 1}}", "7:35: values by rule has no 'shape'; expected the keys shape; add it"),
        ("{gradient: {of: sum, to: x, dtype: float32, shape: [4194305]}}", "7:38: to is 'x', which is a tensor of 4,194,305 elements; expected a float tensor of the call"),
    ],
)  # fmt: skip
def test_wrong_expectations_by_rule_are_refused(
    folder: Any, refusal: Callable[..., str], expect: str, message: str
) -> None:
    call = "{x: {dtype: float32, shape: [4194305], fill: 1}, axis: 0}"
    assert refusal(folder.case, call, expect) == f"cases/cumsum/behaviour.yaml:{message}"


def test_an_expectation_by_rule_is_never_made_when_the_file_is_read(folder: Any) -> None:
    case = folder.case(
        "{x: {dtype: int8, shape: [4194306], fill: 1}, axis: 0, dtype: int8}",
        "{dtype: int8, values: {shape: [4194306], blocks: {values: [1, 2]}}}",
    )
    (output,) = case.expectation.choices[0].outputs
    assert output.values == RuleTensor("int8", (4194306,), Blocks(b"\x01\x02"))
    assert output.shape == (4194306,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{dtype: int8, shape: [4], ramp: {start: 126, step: 1}}", "47: a ramp from 126 to 129, which does not fit int8; expected integers from -128 to 127"),
        ("{dtype: int8, shape: [4], ramp: {start: 0.5, step: 1}}", "55: start is 0.5; expected an integer"),
        ("{dtype: float32, shape: [4], ramp: {start: .inf, step: 1}}", "58: start is .inf; expected a finite number"),
        ("{dtype: float32, shape: [4], ramp: {start: 1}}", "50: ramp has no 'step'; expected the keys start, step; add it"),
        ("{dtype: float16, shape: [4], ramp: {start: 1, step: 60000}}", "15: a rule whose numbers go beyond float16; expected finite numbers of float16"),
        ("{dtype: bool, shape: [4], ramp: {start: 1, step: 1}}", "41: the rule ramp for bool; expected a dtype of these kinds: signed, unsigned, float; write it with fill, alternate, blocks or values"),
        ("{dtype: int8, shape: [4], harmonic: true}", "41: the rule harmonic for int8; expected a dtype of these kinds: float; write it with fill, alternate, blocks or values"),
        ("{dtype: float32, shape: [4], harmonic: 2}", "54: harmonic is 2; expected true; leave it out otherwise"),
        ("{dtype: float32, shape: [4], uniform: {seed: -1, low: 0, high: 1}}", "60: seed is -1; expected an integer from 0 to 18446744073709551615"),
        ("{dtype: float32, shape: [4], uniform: {seed: 1, low: 1, high: 1}}", "77: high is 1, low is 1; expected high above low"),
        ("{dtype: uint8, shape: [4], uniform: {seed: 1, low: -1, high: 1}}", "51: numbers from -1 to 1, which does not fit uint8; expected integers from 0 to 255"),
        ("{dtype: int8, shape: [4], alternate: {values: []}}", "61: values is a list of 0; expected a list of numbers, at least one"),
        ("{dtype: int8, shape: [4], blocks: {values: [1, 2, 3]}}", "49: 4 elements in 3 blocks; expected a multiple of 3 elements"),
        ("{dtype: int8, shape: [4], fill: 1, harmonic: true}", "50: a tensor has both fill and harmonic; expected one of them"),
        ("{dtype: int8, shape: [4], layout: odd, fill: 1}", "49: layout is 'odd'; expected one of: contiguous, transposed, every-other, reversed, broadcast"),
        ("{dtype: int8, values: [1, 2], layout: transposed}", "53: the layout transposed for a tensor of 1 axes; expected at least 2; leave it out: such a tensor lies in memory in one way only"),
        ("{dtype: int8, values: [1, 2], layout: broadcast}", "53: the layout broadcast for elements that differ along the first axis; expected the same elements at every position of the first axis; they are kept once, with a step of zero"),
    ],
)  # fmt: skip
def test_wrong_rules_and_layouts_are_refused(
    folder: Any, refusal: Callable[..., str], text: str, message: str
) -> None:
    assert refusal(x, folder, text) == f"cases/cumsum/behaviour.yaml:6:{message}"


@pytest.mark.parametrize("layout", ["transposed", "every-other", "reversed", "broadcast"])
def test_a_layout_keeps_the_elements(folder: Any, layout: str) -> None:
    tensor = Tensor.of(np.array([[1, 2], [1, 2]], np.int8), "int8")
    text = f"{{dtype: int8, values: [[1, 2], [1, 2]], layout: {layout}}}"
    assert x(folder, text) == LaidOut(tensor, layout)


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        ("bfloat16", "[1, 0.1, 3.3e38, .nan, -.inf, -0]", [1.0, 0.1, 3.3e38, "nan", "-inf", -0.0]),
        # Half-way between 1 and the next bfloat16, and just above it.
        ("bfloat16", "[1.00390625, 1.00390625000000000001]", [1.0, 1.01]),
        ("complex64", "[1+2j, -0.5j, nan+infj, 3, .inf, 1e-3-0j]", ["1+2j", "0-0.5j", "nan+infj", "3+0j", "inf+0j", "0.001-0j"]),
        ("complex128", "[0.1+0.2j]", ["0.1+0.2j"]),
    ],
)  # fmt: skip
def test_elements_of_the_newer_dtypes(
    folder: Any, dtype: str, values: str, expected: list[Any]
) -> None:
    assert x(folder, f"{{dtype: {dtype}, values: {values}}}").nested() == expected


@pytest.mark.parametrize(
    ("dtype", "values", "message"),
    [
        ("bfloat16", "[1, 3.4e38]", "45: 3.4e38, which is beyond bfloat16; expected a finite bfloat16; write .inf or -.inf where infinity is meant"),
        ("bfloat16", "[1e-45]", "42: 1e-45, which is 0 in bfloat16; expected a number that bfloat16 can tell from 0"),
        ("complex64", "[1, 1e39j]", "46: 1e39, which is beyond float32; expected a finite float32; write .inf or -.inf where infinity is meant"),
        ("complex64", "[1, i]", "46: 'i'; expected a value of complex64"),
        ("complex64", "[true]", "43: true among numbers; expected a number of float32; write 1 or 0"),
    ],
)  # fmt: skip
def test_elements_that_the_newer_dtypes_do_not_hold_are_refused(
    folder: Any, refusal: Callable[..., str], dtype: str, values: str, message: str
) -> None:
    actual = refusal(x, folder, f"{{dtype: {dtype}, values: {values}}}")
    assert actual == f"cases/cumsum/behaviour.yaml:6:{message}"
