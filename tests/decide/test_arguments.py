import dataclasses

import pytest

from conformance.decide.arguments import constructed, out_of_turn, out_tensors, placed
from conformance.model.backend import ALWAYS, Binding
from conformance.model.case import Call, Choice, Expectation, LaidOut, OutputExpected
from conformance.model.errors import Place

PLACE = Place("bindings.yaml", 1, 1)


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


def outs(expectation, call, *, declared=None, **binding):
    """The tensors to write into, for an API of that kind."""
    names = (("x", "input"),)
    api = Binding(
        "torch.cummax.out", "cummax", "torch", "out", "torch.cummax", names, (), (), ALWAYS, PLACE,
        **binding,
    )  # fmt: skip
    return out_tensors(api, call, expectation=expectation, declared=declared)


def test_a_primitive_is_constructed_with_constants_and_what_the_binding_says(task):
    primitive = dataclasses.replace(
        task.binding, kind="primitive", constants=(("a", 1),), construct=("axis",)
    )
    assert constructed(primitive, task.call) == [("a", 1), ("dim", 0)]
    assert places(task, kind="primitive", construct=("axis",)) == [(0, "x"), (1, "dtype")]
    assert constructed(task.binding, task.call) == []


def test_what_a_call_leaves_out_is_not_constructed_with(task):
    primitive = dataclasses.replace(task.binding, kind="primitive", construct=("axis", "dtype"))
    assert constructed(primitive, Call((("axis", 1),))) == [("dim", 1)]
    assert constructed(primitive, Call(())) == []


def test_a_spelled_call_constructs_by_its_own_names(task):
    primitive = dataclasses.replace(task.binding, kind="primitive", construct=("axis",))
    call = Call((("input", 5), ("dim", 0), ("axis", 1)), spelled=True)
    assert constructed(primitive, call) == [("dim", 0)]
    assert [(where, name) for where, name, _ in placed(primitive, call)] == [
        ("input", "input"),
        ("axis", "axis"),
    ]


def test_what_goes_to_the_constructor_leaves_no_gap_in_the_positions(task):
    primitive = dataclasses.replace(task.binding, kind="primitive")
    call = Call((("x", 5), ("dtype", 0)))
    assert out_of_turn(primitive, call) == ("axis", "dtype")
    assert out_of_turn(dataclasses.replace(primitive, construct=("axis",)), call) is None
    assert out_of_turn(dataclasses.replace(primitive, construct=("dtype",)), call) is None


def test_an_integer_becomes_a_tensor_where_the_api_takes_one(task, make_tensor):
    api = dataclasses.replace(task.binding, as_tensor=(("axis", "int64"),))
    one = make_tensor(1, "int64")
    call = Call((("x", 5), ("axis", 1)))
    assert placed(api, call) == [("input", "x", 5), ("dim", "axis", one)]
    spelled = Call((("input", 5), ("dim", 1)), spelled=True)
    assert placed(api, spelled) == [("input", "input", 5), ("dim", "dim", one)]


@pytest.mark.parametrize("value", [True, 1.0, "0", None])
def test_what_is_no_integer_goes_as_it_is(task, value):
    api = dataclasses.replace(task.binding, as_tensor=(("axis", "int64"),))
    assert placed(api, Call((("axis", value),))) == [("dim", "axis", value)]


def test_an_out_tensor_is_the_declared_answers(make_output, make_tensor):
    call = Call((("x", LaidOut(make_tensor([[1, 2]], "int16"), "reversed")),))
    keep = Choice("keep", outputs=(make_output([1, 3, 4], "int8"),))
    wide = make_output([1], "int64")
    shaped = Choice("wide", outputs=(dataclasses.replace(wide, values=None, shape=(5,)),))
    oracle = Choice("oracle", outputs=(dataclasses.replace(wide, values=None, oracle=True),))
    refuse = Choice("refuse", error="axis-type")
    asking = Expectation((refuse, keep, shaped, oracle), "a-question")
    assert outs(asking, call, declared="keep") == (("int8", (3,)),)
    assert outs(asking, call, declared="wide") == (("int64", (5,)),)
    assert outs(asking, call, declared="oracle") == (("int64", (1, 2)),)
    assert outs(asking, call, declared="refuse") == (("int8", (3,)),)
    assert outs(asking, call, declared=None) is None
    assert outs(Expectation((refuse,)), call) == (("int16", (1, 2)),)
    assert outs(Expectation((refuse,)), Call(())) is None


PAIR = (("values", "same-as-x"), ("indices", "int64"))


def test_of_several_out_tensors_the_binding_says_what_the_answer_leaves_open(
    make_output, make_tensor
):
    call = Call((("x", make_tensor([[1, 2]], "int16")),))
    values = dataclasses.replace(make_output([3], "int8"), name="values")
    indices = dataclasses.replace(make_output([0], "int32"), name="indices", dtype=None)
    open_values, open_indices = OutputExpected("values"), OutputExpected("indices")
    both = Expectation((Choice("", outputs=(values, indices)),))
    assert outs(both, call, out=PAIR) == (("int8", (1,)), ("int64", (1,)))
    some = Expectation((Choice("", outputs=(open_values, indices)),))
    assert outs(some, call, out=PAIR) == (("int16", (1,)), ("int64", (1,)))
    none = Expectation((Choice("", outputs=(open_values, open_indices)),))
    assert outs(none, call, out=PAIR) == (("int16", (1, 2)), ("int64", (1, 2)))
    refuse = Expectation((Choice("refuse", error="axis-type"),))
    assert outs(refuse, call, out=PAIR) == (("int16", (1, 2)), ("int64", (1, 2)))


def test_several_out_tensors_need_their_names(make_output, make_tensor):
    call = Call((("x", make_tensor([1], "int16")),))
    two = Expectation((Choice("", outputs=(make_output([1], "int8"), OutputExpected("other"))),))
    assert outs(two, call) is None
    assert outs(two, call, out=PAIR) is None
