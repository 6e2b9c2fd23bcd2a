"""Several reports as one, and what cannot be one."""

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import jsonschema
import pytest

from conformance.decide.shard import Shard
from conformance.files.merge import merged, write_merged
from conformance.files.report import ReportError, ReportWriter, read_report
from conformance.files.schemas import schema_text
from conformance.model.backend import Target

START = datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
TORCH = Target("torch", "2.13.0", Path("python"), python="CPython 3.11.7", platform="linux-x86_64")
NUMPY = Target("numpy", "2.4.0", Path("python"), python="CPython 3.11.7", platform="linux-x86_64")


def line(case, status="passed", *, target=TORCH, actual=None, **more):
    return {
        "kind": "verdict", "id": f"cumsum/behaviour/{case}[a.b-{target.name}]", "op": "cumsum",
        "case": f"cumsum/behaviour/{case}", "api": "a.b", "target": target.name, "status": status,
        "expected": {"error": "axis-type"}, "actual": actual or {"end": "not-run"},
        "mismatches": [], "duration_s": 0.25, "place": "a.yaml:1:1", **more,
    }  # fmt: skip


@pytest.fixture
def write(tmp_path):
    def write(name, *lines, targets=(TORCH,), started=START, shard=None, took_s=2.5, tool=""):
        path = tmp_path / name
        with ReportWriter(path, targets, started=started, shard=shard) as writer:
            for each in lines:
                writer.add(each)
            writer.finish(ended=started + timedelta(seconds=took_s))
        if tool:
            text = path.read_text("utf-8")
            path.write_text(text.replace('"tool": "conformance ', f'"tool": "{tool}'), "utf-8")
        return read_report(path)

    return write


def refusal(*reports):
    with pytest.raises(ReportError) as caught:
        merged(reports)
    return str(caught.value)


def test_reports_of_other_targets_become_one_that_can_be_read(write, tmp_path):
    one = write("one.jsonl", line("a"), line("b", "failed"))
    other = write("other.jsonl", line("a", target=NUMPY), targets=(NUMPY,))
    path = tmp_path / "below" / "all.jsonl"
    write_merged([one, other], path)
    report = read_report(path)
    assert [target["name"] for target in report.header["targets"]] == [
        "torch-2.13.0",
        "numpy-2.4.0",
    ]
    assert report.verdicts == (*one.verdicts, *other.verdicts)
    assert report.footer["counts"] == {"passed": 2, "failed": 1}


def test_a_merged_report_is_as_the_schema_says(write, tmp_path):
    parts = [write(f"{n}.jsonl", line(n), shard=Shard(int(n), 2)) for n in "12"]
    path = tmp_path / "all.jsonl"
    write_merged(parts, path)
    valid = jsonschema.Draft202012Validator(json.loads(schema_text("report")))
    for report in (path, parts[0].path):
        for text in report.read_text("utf-8").splitlines():
            assert [error.message for error in valid.iter_errors(json.loads(text))] == []


def test_it_began_with_the_first_and_took_what_all_took_together(write):
    late = write("late.jsonl", line("a"), started=START + timedelta(hours=1))
    early = write("early.jsonl", line("b"))
    header, *_, footer = merged([late, early])
    assert header["time"] == "2026-01-02T03:04:05.000+00:00"
    assert footer["time"] == "2026-01-02T04:04:07.500+00:00"
    assert footer["duration_s"] == 5.0


def test_the_durations_of_verdicts_are_kept(write):
    _, verdict, _ = merged([write("one.jsonl", line("a"))])
    assert verdict["duration_s"] == 0.25


def test_the_same_verdict_twice_is_there_once(write):
    one = write("one.jsonl", line("a"))
    again = write("again.jsonl", line("a") | {"duration_s": 9.0, "place": "b.yaml:2:2"})
    _, *verdicts, footer = merged([one, again])
    assert verdicts == list(one.verdicts)
    assert footer["verdicts"] == 1


