"""One API in several versions of its framework: one column of a table, read from old to new."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from docutils import nodes

from conformance.decide.versions import spans, version_key
from conformance.fronts.sphinx.markup import code, paragraph, small
from conformance.fronts.sphinx.measured import Column

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Series:
    """One API on targets that differ in their version only, the oldest first."""

    api: str
    columns: tuple[Column, ...]

    @property
    def backend(self) -> str:
        return self.columns[0].target.backend


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """Neighbours in a series of which the same is true. where: `in 1.8.1, 1.13.1` or `since
    2.13.0`; '' if it is true of the whole series."""

    what: T
    columns: tuple[Column, ...]
    where: str


def series_of(columns: Iterable[Column]) -> tuple[Series, ...]:
    """The series of columns, in the order of the first column of each."""
    found: dict[tuple[object, ...], list[Column]] = {}
    for column in columns:
        target = column.target
        key = (column.api, target.backend, target.words, target.device, target.mode)
        found.setdefault(key, []).append(column)
    return tuple(
        Series(group[0].api, tuple(sorted(group, key=lambda c: version_key(c.target.version))))
        for group in found.values()
    )


def stretches(series: Series, what: Callable[[Column], T]) -> tuple[Stretch[T], ...]:
    """The series by what is true of its columns, the oldest first."""
    by_version = {column.target.version: column for column in series.columns}
    found = spans((version, what(column)) for version, column in by_version.items())
    return tuple(
        Stretch(
            span.what,
            tuple(by_version[version] for version in span.versions),
            span.where if len(found) > 1 else "",
        )
        for span in found
    )


def stretched(
    series: Series,
    what: Callable[[Column], object],
    *,
    show: Callable[[Column], Sequence[nodes.Node]],
) -> list[nodes.Node]:
    """What show gives for the first column of every stretch, and after it where that is so."""
    made: list[nodes.Node] = []
    for stretch in stretches(series, what):
        first, *rest = show(stretch.columns[0])
        made += [placed(first, stretch.where), *rest]
    return made


def placed(node: nodes.Node, where: str) -> nodes.Node:
    """node with the words of where after it, in one paragraph."""
    if not where:
        return node
    if isinstance(node, nodes.paragraph):
        node += nodes.Text(f" {where}")
        return node
    return paragraph(node, f" {where}", classes=["conformance-span"])


def columns_name(columns: Sequence[Column]) -> str:
    """`torch 1.8.1, 1.13.1`, with the words that the targets were asked for; `torch` where nothing
    ran."""
    target = columns[0].target
    if not columns[0].measured:
        return target.backend
    return " ".join((target.backend, versions_text(columns), *target.words))


def versions_text(columns: Sequence[Column]) -> str:
    return ", ".join(column.target.version for column in columns)


def stretch_name(stretch: Stretch[T]) -> str:
    """`torch 1.8.1, 1.13.1`, or `torch since 2.13.0`."""
    if not stretch.where.startswith("since"):
        return columns_name(stretch.columns)
    target = stretch.columns[0].target
    return " ".join((target.backend, *target.words, stretch.where))


def series_cell(series: Series) -> list[nodes.Node]:
    """The API, and below it in which versions it was measured."""
    return [paragraph(code(series.api)), small(columns_name(series.columns))]
