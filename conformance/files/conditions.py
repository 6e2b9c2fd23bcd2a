"""Reading `when`: the one condition vocabulary of bindings, answers, error data and ledgers."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from conformance.files.fields import closed, filled, quotes_needed, text, texts, words
from conformance.files.nodes import Map, Node
from conformance.files.source import Source
from conformance.model.backend import ALWAYS, Condition
from conformance.model.dtypes import DTYPES

PARTS = ("version", "mode", "device", "platform", "dtype")


def read_when(source: Source, holder: Map) -> Condition:
    """The condition under the key `when`, or the one that always holds."""
    if "when" not in holder.values:
        return ALWAYS
    node = filled(source, holder, "when", expected="a condition")
    values = closed(source, node, required=frozenset(), optional=frozenset(PARTS), what="when")
    version = None
    if "version" in values:
        version = specifiers(source, values["version"], at=node.value_at("version"), what="version")
    dtype: tuple[str, ...] = ()
    if "dtype" in values:
        dtype_at = node.value_at("dtype")
        dtype = words(source, values["dtype"], at=dtype_at, what="dtype", known=DTYPES)
    mode, device, platform = (
        texts(source, values[key], at=node.value_at(key), what=key) if key in values else ()
        for key in ("mode", "device", "platform")
    )
    return Condition(version, mode, device, platform, dtype)


def specifiers(source: Source, node: Node, *, at: int, what: str) -> SpecifierSet:
    """A range of versions as pip writes it: '>=2.7,<3'."""
    if isinstance(node, (int, float)) and not isinstance(node, bool):
        raise source.error(
            at,
            f"{what} is a number",
            expected="a range of versions like '>=2.7,<3'",
            action=quotes_needed(source, node, at=at),
        )
    written = text(source, node, at=at, what=what)
    try:
        return SpecifierSet(written)
    except InvalidSpecifier:
        raise source.error(
            at, f"{what} is {written!r}", expected="a range of versions like '>=2.7,<3'"
        ) from None
