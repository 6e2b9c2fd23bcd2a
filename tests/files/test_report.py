import hashlib
import json
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from conformance.decide.answers import Observation
from conformance.files.report import (
    ReportError,
    ReportWriter,
    observation_in,
    read_report,
    tensor_data,
    whole_reports,
)
from conformance.model.backend import Target
from conformance.model.tensor import Tensor

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
TARGET = Target("torch", "2.13.0", Path("python"), python="CPython 3.11.7", platform="linux-x86_64")


def line(task: str, status: str = "passed") -> dict[str, object]:
    return {
        "kind": "verdict", "id": task, "op": "cumsum", "case": "cumsum/behaviour/a", "api": "a.b",
        "target": TARGET.name, "status": status, "expected": {"error": "axis-type"},
        "actual": {"end": "not-run"}, "mismatches": [], "duration_s": 0.0, "place": "a.yaml:1:1",
    }  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(*lines, finish=True, started=START, name="report.jsonl"):
        path = tmp_path / name
        with ReportWriter(path, [TARGET], started=started) as writer:
            for each in lines:
                writer.add(each)
            if finish:
                writer.finish(ended=started)
        return path

    return write


def test_a_whole_report_is_read_back(write):
    report = read_report(write(line("x"), line("y", "failed")))
    assert [v["id"] for v in report.verdicts] == ["x", "y"]
    assert report.footer["counts"] == {"passed": 1, "failed": 1}
    assert report.header["targets"][0]["name"] == "torch-2.13.0"


@pytest.mark.parametrize(
    ("status", "red"),
    [("passed", False), ("observed", False), ("known", False), ("unsupported", False),
     ("failed", True), ("unstable", True), ("crashed", True), ("timed-out", True),
     ("not-run", True), ("changed", True), ("fixed", True), ("stale", True)],
)  # fmt: skip
def test_a_report_is_red_if_something_is_not_as_expected(write, status, red):
    assert read_report(write(line("x"), line("y", status))).red is red


def test_a_report_without_a_footer_is_refused(write):
    path = write(line("x"), finish=False)
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == (
        f"{path}:2: the report ends without a footer; the run was cut off: run it again"
    )


def test_a_report_that_is_cut_inside_a_line_is_refused(write):
    path = write(line("x"), line("y"))
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == (
        f"{path}:4: the line is no JSON; the report was cut off or edited: run it again"
    )


def test_a_second_verdict_on_a_task_is_refused(write):
    path = write(line("x"), line("y"), line("x"))
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == f"{path}:4: a second verdict on x; the first is in line 2"


def test_a_missing_line_is_noticed(write):
    path = write(line("x"), line("y"))
    lines = path.read_text().splitlines()
    path.write_text("\n".join([*lines[:1], *lines[2:]]) + "\n")
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == (
        f"{path}: 1 verdicts, but the footer counts 2; lines are missing: run it again"
    )


@pytest.mark.parametrize("text", ["", "[]\n", "{}\n", '{"kind": "header", "format": 2}\n'])
def test_what_is_no_report_is_refused(tmp_path, text):
    path = tmp_path / "report.jsonl"
    path.write_text(text)
    with pytest.raises(ReportError):
        read_report(path)


def test_a_missing_report_is_said_to_be_missing(tmp_path):
    with pytest.raises(ReportError) as caught:
        read_report(tmp_path / "no.jsonl")
    assert str(caught.value) == (
        f"{tmp_path / 'no.jsonl'}: no such file; expected a report of `conformance run`"
    )


def edited(path, number, change):
    """Changes one line of a report, counted from 1."""
    lines = path.read_text().splitlines()
    record = json.loads(lines[number - 1])
    change(record)
    lines[number - 1] = json.dumps(record)
    path.write_text("\n".join(lines) + "\n")


VERDICT_KEYS = "id, op, case, api, target, status, place, expected, actual, mismatches, duration_s"


