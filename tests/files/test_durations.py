"""How long tasks took before."""

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest

from conformance.files.durations import read_durations
from conformance.files.report import ReportWriter
from conformance.model.backend import Target
from conformance.model.errors import UsageError

EXPECTED = "expected a report, or a JSON object of seconds by the id of a task"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "durations"


def refusal(path):
    with pytest.raises(UsageError) as caught:
        read_durations(path)
    return str(caught.value)


def test_an_earlier_report_has_them(path):
    now = datetime(2026, 1, 2, tzinfo=timezone.utc)
    target = Target("torch", "2.13.0", Path("python"))
    with ReportWriter(path, [target], started=now) as writer:
        writer.add(
            {
                "kind": "verdict",
                "id": "a[b-torch-2.13.0]",
                "op": "a",
                "case": "a",
                "api": "b",
                "target": target.name,
                "status": "passed",
                "expected": {},
                "actual": {},
                "mismatches": [],
                "duration_s": 1.5,
                "place": "a:1:1",
            }
        )
        writer.finish(ended=now)
    assert read_durations(path) == {"a[b-torch-2.13.0]": 1.5}


def test_a_file_of_seconds_has_them(path):
    path.write_text('{"a[b-torch-2.13.0]": 2, "c[b-torch-2.13.0]": 0.5}')
    assert read_durations(path) == {"a[b-torch-2.13.0]": 2.0, "c[b-torch-2.13.0]": 0.5}


@pytest.mark.parametrize("data", [[1, 2], {"a": "1"}, {"a": -1}, {"a": True}, {"a": float("nan")}])
def test_anything_else_is_refused(path, data):
    path.write_text(json.dumps(data))
    assert refusal(path) == f"{path}: holds something else; {EXPECTED}"


def test_a_missing_file_is_refused(path):
    assert refusal(path) == f"{path}: no such file; {EXPECTED}"


def test_a_report_that_was_cut_off_is_refused(path):
    path.write_text('{"kind": "header"}\n{"ki')
    assert refusal(path) == (
        f"{path}:2: the line is no JSON; the report was cut off or edited: run it again; {EXPECTED}"
    )
