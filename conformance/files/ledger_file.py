"""Reading ledger.yaml: a backend's known failures, each with a reason and a link."""

from __future__ import annotations

import re

from conformance.decide.ledger import UNSTABLE
from conformance.files.conditions import read_when
from conformance.files.elements import Elements, pack
from conformance.files.fields import (
    closed,
    mapping,
    matching,
    pairs,
    sequence,
    text,
    texts,
    top,
    word,
)
from conformance.files.nodes import Document, Map, Node
from conformance.files.source import Source
from conformance.files.tensors import Tensors, dtype_of, shape_needed, shape_of
from conformance.model.backend import KnownOutcome, LedgerEntry
from conformance.model.case import OutputExpected

_LINK = re.compile(r"https?://\S+")
_ADDRESS = re.compile(r"[^/\s]+/[^/\s]+/[^/\s]+")
_KEYS = frozenset({"cases", "apis", "outcome", "reason", "link"})

# The keys of an outcome, required and optional, by the one that tells its kind.
_OUTCOMES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "dtype": (frozenset({"dtype", "values"}), frozenset({"ends", "shape"})),
    "outputs": (frozenset({"outputs"}), frozenset({"ends"})),
    "raises": (frozenset({"raises", "contains"}), frozenset()),
    "ends": (frozenset({"ends"}), frozenset()),
}


def read_ledger(document: Document, *, backend: str) -> tuple[LedgerEntry, ...]:
    """The entries in the order of the file, which must be that backend's."""
    source = document.source
    root = top(document, kind="ledger", required={"backend", "known"})
    if root.values["backend"] != backend:
        raise source.error(
            root.value_at("backend"),
            f"backend is {root.values['backend']!r}",
            expected=f"{backend!r}, as in bindings.yaml",
        )
    node = sequence(source, root.values["known"], at=root.value_at("known"), what="known")
    return tuple(
        _entry(source, item, at=at) for item, at in zip(node.items, node.marks, strict=True)
    )


def _entry(source: Source, node: Node, *, at: int) -> LedgerEntry:
    entry = mapping(source, node, at=at, what="a known failure")
    values = closed(source, entry, required=_KEYS, optional={"when"}, what="a known failure")
    cases, apis = (
        texts(source, values[key], at=entry.value_at(key), what=key) for key in ("cases", "apis")
    )
    for address in cases:
        matching(
            source,
            address,
            at=entry.value_at("cases"),
            what="a case",
            pattern=_ADDRESS,
            expected="an address OP/FILE/CASE",
        )
    reason = text(source, values["reason"], at=entry.value_at("reason"), what="reason")
    link = matching(
        source,
        values["link"],
        at=entry.value_at("link"),
        what="link",
        pattern=_LINK,
        expected="an address that starts with https://",
    )
    return LedgerEntry(
        cases,
        apis,
        _outcome(source, entry),
        reason,
        link,
        read_when(source, entry),
        source.place(entry.at),
    )


def _outcome(source: Source, entry: Map) -> KnownOutcome:
    """What happens instead: something returned, something raised, or an end."""
    at = entry.value_at("outcome")
    node = mapping(source, entry.values["outcome"], at=at, what="outcome")
    form = next((form for form in _OUTCOMES if form in node.values), None)
    if form is None:
        raise source.error(at, "an outcome of no kind", expected=f"one of: {', '.join(_OUTCOMES)}")
    required, optional = _OUTCOMES[form]
    values = closed(source, node, required=required, optional=optional, what="outcome")
    if form in ("dtype", "outputs"):
        outputs = _outputs(source, node) if form == "outputs" else (_output(source, node),)
        return KnownOutcome(outputs=outputs, ends=_instability(source, node))
    if form == "ends":
        return KnownOutcome(ends=text(source, values["ends"], at=node.value_at("ends"), what=form))
    kind, contains = (
        text(source, values[key], at=node.value_at(key), what=key) for key in ("raises", "contains")
    )
    return KnownOutcome(raises=(kind, contains))


def _instability(source: Source, node: Map) -> str:
    """'unstable' where the outputs are those of the first call only, else ''."""
    if "ends" not in node.values:
        return ""
    at = node.value_at("ends")
    return word(source, node.values["ends"], at=at, what="ends", known=(UNSTABLE,))


def _outputs(source: Source, node: Map) -> tuple[OutputExpected, ...]:
    """Every output by its name, in the order of the file."""
    at = node.value_at("outputs")
    named = mapping(source, node.values["outputs"], at=at, what="outputs")
    if not named.values:
        raise source.error(at, "outputs is an empty mapping", expected="every output by its name")
    outputs = []
    for name, value, _, value_at in pairs(named):
        what = f"the output {name!r}"
        part = mapping(source, value, at=value_at, what=what)
        closed(source, part, required={"dtype", "values"}, optional={"shape"}, what=what)
        outputs.append(_output(source, part, name=name))
    return tuple(outputs)


def _output(source: Source, node: Map, *, name: str = "result") -> OutputExpected:
    values, at = node.values, node.value_at("values")
    dtype = dtype_of(source, values["dtype"], at=node.value_at("dtype"), what="dtype")
    by_rule = values["values"]
    if isinstance(by_rule, Map):
        made = Tensors(source).expected_by_rule(by_rule, dtype, at=at)
        return OutputExpected(name, dtype.name, made.shape, made)
    tensor, exact = pack(Elements(source, values["values"], at=at), dtype)
    if "shape" in values:
        shape = shape_of(source, values["shape"], at=node.value_at("shape"))
        if tensor.data or 0 not in shape:
            raise source.error(
                node.value_at("shape"),
                f"the shape {list(shape)} of what has elements",
                expected="a shape only where there are no elements",
            )
        return OutputExpected(name, dtype.name, shape)
    if not tensor.data:
        raise shape_needed(source, at=at)
    return OutputExpected(name, dtype.name, tensor.shape, tensor, exact)
