"""How the columns of a table are named: an API, and below it where it was measured."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from conformance.fronts.sphinx.markup import code, paragraph, small
from conformance.fronts.sphinx.measured import Column, Measured


def column_name(column: Column) -> str:
    """`torch 2.13.0`, with the words that the target was asked for; `torch` where nothing ran."""
    target = column.target
    if not column.measured:
        return target.backend
    return " ".join((target.backend, target.version, *target.words))


def api_cell(column: Column) -> list[nodes.Node]:
    """The API, and below it where it was measured."""
    return [paragraph(code(column.api)), small(column_name(column))]


def measured_text(measured: Measured, columns: Sequence[Column]) -> str:
    """On what and when; 'not run' where no report speaks of any of the columns."""
    names = dict.fromkeys(column_name(column) for column in columns if column.measured)
    if measured.report is None or not names:
        return "not run"
    header = measured.report.header
    return f"{', '.join(names)}; {time_text(header['time'])} by {header['tool']}"


def time_text(time: str) -> str:
    """`2026-11-23 00:09 +00:00` of an ISO time with seconds."""
    return f"{time[:10]} {time[11:16]} {time[-6:] if '+' in time[10:] else ''}".strip()
