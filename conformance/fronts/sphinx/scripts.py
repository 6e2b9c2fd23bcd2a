"""A script for a bare Python, and what it gave when the suite ran the call."""

from __future__ import annotations

from docutils import nodes

from conformance.decide.snippet import snippet
from conformance.fronts.sphinx.columns import column_name
from conformance.fronts.sphinx.endings import accuracy, dtypes, ending
from conformance.fronts.sphinx.markup import block, code, paragraph, small
from conformance.fronts.sphinx.measured import Cell, Column

# Longer scripts hold inputs that nobody reads.
LONGEST = 4000


def script_nodes(cell: Cell | None, column: Column, *, says: str = "") -> list[nodes.Node]:
    """Who says what, the script, and the outcome; nothing where there is no task.

    says: 'answers keep', without which it is only said where the script belongs.
    """
    if cell is None or cell.task is None:
        return []
    lead = f" on {column_name(column)}" + (f" {says}" if says else "")
    text = snippet(cell.task)
    made: list[nodes.Node] = [paragraph(code(column.api), f"{lead}:")]
    if len(text) > LONGEST:
        command = code(f"conformance repro '{cell.task.id}'")
        made.append(paragraph("The input is long; this prints the script: ", command))
    else:
        made.append(block(text, "python"))
    if cell.line is not None:
        told = [node.astext() for node in dtypes(cell.line["actual"])]
        made += [small(f"Outcome: {' '.join(told)}".rstrip()), *ending(cell.line["actual"])]
        made += accuracy(cell)
    return made
