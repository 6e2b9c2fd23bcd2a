"""Tasks as requests, replies as outcomes: the meaning of the frames."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from typing import Any

from conformance.model.case import DTypeName, ListValue, NumpyScalar, TupleValue, Value
from conformance.model.dtypes import DTYPES
from conformance.model.outcome import (
    Evidence,
    NotATensor,
    Outcome,
    Raised,
    Returned,
    Unavailable,
)
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task
from conformance.run.wire import GarbageError, Header
from conformance.run.worker import LENGTHS

PHASES = ("convert", "call", "realise")
_ITEM_SIZES = {name: dtype.numpy.itemsize for name, dtype in DTYPES.items()}
_NO_EVIDENCE = Evidence()


def encode_request(task: Task, number: int) -> bytes:
    """The frame that asks a server to run task and to answer under number."""
    tensors: list[bytes] = []
    header: Header = {"id": number, "call": _call(task, tensors)}
    expectation = task.expectation
    count = max(len(choice.outputs) for choice in expectation.choices)
    if count > 1:
        header["outputs"] = count
    if expectation.inputs_unchanged:
        header["check_inputs"] = True
    if expectation.signature:
        header["signature"] = True
    text = json.dumps(header).encode()
    return b"".join((LENGTHS.pack(len(text), sum(map(len, tensors))), text, *tensors))


def _call(task: Task, tensors: list[bytes]) -> Header:
    arguments = _by_spelling(task)
    call: Header = {"path": task.binding.path, "kind": "function"}
    if task.binding.kind == "method" and "self" in arguments:
        call["kind"] = "method"
        call["self"] = _encode(arguments.pop("self"), tensors)
    call["args"] = [_encode(arguments.pop(spelled), tensors) for _, spelled in _positional(task)]
    call["kwargs"] = {name: _encode(value, tensors) for name, value in arguments.items()}
    return call


def _positional(task: Task) -> list[tuple[str, str]]:
    """(canonical, spelled) of the arguments that go by position, in their order."""
    if task.call.spelled or not task.binding.positional:
        return []
    spelled = dict(task.binding.parameters)
    given = [name for name, _ in task.call.arguments]
    pairs = [(name, spelled[name]) for name in task.binding.positional if name in given]
    return [pair for pair in pairs if pair[1] != "self"]


def _by_spelling(task: Task) -> dict[str, Value]:
    """The arguments by the names that the framework has for them."""
    if task.call.spelled:
        return dict(task.call.arguments)
    spelled = dict(task.binding.parameters)
    return {spelled[name]: value for name, value in task.call.arguments}


def _encode(value: Value, tensors: list[bytes]) -> Any:
    kind = type(value)
    if kind is Tensor:
        return _encode_tensor(value, tensors)  # type: ignore[arg-type]
    if isinstance(value, DTypeName):
        return {"dtype": value.name}
    if isinstance(value, NumpyScalar):
        return {"numpy": value.dtype, "value": value.value}
    if isinstance(value, ListValue):
        return {"list": [_encode(item, tensors) for item in value.items]}
    if isinstance(value, TupleValue):
        return {"tuple": [_encode(item, tensors) for item in value.items]}
    return value


def _encode_tensor(tensor: Tensor, tensors: list[bytes]) -> Header:
    tensors.append(tensor.data)
    content = {"dtype": tensor.dtype, "shape": tensor.shape, "bytes": len(tensor.data)}
    return {"tensor": content}


def decode_reply(task: Task, header: Header, *, number: int, body: bytes) -> Outcome:
    """What a reply says about task. GarbageError if it is no reply to request number."""
    if header.get("id") != number:
        raise GarbageError(f"a reply to request {header.get('id')!r}, expected {number}")
    end = _read(header, "end", str)
    decode = _ENDS.get(end)
    if decode is None:
        raise GarbageError(f"end is {end!r}, expected one of: {', '.join(_ENDS)}")
    return decode(task, header, body)


def _returned(task: Task, header: Header, body: bytes) -> Outcome:
    outputs: list[Tensor | NotATensor] = []
    position = 0
    for output in _read(header, "outputs", list):
        if type(output) is not dict:
            raise GarbageError(f"an output of type {type(output).__name__}, expected an object")
        if "dtype" in output:
            size = _read(output, "bytes", int)
            outputs.append(_tensor(output, body[position : position + size]))
            position += size
        else:
            outputs.append(NotATensor(_read(output, "type", str), _read(output, "text", str)))
    if position != len(body):
        raise GarbageError(f"outputs of {position} bytes with a body of {len(body)}")
    changed = header.get("changed")
    return Returned(
        tuple(outputs),
        _argument_names(task, changed) if changed else (),
        _seconds(header),
        _evidence(header),
    )


def _tensor(output: Header, data: bytes) -> Tensor:
    dtype, shape, size = output["dtype"], _read(output, "shape", list), output["bytes"]
    item_size = _ITEM_SIZES.get(dtype) if type(dtype) is str else None
    if item_size is None:
        raise GarbageError(f"an output of dtype {dtype!r}, expected one of: {', '.join(DTYPES)}")
    if not all(type(side) is int and side >= 0 for side in shape):
        raise GarbageError(f"an output of shape {shape!r}")
    if prod(shape) * item_size != size or len(data) != size:
        raise GarbageError(f"{dtype} of shape {shape} in {size} bytes, body has {len(data)}")
    return Tensor(dtype, tuple(shape), data)


def _argument_names(task: Task, changed: Any) -> tuple[str, ...]:
    """The arguments of the call that a worker names by position, keyword or 'self'."""
    if type(changed) is not list:
        raise GarbageError(f"changed is {changed!r}, expected a list")
    canonical = {spelled: name for name, spelled in task.binding.parameters}
    names: dict[Any, str] = {
        spelled: canonical.get(spelled, spelled) for spelled in _by_spelling(task)
    }
    names |= {i: name for i, (name, _) in enumerate(_positional(task))}
    if not all(isinstance(one, (int, str)) and one in names for one in changed):
        raise GarbageError(f"changed is {changed!r}, expected some of {list(names)}")
    return tuple(names[one] for one in changed)


def _raised(_: Task, header: Header, __: bytes) -> Outcome:
    types = _read(header, "types", list)
    phase = _read(header, "phase", str)
    if not types or not all(type(one) is str for one in types):
        raise GarbageError(f"types are {types!r}, expected class names")
    if phase not in PHASES:
        raise GarbageError(f"phase is {phase!r}, expected one of: {', '.join(PHASES)}")
    message = _read(header, "message", str)
    return Raised(tuple(types), message, phase, _seconds(header), _evidence(header))


def _unavailable(_: Task, header: Header, __: bytes) -> Outcome:
    what, reason = _read(header, "what", str), _read(header, "reason", str)
    if what not in ("dtype", "api"):
        raise GarbageError(f"what is {what!r}, expected one of: dtype, api")
    return Unavailable(what, reason, _seconds(header), _evidence(header))


_ENDS: dict[str, Callable[[Task, Header, bytes], Outcome]] = {
    "returned": _returned,
    "raised": _raised,
    "unavailable": _unavailable,
}


def _seconds(header: Header) -> float:
    seconds = header.get("seconds", 0.0)
    if type(seconds) not in (int, float):
        raise GarbageError(f"seconds is {seconds!r}, expected a number")
    return float(seconds)


def _evidence(header: Header) -> Evidence:
    printed, signature = header.get("printed", ""), header.get("signature")
    if not printed and signature is None:
        return _NO_EVIDENCE
    if type(printed) is not str:
        raise GarbageError(f"printed is {printed!r}, expected a string")
    if signature is None:
        return Evidence(printed)
    if type(signature) is not list or not all(type(name) is str for name in signature):
        raise GarbageError(f"signature is {signature!r}, expected names or null")
    return Evidence(printed, tuple(signature))


def _read(header: Header, key: str, kind: type) -> Any:
    """header[key], if it is there and of that kind."""
    value = header.get(key)
    if type(value) is not kind:
        found = "nothing" if key not in header else type(value).__name__
        raise GarbageError(f"{key} is {found}, expected {kind.__name__}")
    return value
