"""Tasks as requests, replies as outcomes."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.model.case import DTypeName, ListValue, NumpyScalar, TupleValue
from conformance.model.outcome import Evidence, NotATensor, Raised, Returned, Unavailable
from conformance.model.tensor import Tensor
from conformance.run.request import decode_reply, encode_request
from conformance.run.wire import FrameReader, GarbageError

PAIR = Tensor("int16", (2,), b"\1\0\2\0")
DESCRIBED = {"tensor": {"dtype": "int16", "shape": [2], "bytes": 4}}


def encoded(task: Any) -> tuple[dict[str, Any], bytes]:
    ((header, body),) = FrameReader().feed(encode_request(task, 7))
    return header, body


def test_a_spelled_call_goes_by_keyword_as_it_is_written(misbehaving: Any) -> None:
    task = misbehaving.task("same", {"dim": -1, "input": PAIR, "dtype": DTypeName("int8")})
    header, body = encoded(task)
    assert header == {
        "id": 7,
        "call": {
            "path": "fake.same",
            "kind": "function",
            "args": [],
            "kwargs": {"dim": -1, "input": DESCRIBED, "dtype": {"dtype": "int8"}},
        },
    }
    assert body == PAIR.data


def test_canonical_arguments_go_as_the_binding_says(misbehaving: Any) -> None:
    other = Tensor("int8", (), b"\7")
    bound: dict[str, Any] = {
        "kind": "method",
        "parameters": (("x", "self"), ("axis", "dim"), ("y", "other"), ("out", "out")),
        "positional": ("x", "y", "out"),
    }
    header, body = encoded(misbehaving.task("same", {"axis": 0, "y": other, "x": PAIR}, **bound))
    described = {"tensor": {"dtype": "int8", "shape": [], "bytes": 1}}
    assert header["call"] == {
        "path": "fake.same",
        "kind": "method",
        "self": DESCRIBED,
        "args": [described],
        "kwargs": {"dim": 0},
    }
    assert body == PAIR.data + other.data


def test_a_method_without_its_object_is_called_as_a_function(misbehaving: Any) -> None:
    bound: dict[str, Any] = {"kind": "method", "parameters": (("x", "self"), ("axis", "dim"))}
    header, _ = encoded(misbehaving.task("same", {"axis": 0}, **bound))
    assert header["call"]["kind"] == "function"


def test_every_kind_of_value_has_a_form(misbehaving: Any) -> None:
    values = TupleValue((None, True, 1.5, "0", ListValue((PAIR,)), NumpyScalar("int64", 3)))
    header, body = encoded(misbehaving.task("same", {"x": values}))
    assert header["call"]["kwargs"]["x"] == {
        "tuple": [None, True, 1.5, "0", {"list": [DESCRIBED]}, {"numpy": "int64", "value": 3}]
    }
    assert body == PAIR.data


def test_a_reply_is_an_outcome(misbehaving: Any) -> None:
    task = misbehaving.task("same", {"in": PAIR}, parameters=(("in", "x"),))
    tensor = {"dtype": "int16", "shape": [2], "bytes": 4}
    header = {
        "id": 7,
        "end": "returned",
        "outputs": [tensor, {"type": "list", "text": "[]"}, {**tensor, "shape": [0], "bytes": 0}],
        "changed": ["x"],
        "seconds": 0.5,
        "printed": "hello",
        "signature": ["x"],
    }
    assert decode_reply(task, header, number=7, body=PAIR.data) == Returned(
        (PAIR, NotATensor("list", "[]"), Tensor("int16", (0,), b"")),
        ("in",),
        0.5,
        Evidence("hello", ("x",)),
    )


def test_what_a_reply_leaves_out_has_a_default(misbehaving: Any) -> None:
    raised = {"id": 7, "end": "raised", "types": ["E"], "message": "", "phase": "call"}
    unavailable = {"id": 7, "end": "unavailable", "what": "api", "reason": "none"}
    task = misbehaving.task("same")
    assert decode_reply(task, raised, number=7, body=b"") == Raised(("E",), "", "call")
    assert decode_reply(task, unavailable, number=7, body=b"") == Unavailable("api", "none")


@pytest.mark.parametrize(
    ("part", "body", "found"),
    [
        ({"changed": 1}, b"", "changed is 1, expected a list"),
        ({"changed": ["y"]}, b"", "changed is ['y'], expected some of ['x']"),
        ({"changed": [0]}, b"", "changed is [0], expected some of ['x']"),
        ({"seconds": "1"}, b"", "seconds is '1', expected a number of them"),
        ({"seconds": float("nan")}, b"", "seconds is nan, expected a number of them"),
        ({"seconds": -1}, b"", "seconds is -1, expected a number of them"),
        ({"seconds": 10**400}, b"", f"seconds is 1{'0' * 39}, expected a number of them"),
        (
            {"end": "raised", "types": ["E"], "message": "", "phase": "call", "settled": 1},
            b"",
            "settled is 1, expected a bool",
        ),
        ({"printed": 1}, b"", "printed is 1, expected a string"),
        ({"signature": [1]}, b"", "signature is [1], expected names or null"),
        ({"outputs": [{}]}, b"", "type is nothing, expected str"),
        ({}, b"x", "outputs of 0 bytes with a body of 1"),
    ],
)
def test_a_part_that_cannot_be_is_garbage(
    misbehaving: Any, part: dict[str, Any], body: bytes, found: str
) -> None:
    header = {"id": 7, "end": "returned", "outputs": [], **part}
    with pytest.raises(GarbageError) as error:
        decode_reply(misbehaving.task("same"), header, number=7, body=body)
    assert str(error.value) == found
