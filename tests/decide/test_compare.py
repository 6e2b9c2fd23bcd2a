import numpy as np
import pytest

from conformance.decide.compare import compare, describe_comparison
from conformance.model.case import OutputExpected
from conformance.model.outcome import NotATensor
from conformance.model.tensor import Tensor


def texts(mismatches):
    return [mismatch.text for mismatch in mismatches]


def test_equal_tensors_have_no_mismatch(make_output, make_tensor):
    assert compare(make_output([1, 2], "int8"), make_tensor([1, 2], "int8")) == ()


def test_int64_instead_of_int8_is_a_dtype_mismatch_only(make_output, make_tensor):
    mismatches = compare(make_output([1, 2], "int8"), make_tensor([1, 2], "int64"))
    assert texts(mismatches) == ["dtype is int64, expected int8"]


def test_a_wrong_dtype_does_not_hide_wrong_values(make_output, make_tensor):
    mismatches = compare(
        make_output([[1, 2], [3, 4]], "int8"), make_tensor([[1, 2], [3, 16]], "int64")
    )
    assert texts(mismatches) == [
        "dtype is int64, expected int8",
        "1 of 4 values differ, greatest difference 12 at [1, 1]",
    ]


def test_shape_4_is_not_shape_4_1(make_output, make_tensor):
    mismatches = compare(
        make_output([[1], [2], [3], [4]], "int8"), make_tensor([1, 2, 3, 4], "int8")
    )
    assert texts(mismatches) == ["shape is (4,), expected (4, 1)"]


def test_a_0d_tensor_is_not_one_element(make_output, make_tensor):
    mismatches = compare(make_output(5.0, "float32"), make_tensor([5.0], "float32"))
    assert texts(mismatches) == ["shape is (1,), expected ()"]


def test_nan_equals_nan_whatever_its_bits(make_output, make_tensor):
    negative = np.array([0xFFC00001], np.uint32).view(np.float32)
    actual = make_tensor(negative, "float32")
    assert compare(make_output([float("nan")], "float32"), actual) == ()


def test_nan_in_the_wrong_place_is_two_differences(make_output, make_tensor):
    nan = float("nan")
    mismatches = compare(
        make_output([nan, 1.0, 2.0], "float32"), make_tensor([1.0, nan, 2.0], "float32")
    )
    assert texts(mismatches) == ["2 of 3 values differ, first at [0]"]
    assert mismatches[0].positions == (((0,), "nan", 1.0), ((1,), 1.0, "nan"))


def test_infinity_is_not_the_greatest_number(make_output, make_tensor):
    mismatches = compare(make_output([np.inf], "float32"), make_tensor([3.4028234e38], "float32"))
    assert texts(mismatches) == ["1 of 1 values differ, first at [0]"]


def test_one_ulp_is_a_difference_where_the_documented_value_is_exact(make_output, make_tensor):
    actual = make_tensor([np.nextafter(np.float32(0.5), np.float32(1))], "float32")
    mismatches = compare(make_output([0.5], "float32"), actual)
    assert [m.kind for m in mismatches] == ["values"]


def test_one_ulp_is_none_where_the_documented_value_is_no_float32(make_output, make_tensor):
    actual = make_tensor([np.nextafter(np.float32(0.1), np.float32(1))], "float32")
    assert compare(make_output([0.1], "float32", exact=False), actual) == ()


def test_a_thousandth_is_a_difference_under_the_default_tolerance(make_output, make_tensor):
    actual = make_tensor([0.1001], "float32")
    mismatches = compare(make_output([0.1], "float32", exact=False), actual)
    assert [m.kind for m in mismatches] == ["values"]


def test_infinity_is_never_within_a_tolerance(make_output, make_tensor):
    expected = make_output([0.1, np.inf], "float32", exact=False)
    mismatches = compare(expected, make_tensor([0.1, 1e38], "float32"))
    assert texts(mismatches) == ["1 of 2 values differ, first at [1]"]


def test_a_case_of_printed_decimals_takes_half_a_unit_of_the_last_place(make_output, make_tensor):
    expected = make_output([0.3333], "float32", exact=False, decimals=4)
    assert compare(expected, make_tensor([1 / 3], "float32")) == ()
    assert compare(expected, make_tensor([0.33336], "float32")) != ()


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_negative_zero_differs_only_where_the_case_says_so(make_output, make_tensor, dtype):
    zero = make_tensor([-0.0], dtype)
    assert compare(make_output([0.0], dtype), zero) == ()
    assert texts(compare(make_output([0.0], dtype, signed_zero=True), zero)) == [
        "1 of 1 values differ, first at [0]"
    ]


