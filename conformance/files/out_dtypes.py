"""Reading `out` of an API that writes into several tensors: the dtype of each, by output."""

from __future__ import annotations

from conformance.files.fields import listed, mapping, pairs, word
from conformance.files.nodes import Map
from conformance.files.source import Source
from conformance.model.backend import BindingKind
from conformance.model.dtypes import DTYPES, SAME_AS_X


def read_out(source: Source, entry: Map, *, kind: BindingKind) -> tuple[tuple[str, str], ...]:
    """(output, dtype or same-as-x) pairs in the order of the file; none without the key."""
    if "out" not in entry.values:
        return ()
    if kind != "out":
        raise source.error(
            entry.key_at("out"),
            f"out where the kind is {kind}",
            expected="it where the kind is out",
            action="leave it out, or write it as a parameter",
        )
    at = entry.value_at("out")
    node = mapping(source, entry.values["out"], at=at, what="out")
    if len(node.values) < 2:
        raise source.error(
            at,
            f"out names {listed(node.values) or 'nothing'}",
            expected="the dtypes of several tensors",
            action="leave it out: the dtype of a single one is that of the answer",
        )
    return tuple(
        (name, word(source, value, at=value_at, what="dtype", known=(*DTYPES, SAME_AS_X)))
        for name, value, _, value_at in pairs(node)
    )
