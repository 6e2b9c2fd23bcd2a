"""How long tasks took before: an earlier report, or a file of seconds by task."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from conformance.files.report import ReportError, read_report
from conformance.model.errors import UsageError

EXPECTED = "expected a report, or a JSON object of seconds by the id of a task"


def read_durations(path: Path) -> dict[str, float]:
    """Seconds by the id of a task. Raises UsageError if path holds none."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file; {EXPECTED}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}; {EXPECTED}") from None
    try:
        data = json.loads(text)
    except ValueError:
        return _of_report(path)
    if not isinstance(data, dict) or not all(map(_is_duration, data.values())):
        raise UsageError(f"{path}: holds something else; {EXPECTED}")
    return {task: float(seconds) for task, seconds in data.items()}


def _of_report(path: Path) -> dict[str, float]:
    try:
        report = read_report(path)
    except ReportError as error:
        raise UsageError(f"{error}; {EXPECTED}") from None
    return {line["id"]: float(line["duration_s"]) for line in report.verdicts}


def _is_duration(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value < 1e9