def test_int64_values_beyond_float64_are_told_apart(make_output, make_tensor):
    mismatches = compare(make_output([2**53 + 1], "int64"), make_tensor([2**53], "int64"))
    assert texts(mismatches) == ["1 of 1 values differ, greatest difference 1 at [0]"]


def test_numbers_of_two_dtypes_beyond_float64_are_told_apart(make_output, make_tensor):
    mismatches = compare(make_output([2**53 + 1], "int64"), make_tensor([2.0**53], "float64"))
    assert [m.kind for m in mismatches] == ["dtype", "values"]


def test_a_dtype_that_is_not_asked_is_not_judged(make_tensor):
    expected = OutputExpected("result", values=make_tensor([0, 1], "int64"))
    assert compare(expected, make_tensor([0, 1], "int32")) == ()


def test_true_is_not_one_where_the_dtype_is_not_asked(make_tensor):
    expected = OutputExpected("result", values=make_tensor([0, 1], "int64"))
    assert [m.kind for m in compare(expected, make_tensor([False, True], "bool"))] == ["values"]


def test_a_shape_alone_is_judged_alone(make_tensor):
    expected = OutputExpected("result", shape=(2, 0))
    assert compare(expected, make_tensor(np.empty((2, 0)), "float32")) == ()
    assert texts(compare(expected, make_tensor(np.empty((0,)), "float32"))) == [
        "shape is (0,), expected (2, 0)"
    ]


def test_a_list_is_no_tensor(make_output):
    mismatches = compare(make_output([1], "int8"), NotATensor("list", "[1]"))
    assert texts(mismatches) == ["result is a list, expected a tensor: [1]"]


def test_only_the_first_five_positions_are_kept(make_output, make_tensor):
    mismatches = compare(make_output([0] * 9, "int8"), make_tensor([1] * 9, "int8"))
    assert [index for index, _, _ in mismatches[0].positions] == [(0,), (1,), (2,), (3,), (4,)]


def test_how_values_are_compared_is_said(make_output):
    assert describe_comparison(make_output([1.0], "float32")) == "exactly"
    assert describe_comparison(make_output([1.0], "float32", signed_zero=True)) == "bit for bit"
    assert (
        describe_comparison(make_output([0.1], "float16", exact=False))
        == "within rtol 0.001, atol 1e-05"
    )
    assert (
        describe_comparison(make_output([0.1], "float32", decimals=4)) == "as printed to 4 decimals"
    )


EDGES = {
    "int8": [-128, -1, 0, 1, 127],
    "uint8": [0, 1, 128, 255],
    "int64": [-(2**63), -1, 0, 1, 2**53 + 1, 2**63 - 1],
    "uint64": [0, 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1],
    "float16": [-0.0, 0.0, 1.0, 255.0, 6e-8, float("inf"), float("-inf"), float("nan")],
    "float32": [-0.0, 0.0, 1.0, 2.0**53, 6e-8, float("inf"), float("-inf"), float("nan")],
    "float64": [-0.0, 0.0, 1.0, 2.0**63, 6e-8, float("inf"), float("-inf"), float("nan")],
}


@pytest.mark.parametrize("actual", EDGES)
@pytest.mark.parametrize("expected", EDGES)
def test_numbers_of_two_dtypes_are_compared_as_pythons_are(expected, actual):
    pairs = [(one, other) for one in EDGES[expected] for other in EDGES[actual]]
    wished = np.array([one for one, _ in pairs], expected)
    found = np.array([other for _, other in pairs], actual)
    differing = [
        index
        for index, (one, other) in enumerate(zip(wished.tolist(), found.tolist(), strict=True))
        if one != other and not (one != one and other != other)
    ]
    wanted = OutputExpected("result", values=Tensor.of(wished, expected), exact=True)
    mismatches = compare(wanted, Tensor.of(found, actual))
    text = " ".join(m.text for m in mismatches if m.kind == "values")
    assert text.startswith(f"{len(differing)} of {len(pairs)} values differ") or not differing
    assert bool(text) == bool(differing)
