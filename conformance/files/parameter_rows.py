"""Reading the rows of a page's parameter table.

A row says what one canonical parameter is called by each of the two backends of the page, and the
page's claim: `same` (one name), `renamed` (two names), `missing` (one backend has none). What is
made of them: `parameter_cases.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.files.fields import (
    closed,
    described,
    lines,
    listed,
    mapping,
    sequence,
    text,
    word,
)
from conformance.files.nodes import Map
from conformance.files.source import Source
from conformance.model.case import (
    CLAIMS,
    Claim,
    DocumentedApi,
    Op,
    ParameterRow,
)


@dataclass(frozen=True, slots=True)
class WrittenRow:
    """A row with the mapping it was read from."""

    row: ParameterRow
    node: Map

    @property
    def at(self) -> int:
        return self.node.at

    def name(self, backend: str) -> str | None:
        return dict(self.row.names)[backend]

    def other_name(self, backend: str) -> str | None:
        return next(name for other, name in self.row.names if other != backend)


def read_rows(
    source: Source, root: Map, *, op: Op, apis: Sequence[DocumentedApi]
) -> tuple[WrittenRow, ...]:
    at = root.value_at("parameters")
    node = sequence(source, root.values["parameters"], at=at, what="parameters")
    backends = tuple(dict.fromkeys(api.backend for api in apis))
    if node.items and len(backends) != 2:
        raise source.error(
            at,
            f"a table, but the APIs are of {listed(backends)}",
            expected="the APIs of two backends, which the table compares",
        )
    rows: list[WrittenRow] = []
    for item, item_at in zip(node.items, node.marks, strict=True):
        row = mapping(source, item, at=item_at, what="a row of the table")
        rows.append(_row(source, row, op=op, backends=backends))
        _refuse_second(source, rows)
    return tuple(rows)


def _refuse_second(source: Source, rows: list[WrittenRow]) -> None:
    *before, newest = rows
    if any(row.row.canonical == newest.row.canonical for row in before):
        raise source.error(
            newest.node.value_at("canonical"),
            f"a second row for {newest.row.canonical!r}",
            expected="one row for each parameter",
        )


def _row(source: Source, node: Map, *, op: Op, backends: tuple[str, ...]) -> WrittenRow:
    required = {"canonical", "claim", "lines", *backends}
    values = closed(source, node, required=required, optional={"call"}, what="a row of the table")
    known = [parameter.name for parameter in op.parameters]
    at = node.value_at("canonical")
    canonical = word(source, values["canonical"], at=at, what="canonical", known=known)
    names = tuple((backend, _name(source, node, backend)) for backend in backends)
    claim = word(source, values["claim"], at=node.value_at("claim"), what="claim", known=CLAIMS)
    _check_claim(source, node, claim, names=names)
    span = lines(source, values["lines"], at=node.value_at("lines"))
    row = ParameterRow(canonical, names, claim, span, source.place(node.at))
    return WrittenRow(row, node)


def _name(source: Source, node: Map, backend: str) -> str | None:
    value, at = node.values[backend], node.value_at(backend)
    if value is None:
        return None
    name = text(source, value, at=at, what=f"the name in {backend}")
    if not name.isidentifier():
        raise source.error(
            at, f"the name in {backend} is {name!r}", expected="a parameter's name, or null"
        )
    return name


def _check_claim(
    source: Source, node: Map, claim: Claim, *, names: tuple[tuple[str, str | None], ...]
) -> None:
    (_, first), (_, second) = names
    if (first is None) != (second is None):
        true: Claim = "missing"
    else:
        true = "same" if first == second else "renamed"
    if first is None and second is None:
        raise source.error(node.at, "a row in which no backend has a name", expected="a name")
    if claim != true:
        shown = " and ".join(described(name) for _, name in names)
        raise source.error(
            node.value_at("claim"),
            f"claim is {claim!r} for the names {shown}",
            expected=repr(true),
            action="mend the claim or the names",
        )
