"""YAML mappings and nested lists as tensors."""

from __future__ import annotations

import math

from conformance.files.elements import MAX_ELEMENTS, MAX_RANK, Elements, pack, too_many
from conformance.files.fields import closed, described, listed, sequence, word
from conformance.files.nodes import Map, Node, Seq
from conformance.files.scalars import Written
from conformance.files.source import Source
from conformance.model.dtypes import DTYPES, NOT_YET, DType
from conformance.model.errors import FileError
from conformance.model.tensor import Tensor

LAYOUTS = ("contiguous",)
LAYOUTS_NOT_YET = ("transposed", "every-other", "reversed")
# All tensors of a file together: 256 MB of float64.
MAX_ELEMENTS_IN_A_FILE = 1 << 25

_WRITTEN = frozenset({"dtype", "values"})
_PARTS = frozenset({"values", "shape", "fill", "layout"})


class Tensors:
    """Makes the tensors of one file.

    A tensor that stands behind an alias, or in a case written for each of several words, is made
    once.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._packed: dict[tuple[Node, str], tuple[Tensor, bool]] = {}
        self._made: dict[Map, Tensor] = {}
        self._elements = 0

    def tensor(self, node: Map) -> Tensor:
        """The tensor that a mapping with dtype and values, fill or an empty shape describes."""
        made = self._made.get(node)
        if made is None:
            made = self._made[node] = self._tensor(node)
            self._count(made, at=node.at)
        return made

    def packed(self, node: Node, dtype: DType, *, at: int) -> tuple[Tensor, bool]:
        """(the tensor of a YAML number or nested list, whether it is exactly what is written)."""
        if not isinstance(node, Seq):
            return pack(Elements(self.source, node, at=at), dtype)
        key = (node, dtype.name)
        made = self._packed.get(key)
        if made is None:
            made = self._packed[key] = pack(Elements(self.source, node, at=at), dtype)
            self._count(made[0], at=at)
        return made

    def _count(self, tensor: Tensor, *, at: int) -> None:
        self._elements += math.prod(tensor.shape)
        if self._elements > MAX_ELEMENTS_IN_A_FILE:
            raise self.source.error(
                at,
                f"tensors of more than {MAX_ELEMENTS_IN_A_FILE:,} elements in one file",
                expected="fewer",
                action="split the file",
            )

    def _tensor(self, node: Map) -> Tensor:
        values = node.values
        if values.keys() != _WRITTEN:
            closed(self.source, node, required={"dtype"}, optional=_PARTS, what="a tensor")
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
            at = node.value_at("shape")
            return self.shaped(tensor, shape_of(self.source, values["shape"], at=at), at=at)
        if not tensor.data:
            raise shape_needed(self.source, at=at)
        return tensor

    def shaped(self, tensor: Tensor, shape: tuple[int, ...], *, at: int) -> Tensor:
        """tensor with the shape written beside its values, which must be theirs; values: [] stand
        for any shape without elements."""
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
        shape = shape_of(self.source, node.values["shape"], at=at)
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


def shape_of(source: Source, node: Node, *, at: int) -> tuple[int, ...]:
    """The shape that a list of sides is: each at least 0, of at most MAX_ELEMENTS elements."""
    items = sequence(source, node, at=at, what="shape")
    sides: list[int] = []
    for side, side_at in zip(items.items, items.marks, strict=True):
        if type(side) is not int or not 0 <= side <= MAX_ELEMENTS:
            raise source.error(
                side_at,
                f"shape has {described(side)}",
                expected=f"integers from 0 to {MAX_ELEMENTS}",
            )
        sides.append(side)
    if math.prod(sides) > MAX_ELEMENTS or len(sides) > MAX_RANK:
        raise too_many(source, sides, at=at)
    return tuple(sides)


def shape_needed(source: Source, *, at: int) -> FileError:
    return source.error(
        at,
        "no elements, and no shape",
        expected="the shape of a tensor without elements",
        action="write shape: [0], or whatever it is",
    )


def written_decimals(node: Node) -> int:
    """The greatest number of decimal places that any number in node is written with."""
    if isinstance(node, Seq):
        return max(map(written_decimals, node.items), default=0)
    if not isinstance(node, Written):
        return 0
    mantissa = node.text.lower().partition("e")
    places = len(mantissa[0].partition(".")[2]) - int(mantissa[2] or 0)
    return max(places, 0)
