"""YAML mappings and nested lists as tensors."""

from __future__ import annotations

import math

import numpy as np

from conformance.files.elements import MAX_RANK, Elements, pack, too_many
from conformance.files.fields import closed, described, listed, sequence, word
from conformance.files.layouts import laid_out
from conformance.files.nodes import Map, Node, Seq
from conformance.files.scalars import Written
from conformance.files.source import Source
from conformance.files.written_rules import read_rule
from conformance.model.case import LaidOut
from conformance.model.dtypes import DTYPES, DType
from conformance.model.errors import FileError
from conformance.model.rules import RULES, Endless, Rule
from conformance.model.tensor import RuleTensor, Tensor

# Up to so many elements a tensor is made when its file is read; beyond, by whoever needs it.
MAX_WHOLE = 1 << 22
MAX_BY_RULE = 1 << 36
# All tensors of a file together: 256 MB of float64.
MAX_ELEMENTS_IN_A_FILE = 1 << 25

_WRITTEN = frozenset({"dtype", "values"})
_PARTS = frozenset({"values", "shape", "layout", *RULES})


class Tensors:
    """Makes the tensors of one file.

    A tensor that stands behind an alias, or in a case written for each of several words, is made
    once.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._packed: dict[tuple[Node, str], tuple[Tensor, bool]] = {}
        self._made: dict[Map, Tensor | RuleTensor | LaidOut] = {}
        self._by_rules: dict[tuple[Rule, str, tuple[int, ...]], Tensor] = {}
        self._elements = 0

    def argument(self, node: Map) -> Tensor | RuleTensor | LaidOut:
        """The tensor that a mapping with dtype and values, a rule or an empty shape describes, and
        how it lies in memory where that is not row by row."""
        made = self._made.get(node)
        if made is None:
            tensor = made = self._tensor(node)
            if "layout" in node.values:
                made = laid_out(self.source, node, tensor)
            self._made[node] = made
            if isinstance(tensor, Tensor):
                self._count(tensor, at=node.at)
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

    def _tensor(self, node: Map) -> Tensor | RuleTensor:
        values = node.values
        if values.keys() != _WRITTEN:
            closed(self.source, node, required={"dtype"}, optional=_PARTS, what="a tensor")
        dtype = DTYPES.get(values["dtype"])  # type: ignore[arg-type]
        if dtype is None:
            at = node.value_at("dtype")
            dtype = dtype_of(self.source, values["dtype"], at=at, what="dtype")
        said = [key for key in values if key == "values" or key in RULES]
        if len(said) > 1:
            raise self.source.error(
                node.key_at(said[1]),
                f"a tensor has both {said[0]} and {said[1]}",
                expected="one of them",
            )
        if "values" not in values:
            return self.by_rule(node, dtype)
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

    def by_rule(self, node: Map, dtype: DType) -> Tensor | RuleTensor:
        """The tensor of dtype that a mapping with a shape and a rule describes."""
        if "shape" not in node.values:
            raise self.source.error(
                node.at,
                f"a tensor with {listed(node.values)} alone",
                expected=f"values, or shape with a rule ({listed(RULES)}), or an empty shape",
                action="add values",
            )
        at = node.value_at("shape")
        shape = shape_of(self.source, node.values["shape"], at=at)
        count = math.prod(shape)
        rule = read_rule(
            self.source,
            node,
            dtype,
            count=count,
            pack=lambda value, value_at: self.packed(value, dtype, at=value_at)[0],
        )
        if rule is None:
            if count:
                raise self.source.error(
                    at,
                    f"a shape of {count} elements, and no elements",
                    expected="values or a rule",
                    action=f"add one of: values, {listed(RULES)}",
                )
            return Tensor(dtype.name, shape, b"")
        if count > MAX_WHOLE:
            return self._endless(node, rule, dtype, shape=shape)
        key = (rule, dtype.name, shape)
        made = self._by_rules.get(key)
        if made is None:
            made = Tensor(dtype.name, shape, rule.elements(dtype, count), rule)
            self._check_finite(node, made)
            self._by_rules[key] = made
        return made

    def expected_by_rule(self, node: Map, dtype: DType, *, at: int) -> Tensor | RuleTensor:
        """The tensor of dtype where values, at that place, is a shape and one rule alone."""
        optional, what = frozenset(RULES), "values by rule"
        closed(self.source, node, required={"shape"}, optional=optional, what=what)
        said = [key for key in node.values if key in RULES]
        if len(said) != 1:
            raise self.source.error(
                at, f"values with {listed(said)}", expected=f"one of: {listed(RULES)}"
            )
        return self.by_rule(node, dtype)

    def _endless(
        self, node: Map, rule: Rule, dtype: DType, *, shape: tuple[int, ...]
    ) -> RuleTensor:
        """A tensor that is too large to be made here."""
        if isinstance(rule, Endless):
            return RuleTensor(dtype.name, shape, rule)
        name = next(key for key in node.values if key in RULES)
        raise self.source.error(
            node.key_at(name),
            f"{name} for {math.prod(shape):,} elements",
            expected=f"at most {MAX_WHOLE:,} elements",
            action="write larger tensors with fill, alternate or blocks",
        )

    def _check_finite(self, node: Map, tensor: Tensor) -> None:
        computed = not {"fill", "alternate", "blocks"} & node.values.keys()
        if (
            computed
            and tensor.kind.kind in ("float", "complex")
            and not np.isfinite(tensor.numbers()).all()
        ):
            raise self.source.error(
                node.at,
                f"a rule whose numbers go beyond {tensor.dtype}",
                expected=f"finite numbers of {tensor.dtype}",
            )


def dtype_of(source: Source, node: Node, *, at: int, what: str) -> DType:
    """The dtype that node names."""
    if isinstance(node, str) and node in DTYPES:
        return DTYPES[node]
    name = word(source, node, at=at, what=what, known=DTYPES)
    return DTYPES[name]


def shape_of(source: Source, node: Node, *, at: int) -> tuple[int, ...]:
    """The shape that a list of sides is: each at least 0, of at most MAX_BY_RULE elements."""
    items = sequence(source, node, at=at, what="shape")
    sides: list[int] = []
    for side, side_at in zip(items.items, items.marks, strict=True):
        if type(side) is not int or not 0 <= side <= MAX_BY_RULE:
            raise source.error(
                side_at,
                f"shape has {described(side)}",
                expected=f"integers from 0 to {MAX_BY_RULE}",
            )
        sides.append(side)
    if math.prod(sides) > MAX_BY_RULE or len(sides) > MAX_RANK:
        raise too_many(source, sides, at=at, most=MAX_BY_RULE)
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
