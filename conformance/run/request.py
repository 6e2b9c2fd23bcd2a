"""Tasks as requests, replies as outcomes: the meaning of the frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import prod
from sys import float_info
from typing import Any

from conformance.decide.arguments import METHODS, constructed, out_tensors, placed
from conformance.decide.memory import is_large
from conformance.model.case import DTypeName, LaidOut, ListValue, NumpyScalar, TupleValue, Value
from conformance.model.dtypes import DTYPES
from conformance.model.outcome import (
    Evidence,
    NotATensor,
    Outcome,
    Output,
    Raised,
    Returned,
    Unavailable,
)
from conformance.model.tensor import CHUNK, DigestedTensor, RuleTensor, Tensor, stretches
from conformance.model.verdict import Task
from conformance.run.wire import GarbageError, Header
from conformance.run.worker.frames import frame
from conformance.run.worker.results import ENDS

PHASES = ("convert", "call", "realise")
# What a target may not have for a call.
PLACES = ("dtype", "api", "gradient")
_ITEM_SIZES = {name: dtype.numpy.itemsize for name, dtype in DTYPES.items()}
_NO_EVIDENCE = Evidence()


def encode_request(task: Task, number: int) -> bytes:
    """The frame that asks a server to run task and to answer under number."""
    tensors: list[bytes] = []
    header: Header = {"id": number, "call": _call(task, tensors)}
    expectation = task.expectation
    # Where an error is expected nobody says how many outputs there are: a tuple is then its items.
    count = max(len(choice.outputs) for choice in expectation.choices) or 2
    if count > 1:
        header["outputs"] = count
    if expectation.inputs_unchanged:
        header["check_inputs"] = True
    if expectation.signature:
        header["signature"] = True
    if expectation.repeat > 1:
        header["repeat"] = expectation.repeat
    if is_large(task):
        header["digests"] = _digests(task)
    return frame(header, tensors)


def _digests(task: Task) -> Header:
    """What the reply is to tell the outputs' chunks apart by."""
    outputs = [output.values for output in task.expectation.choices[0].outputs]
    expected = [v.digests(CHUNK) if isinstance(v, RuleTensor) else None for v in outputs]
    return {"chunk": CHUNK, "expected": expected}


def _call(task: Task, tensors: list[bytes]) -> Header:
    binding = task.binding
    kind, is_method = binding.kind, binding.kind in METHODS
    positional: list[Any] = []
    keywords: Header = {}
    call: Header = {"path": binding.path, "kind": "function" if is_method else kind}
    for where, name, value in placed(binding, task.call):
        encoded = _encode(value, tensors)
        if where == "self" and is_method:
            call["kind"] = kind
            call["self"] = encoded
        elif type(where) is int:
            positional.append(encoded)
        else:
            keywords[str(where)] = encoded
        if name == task.call.gradient:
            call["gradient"] = where
    call["args"] = positional
    call["kwargs"] = keywords
    if kind == "primitive":
        made_with = constructed(binding, task.call)
        call["construct"] = {name: _encode(value, tensors) for name, value in made_with}
    elif kind == "out":
        call["out"] = _out(task)
    return call


def _out(task: Task) -> Header:
    described = out_tensors(
        task.binding, task.call, expectation=task.expectation, declared=task.declared
    )
    if described is None:
        raise ValueError(f"{task.id} says nothing of its out tensor: the plan must refuse it")
    tensors = [{"dtype": dtype, "shape": shape} for dtype, shape in described]
    if task.binding.out:
        return {"name": "out", "tensors": tensors}
    return {"name": "out", **tensors[0]}


def _encode(value: Value, tensors: list[bytes]) -> Any:
    kind = type(value)
    if kind is Tensor:
        return _encode_tensor(value, tensors)  # type: ignore[arg-type]
    if isinstance(value, LaidOut):
        return _encode_tensor(value.tensor, tensors, layout=value.layout)
    if isinstance(value, RuleTensor):
        listed = replace(value.listed, shape=value.shape)
        return _encode_tensor(listed, tensors, rule=type(value.rule).__name__.lower())
    if isinstance(value, DTypeName):
        return {"dtype": value.name}
    if isinstance(value, NumpyScalar):
        return {"numpy": value.dtype, "value": value.value}
    if isinstance(value, ListValue):
        return {"list": [_encode(item, tensors) for item in value.items]}
    if isinstance(value, TupleValue):
        return {"tuple": [_encode(item, tensors) for item in value.items]}
    return value


def _encode_tensor(
    tensor: Tensor, tensors: list[bytes], *, layout: str = "", rule: str = ""
) -> Header:
    tensors.append(tensor.data)
    content = {"dtype": tensor.dtype, "shape": tensor.shape, "bytes": len(tensor.data)}
    if layout:
        content["layout"] = layout
    if rule:
        content["rule"] = rule
    return {"tensor": content}


def decode_reply(task: Task, header: Header, *, number: int, body: bytes) -> Outcome:
    """What a reply says about task. GarbageError if it is no reply to request number."""
    if header.get("id") != number:
        raise GarbageError(f"a reply to request {header.get('id')!r}, expected {number}")
    end = _read(header, "end", str)
    decode = _DECODERS.get(end)
    if decode is None:
        raise GarbageError(f"end is {end!r}, expected one of: {', '.join(_DECODERS)}")
    return decode(task, header, body)


