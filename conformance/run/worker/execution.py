"""Requests on their way through a framework."""

from __future__ import annotations

import contextlib
import functools
import inspect
import json
import time
from typing import Any, Callable, Dict, List, Optional, Tuple

from .adapters import ADAPTER_PREFIX, do_nothing
from .callables import class_name, method, resolve
from .elements import overlap
from .errors import UnplaceableError, describe_exception
from .frames import Header
from .results import AnotherTensor, Results
from .values import Caught, Values

# A call's object, what goes by position, what goes by keyword.
Arguments = Tuple[Any, List[Any], Dict[str, Any]]


class Executor:
    """Runs requests with one adapter. caught: what counts as the framework's own exception."""

    def __init__(self, adapter: Any, caught: Caught = (BaseException,)) -> None:
        self.adapter = adapter
        self.caught = caught
        self.can_wait = hasattr(adapter, "synchronise")
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
            if self.can_wait:
                reply["settled"] = self._settle()
        if header.get("signature"):
            reply["signature"] = execution.signature
        reply["id"] = header["id"]
        reply["seconds"] = time.perf_counter() - began
        return reply, buffers

    def _settle(self) -> bool:
        """Wait for what an exception left pending; whether the framework says that nothing is. A
        second error adds nothing to the first, but must have been the last."""
        with contextlib.suppress(*self.caught):
            self.synchronise()
        try:
            self.synchronise()
        except self.caught:
            return False
        return True

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
        self.values = Values(self.adapter, header, body, caught=executor.caught)
        self.results = Results(self.adapter, header)
        self.phase = "convert"
        self.signature: Optional[List[str]] = None
        self.arguments: Optional[Arguments] = None
        # What the callable was compiled to: once, however often the request calls it.
        self.program: Optional[Callable[..., Any]] = None

    def perform(self, buffers: List[bytes]) -> Header:
        """The reply of a call that returned; the bytes of its outputs are appended to buffers."""
        outputs = self.once(buffers)
        reply: Header = {"end": "returned", "outputs": outputs}
        if "repeat" in self.header:
            reply.update(self.repeated(outputs, buffers))
        if self.values.inputs is not None:
            reply["changed"] = self.values.changed()
            reply["shared"] = self.results.shared(self.values.inputs)
        return reply

    def once(self, buffers: List[bytes]) -> List[Header]:
        """The outputs of one call, completely read."""
        self.phase = "convert"
        if self.arguments is None or self.kind == "in-place":
            self.arguments = self.convert()
        returned = self.returned(*self.arguments)
        self.phase = "realise"
        outputs = self.results.outputs(returned, buffers)
        self.executor.synchronise()
        return outputs

    def repeated(self, outputs: List[Header], buffers: List[bytes]) -> Header:
        """What the reply says of the first repetition that is not the first call bit for bit, or
        whose result lies in the memory of the first."""
        first, kept = buffers[:], self.results.read
        found: Header = {}
        for number in range(2, self.header["repeat"] + 1):
            bytes_again: List[bytes] = []
            again = self.once(bytes_again)
            if again != outputs or bytes_again != first:
                buffers += bytes_again
                return dict(found, differing=number, again=again)
            read = self.results.read
            if not found and any(overlap(one, other) for one in kept for other in read):
                found["reused"] = number
        return found

    def convert(self) -> Arguments:
        """The arguments as the framework takes them."""
        call, value_of = self.call, self.values.value
        if self.kind not in ("method", "in-place"):
            # An absent callable is absent whatever becomes of the arguments.
            self.executor.function(call["path"])
        self.values.begin()
        owner = value_of(call["self"], "self") if "self" in call else None
        if self.kind == "in-place":
            self.values.forget_inputs()  # this call is meant to change its object
        positional = [value_of(value, i) for i, value in enumerate(call["args"])]
        keywords = {name: value_of(value, name) for name, value in call["kwargs"].items()}
        return owner, positional, keywords

    def returned(self, owner: Any, positional: List[Any], keywords: Dict[str, Any]) -> Any:
        """What the call gives: what it returns, or what it was to write into."""
        if "gradient" in self.call:
            return self.gradient(owner, positional, keywords)
        function = self.callable(owner)
        if self.kind == "out":
            out = self.values.outs(self.call["out"])
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
        construct = self.call["construct"].items()
        constants = {name: self.values.value(value, name) for name, value in construct}
        self.phase = "call"
        made: Callable[..., Any] = function(**constants)
        self.executor.primitives[key] = made
        return made
