"""The process that runs cases in a target's own interpreter; see docs/protocol.rst.

Run by path with that interpreter: `worker.py CONTROL ADAPTER DEVICE MODE`. It imports the adapter
and with it the framework, says hello, and then forks servers on request (or serves in place). The
standard library and numpy only, Python 3.8 syntax; nothing of this project is imported here.
"""

from __future__ import annotations

import array
import collections
import contextlib
import fcntl
import functools
import gc
import hashlib
import importlib
import importlib.util
import inspect
import json
import os
import platform
import select
import signal
import socket
import struct
import sys
import time
import traceback
import warnings
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple, Type

import numpy

# A frame is these two lengths, a JSON header and the bytes of the arrays it speaks of.
LENGTHS = struct.Struct("<IQ")
STORED = {
    name: numpy.dtype(code)
    for name, code in (
        ("bool", "|b1"),
        ("int8", "|i1"),
        ("int16", "<i2"),
        ("int32", "<i4"),
        ("int64", "<i8"),
        ("uint8", "|u1"),
        ("uint16", "<u2"),
        ("uint32", "<u4"),
        ("uint64", "<u8"),
        ("float16", "<f2"),
        ("float32", "<f4"),
        ("float64", "<f8"),
        ("complex64", "<c8"),
        ("complex128", "<c16"),
        ("bfloat16", "<u2"),  # numpy has none: its bits travel
    )
}
# What a tensor for `out` holds before the call, and what lies between the elements of a tensor that
# is not contiguous: no plausible result, so that whoever leaves or reads it is found out.
OUT_BYTE = 0x5A
BETWEEN_BYTE = 0x77
BFLOAT16_NAN = 0x7FC0
# How many elements are shown of either end of a tensor that is not sent whole.
ENDS = 4
# Elements that are written at a time where a tensor follows a rule.
STRIDE = 1 << 16
PRINTED_LIMIT = 4096
MESSAGE_LIMIT = 10_000
REPR_LIMIT = 200
# How long a server whose connection is closed may take to end by itself before it is killed: the
# status of a crash must not be covered by our own signal.
REAP_GRACE_S = 0.1
Header = Dict[str, Any]
Caught = Tuple[Type[BaseException], ...]
# A call's object, what goes by position, what goes by keyword.
Arguments = Tuple[Any, List[Any], Dict[str, Any]]


class UnplaceableError(Exception):
    """The call cannot be placed: what is 'dtype', 'api' or 'gradient'."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(reason)
        self.what = what
        self.reason = reason


class AnotherTensor:
    """What a call returned that was to write into `out`, and is not that tensor."""

    def __init__(self, returned: Any) -> None:
        self.type = type(returned).__name__


ADAPTER_PREFIX = "conformance_adapter_"


def load_adapter(path: str) -> Any:
    """The adapter in the file at path, as a module of a name that no framework has."""
    name = ADAPTER_PREFIX + os.path.basename(os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("%s is no Python file" % path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def do_nothing(*_: Any) -> None:
    """What an adapter without prepare, start or synchronise does."""


class Executor:
    """Runs requests with one adapter. caught: what counts as the framework's own exception."""

    def __init__(self, adapter: Any, caught: Caught = (BaseException,)) -> None:
        self.adapter = adapter
        self.caught = caught
        self.synchronise = getattr(adapter, "synchronise", do_nothing)
        self.compiled: Any = getattr(adapter, "compiled", None)
        self.functions: Dict[str, Callable[..., Any]] = {}
        self.primitives: Dict[Any, Callable[..., Any]] = {}
        self.signatures: Dict[Any, Optional[List[str]]] = {}

    def execute(self, header: Header, body: Any) -> Tuple[Header, List[bytes]]:
        """The reply to a request and the bytes of its outputs. Late errors come up in here."""
        began = time.perf_counter()
        execution = Execution(self, header, body)
        buffers: List[bytes] = []
        try:
            reply = execution.perform(buffers)
        except UnplaceableError as error:
            reply = {"end": "unavailable", "what": error.what, "reason": error.reason}
        except self.caught as error:
            buffers = []
            reply = describe_exception(error)
            reply["phase"] = execution.phase
            self._settle()
        if header.get("signature"):
            reply["signature"] = execution.signature
        reply["id"] = header["id"]
        reply["seconds"] = time.perf_counter() - began
        return reply, buffers

    def _settle(self) -> None:
        """Wait for what an exception left pending; a second error adds nothing to the first."""
        with contextlib.suppress(*self.caught):
            self.synchronise()

    def function(self, path: str) -> Callable[..., Any]:
        """The callable at the dotted path. UnplaceableError if there is none."""
        found = self.functions.get(path)
        if found is None:
            found = self.functions[path] = resolve(path)
        return found

    def parameters(self, function: Any, key: Any) -> Optional[List[str]]:
        """The names of function's parameters, None where Python cannot read them."""
        if key not in self.signatures:
            try:
                self.signatures[key] = list(inspect.signature(function).parameters)
            except Exception:
                self.signatures[key] = None
        return self.signatures[key]


