import hashlib
from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from conformance.files.report import (
    ReportError,
    ReportWriter,
    newest_report,
    read_report,
    tensor_data,
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


def test_lines_are_on_disk_while_the_run_goes_on(tmp_path):
    path = tmp_path / "report.jsonl"
    with ReportWriter(path, [TARGET], started=START) as writer:
        writer.add(line("x"))
        assert len(path.read_text().splitlines()) == 2


def test_the_newest_whole_report_is_taken(write, tmp_path):
    write(line("old"), name="z.jsonl")
    new = write(line("new"), name="a.jsonl", started=START.replace(year=2027))
    write(line("cut"), name="b.jsonl", started=START.replace(year=2028), finish=False)
    found = newest_report(tmp_path)
    assert found is not None
    assert found.path == new


def test_no_report_is_none(tmp_path):
    assert newest_report(tmp_path / "nothing") is None


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
