"""Reading ledger.yaml: a backend's known failures, each with a reason and a link."""

from __future__ import annotations

import re

from conformance.files.conditions import read_when
from conformance.files.fields import closed, mapping, matching, sequence, text, texts, top, word
from conformance.files.nodes import Document, Map, Node
from conformance.files.source import Source
from conformance.model.backend import LedgerEntry
from conformance.model.verdict import MISMATCH_KINDS

_LINK = re.compile(r"https?://\S+")
_ADDRESS = re.compile(r"[^/\s]+/[^/\s]+/[^/\s]+")
_KEYS = frozenset({"cases", "apis", "mismatches", "reason", "link"})


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
        _mismatches(source, entry),
        reason,
        link,
        read_when(source, entry),
        source.place(entry.at),
    )


def _mismatches(source: Source, entry: Map) -> tuple[tuple[str, str], ...]:
    at = entry.value_at("mismatches")
    node = sequence(source, entry.values["mismatches"], at=at, what="mismatches")
    if not node.items:
        raise source.error(at, "mismatches is an empty list", expected="what fails")
    found: list[tuple[str, str]] = []
    for item, item_at in zip(node.items, node.marks, strict=True):
        mismatch = mapping(source, item, at=item_at, what="a mismatch")
        values = closed(source, mismatch, required={"kind", "text"}, what="a mismatch")
        kind_at = mismatch.value_at("kind")
        kind = word(source, values["kind"], at=kind_at, what="kind", known=MISMATCH_KINDS)
        found.append(
            (kind, text(source, values["text"], at=mismatch.value_at("text"), what="text"))
        )
    return tuple(found)
