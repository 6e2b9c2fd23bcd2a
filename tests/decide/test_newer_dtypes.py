"""bfloat16, complex numbers and layouts, compared and written."""

from collections.abc import Callable

import numpy as np
import pytest

from conformance.decide.compare import compare
from conformance.decide.snippet import snippet, value_text
from conformance.model.backend import Snippet
from conformance.model.bfloat16 import to_bfloat16
from conformance.model.case import LAYOUTS, Choice, LaidOut, OutputExpected
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task

NAN, INF = float("nan"), float("inf")


def bfloat16(*values: float) -> Tensor:
    return Tensor.of(to_bfloat16(np.array(values)), "bfloat16")


def complex64(*values: complex) -> Tensor:
    return Tensor.of(np.array(values, np.complex64), "complex64")


def texts(expected: Tensor, actual: Tensor, **more: object) -> list[str]:
    output = OutputExpected("result", expected.dtype, values=expected, **more)  # type: ignore[arg-type]
    return [mismatch.text for mismatch in compare(output, actual)]


def test_bfloat16_is_compared_as_numbers() -> None:
    assert texts(bfloat16(1, NAN, 0), bfloat16(1, NAN, -0.0)) == []
    assert texts(bfloat16(1, 2), bfloat16(1, 2.5)) == [
        "1 of 2 values differ, greatest difference 0.5 at [1]"
    ]


def test_bfloat16_has_a_tolerance_of_its_own() -> None:
    assert texts(bfloat16(1), bfloat16(1.0078125), exact=False) == []
    assert texts(bfloat16(1), bfloat16(1.03125), exact=False) != []


def test_the_signs_of_bfloat16_zeros_differ_where_asked() -> None:
    assert texts(bfloat16(0), bfloat16(-0.0), signed_zero=True) != []


def test_complex_numbers_are_compared_part_by_part() -> None:
    nan = complex(NAN, 1)
    assert texts(complex64(nan), complex64(complex(NAN, 1))) == []
    assert texts(complex64(nan), complex64(complex(NAN, 2))) != []
    assert texts(complex64(nan), complex64(complex(1, NAN))) != []
    assert texts(complex64(complex(INF, 0)), complex64(complex(INF, 1))) != []


def test_the_greatest_complex_difference_is_a_distance() -> None:
    assert texts(complex64(0, 1), complex64(0, 4 + 4j)) == [
        "1 of 2 values differ, greatest difference 5 at [1]"
    ]


def test_a_tolerance_holds_for_both_parts() -> None:
    near = {"tolerance": (0.0, 0.1)}
    assert texts(complex64(1 + 1j), complex64(1.05 + 1.05j), **near) == []
    assert texts(complex64(1 + 1j), complex64(1 + 1.2j), **near) != []


def test_complex_elements_of_another_dtype_are_compared_as_numbers() -> None:
    actual = Tensor.of(np.array([1 + 2j]), "complex128")
    assert texts(complex64(1 + 2j), actual) == ["dtype is complex128, expected complex64"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_snippet_lays_the_elements_out_as_the_case_does(
    make_task: Callable[..., Task], layout: str
) -> None:
    tensor = Tensor.of(np.array([[1, 2], [1, 2]], np.int8), "int8")
    line = snippet(make_task(Choice(""), x=LaidOut(tensor, layout))).splitlines()[3]
    array = eval(line.removeprefix("x = torch.from_numpy(").removesuffix(")"), {"np": np})
    assert array.tolist() == [[1, 2], [1, 2]]
    assert not array.flags.c_contiguous


def test_a_snippet_casts_bfloat16_in_the_framework(make_task: Callable[..., Task]) -> None:
    assert snippet(make_task(Choice(""), x=bfloat16(0.1))).splitlines()[3] == (
        'x = torch.from_numpy(np.array([0.100097656], "float32")).to(torch.bfloat16)'
    )


def test_a_snippet_casts_as_the_backend_says() -> None:
    template = Snippet((), "tensorflow.constant({array})", "tensorflow.{name}",
                       "tensorflow.cast({tensor}, {dtype})")  # fmt: skip
    assert value_text(bfloat16(0.5), template) == (
        'tensorflow.cast(tensorflow.constant(np.array([0.5], "float32")), tensorflow.bfloat16)'
    )


def test_a_snippet_writes_complex_numbers(make_task: Callable[..., Task]) -> None:
    x = complex64(1 + 2j, complex(NAN, -0.0))
    assert snippet(make_task(Choice(""), x=x)).splitlines()[3] == (
        'x = torch.from_numpy(np.array([1+2j, complex("nan-0j")], "complex64"))'
    )