def test_another_status_is_a_contradiction(write, tmp_path):
    one = write("one.jsonl", line("b"), line("a"))
    other = write("other.jsonl", line("a", "failed"))
    assert refusal(one, other) == (
        f"{tmp_path}/other.jsonl:2: the verdict on cumsum/behaviour/a[a.b-torch-2.13.0] "
        f"contradicts {tmp_path}/one.jsonl:3: failed, there passed; "
        "expected the same outcome: run the task again"
    )


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"actual": {"end": "signal SIGSEGV"}}, "another end"),
        ({"expected": {"error": "axis-out-of-range"}}, "another expected"),
        ({"content": "b"}, "another content"),
    ],
)
def test_another_outcome_or_expectation_is_a_contradiction(write, tmp_path, change, what):
    one = write("one.jsonl", line("a", content="a"))
    other = write("other.jsonl", line("a", content="a") | change)
    assert refusal(one, other) == (
        f"{tmp_path}/other.jsonl:2: the verdict on cumsum/behaviour/a[a.b-torch-2.13.0] "
        f"contradicts {tmp_path}/one.jsonl:2: {what}; "
        "expected the same outcome: run the task again"
    )


@pytest.mark.parametrize(
    ("change", "key"),
    [({"platform": "macosx-arm64"}, "platform"), ({"python": "CPython 3.9.1"}, "interpreter")],
)
def test_another_target_of_the_same_name_is_refused(write, tmp_path, change, key):
    one = write("one.jsonl", line("a"))
    other = write("other.jsonl", line("b"), targets=(replace(TORCH, **change),))
    values = [report.header["targets"][0][key] for report in (one, other)]
    assert refusal(one, other) == (
        f"{tmp_path}/other.jsonl:1: {key} of the target torch-2.13.0 is {values[1]!r}, but "
        f"{values[0]!r} in {tmp_path}/one.jsonl:1; expected reports of the same: "
        "they cannot be merged"
    )


def test_reports_of_another_version_of_the_tool_are_refused(write, tmp_path):
    one = write("one.jsonl", line("a"))
    other = write("other.jsonl", line("b"), tool="conformance 9.")
    tools = [report.header["tool"] for report in (one, other)]
    assert refusal(one, other) == (
        f"{tmp_path}/other.jsonl:1: tool is {tools[1]!r}, but {tools[0]!r} in "
        f"{tmp_path}/one.jsonl:1; expected reports of the same: they cannot be merged"
    )


def test_all_shards_together_are_no_shard_any_more(write):
    parts = [write(f"{n}.jsonl", line(f"case-{n}"), shard=Shard(n, 3)) for n in (3, 1, 2)]
    header, *verdicts, _ = merged(parts)
    assert "shard" not in header
    assert len(verdicts) == 3


def test_a_missing_shard_is_named(write, tmp_path):
    parts = [write(f"{n}.jsonl", line(f"case-{n}"), shard=Shard(n, 4)) for n in (1, 3)]
    assert refusal(*parts) == (
        f"{tmp_path}/1.jsonl:1: a shard of 4, of which 2, 4 are missing; "
        "expected the reports of all shards"
    )


def test_shards_of_two_splits_are_refused(write, tmp_path):
    parts = [write(f"{n}.jsonl", line(f"case-{n}"), shard=Shard(n, n + 1)) for n in (1, 2)]
    assert refusal(*parts) == (
        f"{tmp_path}/2.jsonl:1: a shard of another split than {tmp_path}/1.jsonl:1, of 3 and 2; "
        "expected shards of the same cases, targets and durations"
    )


def test_shards_of_other_cases_are_refused(write, tmp_path):
    parts = [write(f"{n}.jsonl", line(f"case-{n}"), shard=Shard(n, 2, f"{n}")) for n in (1, 2)]
    assert refusal(*parts) == (
        f"{tmp_path}/2.jsonl:1: a shard of another split than {tmp_path}/1.jsonl:1, of 2 and 2; "
        "expected shards of the same cases, targets and durations"
    )


def test_a_header_whose_shard_is_none_is_refused(write, tmp_path):
    report = write("1.jsonl", line("a"), shard=Shard(1, 2))
    text = report.path.read_text("utf-8")
    report.path.write_text(text.replace('{"index": 1, "of": 2, "split": ""}', '"1/2"'), "utf-8")
    with pytest.raises(ReportError) as caught:
        read_report(report.path)
    assert str(caught.value) == f"{tmp_path}/1.jsonl:1: the shard is a str; expected an object"
