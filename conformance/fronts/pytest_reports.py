"""What a pytest report says of a verdict, in this process and after a journey to another."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

# Properties of items and their reports; they stand in JUnit files too.
TASK = "conformance-task"
STATUS = "conformance-status"


@dataclass(frozen=True, slots=True)
class CrashLine:
    """Where and what in one line, under the names that pytest and its plug-ins look for."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


@dataclass(frozen=True, slots=True)
class FailureText:
    """An explanation in the place of a traceback."""

    text: str
    reprcrash: CrashLine

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        headline, _, rest = self.text.partition("\n")
        tw.line(headline, bold=True, red=True)
        if rest:
            tw.line(rest)


def pack(report: Any, *, line: dict[str, Any] | None) -> None:
    """Adds to report what a process of pytest-xdist must send along: where and what in one line of
    a failure, and line, the verdict for a report of ours.

    As text: a dict with an int64 would not arrive.
    """
    if isinstance(report.longrepr, FailureText):
        crash = report.longrepr.reprcrash
        vars(report)["conformance_crash"] = (crash.path, crash.lineno, crash.message)
    if line is not None:
        vars(report)["conformance_line"] = json.dumps(line)


def unpack(report: Any) -> None:
    """Gives a report that came as data its FailureText back, of which only the text arrived."""
    crash = getattr(report, "conformance_crash", None)
    if crash is not None and isinstance(report.longrepr, str):
        report.longrepr = FailureText(report.longrepr, CrashLine(*crash))


def line_of(report: Any) -> dict[str, Any] | None:
    """The verdict in a report as a line of a report of ours; None where there is none."""
    text = getattr(report, "conformance_line", None)
    return None if text is None else dict(json.loads(text))


def task_of(report: Any) -> str | None:
    """The id of the task that a report speaks of; None for somebody else's test."""
    found = dict(report.user_properties).get(TASK)
    return None if found is None else str(found)


def status_of(report: Any) -> str | None:
    """The status of the verdict in a report; None where there is no verdict."""
    found = dict(report.user_properties).get(STATUS)
    return None if found is None else str(found)
