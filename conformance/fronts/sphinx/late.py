"""Errors that come up when a result is read, where the call itself gave one back."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from conformance.fronts.sphinx.columns import column_name
from conformance.fronts.sphinx.disagreements import apis_text
from conformance.fronts.sphinx.markup import Row, code, folded, paragraph, table
from conformance.fronts.sphinx.measured import Cell, Column, Measured
from conformance.fronts.sphinx.scripts import script_nodes

LATE = "realise"

Late = tuple[Column, Cell]


def late_nodes(measured: Measured) -> list[nodes.Element]:
    """A table of the exceptions per target, the APIs and how many calls; a script for each."""
    if measured.report is None:
        return [paragraph("Not run.")]
    grouped: dict[tuple[str, str, str], list[Late]] = {}
    for column, cell in _late(measured):
        assert cell.line is not None
        actual = cell.line["actual"]
        message = str(actual["message"]).strip().partition("\n")[0]
        key = (column.target.name, str(actual["error"]), _general(message))
        grouped.setdefault(key, []).append((column, cell))
    if not grouped:
        return [paragraph("None were found.")]
    head: Row = ["Target", "Exception", "APIs", "Calls"]
    rows = [_row(key, found) for key, found in grouped.items()]
    scripts = [
        node
        for found in grouped.values()
        for node in script_nodes(found[0][1], found[0][0], says="raises when its result is read")
    ]
    return [table(head, rows), folded("See it in Python", scripts)]


def _late(measured: Measured) -> list[Late]:
    """Every cell of the report whose exception came late, in the order of operations."""
    found: list[Late] = []
    for op in measured.suite.ops:
        columns = [column for column in measured.columns(op.name) if column.measured]
        for case in measured.cases(op.name):
            for column in columns:
                cell = measured.cell(case, column)
                if cell is None or cell.line is None:
                    continue
                if cell.line["actual"].get("phase") == LATE:
                    found.append((column, cell))
    return found


def _general(message: str) -> str:
    """The message up to what changes from call to call: numbers, and names with one."""
    words: list[str] = []
    for word in message.split():
        if any(letter.isdigit() for letter in word):
            return " ".join((*words, "..."))
        words.append(word)
    return " ".join(words)


def _row(key: tuple[str, str, str], found: Sequence[Late]) -> Row:
    _, error, message = key
    apis = list(dict.fromkeys(column.api for column, _ in found))
    return [
        column_name(found[0][0]),
        [paragraph(code(error), f": {message}")],
        [paragraph(*apis_text(apis))],
        str(len(found)),
    ]
