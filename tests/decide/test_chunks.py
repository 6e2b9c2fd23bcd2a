"""Tensors too large to be kept: what their digests say."""

from hashlib import sha256

import numpy as np
import pytest

from conformance.decide.compare import compare
from conformance.model.case import OutputExpected
from conformance.model.outcome import NotATensor
from conformance.model.rules import Alternate, Blocks
from conformance.model.tensor import DigestedTensor, RuleTensor, Tensor, stretches

RULE = RuleTensor("int8", (2, 10), Alternate(b"\x01\x02\x00"))
EXPECTED = OutputExpected("result", "int8", (2, 10), RULE)


def digested(array: np.ndarray, dtype: str, *, expected: RuleTensor, chunk: int = 8):
    """What a worker sends of array."""
    flat = array.reshape(-1)
    parts = [flat[start:stop] for start, stop in stretches(flat.size, chunk)]
    found = tuple(sha256(part.tobytes()).hexdigest() for part in parts)
    wished = expected.digests(chunk)
    number = next((i for i, one in enumerate(found) if one != wished[i]), None)
    differing = None if number is None else (number, Tensor.of(parts[number], dtype))
    head, tail = Tensor.of(flat[:4], dtype), Tensor.of(flat[-4:], dtype)
    return DigestedTensor(dtype, array.shape, chunk, found, head, tail, differing)


def right(tensor: RuleTensor) -> np.ndarray:
    return tensor.stretch(0, tensor.count).array().reshape(tensor.shape).copy()


def texts(array: np.ndarray, dtype: str = "int8", rule: RuleTensor = RULE) -> list[str]:
    expected = OutputExpected("result", rule.dtype, rule.shape, rule)
    return [m.text for m in compare(expected, digested(array, dtype, expected=rule))]


def test_the_same_elements_are_no_mismatch():
    assert texts(right(RULE)) == []


def test_the_first_chunk_that_differs_says_where_and_how_far():
    wrong = right(RULE)
    wrong[1, 2], wrong[1, 4], wrong[1, 9] = 100, -100, 5
    (mismatch,) = compare(EXPECTED, digested(wrong, "int8", expected=RULE))
    assert mismatch.text == (
        "2 of 3 chunks of 8 values differ; in the first of them 2 of 8, "
        "greatest difference 100 at [1, 4]"
    )
    assert mismatch.positions == (((1, 2), 1, 100), ((1, 4), 0, -100))
    assert mismatch.weight == 2 / 3


def test_the_greatest_distance_of_integers_does_not_overflow():
    rule = RuleTensor("int8", (4,), Alternate(b"\x80"))
    assert texts(np.array([-128, 127, -128, -128], np.int8), rule=rule) == [
        "1 of 1 chunks of 8 values differ; in the first of them 1 of 4, "
        "greatest difference 255 at [1]"
    ]


def test_floats_are_compared_bit_for_bit():
    rule = RuleTensor("float32", (4,), Alternate(np.float32(0).tobytes()))
    wrong = np.array([0, -0.0, 0, 0], np.float32)
    assert texts(wrong, "float32", rule) == [
        "1 of 1 chunks of 8 values differ; in the first of them 1 of 4, first at [1]"
    ]


def test_a_float_that_is_not_finite_is_no_greatest_difference():
    rule = RuleTensor("float32", (4,), Alternate(np.float32(1).tobytes()))
    wrong = np.array([1, np.nan, 3, np.inf], np.float32)
    assert texts(wrong, "float32", rule) == [
        "1 of 1 chunks of 8 values differ; in the first of them 3 of 4, "
        "greatest difference 2 at [2]"
    ]


def test_bools_have_no_greatest_difference():
    rule = RuleTensor("bool", (4,), Alternate(b"\x01"))
    wrong = np.array([True, True, False, True])
    assert texts(wrong, "bool", rule) == [
        "1 of 1 chunks of 8 values differ; in the first of them 1 of 4, first at [2]"
    ]


def test_another_dtype_and_another_shape_are_both_told():
    other = digested(right(RULE).astype("int16").reshape(20), "int16", expected=RULE)
    assert [m.text for m in compare(EXPECTED, other)] == [
        "dtype is int16, expected int8",
        "shape is (20,), expected (2, 10)",
    ]


def test_what_was_digested_is_not_compared_with_what_was_not():
    whole = Tensor.of(right(RULE), "int8")
    assert [m.text for m in compare(EXPECTED, whole)] == [
        "values that were digested and values that were not cannot be compared"
    ]


def test_no_tensor_is_no_digest():
    assert compare(EXPECTED, NotATensor("list", "[1]"))[0].kind == "type"


@pytest.mark.parametrize("chunk", [1, 3, 7, 8, 24, 100])
@pytest.mark.parametrize(
    "rule", [Alternate(b"\x01\x02\x00"), Alternate(b"\x07"), Blocks(b"\1\2\3")]
)
def test_digests_are_those_of_the_elements(rule, chunk):
    tensor = RuleTensor("int8", (2, 12), rule)
    whole = rule.elements(tensor.kind, 24)
    assert tensor.digests(chunk) == tuple(
        sha256(whole[start:stop]).hexdigest() for start, stop in stretches(24, chunk)
    )