@pytest.mark.parametrize("key", VERDICT_KEYS.split(", "))
def test_a_verdict_without_a_key_that_readers_need_is_refused(write, key):
    path = write(line("x"), line("y"))
    edited(path, 3, lambda record: record.pop(key))
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == (
        f"{path}:3: the verdict has no {key!r}; expected all of: {VERDICT_KEYS}; "
        "run it again with this version"
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"status": "pass"}, "unknown status 'pass'; expected one of: passed, observed, failed, "
         "unsupported, unstable, crashed, timed-out, not-run, known, changed, fixed, stale"),
        ({"target": "jax-1"}, "unknown target 'jax-1'; expected one of: torch-2.13.0"),
        ({"api": 3}, "api of the verdict is 3; expected text"),
        ({"duration_s": True},
         "duration_s of the verdict is True; expected a whole number or a number"),
        ({"mismatches": ["dtype"]}, "a mismatch is a str; expected an object"),
        ({"mismatches": [{"kind": "dtype", "text": "no"}]},
         "a mismatch has no 'positions'; expected all of: kind, text, positions; "
         "run it again with this version"),
        ({"difference": "overflow", "declared": None},
         "the verdict on a question has no 'observed'; "
         "expected all of: difference, declared, observed; run it again with this version"),
        ({"difference": "overflow", "declared": 1, "observed": []},
         "declared of the verdict on a question is 1; expected text or null"),
        ({"accuracy": {"ulp": 0.5, "index": [0], "class": "blocked"}},
         "the accuracy has no 'curve'; expected all of: ulp, index, class, curve; "
         "run it again with this version"),
        ({"reason": "it is wrong"},
         "the verdict with a reason has no 'link'; expected all of: reason, link; "
         "run it again with this version"),
    ],
)  # fmt: skip
def test_a_verdict_that_readers_cannot_take_is_refused(write, change, message):
    path = write(line("x"))
    edited(path, 2, lambda record: record.update(change))
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == f"{path}:2: {message}"


def test_a_header_whose_target_has_no_version_is_refused(write):
    path = write(line("x"))
    edited(path, 1, lambda record: record["targets"][0].pop("version"))
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == (
        f"{path}:1: a target has no 'version'; expected all of: name, backend, version, "
        "interpreter, platform, device, mode; run it again with this version"
    )


def test_a_footer_without_counts_is_refused(write):
    path = write(line("x"))
    edited(path, 3, lambda record: record.pop("counts"))
    with pytest.raises(ReportError) as caught:
        read_report(path)
    assert str(caught.value) == (
        f"{path}:3: the footer has no 'counts'; expected all of: verdicts, counts, time, "
        "duration_s; run it again with this version"
    )


def test_what_a_line_says_about_its_question_is_read_back():
    asked = line("x") | {"difference": "overflow", "declared": "wrap", "observed": ["wrap"]}
    assert observation_in(asked) == Observation(
        "overflow", "a.b", "torch-2.13.0", "cumsum/behaviour/a", ("wrap",), "wrap"
    )
    assert observation_in(line("x")) is None


def test_lines_are_on_disk_while_the_run_goes_on(tmp_path):
    path = tmp_path / "report.jsonl"
    with ReportWriter(path, [TARGET], started=START) as writer:
        writer.add(line("x"))
        assert len(path.read_text().splitlines()) == 2


def test_whole_reports_are_found_and_the_newest_is_first(write, tmp_path):
    old = write(line("old"), name="z.jsonl")
    new = write(line("new"), name="a.jsonl", started=START.replace(year=2027))
    write(line("cut"), name="b.jsonl", started=START.replace(year=2028), finish=False)
    assert [report.path for report in whole_reports(tmp_path)] == [new, old]


def test_a_folder_that_is_not_there_has_no_report(tmp_path):
    assert whole_reports(tmp_path / "nothing") == []


def test_a_text_that_is_no_unicode_is_kept_escaped(write):
    path = write(line("x") | {"printed": "\udc80"})
    assert read_report(path).verdicts[0]["printed"] == "\udc80"


def test_a_large_tensor_is_its_digest_and_its_ends():
    small = tensor_data(Tensor.of(np.ones(1024, np.int8), "int8"))
    assert len(small["values"]) == 1024
    large = tensor_data(Tensor.of(np.arange(1025, dtype=np.int16), "int16"))
    assert large == {
        "dtype": "int16",
        "shape": [1025],
        "digest": "sha256:" + hashlib.sha256(np.arange(1025, dtype="<i2").tobytes()).hexdigest(),
        "head": [0, 1, 2, 3],
        "tail": [1021, 1022, 1023, 1024],
    }
