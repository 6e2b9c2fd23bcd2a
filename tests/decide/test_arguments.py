import dataclasses

import pytest

from conformance.decide.arguments import out_tensor, placed
from conformance.model.case import Call, Choice, Expectation, LaidOut


@pytest.fixture
def task(make_task, make_output):
    return make_task(Choice("", outputs=(make_output([1, 3], "int8"),)))


def places(task, call=None, **binding):
    changed = dataclasses.replace(task.binding, **binding)
    return [(where, name) for where, name, _ in placed(changed, call or task.call)]


NAMES = (("x", "self"), ("axis", "dim"), ("dtype", "dtype"))


@pytest.mark.parametrize(
    ("binding", "expected"),
    [
        ({}, [("input", "x"), ("dim", "axis"), ("dtype", "dtype")]),
        ({"positional": ("axis", "x")}, [(0, "axis"), (1, "x"), ("dtype", "dtype")]),
        (
            {"kind": "method", "parameters": NAMES, "positional": ("x", "axis")},
            [("self", "x"), (0, "axis"), ("dtype", "dtype")],
        ),
        ({"kind": "primitive"}, [(0, "x"), (1, "axis"), (2, "dtype")]),
        ({"kind": "primitive", "constants": (("a", 1),)}, [(0, "x"), (1, "axis"), (2, "dtype")]),
        (
            {"kind": "out", "constants": (("a", 1),)},
            [("input", "x"), ("dim", "axis"), ("dtype", "dtype"), ("a", "a")],
        ),
    ],
)
def test_arguments_go_where_the_binding_says(task, binding, expected):
    assert places(task, **binding) == expected


def test_behind_a_missing_position_arguments_go_by_keyword(task):
    call = Call(tuple((n, v) for n, v in task.call.arguments if n != "axis"))
    actual = places(task, call, positional=("x", "axis", "dtype"))
    assert actual == [(0, "x"), ("dtype", "dtype")]


def test_a_spelled_call_goes_by_its_own_names(task):
    call = Call((("dim", 0), ("self", 1)), spelled=True)
    assert places(task, call, positional=("dim",)) == [("dim", "dim"), ("self", "self")]
    assert places(task, call, kind="method") == [("self", "self"), ("dim", "dim")]


def test_an_out_tensor_is_the_declared_answers(make_output, make_tensor):
    call = Call((("x", LaidOut(make_tensor([[1, 2]], "int16"), "reversed")),))
    keep = Choice("keep", outputs=(make_output([1, 3, 4], "int8"),))
    wide = make_output([1], "int64")
    shaped = Choice("wide", outputs=(dataclasses.replace(wide, values=None, shape=(5,)),))
    oracle = Choice("oracle", outputs=(dataclasses.replace(wide, values=None, oracle=True),))
    refuse = Choice("refuse", error="axis-type")
    asking = Expectation((refuse, keep, shaped, oracle), "a-question")
    assert out_tensor(asking, call, declared="keep") == ("int8", (3,))
    assert out_tensor(asking, call, declared="wide") == ("int64", (5,))
    assert out_tensor(asking, call, declared="oracle") == ("int64", (1, 2))
    assert out_tensor(asking, call, declared="refuse") == ("int8", (3,))
    assert out_tensor(asking, call, declared=None) is None
    assert out_tensor(Expectation((refuse,)), call, declared=None) == ("int16", (1, 2))
    assert out_tensor(Expectation((refuse,)), Call(()), declared=None) is None
