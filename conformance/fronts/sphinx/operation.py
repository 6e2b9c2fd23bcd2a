"""An operation: what it computes, how every API spells it, and every verdict on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docutils import nodes

from conformance.fronts.sphinx.columns import measured_text
from conformance.fronts.sphinx.endings import absent, status_cell
from conformance.fronts.sphinx.markup import (
    Content,
    Row,
    chip,
    code,
    fields,
    folded,
    paragraph,
    section,
    small,
    table,
)
from conformance.fronts.sphinx.measured import Column, Measured
from conformance.fronts.sphinx.series import (
    Series,
    columns_name,
    series_cell,
    series_of,
    stretched,
    stretches,
)
from conformance.model.backend import Binding, BindingKind
from conformance.model.case import Case, Op
from conformance.model.verdict import Status

KINDS: dict[BindingKind, str] = {
    "function": "a function",
    "method": "a method of the tensor",
    "in-place": "a method that changes the tensor itself",
    "out": "a function that writes into a tensor it is given",
    "primitive": "a class that is constructed, then called",
}
# What needs no word of explanation below the matrix of verdicts.
AS_EXPECTED = frozenset({Status.PASSED, Status.OBSERVED, Status.NOT_RUN})


def operation_nodes(op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
    """The summary, the returns, and the table of parameters with their spelling per API."""
    bindings = _bindings(op, measured, apis=apis)
    head: Row = ["Parameter", "Kind", *([code(b.api)] for b in bindings)]
    rows: list[Row] = [["called as", "", *(KINDS[binding.kind] for binding in bindings)]]
    for parameter in op.parameters:
        first: Content = [paragraph(code(parameter.name)), small(parameter.about)]
        kind = parameter.kind + ("" if parameter.required else ", optional")
        rows.append([first, kind, *(_spelled(binding, parameter.name) for binding in bindings)])
    rows += _results_row(op, measured, bindings=bindings)
    returns = fields([("Returns", ", ".join(op.returns))])
    return [paragraph(op.summary), returns, table(head, rows)]


def verdict_nodes(op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
    """A matrix per case file, and the reasons of every verdict that is no pass."""
    columns = measured.columns(op.name, apis)
    series = series_of(columns)
    cases = measured.cases(op.name)
    made: list[nodes.Element] = [small(f"Measured: {measured_text(measured, columns)}.")]
    for file in dict.fromkeys(case.file for case in cases):
        head: Row = ["Case", *map(series_cell, series)]
        rows = [_row(case, measured, series=series) for case in cases if case.file == file]
        title = [code(f"{op.name}/{file}")]
        made.append(section(title, table(head, rows), key=f"{op.name}-{file}-cases"))
    reasons = list(_reasons(cases, measured, series=series))
    if reasons:
        listed = table(["Case", "API", "Verdict"], reasons)
        made.append(folded("What did not pass, and why", [listed]))
    return made


def _row(case: Case, measured: Measured, *, series: Sequence[Series]) -> list[Content]:
    def status(column: Column) -> Status | None:
        cell = measured.cell(case, column)
        return None if cell is None else cell.status

    def show(column: Column) -> list[nodes.Node]:
        return status_cell(measured.cell(case, column), brief=True)

    first = [paragraph(code(case.id)), small(case.why)]
    return [first, *(stretched(one, status, show=show) for one in series)]


def _reasons(
    cases: Sequence[Case], measured: Measured, *, series: Sequence[Series]
) -> Iterator[list[Content]]:
    """Every verdict that is no pass, and the ledger entries that speak of nothing.

    The cases that an API does not support for one and the same reason stand together.
    """
    together: dict[tuple[object, ...], tuple[Series, list[Case]]] = {}
    for case in cases:

        def key(column: Column, case: Case = case) -> tuple[Status, tuple[str, ...]] | None:
            cell = measured.cell(case, column)
            return None if cell is None else (cell.status, cell.notes)

        for one in series:
            for stretch in stretches(one, key):
                if stretch.what is not None and stretch.what[0] not in AS_EXPECTED:
                    which = Series(one.api, stretch.columns)
                    alone = "" if stretch.what[0] is Status.UNSUPPORTED else case.id
                    shown = together.setdefault((which, stretch.what, alone), (which, []))
                    shown[1].append(case)
    for which, (first, *others) in together.values():
        named = [paragraph(code(first.id))]
        if others:
            named.append(small(f"and {len(others)} more"))
        cell = measured.cell(first, which.columns[0])
        yield [named, series_cell(which), status_cell(cell)]
    for line in measured.stale(cases[0].op) if cases else ():
        where = [paragraph(code(line["api"])), small(line["target"])]
        yield [code(line["case"]), where, chip(str(Status.STALE))]


def _bindings(op: Op, measured: Measured, *, apis: Sequence[str]) -> list[Binding]:
    found = [b for backend in measured.backends for b in backend.bindings if b.op == op.name]
    if not apis:
        return found
    return sorted((b for b in found if b.api in apis), key=lambda b: apis.index(b.api))


def _results_row(op: Op, measured: Measured, *, bindings: Sequence[Binding]) -> list[Row]:
    """In which of the versions that were run an API gives results at all; no row if nothing ran."""
    cases = measured.cases(op.name)

    def results(column: Column) -> bool:
        cells = (measured.cell(case, column) for case in cases)
        return any(c.line is not None and "outputs" in c.line["actual"] for c in cells if c)

    def show(column: Column) -> list[nodes.Node]:
        return [chip("results", look="passed") if results(column) else chip("none", look="not-run")]

    columns = [column for column in measured.columns(op.name) if column.measured]
    if not columns:
        return []
    row: list[Content] = ["gives results", ""]
    for binding in bindings:
        of_api = [column for column in columns if column.api == binding.api]
        cell: list[nodes.Node] = []
        for series in series_of(of_api):
            cell += [*stretched(series, results, show=show), small(columns_name(series.columns))]
        row.append(cell or [absent()])
    return [row]


def _spelled(binding: Binding, parameter: str) -> nodes.Node:
    spelled = binding.spelled(parameter)
    if spelled is None:
        return absent()
    if parameter in binding.construct:
        return paragraph(code(spelled), " of the class")
    return paragraph("the tensor itself") if spelled == "self" else code(spelled)
