"""Reading the rule by which a tensor is made."""

from __future__ import annotations

import math
from collections.abc import Callable

from conformance.files.fields import closed, described, mapping, native, sequence, true
from conformance.files.nodes import Map, Node, Seq
from conformance.files.source import Source
from conformance.model.dtypes import DType
from conformance.model.errors import FileError
from conformance.model.rules import RULES, Alternate, Blocks, Harmonic, Ramp, Rule, Uniform
from conformance.model.tensor import Tensor

Pack = Callable[[Node, int], Tensor]

_MAX_SEED = (1 << 64) - 1


def read_rule(source: Source, node: Map, dtype: DType, *, count: int, pack: Pack) -> Rule | None:
    """The rule that a tensor of count elements is written with, None if there is none.

    pack: makes the tensor of dtype of a number or a list of numbers.
    """
    name = next((key for key in node.values if key in RULES), None)
    if name is None:
        return None
    value, at = node.values[name], node.value_at(name)
    if name == "fill":
        if isinstance(value, Seq):
            raise source.error(
                at, "fill is a list", expected="one number", action="write it as values"
            )
        return Alternate(pack(value, at).data)
    if name == "alternate":
        return Alternate(_listed(source, value, at=at, what=name, pack=pack).data)
    if name == "blocks":
        return _blocks(source, value, at=at, count=count, pack=pack)
    kinds = _TAKEN_KINDS[name]
    if dtype.kind not in kinds:
        raise source.error(
            node.key_at(name),
            f"the rule {name} for {dtype.name}",
            expected="a dtype of these kinds: " + ", ".join(kinds),
            action="write it with fill, alternate, blocks or values",
        )
    if name == "harmonic":
        true(source, value, at=at, what=name)
        return Harmonic()
    if name == "ramp":
        return _ramp(source, value, dtype, at=at, count=count)
    return _uniform(source, value, dtype, at=at)


_TAKEN_KINDS = {
    "ramp": ("signed", "unsigned", "float"),
    "harmonic": ("float",),
    "uniform": ("signed", "unsigned", "float", "complex"),
}


def _listed(source: Source, node: Node, *, at: int, what: str, pack: Pack) -> Tensor:
    """The values of a rule that lists some."""
    rule = mapping(source, node, at=at, what=what)
    values = closed(source, rule, required={"values"}, what=what)
    values_at = rule.value_at("values")
    items = sequence(source, values["values"], at=values_at, what="values")
    if not items.items or any(isinstance(item, Seq) for item in items.items):
        raise source.error(
            values_at, f"values is {described(items)}", expected="a list of numbers, at least one"
        )
    return pack(items, values_at)


def _blocks(source: Source, node: Node, *, at: int, count: int, pack: Pack) -> Rule:
    values = _listed(source, node, at=at, what="blocks", pack=pack)
    parts = values.shape[0]
    if count % parts:
        raise source.error(
            at, f"{count:,} elements in {parts} blocks", expected=f"a multiple of {parts} elements"
        )
    return Blocks(values.data)


def _ramp(source: Source, node: Node, dtype: DType, *, at: int, count: int) -> Rule:
    rule = mapping(source, node, at=at, what="ramp")
    closed(source, rule, required={"start", "step"}, what="ramp")
    start, step = (_number(source, rule, key, dtype=dtype) for key in ("start", "step"))
    ramp = Ramp(start, step)
    least, greatest = sorted(ramp.ends(count))
    if dtype.is_integer and not dtype.bounds[0] <= least <= greatest <= dtype.bounds[1]:
        raise _leaves(source, f"a ramp from {start} to {ramp.ends(count)[1]}", dtype, at=at)
    return ramp


def _uniform(source: Source, node: Node, dtype: DType, *, at: int) -> Rule:
    rule = mapping(source, node, at=at, what="uniform")
    values = closed(source, rule, required={"seed", "low", "high"}, what="uniform")
    seed = values["seed"]
    if type(seed) is not int or not 0 <= seed <= _MAX_SEED:
        raise source.error(
            rule.value_at("seed"),
            f"seed is {described(seed)}",
            expected=f"an integer from 0 to {_MAX_SEED}",
        )
    low, high = (_number(source, rule, key, dtype=dtype) for key in ("low", "high"))
    if not low < high:
        raise source.error(
            rule.value_at("high"),
            f"high is {described(values['high'])}, low is {described(values['low'])}",
            expected="high above low",
        )
    least, greatest = dtype.bounds if dtype.is_integer else (low, high)
    if low < least or high > greatest:
        raise _leaves(source, f"numbers from {low} to {high}", dtype, at=at)
    return Uniform(seed, low, high)


def _number(source: Source, rule: Map, key: str, *, dtype: DType) -> int | float:
    """A finite number of the rule; an integer for an integer dtype."""
    node, at = rule.values[key], rule.value_at(key)
    value = native(node) if not isinstance(node, (Map, Seq)) else None
    if type(value) is int:
        return value
    if type(value) is float and not dtype.is_integer and math.isfinite(value):
        return value
    raise source.error(
        at,
        f"{key} is {described(node)}",
        expected="an integer" if dtype.is_integer else "a finite number",
    )


def _leaves(source: Source, found: str, dtype: DType, *, at: int) -> FileError:
    least, greatest = dtype.bounds
    return source.error(
        at,
        f"{found}, which does not fit {dtype.name}",
        expected=f"integers from {least} to {greatest}",
    )
