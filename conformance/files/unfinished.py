"""A report whose run was cut off: what is in it, to go on from there."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.files.report import FORMAT, ReportError
from conformance.files.report_lines import header_problem, verdict_problem

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A report without a footer, or with one. lines: (verdict, its text), by the task's id."""

    path: Path
    header: Line
    lines: dict[str, tuple[Line, str]]
    footer: Line | None

    @property
    def question(self) -> Line:
        """What the run was asked."""
        return dict(self.header["resume"]["question"])

    @property
    def fingerprints(self) -> dict[str, str | None]:
        """What each target's verdicts depended on, by its name."""
        return dict(self.header["resume"]["fingerprints"])


def read_unfinished(path: Path) -> Unfinished:
    """The report at path as far as it goes: of a last line that was cut off, nothing.

    Raises ReportError, with the line, if it is none, or none that says what was asked.
    """
    try:
        *whole, rest = path.read_text("utf-8").split("\n")
    except FileNotFoundError:
        raise ReportError(f"{path}: no such file; expected a report of `conformance run`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: cannot be read: {error}") from error
    if not whole and not rest:
        raise ReportError(
            f"{path}: empty; the run was cut off before it wrote a line: run it again"
        )
    records = [_record(path, number, text=text) for number, text in enumerate(whole, 1)]
    if rest:
        records += _last(rest)
    header = records[0][0] if records else {}
    if header.get("kind") != "header" or header.get("format") != FORMAT:
        raise ReportError(
            f"{path}:1: no report header of format {FORMAT}; expected a report of `conformance run`"
        )
    problem = header_problem(header) or _resume_problem(header)
    if problem:
        raise ReportError(f"{path}:1: {problem}")
    footer = records.pop()[0] if records[-1][0].get("kind") == "footer" else None
    return Unfinished(path, header, _verdicts(path, records, header=header), footer)


def _record(path: Path, number: int, *, text: str) -> tuple[Line, str]:
    try:
        record = json.loads(text)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise ReportError(f"{path}:{number}: the line is no object of JSON; the report was edited")
    return record, text


def _last(text: str) -> list[tuple[Line, str]]:
    """A last line without its end may be whole all the same."""
    try:
        record = json.loads(text)
    except ValueError:
        return []
    return [(record, text)] if isinstance(record, dict) else []


def _resume_problem(header: Line) -> str:
    resume = header.get("resume")
    if isinstance(resume, dict):
        parts = (resume.get("question"), resume.get("fingerprints"))
        if all(isinstance(part, dict) for part in parts):
            return ""
    return (
        "the header does not say what was asked; expected a report that `conformance run` was "
        "writing: run it again"
    )


def _verdicts(
    path: Path, records: list[tuple[Line, str]], *, header: Line
) -> dict[str, tuple[Line, str]]:
    targets = frozenset(target["name"] for target in header["targets"])
    found: dict[str, tuple[Line, str]] = {}
    for number, (line, text) in enumerate(records[1:], 2):
        where = f"{path}:{number}"
        if line.get("kind") != "verdict":
            raise ReportError(f"{where}: the line is no verdict")
        problem = verdict_problem(line, targets)
        if problem:
            raise ReportError(f"{where}: {problem}")
        if line["id"] in found:
            raise ReportError(f"{where}: a second verdict on {line['id']}")
        found[line["id"]] = (line, text)
    return found
