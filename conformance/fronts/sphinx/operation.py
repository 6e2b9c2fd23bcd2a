"""An operation: what it computes, how every API spells it, and every verdict on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docutils import nodes

from conformance.fronts.sphinx.columns import api_cell, measured_text
from conformance.fronts.sphinx.endings import status_cell
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
    returns = fields([("Returns", ", ".join(op.returns))])
    return [paragraph(op.summary), returns, table(head, rows)]


def verdict_nodes(op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
    """A matrix per case file, and the reasons of every verdict that is no pass."""
    columns = measured.columns(op.name, apis)
    cases = measured.cases(op.name)
    made: list[nodes.Element] = [small(f"Measured: {measured_text(measured, columns)}.")]
    for file in dict.fromkeys(case.file for case in cases):
        head: Row = ["Case", *map(api_cell, columns)]
        rows = [_row(case, measured, columns=columns) for case in cases if case.file == file]
        title = [code(f"{op.name}/{file}")]
        made.append(section(title, table(head, rows), key=f"{op.name}-{file}-cases"))
    reasons = list(_reasons(cases, measured, columns=columns))
    if reasons:
        listed = table(["Case", "API", "Verdict"], reasons)
        made.append(folded(f"Why {len(reasons)} of them did not pass", [listed]))
    return made


def _row(case: Case, measured: Measured, *, columns: Sequence[Column]) -> list[Content]:
    first = [paragraph(code(case.id)), small(case.why)]
    cells = (measured.cell(case, column) for column in columns)
    return [first, *(status_cell(cell, brief=True) for cell in cells)]


def _reasons(
    cases: Sequence[Case], measured: Measured, *, columns: Sequence[Column]
) -> Iterator[list[Content]]:
    """Every verdict that is no pass, and the ledger entries that speak of nothing."""
    for case in cases:
        for column in columns:
            cell = measured.cell(case, column)
            if cell is not None and cell.status not in AS_EXPECTED:
                yield [code(case.id), api_cell(column), status_cell(cell)]
    for line in measured.stale(cases[0].op) if cases else ():
        where = [paragraph(code(line["api"])), small(line["target"])]
        yield [code(line["case"]), where, chip(str(Status.STALE))]


def _bindings(op: Op, measured: Measured, *, apis: Sequence[str]) -> list[Binding]:
    found = [b for backend in measured.backends for b in backend.bindings if b.op == op.name]
    if not apis:
        return found
    return sorted((b for b in found if b.api in apis), key=lambda b: apis.index(b.api))


def _spelled(binding: Binding, parameter: str) -> nodes.Node:
    spelled = binding.spelled(parameter)
    if spelled is None:
        return paragraph("—", classes=["conformance-absent"])
    return paragraph("the tensor itself") if spelled == "self" else code(spelled)
