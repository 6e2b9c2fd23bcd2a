"""YAML values as the arguments of a call."""

from __future__ import annotations

from conformance.files.fields import (
    closed,
    described,
    did_you_mean,
    listed,
    native,
    quotes_needed,
    sequence,
    word,
)
from conformance.files.nodes import Map, Node, Seq
from conformance.files.scalars import MinusZero
from conformance.files.source import Source
from conformance.files.tensors import Tensors, dtype_of
from conformance.model.case import (
    Call,
    DTypeName,
    LaidOut,
    ListValue,
    NumpyScalar,
    Op,
    Parameter,
    TupleValue,
    Value,
)
from conformance.model.dtypes import DTYPES, SCALAR_DTYPES
from conformance.model.errors import FileError
from conformance.model.tensor import RuleTensor, Tensor

_KIND_IN_WORDS = {
    "tensor": "a tensor: {dtype: ..., values: ...}",
    "dtype": "the name of a dtype",
    "integer": "an integer",
    "number": "a number",
    "bool": "true or false",
    "string": "a text",
}


class Converter:
    """Makes the arguments of one file's calls, for one operation."""

    def __init__(self, source: Source, op: Op) -> None:
        self.source = source
        self.op = op
        self._parameters = {parameter.name: parameter for parameter in op.parameters}
        self._required = frozenset(p.name for p in op.parameters if p.required)
        self.tensors = Tensors(source)

    def call(self, holder: Map, *, tolerant: bool) -> Call:
        """The arguments under the key `call`.

        tolerant: an argument may be of a wrong kind or missing, because an error or a difference
        is expected. Raises FileError for names that the operation does not have.
        """
        node = holder.values["call"]
        if not isinstance(node, Map):
            at = holder.value_at("call")
            raise self.source.error(at, f"call is {described(node)}", expected="a mapping")
        arguments = self.arguments(node, tolerant=tolerant)
        if not tolerant and not self._required <= node.values.keys():
            name = min(self._required - node.values.keys())
            raise self.source.error(
                holder.value_at("call"),
                f"call has no {name!r}, which {self.op.name} requires",
                expected="every required argument, or an expectation that is an error or a "
                "difference",
                action="add it",
            )
        return Call(arguments)

    def arguments(self, node: Map, *, tolerant: bool) -> tuple[tuple[str, Value], ...]:
        """(name, value) of each argument, in the order written."""
        arguments: list[tuple[str, Value]] = []
        for number, (name, value) in enumerate(node.values.items()):
            parameter = self._parameters.get(name)
            if parameter is None:
                raise self.source.error(
                    node.key_at(name),
                    f"{self.op.name} has no parameter {name!r}",
                    expected=f"one of: {listed(self._parameters)}",
                    action=did_you_mean(name, self._parameters),
                )
            at = node.marks[2 * number + 1]
            arguments.append((name, self._argument(parameter, value, at=at, tolerant=tolerant)))
        return tuple(arguments)

    def _argument(self, parameter: Parameter, node: Node, *, at: int, tolerant: bool) -> Value:
        """node as an argument for parameter."""
        kind = parameter.kind
        if kind == "tensor" and isinstance(node, Map) and "dtype" in node.values:
            return self.tensors.argument(node)
        if kind == "dtype" and isinstance(node, str):
            # Where an error is expected, any text may stand for a dtype that does not exist.
            if not tolerant or node in DTYPES:
                return DTypeName(dtype_of(self.source, node, at=at, what=parameter.name).name)
            return node
        value = self.value(node, at=at)
        if kind == "number" and type(node) is MinusZero:
            return -0.0
        if not tolerant and not _is_of(parameter, value):
            raise self._wrong_kind(parameter, node, at=at)
        return value

    def _wrong_kind(self, parameter: Parameter, node: Node, *, at: int) -> FileError:
        action = "a wrong kind may stand only where an error or a difference is expected"
        if parameter.kind in ("string", "dtype") and not isinstance(node, (Map, Seq)):
            action = quotes_needed(self.source, node, at=at)
        return self.source.error(
            at,
            f"{parameter.name} is {described(node)}",
            expected=_KIND_IN_WORDS[parameter.kind],
            action=action,
        )

    def value(self, node: Node, *, at: int) -> Value:
        """node as a value by its own form, whatever it is for."""
        if isinstance(node, Seq):
            return TupleValue(self._items(node))
        if not isinstance(node, Map):
            return native(node)
        if "list" in node.values:
            values = closed(self.source, node, required={"list"}, what="a list")
            items = sequence(self.source, values["list"], at=node.value_at("list"), what="list")
            return ListValue(self._items(items))
        if "numpy" in node.values:
            return self._numpy_scalar(node)
        if "dtype" in node.values:
            return self.tensors.argument(node)
        raise self.source.error(
            at,
            described(node),
            expected="a tensor {dtype: ..., values: ...}, {list: [...]} or "
            "{numpy: DTYPE, value: ...}",
            action=quotes_needed(self.source, node, at=at),
        )

    def _items(self, node: Seq) -> tuple[Value, ...]:
        return tuple(
            self.value(item, at=at) for item, at in zip(node.items, node.marks, strict=True)
        )

    def _numpy_scalar(self, node: Map) -> NumpyScalar:
        values = closed(self.source, node, required={"numpy", "value"}, what="a numpy scalar")
        named, named_at = values["numpy"], node.value_at("numpy")
        dtype = SCALAR_DTYPES[
            word(self.source, named, at=named_at, what="numpy", known=SCALAR_DTYPES)
        ]
        at = node.value_at("value")
        if isinstance(values["value"], (Map, Seq)):
            raise self.source.error(
                at, f"value is {described(values['value'])}", expected="one number"
            )
        tensor, _ = self.tensors.packed(values["value"], dtype, at=at)
        return NumpyScalar(dtype.name, tensor.array().item())


def _is_of(parameter: Parameter, value: Value) -> bool:
    """True if value is of the parameter's kind. null stands for a default that is None."""
    if value is None:
        return not parameter.required
    kind = parameter.kind
    if kind == "integer":
        return type(value) is int
    if kind == "number":
        return type(value) in (int, float)
    if kind == "bool":
        return type(value) is bool
    if kind == "string":
        return type(value) is str
    return isinstance(value, (Tensor, RuleTensor, LaidOut) if kind == "tensor" else DTypeName)
