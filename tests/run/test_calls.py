"""How a call is made: kinds of bindings, layouts, repetitions, gradients."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from conformance.model.case import (
    Choice,
    Expectation,
    LaidOut,
    Layout,
    ListValue,
    NumpyScalar,
    OutputExpected,
)
from conformance.model.outcome import (
    Crashed,
    NotATensor,
    Raised,
    Returned,
    TimedOut,
    Unavailable,
    Unstable,
)
from conformance.model.tensor import Tensor
from conformance.run.request import decode_reply, encode_request
from conformance.run.wire import FrameReader, GarbageError


def tensor(values: Any, dtype: str) -> Tensor:
    return Tensor.of(np.array(values, dtype), dtype)


X = tensor([3, 1, 2], "int8")
ANOTHER = NotATensor("ndarray", "returns another tensor than out")
GRID = tensor([[1, 2, 3], [4, 5, 6]], "int16")
SELF: dict[str, Any] = {"kind": "in-place", "parameters": (("x", "self"),)}


def expecting(
    values: Tensor | None = None, *, outputs: int = 1, repeat: int = 1, unchanged: bool = False
) -> Expectation:
    dtype = None if values is None else values.dtype
    every = tuple(OutputExpected(str(i), dtype, values=values) for i in range(outputs))
    return Expectation((Choice("", outputs=every),), inputs_unchanged=unchanged, repeat=repeat)


def values(outcome: Any) -> list[Any]:
    assert isinstance(outcome, Returned), outcome
    return [output.nested() for output in outcome.outputs if isinstance(output, Tensor)]


# -- several outputs


def test_a_tuple_of_the_wrong_length_gives_that_many_outputs(misbehaving: Any) -> None:
    two = expecting(outputs=2)
    three, one = misbehaving.run(
        misbehaving.task("return_three", x=X, expectation=two),
        misbehaving.task("same", x=X, expectation=two),
    )
    assert three.outputs == (X, X, X)
    assert one.outputs == (X,)


# -- in place


def test_the_result_of_a_method_in_place_is_its_object(misbehaving: Any) -> None:
    (outcome,) = misbehaving.run(misbehaving.task("sort", {"x": X}, **SELF))
    assert values(outcome) == [[1, 2, 3]]


def test_the_object_of_a_method_in_place_may_change_and_the_others_may_not(
    misbehaving: Any,
) -> None:
    unchanged = expecting(unchanged=True)
    given = {"x": X, "y": tensor(np.eye(3), "int8"), "z": tensor([0, 0, 0], "int8")}
    names = (("x", "self"), ("y", "b"), ("z", "out"))
    sort, product = misbehaving.run(
        misbehaving.task("sort", {"x": X}, **SELF, expectation=unchanged),
        misbehaving.task("dot", given, kind="in-place", parameters=names, expectation=unchanged),
    )
    assert (values(sort), sort.changed) == ([[1, 2, 3]], ())
    assert product.changed == ("z",)


def test_each_repetition_in_place_has_an_object_of_its_own(misbehaving: Any) -> None:
    doubled = misbehaving.task(
        "__imul__", {"x": X, "by": 2}, kind="in-place", parameters=(("x", "self"), ("by", "value")),
        positional=("by",), expectation=expecting(repeat=3),
    )  # fmt: skip
    (outcome,) = misbehaving.run(doubled)
    assert values(outcome) == [[6, 2, 4]]
    assert outcome.differing is None


# -- out


def test_the_result_of_a_call_with_out_is_that_tensor(misbehaving: Any) -> None:
    expected = expecting(tensor([0, 0, 0], "int8"))
    summed, filled, left = misbehaving.run(
        *(
            misbehaving.task(name, x=X, kind="out", expectation=expected)
            for name in ("sum_into", "fill_quietly", "leave_alone")
        )
    )
    assert values(summed) == [[3, 4, 6]]
    assert values(filled) == [[1, 1, 1]]
    assert values(left) == [[0x5A, 0x5A, 0x5A]]


def test_a_bool_out_tensor_is_false_before_the_call(misbehaving: Any) -> None:
    flag = tensor([[True], [True]], "bool")
    (left,) = misbehaving.run(
        misbehaving.task("leave_alone", x=X, kind="out", expectation=expecting(flag))
    )
    assert values(left) == [[[False], [False]]]


def test_another_tensor_than_out_is_no_result(misbehaving: Any) -> None:
    expected = expecting(X)
    ignored, talked = misbehaving.run(
        misbehaving.task("ignore_out", x=X, kind="out", expectation=expected),
        misbehaving.task("return_text", x=X, kind="out", expectation=expected),
    )
    assert ignored.outputs == (NotATensor("ndarray", "returns another tensor than out"),)
    assert talked.outputs == (NotATensor("str", "returns another tensor than out"),)


PAIR = (("0", "same-as-x"), ("1", "int64"))


def writing(misbehaving: Any, function: str) -> Any:
    """The outputs of a function that is to write 1 and 2 into two tensors."""
    expected = Expectation((Choice("", outputs=(OutputExpected("0"), OutputExpected("1"))),))
    task = misbehaving.task(function, x=X, kind="out", expectation=expected)
    several = dataclasses.replace(task, binding=dataclasses.replace(task.binding, out=PAIR))
    (outcome,) = misbehaving.run(several)
    return outcome.outputs


@pytest.mark.parametrize("function", ["write_both", "write_both_quietly", "write_both_in_a_list"])
def test_the_results_of_a_call_with_several_outs_are_those_tensors(
    misbehaving: Any, function: str
) -> None:
    ones, twos = writing(misbehaving, function)
    assert (ones.dtype, ones.nested()) == ("int8", [1, 1, 1])
    assert (twos.dtype, twos.nested()) == ("int64", [2, 2, 2])


def test_an_out_tensor_that_is_left_alone_is_seen(misbehaving: Any) -> None:
    ones, left = writing(misbehaving, "write_one")
    assert ones.nested() == [1, 1, 1]
    assert left.nested() == [0x5A5A5A5A5A5A5A5A] * 3


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        ("write_both_swapped", (ANOTHER, ANOTHER)),
        ("write_both_anew", (ANOTHER, ANOTHER)),
        ("write_both_return_one", (ANOTHER,)),
        ("write_both_return_three", (NotATensor("tuple", ANOTHER.text),)),
    ],
)
def test_other_tensors_than_out_are_no_results(
    misbehaving: Any, function: str, expected: Any
) -> None:
    assert writing(misbehaving, function) == expected


def test_an_out_tensor_of_a_dtype_that_is_not_held_is_unavailable(fake: Any) -> None:
    narrow = fake("converts_dtypes")
    (outcome,) = narrow.run(narrow.task(kind="out", expectation=expecting(tensor([1], "float64"))))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == "a tensor of dtype float64 becomes float32 in the framework"


# -- primitives and constants


PRIMITIVE: dict[str, Any] = {"kind": "primitive", "parameters": (("x", "a"), ("times", "b"))}


def test_a_primitive_is_constructed_once_and_called_by_position(misbehaving: Any) -> None:
    def scaled(factor: int) -> Any:
        given = {"times": 2, "x": X}
        return misbehaving.task("Scale", given, **PRIMITIVE, constants=(("factor", factor),))

    ten, again, minus, count = misbehaving.run(
        scaled(10), scaled(10), scaled(-1), misbehaving.task("Scale.count", x=X)
    )
    assert values(ten) == values(again) == [[60, 20, 40]]
    assert values(minus) == [[-6, -2, -4]]
    assert values(count) == [[2, 2, 2]]


def test_a_primitive_that_cannot_be_constructed_raises(misbehaving: Any) -> None:
    none, absent = misbehaving.run(
        misbehaving.task("Scale", {"x": X}, **PRIMITIVE, constants=(("factor", 0),)),
        misbehaving.task("Scales", {"x": X}, **PRIMITIVE),
    )
    assert isinstance(none, Raised)
    assert (none.types[0], none.message, none.phase) == (
        "ValueError",
        "factor must not be 0",
        "call",
    )
    assert isinstance(absent, Unavailable)
    assert absent.what == "api"


def test_an_argument_of_the_call_constructs_another_object_for_each_of_its_values(
    misbehaving: Any,
) -> None:
    def scaled(**given: Any) -> Any:
        names = (*PRIMITIVE["parameters"], ("factor", "factor"), ("offset", "offset"))
        return misbehaving.task(
            "Scale", {"x": X, **given}, kind="primitive", parameters=names,
            construct=("factor", "offset"),
        )  # fmt: skip

    two, three, shifted, again, one, yes, count = misbehaving.run(
        scaled(factor=2, times=2),
        scaled(factor=3, times=2),
        scaled(offset=1, factor=2),
        scaled(factor=2),
        scaled(factor=1),
        scaled(factor=True),
        misbehaving.task("Scale.count", x=X),
    )
    assert values(two) == [[12, 4, 8]]
    assert values(three) == [[18, 6, 12]]
    assert values(shifted) == [[7, 3, 5]]
    assert values(again) == [[6, 2, 4]]
    assert values(one) == values(yes) == [[3, 1, 2]]
    assert values(count) == [[5, 5, 5]]


def test_what_a_constructor_is_given_is_converted_and_may_be_refused(misbehaving: Any) -> None:
    def scaled(**given: Any) -> Any:
        names = (("x", "x"), ("factor", "factor"))
        return misbehaving.task(
            "Scale", {"x": X, **given}, kind="primitive", parameters=names, construct=("factor",)
        )

    text, none, listed, absent = misbehaving.run(
        scaled(factor=NumpyScalar("int8", 2)),
        scaled(factor=0),
        scaled(factor=ListValue(("a", 1))),
        scaled(),
    )
    assert values(text) == [[6, 2, 4]]
    assert (none.message, none.phase) == ("factor must not be 0", "call")
    assert isinstance(listed, Raised)
    assert isinstance(absent, Raised)
    assert (absent.types[0], absent.phase) == ("TypeError", "call")
    assert absent.message.endswith("missing 1 required positional argument: 'factor'")


def test_the_signature_of_a_primitive_is_that_of_its_class_and_of_its_object(
    misbehaving: Any,
) -> None:
    asked = dataclasses.replace(expecting(), signature=(("factor", True), ("times", True)))
    names = (("x", "x"), ("factor", "factor"))
    (outcome,) = misbehaving.run(
        misbehaving.task(
            "Scale", {"x": X, "factor": 2}, kind="primitive", parameters=names,
            construct=("factor",), expectation=asked,
        )
    )  # fmt: skip
    assert outcome.evidence.signature == ("factor", "offset", "x", "times")


def test_constants_go_along_as_keywords(misbehaving: Any) -> None:
    fixed: dict[str, Any] = {"constants": (("factor", 3),)}
    bound, spelled, own = misbehaving.run(
        misbehaving.task(
            "scale", {"x": X, "axis": 0}, parameters=(("x", "x"), ("axis", "axis")), **fixed
        ),
        misbehaving.task("scale", {"x": X, "axis": 0}, **fixed),
        misbehaving.task("scale", {"x": X, "axis": 0, "factor": 2}, **fixed),
    )
    assert values(bound) == values(spelled) == [[9, 3, 6]]
    assert values(own) == [[6, 2, 4]]


# -- layouts


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        ("transposed", [1, 2, 6]),
        ("every-other", [6, 2, 12]),
        ("reversed", [3, -1, 6]),
    ],
)
def test_a_tensor_lies_in_memory_as_the_case_says(
    misbehaving: Any, layout: Layout, expected: list[int]
) -> None:
    given = LaidOut(GRID, layout)
    same, strides = misbehaving.run(
        misbehaving.task("same", x=given, expectation=expecting(unchanged=True)),
        misbehaving.task("strides", x=given),
    )
    assert (same.outputs, same.changed) == ((GRID,), ())
    assert values(strides) == [expected]


def test_a_broadcast_tensor_repeats_one_row(misbehaving: Any) -> None:
    rows = tensor([[1, 2], [1, 2], [1, 2]], "float32")
    same, strides, wrong = misbehaving.run(
        misbehaving.task("same", x=LaidOut(rows, "broadcast")),
        misbehaving.task("strides", x=LaidOut(rows, "broadcast")),
        misbehaving.task("same", x=LaidOut(GRID, "broadcast")),
    )
    assert same.outputs == (rows,)
    assert values(strides)[0][:2] == [0, 1]
    assert isinstance(wrong, Raised)
    assert (wrong.message, wrong.phase) == (
        "the elements of a broadcast tensor differ along its first axis",
        "convert",
    )


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (tensor([1, 2], "int16"), [1, 0x7777, 2, 0x7777]),
        (tensor([False, False], "bool"), [False, True, False, True]),
        (tensor([1, 2], "float16"), [1.0, "nan", 2.0, "nan"]),
        (Tensor("bfloat16", (2,), b"\x80\x3f\x00\x40"), [1.0, "nan", 2.0, "nan"]),
    ],
    ids=lambda given: getattr(given, "dtype", ""),
)
def test_what_lies_between_the_elements_is_no_plausible_number(
    misbehaving: Any, given: Tensor, expected: list[Any]
) -> None:
    between = misbehaving.task("memory", x=LaidOut(given, "every-other"))
    (outcome,) = misbehaving.run(between)
    (actual,) = outcome.outputs
    assert Tensor(given.dtype, actual.shape, actual.data).nested() == expected


@pytest.mark.parametrize("layout", ["transposed", "every-other", "reversed", "broadcast"])
@pytest.mark.parametrize("shape", [(), (0,), (0, 3), (2, 0), (1, 1, 2)])
def test_every_shape_can_be_laid_out(
    misbehaving: Any, layout: Layout, shape: tuple[int, ...]
) -> None:
    for dtype in ("float64", "complex64"):
        given = Tensor.of(np.arange(np.prod(shape)).reshape(shape).astype(dtype), dtype)
        (outcome,) = misbehaving.run(misbehaving.task("same", x=LaidOut(given, layout)))
        assert outcome.outputs == (given,)


# -- repetitions


def test_the_first_repetition_that_differs_is_told(misbehaving: Any) -> None:
    def at(number: int) -> Any:
        repeated = expecting(repeat=5)
        return misbehaving.task("differ_at", x=X, number=number, expectation=repeated)

    third, never = misbehaving.run(at(3), at(6))
    assert third.outputs == (X,)
    assert third.differing == (3, (tensor([4, 2, 3], "int8"),))
    assert (never.outputs, never.differing) == ((X,), None)


def test_a_repeated_case_has_a_server_that_has_run_nothing(misbehaving: Any) -> None:
    repeated = expecting(repeat=2)
    tasks = [misbehaving.task("count_calls") for _ in range(3)]
    tasks[1:1] = [misbehaving.task("count_calls", expectation=repeated) for _ in range(2)]
    outcomes = misbehaving.run(*tasks)
    one, two = (tensor(n, "int64") for n in (1, 2))
    assert [outcome.differing for outcome in outcomes[1:3]] == [(2, (two,))] * 2
    assert [outcome.outputs for outcome in outcomes[1:3]] == [(one,)] * 2
    assert [values(outcomes[i]) for i in (0, 3, 4)] == [[1], [2], [3]]


def test_a_repeated_case_alone_is_forked_like_any_other(misbehaving: Any) -> None:
    task = misbehaving.task("process", expectation=expecting(repeat=3))
    with misbehaving.workers() as workers:
        ((_, outcome),) = workers.run([task])
        assert workers.notes == []
        (dispatcher,) = workers._dispatchers.values()
        assert dispatcher._proven
    assert outcome.differing is None


def test_a_repeated_case_that_crashes_is_tried_once_more(misbehaving: Any, tmp_path: Any) -> None:
    repeated = expecting(repeat=4)
    marker = str(tmp_path / "ran")
    before, crashed, flaky, after = misbehaving.run(
        misbehaving.task("same"),
        misbehaving.task("crash_at", x=X, number=3, expectation=repeated),
        misbehaving.task("crash_the_first_time", marker=marker, expectation=repeated),
        misbehaving.task("same"),
    )
    assert isinstance(crashed, Crashed)
    assert crashed.how == "signal SIGABRT"
    assert isinstance(flaky, Unstable)
    assert isinstance(flaky.again, Returned)
    assert isinstance(before, Returned)
    assert isinstance(after, Returned)


def test_the_time_limit_of_a_repeated_case_is_one_cases(misbehaving: Any) -> None:
    slow = misbehaving.task("slow", seconds=0.4, expectation=expecting(repeat=10))
    first, hung = misbehaving.run(misbehaving.task(), slow, timeout_s=0.5)
    assert isinstance(first, Returned)
    assert isinstance(hung, TimedOut)


def test_a_repeated_case_of_a_target_that_does_not_start_is_unavailable(fake: Any) -> None:
    broken = fake("raises_in_start")
    (outcome,) = broken.run(broken.task(expectation=expecting(repeat=2)))
    assert isinstance(outcome, Unavailable)
    assert outcome.what == "target"


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ({"differing": 1, "again": []}, "differing is call 1, of 3 calls"),
        ({"differing": 4, "again": []}, "differing is call 4, of 3 calls"),
        ({"differing": "2", "again": []}, "differing is str, expected int"),
        ({"differing": 2}, "again is nothing, expected list"),
    ],
)
def test_a_repetition_that_cannot_be_is_garbage(
    misbehaving: Any, part: dict[str, Any], found: str
) -> None:
    task = misbehaving.task("same", expectation=expecting(repeat=3))
    header = {"id": 1, "end": "returned", "outputs": [], **part}
    with pytest.raises(GarbageError) as error:
        decode_reply(task, header, number=1, body=b"")
    assert str(error.value) == found


# -- gradients


@pytest.mark.parametrize("positional", [(), ("x",)])
def test_a_gradient_is_by_the_argument_that_is_asked(
    misbehaving: Any, positional: tuple[str, ...]
) -> None:
    task = misbehaving.task(
        "squares",
        {"x": tensor([1, 2, 3], "float32")},
        parameters=(("x", "x"),),
        positional=positional,
        gradient="x",
    )
    (outcome,) = misbehaving.run(task)
    assert values(outcome) == [[2.0, 4.0, 6.0]]


def test_a_gradient_of_a_method_is_by_its_object(misbehaving: Any) -> None:
    given = {"x": tensor([1, 2, 3], "float32")}
    bound: dict[str, Any] = {"kind": "method", "parameters": (("x", "self"),)}
    (outcome,) = misbehaving.run(misbehaving.task("cumsum", given, **bound, gradient="x"))
    assert values(outcome) == [[3.0, 2.0, 1.0]]


def test_a_backend_without_gradients_cannot_be_asked(fake: Any) -> None:
    healthy = fake("healthy")
    task = healthy.task("cumsum", parameters=(("x", "x"),), gradient="x")
    (outcome,) = healthy.run(task)
    assert isinstance(outcome, Unavailable)
    assert (outcome.what, outcome.reason) == ("gradient", "the process backend has no gradients")


# -- on the wire


def encoded(task: Any) -> dict[str, Any]:
    ((header, _),) = FrameReader().feed(encode_request(task, 1))
    return header


DESCRIBED = {"dtype": "int8", "shape": [3], "bytes": 3}


@pytest.mark.parametrize(
    ("kind", "more", "expected"),
    [
        (
            "in-place",
            {"parameters": (("x", "self"), ("axis", "dim")), "constants": (("a", 1),)},
            {"kind": "in-place", "self": {"tensor": DESCRIBED}, "args": [],
             "kwargs": {"dim": 0, "a": 1}},
        ),
        (
            "out",
            {"parameters": (("x", "input"), ("axis", "dim")), "positional": ("x",)},
            {"kind": "out", "args": [{"tensor": DESCRIBED}], "kwargs": {"dim": 0},
             "out": {"name": "out", "dtype": "int16", "shape": [2, 3]}},
        ),
        (
            "primitive",
            {"parameters": (("x", "x"), ("axis", "dim")), "constants": (("a", 1),)},
            {"kind": "primitive", "args": [{"tensor": DESCRIBED}, 0], "kwargs": {},
             "construct": {"a": 1}},
        ),
        (
            "primitive",
            {"parameters": (("x", "x"), ("axis", "dim")), "construct": ("axis",)},
            {"kind": "primitive", "args": [{"tensor": DESCRIBED}], "kwargs": {},
             "construct": {"dim": 0}},
        ),
        (
            "method",
            {"parameters": (("x", "self"), ("axis", "dim")), "gradient": "x"},
            {"kind": "method", "self": {"tensor": DESCRIBED}, "args": [], "kwargs": {"dim": 0},
             "gradient": "self"},
        ),
    ],
)  # fmt: skip
def test_every_kind_has_a_form(misbehaving: Any, kind: Any, more: Any, expected: Any) -> None:
    task = misbehaving.task(
        "f", {"axis": 0, "x": X}, kind=kind, expectation=expecting(GRID, repeat=2), **more
    )
    assert encoded(task) == {"id": 1, "repeat": 2, "call": {"path": "fake.f", **expected}}


def test_a_layout_stands_with_its_tensor(misbehaving: Any) -> None:
    header = encoded(misbehaving.task("same", x=LaidOut(X, "reversed")))
    assert header["call"]["kwargs"] == {"x": {"tensor": {**DESCRIBED, "layout": "reversed"}}}
