"""YAML values as the values of the model: tensors, dtypes, and the arguments of a call."""

from __future__ import annotations

import math

from conformance.files.elements import MAX_ELEMENTS, Elements, pack, too_many
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
from conformance.files.scalars import MinusZero, Written
from conformance.files.source import Source
from conformance.model.case import (
    Call,
    DTypeName,
    ListValue,
    NumpyScalar,
    Op,
    Parameter,
    TupleValue,
    Value,
)
from conformance.model.dtypes import DTYPES, NOT_YET, DType
from conformance.model.errors import FileError
from conformance.model.tensor import Tensor

LAYOUTS = ("contiguous",)
LAYOUTS_NOT_YET = ("transposed", "every-other", "reversed")

_WRITTEN = frozenset({"dtype", "values"})
_TENSOR_PARTS = frozenset({"values", "shape", "fill", "layout"})
_KIND_IN_WORDS = {
    "tensor": "a tensor: {dtype: ..., values: ...}",
    "dtype": "the name of a dtype",
    "integer": "an integer",
    "number": "a number",
    "bool": "true or false",
    "string": "a text",
}


class Converter:
    """Makes the values of one file, for one operation.

    A tensor that stands behind an alias, or in a case written for each of several words, is
    converted once.
    """

    def __init__(self, source: Source, op: Op) -> None:
        self.source = source
        self.op = op
        self._parameters = {parameter.name: parameter for parameter in op.parameters}
        self._required = frozenset(p.name for p in op.parameters if p.required)
        self._packed: dict[tuple[Node, str], tuple[Tensor, bool]] = {}
        self._tensors: dict[Map, Tensor] = {}

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
            return self.tensor(node)
        if kind == "dtype" and isinstance(node, str) and (not tolerant or node in DTYPES):
            return DTypeName(dtype_of(self.source, node, at=at, what=parameter.name).name)
        value = self.value(node, at=at)
        if kind == "number" and type(node) is MinusZero:
            return -0.0
        if not tolerant and not _is_of(parameter, value):
            raise self._wrong_kind(parameter, node, at=at)
        return value

    def _wrong_kind(self, parameter: Parameter, node: Node, *, at: int) -> FileError:
        action = "a wrong kind may stand only where an error or a difference is expected"
        if parameter.kind in ("string", "dtype") and not isinstance(node, (Map, Seq)):
            action = quotes_needed(node)
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
            return self.tensor(node)
        raise self.source.error(
            at,
            described(node),
            expected="a tensor {dtype: ..., values: ...}, {list: [...]} or "
            "{numpy: DTYPE, value: ...}",
            action=quotes_needed(node),
        )

    def tensor(self, node: Map) -> Tensor:
        """The tensor that a mapping with dtype and values, fill or an empty shape describes."""
        made = self._tensors.get(node)
        if made is None:
            made = self._tensors[node] = self._tensor(node)
        return made

    def packed(self, node: Node, dtype: DType, *, at: int) -> tuple[Tensor, bool]:
        """(the tensor of a YAML number or nested list, whether it is exactly what is written)."""
        if not isinstance(node, Seq):
            return pack(Elements(self.source, node, at=at), dtype)
        key = (node, dtype.name)
        made = self._packed.get(key)
        if made is None:
            made = self._packed[key] = pack(Elements(self.source, node, at=at), dtype)
        return made

    def shape(self, node: Node, *, at: int) -> tuple[int, ...]:
        """A list of sides, each at least 0, of at most MAX_ELEMENTS elements."""
        items = sequence(self.source, node, at=at, what="shape")
        sides: list[int] = []
        for side, side_at in zip(items.items, items.marks, strict=True):
            if type(side) is not int or side < 0:
                raise self.source.error(
                    side_at,
                    f"shape has {described(side)}",
                    expected="integers of at least 0",
                )
            sides.append(side)
        if math.prod(sides) > MAX_ELEMENTS:
            raise too_many(self.source, sides, at=at)
        return tuple(sides)

    def _tensor(self, node: Map) -> Tensor:
        values = node.values
        if values.keys() != _WRITTEN:
            closed(self.source, node, required={"dtype"}, optional=_TENSOR_PARTS, what="a tensor")
        dtype = DTYPES.get(values["dtype"])  # type: ignore[arg-type]
        if dtype is None:
            at = node.value_at("dtype")
            dtype = dtype_of(self.source, values["dtype"], at=at, what="dtype")
        if "layout" in values:
            self._check_layout(node)
        if "values" not in values:
            return self._by_rule(node, dtype)
        if "fill" in values:
            raise self.source.error(
                node.key_at("fill"), "a tensor has both values and fill", expected="one of them"
            )
        at = node.value_at("values")
        tensor, _ = pack(Elements(self.source, values["values"], at=at), dtype)
        if "shape" in values:
            return self.shaped(tensor, values["shape"], at=node.value_at("shape"))
        if not tensor.data:
            raise shape_needed(self.source, at=at)
        return tensor

    def shaped(self, tensor: Tensor, node: Node, *, at: int) -> Tensor:
        """tensor with the shape written beside its values, which must be theirs; values: [] stand
        for any shape without elements."""
        shape = self.shape(node, at=at)
        if shape == tensor.shape:
            return tensor
        if 0 in shape and tensor.shape == (0,):
            return Tensor(tensor.dtype, shape, b"")
        raise self.source.error(
            at,
            f"shape is {list(shape)}, but the values have the shape {list(tensor.shape)}",
            expected="the same shape",
            action="leave shape out: the values say it",
        )

    def _by_rule(self, node: Map, dtype: DType) -> Tensor:
        if "shape" not in node.values:
            raise self.source.error(
                node.at,
                f"a tensor with {listed(node.values)} alone",
                expected="values, or shape with fill, or an empty shape",
                action="add values",
            )
        at = node.value_at("shape")
        shape = self.shape(node.values["shape"], at=at)
        if "fill" in node.values:
            fill_at = node.value_at("fill")
            if isinstance(node.values["fill"], Seq):
                raise self.source.error(
                    fill_at, "fill is a list", expected="one number", action="write it as values"
                )
            one, _ = self.packed(node.values["fill"], dtype, at=fill_at)
            return Tensor(dtype.name, shape, one.data * math.prod(shape))
        if math.prod(shape):
            raise self.source.error(
                at,
                f"a shape of {math.prod(shape)} elements, and no elements",
                expected="values or fill",
                action="add one of them",
            )
        return Tensor(dtype.name, shape, b"")

    def _check_layout(self, node: Map) -> None:
        layout, at = node.values["layout"], node.value_at("layout")
        if layout in LAYOUTS_NOT_YET:
            raise self.source.error(
                at,
                f"the layout {described(layout)} is not supported yet",
                expected=listed(LAYOUTS),
                action="leave the case out until it is",
            )
        word(self.source, layout, at=at, what="layout", known=LAYOUTS)

    def _items(self, node: Seq) -> tuple[Value, ...]:
        return tuple(
            self.value(item, at=at) for item, at in zip(node.items, node.marks, strict=True)
        )

    def _numpy_scalar(self, node: Map) -> NumpyScalar:
        values = closed(self.source, node, required={"numpy", "value"}, what="a numpy scalar")
        dtype = dtype_of(self.source, values["numpy"], at=node.value_at("numpy"), what="numpy")
        at = node.value_at("value")
        if isinstance(values["value"], (Map, Seq)):
            raise self.source.error(
                at, f"value is {described(values['value'])}", expected="one number"
            )
        tensor, _ = self.packed(values["value"], dtype, at=at)
        return NumpyScalar(dtype.name, tensor.array().item())


def dtype_of(source: Source, node: Node, *, at: int, what: str) -> DType:
    """The dtype that node names."""
    if isinstance(node, str):
        dtype = DTYPES.get(node)
        if dtype is not None:
            return dtype
        if node in NOT_YET:
            raise source.error(
                at,
                f"the dtype {node} is not supported yet",
                expected=f"one of: {listed(DTYPES)}",
                action="leave the case out until it is",
            )
    name = word(source, node, at=at, what=what, known=DTYPES)
    return DTYPES[name]


def shape_needed(source: Source, *, at: int) -> FileError:
    return source.error(
        at,
        "no elements, and no shape",
        expected="the shape of a tensor without elements",
        action="write shape: [0], or whatever it is",
    )


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
    return isinstance(value, Tensor if kind == "tensor" else DTypeName)


def written_decimals(node: Node) -> int:
    """The greatest number of decimal places that any number in node is written with."""
    if isinstance(node, Seq):
        return max(map(written_decimals, node.items), default=0)
    if not isinstance(node, Written):
        return 0
    mantissa = node.text.lower().partition("e")
    places = len(mantissa[0].partition(".")[2]) - int(mantissa[2] or 0)
    return max(places, 0)
