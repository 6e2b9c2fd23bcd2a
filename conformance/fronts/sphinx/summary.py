"""What a report is about, and how many verdicts of which kind each target has."""

from __future__ import annotations

from collections import Counter
from typing import Any

from docutils import nodes

from conformance.files.report import Report
from conformance.fronts.sphinx.columns import time_text
from conformance.fronts.sphinx.markup import Content, Row, chip, code, fields, paragraph, table
from conformance.fronts.sphinx.measured import Measured
from conformance.model.verdict import Status


def summary_nodes(measured: Measured) -> list[nodes.Element]:
    """Counts per target with time and versions; 'not run' for every backend without a report."""
    report = measured.report
    if report is None:
        rows: list[Row] = [[code(b.name), chip("not-run")] for b in measured.backends]
        text = "No report was found, so that nothing here is measured: not run."
        return [paragraph(text), table(["Backend", "Verdicts"], rows)]
    counts: dict[str, Counter[str]] = {}
    for line in report.verdicts:
        counts.setdefault(line["target"], Counter())[line["status"]] += 1
    words = [str(s) for s in Status if any(count[str(s)] for count in counts.values())]
    head: list[Content] = ["Target", *([chip(word)] for word in words), "all"]
    rows = [_row(entry, counts, words=words) for entry in report.header["targets"]]
    facts: list[tuple[str, Content]] = [
        ("Run", time_text(report.header["time"])),
        ("Took", f"{report.footer['duration_s']:g} s"),
        ("Tool", report.header["tool"]),
    ]
    return [
        fields(facts),
        *_others(measured, report),
        table(head, rows, classes=["conformance-numbers"]),
    ]


def _others(measured: Measured, report: Report) -> list[nodes.Element]:
    """Which of several reports is shown, and how all of them can be."""
    if not measured.others:
        return []
    text = (
        f"The newest whole report is shown, {report.path.name}; beside it lie "
        f"{', '.join(measured.others)}. `conformance merge` writes several as one."
    )
    return [paragraph(text, classes=["conformance-note"])]


def _row(entry: dict[str, Any], counts: dict[str, Counter[str]], *, words: list[str]) -> Row:
    count = counts.get(entry["name"], Counter())
    where = ", ".join(filter(None, (entry["interpreter"], entry["platform"])))
    name = [paragraph(code(entry["name"])), paragraph(where, classes=["conformance-note"])]
    return [name, *(str(count[word]) for word in words), str(count.total())]
