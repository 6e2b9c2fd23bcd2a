"""How values look in tables."""

import numpy as np

from conformance.fronts.sphinx.values import data_text, dtype_and_shape, nested_text, value_text
from conformance.model.case import DTypeName, ListValue, NumpyScalar, TupleValue
from conformance.model.tensor import Tensor


def test_the_columns_of_a_matrix_are_aligned() -> None:
    assert nested_text([[3, 4], [13, -1]]) == "[[ 3,  4],\n [13, -1]]"


def test_a_block_has_its_rows_below_each_other() -> None:
    assert nested_text([[[1, 2]], [[3, 4]]]) == "[[[1, 2]],\n [[3, 4]]]"


def test_whole_floats_are_told_from_integers() -> None:
    assert nested_text([3.0, 0.5]) == "[ 3., 0.5]"


def test_what_is_not_finite_is_a_word() -> None:
    assert nested_text(["nan", 1.0]) == "[nan,  1.]"


def test_a_single_number_has_no_brackets() -> None:
    assert nested_text(5) == "5"


def test_no_elements_are_empty_brackets() -> None:
    assert nested_text([[], []]) == "[[],\n []]"


def test_a_long_list_is_shortened() -> None:
    assert nested_text(list(range(100))) == "[  0,   1,   2, ...,  97,  98,  99]"


def test_a_long_matrix_is_shortened_along_both_axes() -> None:
    shown = nested_text([[0] * 100] * 100)
    assert shown.splitlines()[0] == "[[  0,   0,   0, ...,   0,   0,   0],"
    assert len(shown.splitlines()) == 7


def test_of_a_large_tensor_the_two_ends_are_shown() -> None:
    output = {"dtype": "int8", "digest": "sha256:00", "head": [1, 2], "tail": [3, 4]}
    assert data_text(output) == "[  1,   2, ...,   3,   4]"


def test_an_output_that_is_no_tensor_is_shown_as_it_is() -> None:
    output = {"type": "list", "text": "[1, 2]"}
    assert (data_text(output), dtype_and_shape(output)) == ("[1, 2]", ("list", ""))


def test_an_output_has_a_dtype_and_a_shape() -> None:
    assert dtype_and_shape({"dtype": "int8", "shape": [4]}) == ("int8", "(4,)")


def test_arguments_are_shown_as_a_case_means_them() -> None:
    tensor = Tensor.of(np.array([1, 2], "int8"), "int8")
    values = [tensor, DTypeName("int8"), NumpyScalar("int64", 1), None, "0", 1.0, True]
    expected = ["[1, 2]", "int8", "numpy int64 1", "None", "'0'", "1.0", "True"]
    assert [value_text(value) for value in values] == expected


def test_lists_are_told_from_tuples() -> None:
    assert value_text(ListValue((0, 1))) == "[0, 1]"
    assert value_text(TupleValue((0,))) == "(0,)"
