"""Arguments and tensors: read exactly, or refused at the element that is wrong."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from conformance.model.case import DTypeName, ListValue, NumpyScalar, TupleValue
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import Tensor

DTYPE_LIST = ", ".join(DTYPES)


def call_of(dtype: str, values: str) -> str:
    """A call whose values start at column 24."""
    return f"{{x: {{values: {values}, dtype: {dtype}}}, axis: 0}}"


def tensor(folder: Any, dtype: str, values: str) -> Tensor:
    case = folder.case(call_of(dtype, values), "{error: axis-type}")
    (_, x), _ = case.call.arguments
    assert isinstance(x, Tensor)
    return x


@pytest.mark.parametrize(
    ("dtype", "values", "expected"),
    [
        ("bool", "[true, false]", [True, False]),
        ("int8", "[-128, 127, 010, 0x1F, 0o17, -0]", [-128, 127, 10, 31, 15, 0]),
        ("uint64", "[18446744073709551615, 9223372036854775808]", [2**64 - 1, 2**63]),
        ("int64", "[9223372036854775807, -9223372036854775808]", [2**63 - 1, -(2**63)]),
        ("float16", "[65504, 0.1, 65519]", [65504, 0.1, 65504]),
        ("float32", "[0x1.8p+127, 1e-5, 16777217]", [1.5 * 2**127, 1e-5, 16777216]),
        ("float64", "[0.1, 9007199254740993]", [0.1, 9007199254740992]),
    ],
)
def test_elements_are_the_nearest_of_their_dtype(
    folder: Any, dtype: str, values: str, expected: list[Any]
) -> None:
    actual = tensor(folder, dtype, values)
    assert actual == Tensor.of(np.array(expected, DTYPES[dtype].numpy), dtype)


def test_special_floats_keep_their_bits(folder: Any) -> None:
    nan, plus, minus, zero = tensor(folder, "float32", "[.nan, .inf, -.inf, -0]").array().tolist()
    assert math.isnan(nan)
    assert (plus, minus) == (math.inf, -math.inf)
    assert math.copysign(1, zero) == -1


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        # Half-way between 1 and the next float32 is 1 + 2**-24; as float64 the first is that tie.
        ("1.00000005960464477539062500001", 1 + 2**-23),
        ("1.000000059604644775390625", 1.0),
        ("1.00000005960464477539062499999", 1.0),
        ("-1.00000005960464477539062500001", -1 - 2**-23),
        # A tie that goes up to the even neighbour, and a number nearer to a tie than to its float64.
        ("1.000000178813934326171875", 1 + 2**-22),
        ("1.000000059604644908617385", 1 + 2**-23),
        # 2**60 + 2**36 is a tie of float32, and the next integer is no float64.
        (str(2**60 + 2**36), float(2**60)),
        (str(2**60 + 2**36 + 1), float(2**60 + 2**37)),
    ],
)
def test_a_number_is_rounded_once(folder: Any, written: str, expected: float) -> None:
    assert tensor(folder, "float32", f"[{written}]").array().tolist() == [expected]


def test_shapes_follow_the_nesting(folder: Any) -> None:
    assert tensor(folder, "int8", "5").shape == ()
    assert tensor(folder, "int8", "[[1], [2], [3]]").shape == (3, 1)
    assert tensor(folder, "int8", "[[[1, 2]], [[3, 4]]]").shape == (2, 1, 2)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{dtype: int16, shape: [2, 3], fill: 7}", np.full((2, 3), 7, "<i2")),
        ("{dtype: float32, shape: [2], fill: -0}", np.array([-0.0, -0.0], "<f4")),
        ("{dtype: bool, shape: [], fill: true}", np.array(True)),
        ("{dtype: float32, shape: [0, 3]}", np.empty((0, 3), "<f4")),
        ("{dtype: float32, shape: [0, 3], values: []}", np.empty((0, 3), "<f4")),
        ("{dtype: float32, shape: [2, 0], values: [[], []]}", np.empty((2, 0), "<f4")),
        ("{dtype: int8, shape: [2, 1], values: [[1], [2]]}", np.array([[1], [2]], "|i1")),
        ("{dtype: int8, values: [1], layout: contiguous}", np.array([1], "|i1")),
    ],
)
def test_tensors_by_rule_and_shape(folder: Any, text: str, expected: Any) -> None:
    case = folder.case(f"{{x: {text}, axis: 0}}", "{error: axis-type}")
    (_, actual), _ = case.call.arguments
    assert actual == Tensor.of(expected, actual.dtype)


def test_a_tensor_of_a_million_elements_is_made_of_its_rule(folder: Any) -> None:
    case = folder.case(
        "{x: {dtype: float64, shape: [1048576], fill: 0.1}, axis: 0}", "{shape: [1048576]}"
    )
    (_, actual), _ = case.call.arguments
    assert actual.array().sum() == pytest.approx(104857.6)


@pytest.mark.parametrize(
    ("dtype", "values", "message"),
    [
        ("int8", "[1, 300]", "28: 300, which does not fit int8; expected an integer from -128 to 127"),
        ("int8", "[[1], [-129]]", "31: -129, which does not fit int8; expected an integer from -128 to 127"),
        ("uint64", "18446744073709551616", "24: 18446744073709551616, which does not fit uint64; expected an integer from 0 to 18446744073709551615"),
        ("int32", "[1, 1.5]", "28: 1.5 in a tensor of int32; expected an integer from -2147483648 to 2147483647"),
        ("int32", "[1.0]", "25: 1.0 in a tensor of int32; expected an integer from -2147483648 to 2147483647"),
        ("int32", "[.nan]", "25: .nan in a tensor of int32; expected an integer from -2147483648 to 2147483647"),
        ("int32", "[true]", "25: true among numbers; expected a number of int32; write 1 or 0"),
        ("float32", "[false]", "25: false among numbers; expected a number of float32; write 1 or 0"),
        ("bool", "[true, 1]", "31: 1; expected true or false, the values of bool"),
        ("float32", "[nan]", "25: 'nan'; expected a value of float32; write .nan"),
        ("float32", "[inf]", "25: 'inf'; expected a value of float32; write .inf"),
        ("float32", "[-Infinity]", "25: '-Infinity'; expected a value of float32; write -.inf"),
        ("float32", "['1']", "25: '1'; expected a value of float32; write the number without quotes"),
        ("float32", "[null]", "25: null; expected a value of float32"),
        ("float32", "[{a: 1}]", "25: a mapping with the keys a; expected a value of float32"),
        ("float32", "[1e39]", "25: 1e39, which is beyond float32; expected a finite float32; write .inf or -.inf where infinity is meant"),
        ("float16", "[1, 65520]", "28: 65520, which is beyond float16; expected a finite float16; write .inf or -.inf where infinity is meant"),
        ("float64", f"[{'9' * 400}]", f"25: {'9' * 56}...9, which is beyond float64; expected a finite float64; write .inf or -.inf where infinity is meant"),
        ("float32", "[1e-60]", "25: 1e-60, which is 0 in float32; expected a number that float32 can tell from 0"),
        ("int8", "[[1, 2], [3]]", "33: a row of 1, where the rows before it have 2; expected rows of one length; a tensor is rectangular: mend the row"),
        ("int8", "[[[1], [2]], [[3], [4, 5]]]", "43: a row of 2, where the rows before it have 1; expected rows of one length; a tensor is rectangular: mend the row"),
        ("int8", "[[1], [2], [3, 4], []]", "35: a row of 2, where the rows before it have 1; expected rows of one length; a tensor is rectangular: mend the row"),
        ("int8", "[1, [2]]", "28: a row, where numbers stand before it; expected numbers, or rows of one length; a tensor is rectangular: mend what stands there"),
        ("int8", "[[1], 2]", "30: no row, where rows stand before it; expected numbers, or rows of one length; a tensor is rectangular: mend what stands there"),
        ("int8", "[]", "24: no elements, and no shape; expected the shape of a tensor without elements; write shape: [0], or whatever it is"),
        ("int8", "[" * 33 + "1" + "]" * 33, "24: a tensor of more than 32 axes; expected at most 32"),
    ],
)  # fmt: skip
def test_elements_that_do_not_fit_are_refused_where_they_stand(
    folder: Any, refusal: Callable[..., str], dtype: str, values: str, message: str
) -> None:
    actual = refusal(folder.case, call_of(dtype, values), "{error: axis-type}")
    assert actual == f"cases/cumsum/behaviour.yaml:6:{message}"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("[1]", "11: call is a list of 1; expected a mapping"),
        ("{}", "11: call has no 'axis', which cumsum requires; expected every required argument, or an expectation that is an error or a difference; add it"),
        ("{x: {dtype: int8, values: [1]}, axs: 0}", "43: cumsum has no parameter 'axs'; expected one of: x, axis, dtype, out; did you mean 'axis'?"),
        ("{x: 3, axis: 0}", "15: x is 3; expected a tensor: {dtype: ..., values: ...}; a wrong kind may stand only where an error or a difference is expected"),
        ("{x: {dtype: int8, fill: 1}, axis: 0}", "15: a tensor with dtype, fill alone; expected values, or shape with a rule (fill, ramp, harmonic, uniform, alternate, blocks), or an empty shape; add values"),
        ("{x: {dtype: int8}, axis: 0}", "15: a tensor with dtype alone; expected values, or shape with a rule (fill, ramp, harmonic, uniform, alternate, blocks), or an empty shape; add values"),
        ("{x: {dtype: int8, shape: [3]}, axis: 0}", "36: a shape of 3 elements, and no elements; expected values or a rule; add one of: values, fill, ramp, harmonic, uniform, alternate, blocks"),
        ("{x: {dtype: int8, shape: [3], fill: [1]}, axis: 0}", "47: fill is a list; expected one number; write it as values"),
        ("{x: {dtype: int8, shape: [3], values: [1]}, axis: 0}", "36: shape is [3], but the values have the shape [1]; expected the same shape; leave shape out: the values say it"),
        ("{x: {dtype: int8, shape: [-1], fill: 1}, axis: 0}", "37: shape has -1; expected integers from 0 to 68719476736"),
        ("{x: {dtype: int8, shape: [0, 68719476737]}, axis: 0}", "40: shape has 68719476737; expected integers from 0 to 68719476736"),
        ("{x: {dtype: int8, shape: [2048, 2049], harmonic: true}, axis: 0}", "50: the rule harmonic for int8; expected a dtype of these kinds: float; write it with fill, alternate, blocks or values"),
        ("{x: {dtype: int8, shape: [2048, 2049], ramp: {start: 0, step: 0}}, axis: 0}", "50: ramp for 4,196,352 elements; expected at most 4,194,304 elements; write larger tensors with fill, alternate or blocks"),
        ("{x: {dtype: int8, shape: [1048576, 65537], fill: 1}, axis: 0}", "36: a tensor of 68,720,525,312 elements; expected at most 68,719,476,736 elements"),
        ("{x: {dtype: int8, shape: [4194305], fill: 1, layout: reversed}, axis: 0}", "64: the layout reversed for 4,194,305 elements; expected a tensor that is small enough to be laid out anew; leave it out"),
        ("{x: {dtype: int8, values: [1], fill: 1}, axis: 0}", "42: a tensor has both values and fill; expected one of them"),
        ("{x: {dtype: int8, values: [1], layout: odd}, axis: 0}", "50: layout is 'odd'; expected one of: contiguous, transposed, every-other, reversed, broadcast"),
        ("{x: {dtype: int8, value: [1]}, axis: 0}", "29: a tensor has no key 'value'; expected one of: alternate, blocks, dtype, fill, harmonic, layout, ramp, shape, uniform, values; did you mean 'values'?"),
        ("{x: {dtype: flot32, values: [1]}, axis: 0}", f"23: dtype is 'flot32'; expected one of: {DTYPE_LIST}; did you mean 'float32'?"),
        ('{x: {dtype: "{dtype}", values: [1]}, axis: 0}', f"23: dtype is '{{dtype}}'; expected one of: {DTYPE_LIST}; list dtype in for-each"),
        ("{x: {dtype: {dtype}, values: [1]}, axis: 0}", f'23: dtype is a mapping with the keys dtype; expected one of: {DTYPE_LIST}; write "{{dtype}}" in quotes'),
        ("{x: {dtype: int8, values: [1]}, axis: 1.0}", "49: axis is 1.0; expected an integer; a wrong kind may stand only where an error or a difference is expected"),
        ("{x: {dtype: int8, values: [1]}, axis: true}", "49: axis is true; expected an integer; a wrong kind may stand only where an error or a difference is expected"),
        ("{x: {dtype: int8, values: [1]}, axis: null}", "49: axis is null; expected an integer; a wrong kind may stand only where an error or a difference is expected"),
        ("{x: {dtype: int8, values: [1]}, axis: [0]}", "49: axis is a list of 1; expected an integer; a wrong kind may stand only where an error or a difference is expected"),
        ("{x: {dtype: int8, values: [1]}, axis: {axis}}", '49: a mapping with the keys axis; expected a tensor {dtype: ..., values: ...}, {list: [...]} or {numpy: DTYPE, value: ...}; write "{axis}" in quotes'),
        ("{x: {dtype: int8, values: [1]}, axis: {numpy: int8, value: 300}}", "70: 300, which does not fit int8; expected an integer from -128 to 127"),
        ("{x: {dtype: int8, values: [1]}, axis: {numpy: int8, value: [3]}}", "70: value is a list of 1; expected one number"),
        ("{x: {dtype: int8, values: [1]}, axis: 0, dtype: 3}", '59: dtype is 3; expected the name of a dtype; write it in quotes: "3"'),
        ("{x: {dtype: int8, values: [1]}, axis: 0, dtype: int9}", f"59: dtype is 'int9'; expected one of: {DTYPE_LIST}; did you mean 'int8'?"),
    ],
)  # fmt: skip
def test_wrong_calls_are_refused(
    folder: Any, refusal: Callable[..., str], call: str, message: str
) -> None:
    actual = refusal(folder.case, call, "{dtype: int8, values: [1]}")
    assert actual == f"cases/cumsum/behaviour.yaml:6:{message}"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("[0, 1]", TupleValue((0, 1))),
        ("{list: [0, [1.5]]}", ListValue((0, TupleValue((1.5,))))),
        ("{numpy: int64, value: 1}", NumpyScalar("int64", 1)),
        ("{numpy: float32, value: 0.1}", NumpyScalar("float32", float(np.float32(0.1)))),
        ("{numpy: bool, value: true}", NumpyScalar("bool", True)),
        ("null", None),
        ("true", True),
        ("1.0", 1.0),
        ("-0", 0),
        ('"0"', "0"),
        ("no", "no"),
    ],
)
def test_any_value_may_be_an_argument_where_an_error_is_expected(
    folder: Any, written: str, expected: object
) -> None:
    call = f"{{x: {{dtype: int8, values: [1]}}, axis: {written}}}"
    _, (_, actual) = folder.case(call, "{error: axis-type}").call.arguments
    assert actual == expected
    assert type(actual) is type(expected)


def test_a_dtype_argument_is_a_dtype(folder: Any) -> None:
    case = folder.case(
        "{x: {dtype: int8, values: [1]}, axis: 0, dtype: int32}", "{dtype: int32, values: [1]}"
    )
    assert case.call.arguments[1:] == (("axis", 0), ("dtype", DTypeName("int32")))


def test_null_may_stand_for_an_optional_argument(folder: Any) -> None:
    case = folder.case(
        "{x: {dtype: int8, values: [1]}, axis: 0, dtype: null}", "{dtype: int8, values: [1]}"
    )
    assert case.call.arguments[2] == ("dtype", None)


def test_a_required_argument_may_be_missing_where_an_error_is_expected(folder: Any) -> None:
    case = folder.case("{x: {dtype: int8, values: [1]}}", "{error: missing-argument}")
    assert [name for name, _ in case.call.arguments] == ["x"]


def test_a_tensor_behind_an_alias_is_made_once(folder: Any) -> None:
    first, second = folder.behaviour(
        "  - {id: a, why: w, call: {x: &x {dtype: int8, values: [1]}, axis: 0}, expect: {shape: [1]}}\n"
        "  - {id: b, why: w, call: {x: *x, axis: 0}, expect: {shape: [1]}}\n"
    )
    assert first.call is not None
    assert second.call is not None
    assert first.call.arguments[0][1] is second.call.arguments[0][1]


def test_tensors_of_one_file_have_a_limit_together(
    folder: Any, refusal: Callable[..., str]
) -> None:
    cases = "".join(
        f"  - id: c{n}\n    why: w\n    expect: {{shape: [1048576]}}\n"
        "    call: {x: {dtype: bool, shape: [1048576], fill: true}, axis: 0}\n"
        for n in range(33)
    )
    assert refusal(folder.behaviour, cases) == (
        "cases/cumsum/behaviour.yaml:135:15: tensors of more than 33,554,432 elements in one file; "
        "expected fewer; split the file"
    )