class Execution:
    """One request on its way through the framework. phase: convert, call or realise."""

    def __init__(self, executor: Executor, header: Header, body: Any) -> None:
        self.executor = executor
        self.adapter = executor.adapter
        self.header = header
        self.call: Header = header["call"]
        self.kind: str = self.call["kind"]
        self.body = body
        self.offset = 0
        self.phase = "convert"
        self.signature: Optional[List[str]] = None
        # The outputs of the latest call as they were read, in the framework's memory or out of it.
        self.read: List[Any] = []
        self.arguments: Optional[Arguments] = None
        # What the callable was compiled to: once, however often the request calls it.
        self.program: Optional[Callable[..., Any]] = None
        # Every input tensor, if they are checked: its argument, itself, its dtype and elements, or
        # the digests of their chunks.
        self.inputs: Optional[List[Tuple[Any, Any, str, Any]]] = (
            [] if header.get("check_inputs") else None
        )

    def perform(self, buffers: List[bytes]) -> Header:
        """The reply of a call that returned; the bytes of its outputs are appended to buffers."""
        outputs = self.once(buffers)
        reply: Header = {"end": "returned", "outputs": outputs}
        if "repeat" in self.header:
            reply.update(self.repeated(outputs, buffers))
        if self.inputs is not None:
            reply["changed"] = self.changed()
            reply["shared"] = self.shared()
        return reply

    def once(self, buffers: List[bytes]) -> List[Header]:
        """The outputs of one call, completely read."""
        self.phase = "convert"
        if self.arguments is None or self.kind == "in-place":
            self.arguments = self.convert()
        returned = self.returned(*self.arguments)
        self.phase = "realise"
        several = self.header.get("outputs", 1) > 1 and isinstance(returned, (tuple, list))
        listed = returned if several else (returned,)
        self.read = []
        outputs = [self.output(one, buffers, number) for number, one in enumerate(listed)]
        self.executor.synchronise()
        return outputs

    def repeated(self, outputs: List[Header], buffers: List[bytes]) -> Header:
        """What the reply says of the first repetition that is not the first call bit for bit, or
        whose result lies in the memory of the first."""
        first, kept = buffers[:], self.read
        found: Header = {}
        for number in range(2, self.header["repeat"] + 1):
            bytes_again: List[bytes] = []
            again = self.once(bytes_again)
            if again != outputs or bytes_again != first:
                buffers += bytes_again
                return dict(found, differing=number, again=again)
            if not found and any(overlap(one, other) for one in kept for other in self.read):
                found["reused"] = number
        return found

    def convert(self) -> Arguments:
        """The arguments as the framework takes them."""
        call = self.call
        if self.kind not in ("method", "in-place"):
            # An absent callable is absent whatever becomes of the arguments.
            self.executor.function(call["path"])
        self.offset = 0
        if self.inputs:
            self.inputs = []  # of the call before
        owner = self.value(call["self"], "self") if "self" in call else None
        if self.inputs and self.kind == "in-place":
            self.inputs = []  # this call is meant to change its object
        positional = [self.value(value, i) for i, value in enumerate(call["args"])]
        keywords = {name: self.value(value, name) for name, value in call["kwargs"].items()}
        return owner, positional, keywords

    def returned(self, owner: Any, positional: List[Any], keywords: Dict[str, Any]) -> Any:
        """What the call gives: what it returns, or what it was to write into."""
        if "gradient" in self.call:
            return self.gradient(owner, positional, keywords)
        function = self.callable(owner)
        if self.kind == "out":
            out = self.outs(self.call["out"])
            keywords = dict(keywords, **{self.call["out"]["name"]: out})
        self.phase = "call"
        returned = function(*positional, **keywords)
        if self.kind == "in-place":
            return owner
        if self.kind == "out":
            return self.written(out, returned)
        return returned

    def written(self, out: Any, returned: Any) -> Any:
        """What a call that was to write into out gives: out, so far as it returned nothing else."""
        if returned is None or returned is out:
            return out
        if not isinstance(out, tuple):
            return self.one_written(out, returned)
        if not isinstance(returned, (tuple, list)) or len(returned) != len(out):
            return AnotherTensor(returned)
        return tuple([self.one_written(out[i], one) for i, one in enumerate(returned)])

    def one_written(self, out: Any, returned: Any) -> Any:
        if returned is out:
            return out
        same = getattr(self.adapter, "is_same_tensor", None)
        if same and isinstance(returned, self.adapter.tensor_types) and same(out, returned):
            return out
        return AnotherTensor(returned)

    def gradient(self, owner: Any, positional: List[Any], keywords: Dict[str, Any]) -> Any:
        """The derivative of the sum of the call's first tensor, by the argument that is asked."""
        differentiate = getattr(self.adapter, "gradient", None)
        if differentiate is None:
            backend = self.adapter.__name__[len(ADAPTER_PREFIX) :]
            raise UnplaceableError("gradient", "the %s backend has no gradients" % backend)
        where = self.call["gradient"]
        self.callable(owner)  # if there is none, that is to be known before anything is called

        def function(tensor: Any) -> Any:
            own, given, named = owner, list(positional), dict(keywords)
            if type(where) is int:
                given[where] = tensor
            elif where in named:
                named[where] = tensor
            else:
                own = tensor
            return self.first_tensor(self.callable(own)(*given, **named))

        tensor = positional[where] if type(where) is int else keywords.get(where, owner)
        self.phase = "call"
        return differentiate(function, tensor)

    def first_tensor(self, returned: Any) -> Any:
        if isinstance(returned, (tuple, list)):
            return next((x for x in returned if isinstance(x, self.adapter.tensor_types)), returned)
        return returned

    def callable(self, owner: Any) -> Callable[..., Any]:
        path = self.call["path"]
        if self.kind in ("method", "in-place"):
            name = path.rpartition(".")[2]
            function = getattr(owner, name, None)
            if function is None:
                raise UnplaceableError("api", "%s has no method %r" % (class_name(owner), name))
            key: Any = (type(owner), name)
        elif self.kind == "primitive":
            key = (path, json.dumps(self.call["construct"]))
            function = self.executor.primitives.get(key)
            if function is None:
                function = self.construct(key)
        else:
            function = self.executor.function(path)
            key = path
        if self.header.get("signature"):
            self.signature = self.executor.parameters(function, key)
            if self.kind == "primitive" and self.signature is not None:
                made_with = self.executor.parameters(self.executor.function(path), path)
                self.signature = [*(made_with or []), *self.signature]
        if self.executor.compiled is None:
            return function
        if self.kind not in ("method", "in-place"):
            return self.compiled(function)
        # The tensor is an argument of the program like any other, no constant in it.
        return functools.partial(self.compiled(method(path.rpartition(".")[2])), owner)

    def compiled(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """function as a program that belongs to this request: what a compiler generalises from
        earlier calls, or gives up after many of them, is no part of a case."""
        if self.program is None:
            self.program = self.executor.compiled(function)
        return self.program

    def construct(self, key: Any) -> Callable[..., Any]:
        """The object of a primitive's class, made once for each server and its constants."""
        path, _ = key
        function = self.executor.function(path)
        constants = {
            name: self.value(value, name) for name, value in self.call["construct"].items()
        }
        self.phase = "call"
        made: Callable[..., Any] = function(**constants)
        self.executor.primitives[key] = made
        return made

    def value(self, value: Any, name: Any) -> Any:
        """A request's value as the framework takes it; name is the argument that it is part of."""
        if type(value) is not dict:
            return value
        if "tensor" in value:
            return self.tensor(value["tensor"], name)
        if "dtype" in value:
            return self.dtype(value["dtype"])
        if "numpy" in value:
            if value["numpy"] == "bfloat16":
                raise UnplaceableError("dtype", "numpy has no scalar of dtype bfloat16")
            return STORED[value["numpy"]].type(value["value"])
        if "list" in value:
            return [self.value(item, name) for item in value["list"]]
        return tuple([self.value(item, name) for item in value["tuple"]])

    def dtype(self, name: str) -> Any:
        try:
            return self.adapter.dtype(name)
        except Exception as error:
            reason = "the framework has no dtype %s (%s)" % (name, text_of(error))
            raise UnplaceableError("dtype", reason) from error

    def tensor(self, content: Header, name: Any) -> Any:
        """A framework tensor of a private, writable copy: it may share memory with the array."""
        dtype, size = content["dtype"], content["bytes"]
        stored = STORED[dtype]
        if size:
            flat = numpy.frombuffer(self.body, stored, size // stored.itemsize, self.offset)
            if "rule" in content:
                elements = by_rule(flat, content["rule"], shape=content["shape"])
            else:
                elements = flat.reshape(content["shape"]).copy()
        else:
            elements = numpy.empty(content["shape"], stored)
        if "layout" in content:
            elements = laid_out(elements, content["layout"], dtype=dtype)
        sent: Any = None
        if self.inputs is not None:
            sent = self.body[self.offset : self.offset + size]
            if "rule" in content:
                sent = digests(elements, dtype, self.header["digests"]["chunk"])
        tensor = self.converted(elements, dtype)
        if self.inputs is not None:
            self.inputs.append((name, tensor, dtype, sent))
        self.offset += size
        return tensor

    def converted(self, elements: Any, dtype: str) -> Any:
        try:
            tensor = self.adapter.to_framework(elements, dtype)
        except self.executor.caught:
            # Frameworks word it in many ways that they have no such dtype.
            self.dtype(dtype)
            raise
        actual = self.adapter.dtype_name(tensor)
        if actual != dtype:
            reason = "a tensor of dtype %s becomes %s in the framework" % (dtype, actual)
            raise UnplaceableError("dtype", reason)
        return tensor

    def outs(self, described: Header) -> Any:
        """The tensor to write into, or a tuple of several."""
        if "tensors" in described:
            return tuple([self.out(one) for one in described["tensors"]])
        return self.out(described)

    def out(self, described: Header) -> Any:
        """A tensor to write into. What it holds is no plausible result."""
        stored, shape = STORED[described["dtype"]], described["shape"]
        elements = numpy.zeros(shape, stored)
        if described["dtype"] != "bool":
            elements.reshape(-1).view("u1")[...] = OUT_BYTE
        return self.converted(elements, described["dtype"])

    def output(self, returned: Any, buffers: List[bytes], number: int) -> Header:
        """What the reply says of one output. Its dtype is read from the framework's tensor."""
        if not isinstance(returned, self.adapter.tensor_types):
            if isinstance(returned, AnotherTensor):
                return {"type": returned.type, "text": "returns another tensor than out"}
            return {"type": type(returned).__name__, "text": repr(returned)[:REPR_LIMIT]}
        dtype = self.adapter.dtype_name(returned)
        elements = numpy.asarray(self.adapter.from_framework(returned))
        stored = STORED.get(dtype)
        if stored is None:
            text = "a tensor of dtype %s and shape %s" % (dtype, list(elements.shape))
            return {"type": class_name(returned), "text": text}
        self.read.append(elements)
        if "digests" in self.header:
            return self.digested(elements, dtype, buffers, number=number)
        buffer = element_bytes(elements, dtype)
        buffers.append(buffer)
        return {"dtype": dtype, "shape": elements.shape, "bytes": len(buffer)}

    def digested(self, elements: Any, dtype: str, buffers: List[bytes], *, number: int) -> Header:
        """What the reply says of an output that is too large to be sent: digests, its ends, and the
        first chunk that is not what the request says."""
        asked = self.header["digests"]
        chunk, all_expected = asked["chunk"], asked["expected"]
        expected = all_expected[number] if number < len(all_expected) else None
        found = digests(elements, dtype, chunk)
        ends = min(ENDS, elements.size)
        sent = [
            element_bytes(stretch(elements, 0, ends), dtype),
            element_bytes(stretch(elements, elements.size - ends, elements.size), dtype),
        ]
        reply = {"dtype": dtype, "shape": elements.shape, "chunk": chunk, "digests": found}
        for at, one in enumerate(found):
            if expected is not None and (at >= len(expected) or one != expected[at]):
                part = stretch(elements, at * chunk, min((at + 1) * chunk, elements.size))
                sent.append(element_bytes(part, dtype))
                reply["differing"] = at
                break
        buffer = b"".join(sent)
        buffers.append(buffer)
        reply["bytes"] = len(buffer)
        return reply

    def changed(self) -> List[Any]:
        """The names of the input tensors whose elements are not the bytes that were sent."""
        names = []
        for name, tensor, dtype, sent in self.inputs or ():
            elements = numpy.asarray(self.adapter.from_framework(tensor))
            if isinstance(sent, list):
                now: Any = digests(elements, dtype, self.header["digests"]["chunk"])
            else:
                now = element_bytes(elements, dtype)
            if now != sent and name not in names:
                names.append(name)
        return names

    def shared(self) -> List[Any]:
        """The names of the input tensors in whose memory an output lies."""
        names = []
        for name, tensor, _, _ in self.inputs or ():
            elements = numpy.asarray(self.adapter.from_framework(tensor))
            if name not in names and any(overlap(elements, one) for one in self.read):
                names.append(name)
        return names


def overlap(one: Any, other: Any) -> bool:
    """Whether who writes into one array changes the other.

    What nobody can write into may be shared; what an adapter copies does not show whether it is."""
    writable = one.flags.writeable and other.flags.writeable
    return bool(writable and numpy.may_share_memory(one, other))


def by_rule(listed: Any, rule: str, *, shape: List[int]) -> Any:
    """An array of that shape by a rule over the values listed.

    alternate: they follow one another again and again. blocks: each fills an equal part.
    """
    elements = numpy.empty(shape, listed.dtype)
    flat = elements.reshape(-1)
    if rule == "blocks":
        flat.reshape(len(listed), -1)[...] = listed[:, None]
    elif rule == "alternate":
        again = numpy.tile(listed, max(1, STRIDE // len(listed)))
        for start in range(0, flat.size, again.size):
            part = flat[start : start + again.size]
            part[...] = again[: part.size]
    else:
        raise ValueError("there is no rule %r" % rule)
    return elements


def stretch(elements: Any, start: int, stop: int) -> Any:
    """The elements from number start up to stop, in row-major order; no copy of the whole."""
    flat = elements.reshape(-1) if elements.flags.c_contiguous else elements.flat
    return flat[start:stop]


def digests(elements: Any, dtype: str, chunk: int) -> List[str]:
    """The SHA-256 of each chunk of so many elements, in hexadecimal."""
    return [
        hashlib.sha256(
            element_bytes(stretch(elements, start, min(start + chunk, elements.size)), dtype)
        ).hexdigest()
        for start in range(0, elements.size, chunk)
    ]


def laid_out(elements: Any, layout: str, *, dtype: str) -> Any:
    """The same elements, otherwise in memory. A 0-d array can lie in one way only."""
    if layout == "transposed":
        return elements.T.copy().T
    if not elements.ndim:
        return elements
    if layout == "every-other":
        return spread(elements, dtype)
    if layout == "reversed":
        return elements[..., ::-1].copy()[..., ::-1]
    if layout == "broadcast":
        row = elements[:1].copy()
        strides = (0, *row.strides[1:])
        # Not broadcast_to: what it gives is read-only, which frameworks warn of.
        same = numpy.lib.stride_tricks.as_strided(row, elements.shape, strides)
        if same.tobytes() == elements.tobytes():
            return same
        raise ValueError("the elements of a broadcast tensor differ along its first axis")
    raise ValueError("there is no layout %r" % layout)


def spread(elements: Any, dtype: str) -> Any:
    """Every second element along the last axis of an array twice as long."""
    wide = numpy.empty((*elements.shape[:-1], 2 * elements.shape[-1]), elements.dtype)
    if dtype == "bfloat16":
        wide[...] = BFLOAT16_NAN
    elif elements.dtype.kind in "fc":
        wide[...] = numpy.nan
    elif dtype == "bool":
        wide[...] = True
    else:
        wide.view("u1")[...] = BETWEEN_BYTE
    wide[..., ::2] = elements
    return wide[..., ::2]


def element_bytes(elements: Any, dtype: str) -> bytes:
    """The elements, little-endian and in C order. TypeError if they are not stored as dtype."""
    stored = STORED[dtype]
    if elements.dtype != stored:
        if elements.dtype.newbyteorder("<") != stored:
            found = (dtype, elements.dtype)
            raise TypeError("the adapter reads a %s tensor as an array of %s" % found)
        elements = elements.astype(stored)
    return elements.tobytes()  # type: ignore[no-any-return]


def resolve(path: str) -> Callable[..., Any]:
    """The object at the dotted path: as much of it imported as must be, the rest attributes."""
    parts = path.split(".")
    try:
        found = importlib.import_module(parts[0])
        for i, part in enumerate(parts[1:], 2):
            if not hasattr(found, part) and hasattr(found, "__path__"):
                with contextlib.suppress(ModuleNotFoundError):
                    importlib.import_module(".".join(parts[:i]))
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise UnplaceableError("api", "there is no %s (%s)" % (path, text_of(error))) from error
    if not callable(found):
        raise UnplaceableError("api", "%s is not callable" % path)
    return found


def method(name: str) -> Callable[..., Any]:
    """A function that calls the method of that name of its first argument."""

    def call(owner: Any, *positional: Any, **keywords: Any) -> Any:
        return getattr(owner, name)(*positional, **keywords)

    return call


def describe_exception(error: BaseException) -> Header:
    """The part of a reply that says which exception it was, without the phase."""
    types: List[str] = []
    for one in type(error).__mro__[:-1]:
        types.extend((one.__name__, "%s.%s" % (one.__module__, one.__qualname__)))
    return {"end": "raised", "types": types, "message": text_of(error)[:MESSAGE_LIMIT]}


def text_of(error: BaseException) -> str:
    """str(error), also where the framework's own __str__ fails."""
    try:
        return str(error)
    except Exception as second:
        return "(no message: str() of it raises %s)" % type(second).__name__


def class_name(value: Any) -> str:
    return "%s.%s" % (type(value).__module__, type(value).__qualname__)


class Output:
    """The file that descriptors 1 and 2 lead to. What is in it belongs to the running case.

    Nothing waits in a buffer: the interpreter runs with -u, which holds for C's streams, too.
    """

    def __init__(self, path: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self.descriptor = os.open(path, flags, 0o600)
        os.dup2(self.descriptor, 1)
        os.dup2(self.descriptor, 2)

    def take(self) -> str:
        """The end of what was printed since the last take, which is thereby forgotten."""
        try:
            size = os.fstat(self.descriptor).st_size
            if not size:
                return ""
            text = os.pread(self.descriptor, PRINTED_LIMIT, max(0, size - PRINTED_LIMIT))
            os.ftruncate(self.descriptor, 0)
        except OSError:
            return ""  # the framework closed what is not its own; its answer still counts
        return text.decode("utf-8", "replace")


def frame(header: Header, buffers: List[bytes]) -> bytes:
    text = json.dumps(header).encode()
    return b"".join((LENGTHS.pack(len(text), sum(map(len, buffers))), text, *buffers))


class Requests:
    """The frames that come in over a connection, in their order."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = bytearray()
        self.waiting: Deque[Tuple[Header, bytes]] = collections.deque()

    def read(self) -> bool:
        """Wait for more; False when the other end has closed."""
        chunk = self.connection.recv(1 << 16)
        self.received += chunk
        position = 0
        while len(self.received) - position >= LENGTHS.size:
            header_size, body_size = LENGTHS.unpack_from(self.received, position)
            start = position + LENGTHS.size
            end = start + header_size + body_size
            if end > len(self.received):
                break
            body_start = start + header_size
            header = json.loads(self.received[start:body_start].decode())
            with memoryview(self.received) as view:
                self.waiting.append((header, bytes(view[body_start:end])))
            position = end
        del self.received[:position]
        return bool(chunk)

    def next(self) -> Optional[Tuple[Header, bytes]]:
        """The next request; None when there will be none."""
        while not self.waiting:
            if not self.read():
                return None
        return self.waiting.popleft()

    def wait_for_leave(self) -> bool:
        """Wait until the parent says to go on; what else comes is kept. False when it closes."""
        while True:
            for i, (header, _) in enumerate(self.waiting):
                if "continue" in header:
                    del self.waiting[i]
                    return True
            if not self.read():
                return False


def serve(connection: socket.socket, executor: Executor, output: Output) -> None:
    """Answers requests in their order, each before the next one starts, until the other end
    closes. After an exception the parent decides whether this process is still to be trusted."""
    me = os.getpid()
    requests = Requests(connection)
    while True:
        request = requests.next()
        if request is None:
            return
        reply, buffers = executor.execute(*request)
        if os.getpid() != me:
            os._exit(1)  # a child that the framework forked came back to our loop
        printed = output.take()
        if printed:
            reply["printed"] = printed
        connection.sendall(frame(reply, buffers))
        if reply["end"] == "raised" and not requests.wait_for_leave():
            return


def run_server(connection: socket.socket, adapter: Any, *, log: str, words: List[str]) -> None:
    """Starts the framework, says so and serves. Never returns."""
    status = 1
    try:
        output = Output(log)
        # Compilers of frameworks leave files where they run.
        os.chdir(os.path.dirname(os.path.abspath(log)))
        try:
            getattr(adapter, "start", do_nothing)(*words)
        except BaseException:
            connection.sendall(frame({"failed": traceback.format_exc(limit=-5)}, []))
            os._exit(1)
        output.take()
        connection.sendall(frame({"ready": True}, []))
        serve(connection, Executor(adapter), output)
        status = 0
    except (BrokenPipeError, ConnectionResetError):
        status = 0  # the parent is done with this server
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def die_with(other: socket.socket) -> None:
    """From now on the kernel ends this process group when the other end closes or sends.

    SIGIO ends a process that does not handle it, also inside C code that holds the interpreter
    lock. (A death signal of the parent process would come when the thread ends that started us.)
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGIO])
    descriptor = other.fileno()
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
    readable, _, _ = select.select([other], [], [], 0)
    if readable:
        os._exit(0)  # it closed before we listened


def live_without(other: socket.socket) -> None:
    """Undo die_with."""
    flags = fcntl.fcntl(other.fileno(), fcntl.F_GETFL)
    fcntl.fcntl(other.fileno(), fcntl.F_SETFL, flags & ~os.O_ASYNC)


class Child:
    """A forked server. lifeline: our end of the socket whose closing ends it."""

    def __init__(self, number: int, pid: int, lifeline: socket.socket) -> None:
        self.number = number
        self.pid = pid
        self.lifeline = lifeline
        self.deadline: Optional[float] = None
        self.killed = False

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Zygote:
    """Has imported the framework, and forks servers on request. It never calls the framework."""

    def __init__(self, control: socket.socket, adapter: Any, words: List[str]) -> None:
        self.control = control
        self.adapter = adapter
        self.words = words
        self.children: Dict[int, Child] = {}
        self.received = bytearray()
        self.passed: List[int] = []
        self.wake, self.waker = socket.socketpair()

    def run(self) -> None:
        """Until the control socket closes; kills the servers that are left."""
        self.wake.setblocking(False)
        self.waker.setblocking(False)
        # Only now: a framework may install a handler of its own while it is imported.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork")
        gc.freeze()  # a collection in a server would otherwise copy every page of the framework
        while True:
            deadlines = [c.deadline for c in self.children.values() if c.deadline is not None]
            patience = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
            readable, _, _ = select.select([self.control, self.wake], [], [], patience)
            if self.wake in readable:
                self.wake.recv(4096)
            self.reap()
            if self.control in readable and not self.listen():
                return

    def close(self) -> None:
        for child in self.children.values():
            child.kill()
        for child in self.children.values():
            wait_for(child.pid, 0)

    def reap(self) -> None:
        """Report the servers that ended, and kill those that closed their socket and linger."""
        now = time.monotonic()
        for child in list(self.children.values()):
            ended, status = wait_for(child.pid, os.WNOHANG)
            if ended:
                child.kill()  # its own children, if it has left any
                del self.children[child.number]
                child.lifeline.close()
                end = {"ended": child.number, "pid": child.pid, "status": status}
                end["killed"] = child.killed
                self.control.sendall(frame(end, []))
            elif child.deadline is not None and now >= child.deadline:
                child.deadline = None
                child.killed = True
                child.kill()

    def listen(self) -> bool:
        """Do what the parent asks; False when it has closed the control socket."""
        space = socket.CMSG_SPACE(16 * 4)
        data, ancillary, _, _ = self.control.recvmsg(1 << 16, space)
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors = array.array("i")
                descriptors.frombytes(content[: len(content) - len(content) % 4])
                self.passed.extend(descriptors)
        self.received += data
        while len(self.received) >= LENGTHS.size:
            size, _ = LENGTHS.unpack_from(self.received)
            end = LENGTHS.size + size
            if len(self.received) < end:
                break
            message = json.loads(self.received[LENGTHS.size : end].decode())
            del self.received[:end]
            self.obey(message)
        return bool(data)

    def obey(self, message: Header) -> None:
        """fork: a new server; serve: become one; kill: at once; reap: soon, if it still lives."""
        if "fork" in message:
            self.fork(message["fork"], message["log"])
        elif "serve" in message:
            connection = socket.socket(fileno=self.passed.pop(0))
            self.stop_watching()
            die_with(self.control)
            run_server(connection, self.adapter, log=message["log"], words=self.words)
        elif "kill" in message and message["kill"] in self.children:
            self.children[message["kill"]].killed = True
            self.children[message["kill"]].kill()
        elif "reap" in message and message["reap"] in self.children:
            self.children[message["reap"]].deadline = time.monotonic() + REAP_GRACE_S

    def fork(self, number: int, log: str) -> None:
        connection = socket.socket(fileno=self.passed.pop(0))
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            try:
                self.become_server(connection, theirs, log=log, ours=ours)
            finally:
                os._exit(1)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)  # as the child does: whichever of the two comes first
        connection.close()
        theirs.close()
        self.children[number] = Child(number, pid, ours)
        self.control.sendall(frame({"forked": number, "pid": pid}, []))

    def stop_watching(self) -> None:
        """Children are the framework's own affair from here on."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.wake.close()
        self.waker.close()

    def become_server(
        self, connection: socket.socket, lifeline: socket.socket, *, log: str, ours: socket.socket
    ) -> None:
        os.setpgid(0, 0)
        self.stop_watching()
        for one in [self.control, ours, *(child.lifeline for child in self.children.values())]:
            one.close()
        die_with(lifeline)
        run_server(connection, self.adapter, log=log, words=self.words)


def wait_for(pid: int, options: int) -> Tuple[bool, Optional[int]]:
    """Whether the child has ended, and its wait status; None if somebody else took that."""
    try:
        found, status = os.waitpid(pid, options)
    except ChildProcessError:
        return True, None
    return found == pid, status


def main(arguments: List[str]) -> None:
    """Import, say hello, obey. Leaves without the framework's own farewell, which takes long."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in map(os.path.abspath, sys.path) if entry != here]
    descriptor, path, *words = arguments
    os.set_inheritable(int(descriptor), False)
    control = socket.socket(fileno=int(descriptor))
    die_with(control)
    try:
        adapter = load_adapter(path)
        getattr(adapter, "prepare", do_nothing)(*words)
        version = str(adapter.version)
    except BaseException as error:
        traceback.print_exc()
        reason = "%s: %s" % (type(error).__name__, text_of(error))
        control.sendall(frame({"failed": reason}, []))
        os._exit(1)
    live_without(control)
    hello = {
        "version": version,
        "python": platform.python_version(),
        "platform": "%s-%s" % (sys.platform, platform.machine()),
        "fork": hasattr(os, "fork") and bool(getattr(adapter, "fork", True)),
    }
    zygote = Zygote(control, adapter, words)
    try:
        control.sendall(frame({"hello": hello}, []))
        zygote.run()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the parent is gone
    except BaseException:
        traceback.print_exc()
    finally:
        zygote.close()
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
