"""The known failures of each backend, as its ledger has them, and what the report says of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docutils import nodes

from conformance.files.report import choice_data
from conformance.fronts.sphinx.columns import api_cell
from conformance.fronts.sphinx.endings import dtypes, ending, status_cell
from conformance.fronts.sphinx.markup import Row, code, folded, paragraph, section, small, table
from conformance.fronts.sphinx.measured import Cell, Column, Measured
from conformance.fronts.sphinx.scripts import script_nodes
from conformance.model.backend import Backend, KnownOutcome, LedgerEntry
from conformance.model.case import Case, Choice


def ledger_nodes(measured: Measured, *, backend: str) -> list[nodes.Element]:
    """The entries of one backend, else a section for each that has any."""
    chosen = [b for b in measured.backends if backend in ("", b.name)]
    if backend:
        return list(_entries(chosen[0], measured)) or [paragraph("No failure is known.")]
    made: list[nodes.Element] = [
        section([code(one.name)], *_entries(one, measured), key=f"ledger-{one.name}")
        for one in chosen
        if one.ledger
    ]
    return made or [paragraph("No failure is known.")]


def _entries(backend: Backend, measured: Measured) -> Iterator[nodes.Element]:
    """What is said of every reason: entries that share it belong together."""
    grouped: dict[tuple[str, str], list[LedgerEntry]] = {}
    for entry in backend.ledger:
        grouped.setdefault((entry.reason, entry.link), []).append(entry)
    for (reason, link), entries in grouped.items():
        yield nodes.rubric("", reason)
        yield small(nodes.reference("", link, refuri=link))
        places = [place for e in entries for place in _places(e, measured, backend=backend)]
        head: Row = ["Case", "API", "Expected", "What happens instead", "Verdict"]
        yield table(head, [_row(*place, measured=measured) for place in places])
        scripts = list(_script(places, measured))
        if scripts:
            yield folded("See it in Python", scripts)


def _places(
    entry: LedgerEntry, measured: Measured, *, backend: Backend
) -> Iterator[tuple[LedgerEntry, str, str, Column | None]]:
    """(entry, case, API, its column) on every target; no column if the API is gone."""
    for address in entry.cases:
        columns = measured.columns(address.partition("/")[0], entry.apis)
        dtype = _dtype(address, measured)
        for api in entry.apis:
            own = [c for c in columns if c.api == api and c.target.backend == backend.name]
            if not own:
                yield entry, address, api, None
            for column in own:
                if entry.when.holds(column.target, dtype=dtype):
                    yield entry, address, api, column


def _row(
    entry: LedgerEntry, address: str, api: str, column: Column | None, *, measured: Measured
) -> Row:
    case = _case(address, measured)
    cell = measured.cell(case, column) if case is not None and column is not None else None
    return [
        [paragraph(code(address)), small(case.why if case is not None else "no such case")],
        api_cell(column) if column is not None else [code(api), small("no such API")],
        _expected(cell),
        _known(entry.outcome),
        status_cell(cell, brief=True),
    ]


def _expected(cell: Cell | None) -> list[nodes.Node]:
    """What the case holds the call against: the declared answer, or the only one."""
    if cell is None or cell.task is None:
        return []
    task = cell.task
    choices = task.expectation.choices
    choice = next((c for c in choices if c.name == task.declared), choices[0])
    data = choice_data(choice)
    return [*dtypes(data), *ending(data)]


def _known(outcome: KnownOutcome) -> list[nodes.Node]:
    if outcome.raises is not None:
        kind, contains = outcome.raises
        return [paragraph(code(kind), f": {contains}" if contains else "")]
    shown: list[nodes.Node] = [paragraph(outcome.ends)] if outcome.ends else []
    if outcome.outputs:
        data = choice_data(Choice("", None, outcome.outputs))
        shown += [*dtypes(data), *ending(data)]
    return shown


def _script(
    places: Sequence[tuple[LedgerEntry, str, str, Column | None]], measured: Measured
) -> Iterator[nodes.Node]:
    """The script of the first call of every case that there is, each case once."""
    shown = set()
    for _, address, _, column in places:
        case = _case(address, measured)
        if case is not None and column is not None and address not in shown:
            shown.add(address)
            yield from script_nodes(measured.cell(case, column), column)


def _case(address: str, measured: Measured) -> Case | None:
    return next((case for case in measured.suite.cases if case.address == address), None)


def _dtype(address: str, measured: Measured) -> str | None:
    case = _case(address, measured)
    return case.call.tensor_dtype() if case is not None and case.call is not None else None