def _returned(task: Task, header: Header, body: bytes) -> Outcome:
    outputs, end = _outputs(header, "outputs", body)
    differing = None
    if "differing" in header:
        again, more = _outputs(header, "again", body[end:])
        differing = (_repetition(task, header, "differing"), again)
        end += more
    if end != len(body):
        raise GarbageError(f"outputs of {end} bytes with a body of {len(body)}")
    return Returned(
        outputs,
        _argument_names(task, header, "changed"),
        _seconds(header),
        _evidence(header),
        differing,
        _argument_names(task, header, "shared"),
        _repetition(task, header, "reused") if "reused" in header else None,
    )


def _outputs(header: Header, key: str, body: bytes) -> tuple[tuple[Output, ...], int]:
    """(the outputs that header[key] describes, how many bytes of body are theirs)."""
    outputs: list[Output] = []
    position = 0
    for output in _read(header, key, list):
        if type(output) is not dict:
            raise GarbageError(f"an output of type {type(output).__name__}, expected an object")
        if "dtype" in output:
            size = _read(output, "bytes", int)
            read = _digested if "digests" in output else _tensor
            outputs.append(read(output, body[position : position + size]))
            position += size
        else:
            outputs.append(NotATensor(_read(output, "type", str), _read(output, "text", str)))
    return tuple(outputs), position


def _repetition(task: Task, header: Header, key: str) -> int:
    number, last = _read(header, key, int), task.expectation.repeat
    if not 2 <= number <= last:
        raise GarbageError(f"{key} is call {number}, of {last} calls")
    return int(number)


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


def _digested(output: Header, data: bytes) -> DigestedTensor:
    """A tensor of which only the ends came, and the first chunk that is not what was expected."""
    dtype, shape = output["dtype"], tuple(_read(output, "shape", list))
    chunk, digests = _read(output, "chunk", int), tuple(_read(output, "digests", list))
    width = _ITEM_SIZES.get(dtype) if type(dtype) is str else None
    if (
        width is None
        or chunk != CHUNK
        or not all(type(side) is int and side >= 0 for side in shape)
    ):
        raise GarbageError(f"digests of {dtype!r}, shape {shape!r}, chunk {chunk!r}")
    chunks = -(-prod(shape) // chunk)
    if len(digests) != chunks or not all(type(one) is str for one in digests):
        raise GarbageError(f"{len(digests)} digests of {chunks} chunks")
    bounds = list(stretches(prod(shape), chunk))
    ends = min(ENDS, prod(shape))
    sizes = [ends, ends]
    number = output.get("differing")
    if number is not None:
        if type(number) is not int or not 0 <= number < len(bounds):
            raise GarbageError(f"chunk {number!r} differs, of {len(bounds)}")
        start, stop = bounds[number]
        sizes.append(stop - start)
    if sum(sizes) * width != len(data):
        raise GarbageError(f"{sum(sizes)} elements of {dtype} in {len(data)} bytes")
    parts = []
    for size in sizes:
        parts.append(Tensor(dtype, (size,), data[: size * width]))
        data = data[size * width :]
    differing = None if number is None else (number, parts[2])
    return DigestedTensor(dtype, shape, chunk, digests, parts[0], parts[1], differing)


def _argument_names(task: Task, header: Header, key: str) -> tuple[str, ...]:
    """The arguments of the call that a worker names by position, keyword or 'self'; none if it is
    silent."""
    listed = header.get(key) or []
    if type(listed) is not list:
        raise GarbageError(f"{key} is {listed!r}, expected a list")
    names = {where: name for where, name, _ in placed(task.binding, task.call)}
    if not all(isinstance(one, (int, str)) and one in names for one in listed):
        raise GarbageError(f"{key} is {listed!r}, expected some of {list(names)}")
    return tuple(names[one] for one in listed)


def _raised(_: Task, header: Header, __: bytes) -> Outcome:
    types = _read(header, "types", list)
    phase = _read(header, "phase", str)
    if not types or not all(type(one) is str for one in types):
        raise GarbageError(f"types are {types!r}, expected class names")
    if phase not in PHASES:
        raise GarbageError(f"phase is {phase!r}, expected one of: {', '.join(PHASES)}")
    message = _read(header, "message", str)
    settled = header.get("settled")
    if settled is not None and type(settled) is not bool:
        raise GarbageError(f"settled is {settled!r}, expected a bool")
    return Raised(tuple(types), message, phase, _seconds(header), _evidence(header), settled)


def _unavailable(_: Task, header: Header, __: bytes) -> Outcome:
    what, reason = _read(header, "what", str), _read(header, "reason", str)
    if what not in PLACES:
        raise GarbageError(f"what is {what!r}, expected one of: {', '.join(PLACES)}")
    return Unavailable(what, reason, _seconds(header), _evidence(header))


_DECODERS: dict[str, Callable[[Task, Header, bytes], Outcome]] = {
    "returned": _returned,
    "raised": _raised,
    "unavailable": _unavailable,
}


def _seconds(header: Header) -> float:
    seconds = header.get("seconds", 0.0)
    if type(seconds) not in (int, float) or not 0 <= seconds <= float_info.max:
        raise GarbageError(f"seconds is {seconds!r:.40}, expected a number of them")
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
