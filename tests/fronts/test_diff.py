"""`conformance diff` and `conformance merge` as people use them."""

import json
from datetime import datetime, timezone
from pathlib import Path

import pytest
from click.testing import CliRunner

from conformance.files.report import ReportWriter, read_report
from conformance.fronts.cli import main
from conformance.fronts.diff_command import as_text, diff_of
from conformance.model.backend import Target

START = datetime(2026, 5, 4, 8, 30, tzinfo=timezone.utc)
OLD, MIDDLE, NEW = (Target("torch", version, None) for version in ("1.8.1", "1.13.1", "2.13.0"))
MINDSPORE = Target("mindspore", "2.0.0", None)


def outputs(*values, dtype="int8"):
    return {"outputs": [{"dtype": dtype, "shape": [len(values)], "values": list(values)}]}


def line(case, target, status="passed", actual=None, **more):
    address = f"cumsum/behaviour/{case}"
    return {
        "kind": "verdict", "id": f"{address}[torch.cumsum-{target.name}]", "op": "cumsum",
        "case": address, "api": "torch.cumsum", "target": target.name, "status": status,
        "expected": {"error": "axis-type"}, "actual": actual or outputs(1, 3), "mismatches": [],
        "duration_s": 0.0, "place": "a.yaml:1:1", **more,
    }  # fmt: skip


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Writes a report in the current folder."""
    monkeypatch.chdir(tmp_path)

    def write(name, targets, *lines):
        with ReportWriter(Path(name), targets, started=START) as writer:
            for each in lines:
                writer.add(each)
            writer.finish(ended=START)
        return Path(name)

    return write


def run(*arguments):
    """Exit status, standard output, standard error of the command in this process."""
    done = CliRunner().invoke(main, [str(argument) for argument in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_two_reports_of_the_same_show_nothing(write):
    path = write("a.jsonl", [OLD], line("a", OLD))
    assert run("diff", path, path) == (0, "0 broken, 0 gone, 0 changed, 0 fixed, 0 added\n", "")


def test_two_versions_in_two_reports_are_held_against_each_other(write):
    old = write("old.jsonl", [OLD], line("a", OLD), line("b", OLD, "failed"), line("c", OLD))
    new = write(
        "new.jsonl",
        [NEW],
        line("a", NEW, "failed", outputs(1, 3, dtype="int64"), observed=["default-int"]),
        line("b", NEW, actual={"error": "IndexError", "message": "no\nway", "phase": "call"}),
        line("d", NEW, "crashed"),
    )
    assert run("diff", old, new) == (
        1,
        "broken (1), torch-1.8.1 -> torch-2.13.0\n"
        "  cumsum/behaviour/a · torch.cumsum: status, dtype, answer\n"
        "      passed      int8 (2,) [1, 3]\n"
        "      failed      int64 (2,) [1, 3], answers default-int\n"
        "\n"
        "gone (1), torch-1.8.1 -> torch-2.13.0\n"
        "  cumsum/behaviour/c · torch.cumsum: passed\n"
        "\n"
        "fixed (1), torch-1.8.1 -> torch-2.13.0\n"
        "  cumsum/behaviour/b · torch.cumsum: status, ending\n"
        "      failed      int8 (2,) [1, 3]\n"
        "      passed      IndexError: no\n"
        "\n"
        "added (1), torch-1.8.1 -> torch-2.13.0\n"
        "  cumsum/behaviour/d · torch.cumsum: crashed, red\n"
        "\n"
        "1 broken, 1 gone, 0 changed, 1 fixed, 1 added\n",
        "",
    )


def test_apis_of_which_the_same_is_said_are_one_entry(write):
    apis = ("torch.cumsum", "torch.Tensor.cumsum")
    old, new = (
        write(
            f"{target.version}.jsonl",
            [target],
            *(
                line("a", target, actual=outputs(1, dtype=dtype))
                | {"api": api, "id": f"cumsum/behaviour/a[{api}-{target.name}]"}
                for api in apis
            ),
        )
        for target, dtype in ((OLD, "int8"), (NEW, "int64"))
    )
    assert as_text(diff_of(old, new, names=None)).splitlines() == [
        "changed (2), torch-1.8.1 -> torch-2.13.0",
        "  cumsum/behaviour/a · torch.cumsum, torch.Tensor.cumsum: dtype",
        "      passed      int8 (1,) [1]",
        "      passed      int64 (1,) [1]",
        "",
        "0 broken, 0 gone, 2 changed, 0 fixed, 0 added",
    ]


def test_two_targets_of_one_report_are_held_against_each_other(write):
    path = write(
        "all.jsonl", [OLD, MIDDLE, NEW],
        line("a", OLD), line("a", MIDDLE, "failed"), line("a", NEW, actual=outputs(1, 4)),
    )  # fmt: skip
    status, text, _ = run("diff", path, "--from", "torch@1.8.1", "--to", "torch@2.13.0")
    assert status == 0
    assert text == (
        "changed (1), torch-1.8.1 -> torch-2.13.0\n"
        "  cumsum/behaviour/a · torch.cumsum: values\n"
        "      passed      int8 (2,) [1, 3]\n"
        "      passed      int8 (2,) [1, 4]\n"
        "\n"
        "0 broken, 0 gone, 1 changed, 0 fixed, 0 added\n"
    )


def test_a_large_result_is_shown_by_its_ends_and_its_digest(write):
    digest = f"sha256:{'0123456789abcdef' * 4}"
    large = {"dtype": "int8", "shape": [3, 900], "head": [1, 2], "tail": ["nan", 4]}
    old = write(
        "old.jsonl", [OLD], line("a", OLD, actual={"outputs": [large | {"digest": digest}]})
    )
    new = write("new.jsonl", [OLD], line("a", OLD, actual={"outputs": [large | {"digest": "b"}]}))
    assert as_text(diff_of(old, new, names=None)).splitlines()[:3] == [
        "changed (1), torch-1.8.1",
        "  cumsum/behaviour/a · torch.cumsum: values",
        "      passed      int8 (3, 900) [1, 2, ..., nan, 4] sha256:0123456",
    ]


def test_a_target_that_is_gone_or_added_is_one_line(write):
    old = write("old.jsonl", [OLD, MINDSPORE], line("a", OLD), line("a", MINDSPORE))
    new = write("new.jsonl", [OLD, NEW], line("a", OLD), line("a", NEW), line("b", NEW))
    assert run("diff", old, new) == (
        1,
        "gone: the target mindspore-2.0.0 with 1 verdict\n"
        "added: the target torch-2.13.0 with 2 verdicts\n"
        "0 broken, 0 gone, 0 changed, 0 fixed, 0 added\n",
        "",
    )


def test_json_has_both_sides(write):
    old = write("old.jsonl", [OLD], line("a", OLD))
    new = write("new.jsonl", [NEW], line("a", NEW, "unsupported", {"end": "x"}, cause="plan: y"))
    status, text, _ = run("diff", old, new, "--format", "json")
    assert status == 0
    assert json.loads(text) == {
        "old": "old.jsonl",
        "new": "new.jsonl",
        "targets": [["torch-1.8.1", "torch-2.13.0"]],
        "targets_gone": [],
        "targets_added": [],
        "counts": {"broken": 0, "gone": 0, "changed": 1, "fixed": 0, "added": 0},
        "changes": [
            {
                "kind": "changed",
                "case": "cumsum/behaviour/a",
                "api": "torch.cumsum",
                "parts": ["status", "ending"],
                "before": {
                    "id": "cumsum/behaviour/a[torch.cumsum-torch-1.8.1]",
                    "target": "torch-1.8.1",
                    "status": "passed",
                    "actual": outputs(1, 3),
                },
                "after": {
                    "id": "cumsum/behaviour/a[torch.cumsum-torch-2.13.0]",
                    "target": "torch-2.13.0",
                    "status": "unsupported",
                    "actual": {"end": "x"},
                    "cause": "plan: y",
                },
            }
        ],
    }


def test_one_report_without_targets_is_no_question(write):
    path = write("all.jsonl", [OLD, NEW], line("a", OLD), line("a", NEW))
    assert run("diff", path) == (
        2,
        "",
        "conformance: diff has one report, all.jsonl; expected a second one, or --from and --to "
        "with two of its targets: torch-1.8.1, torch-2.13.0\n",
    )


def test_one_end_alone_is_no_question(write):
    path = write("all.jsonl", [OLD, NEW], line("a", OLD), line("a", NEW))
    assert run("diff", path, "--to", "torch-2.13.0")[::2] == (
        2,
        "conformance: --to without --from; expected both or none\n",
    )


def test_reports_that_have_nothing_in_common_are_refused(write):
    old = write("old.jsonl", [OLD, MIDDLE], line("a", OLD))
    new = write("new.jsonl", [NEW], line("a", NEW))
    assert run("diff", old, new)[::2] == (
        2,
        "conformance: no target of new.jsonl stands for one of old.jsonl; expected the same names, "
        "or one target of a backend in each; --from and --to name two targets; the first has: "
        "torch-1.8.1, torch-1.13.1; the second: torch-2.13.0\n",
    )


def test_merge_writes_one_report_of_several(write):
    parts = [write(f"{t.version}.jsonl", [t], line("a", t)) for t in (OLD, NEW)]
    assert run("merge", *parts, "--output", "all.jsonl") == (
        0,
        "all.jsonl: 2 verdicts on torch-1.8.1, torch-2.13.0\n",
        "",
    )
    whole = read_report(parts[0].with_name("all.jsonl"))
    assert [verdict["target"] for verdict in whole.verdicts] == ["torch-1.8.1", "torch-2.13.0"]


def test_merge_refuses_a_contradiction_and_writes_nothing(write):
    one = write("one.jsonl", [OLD], line("a", OLD))
    other = write("other.jsonl", [OLD], line("a", OLD, "failed"))
    assert run("merge", one, other, "--output", "all.jsonl") == (
        2,
        "",
        "conformance: other.jsonl:2: the verdict on "
        "cumsum/behaviour/a[torch.cumsum-torch-1.8.1] contradicts one.jsonl:2: failed, there "
        "passed; expected the same outcome: run the task again\n",
    )
    assert not one.with_name("all.jsonl").exists()


def test_merge_refuses_a_report_that_was_cut_off(write):
    one, other = (write(f"{name}.jsonl", [OLD], line("a", OLD)) for name in "ab")
    other.write_text("".join(other.read_text().splitlines(keepends=True)[:-1]))
    assert run("merge", one, other, "--output", "all.jsonl")[::2] == (
        2,
        "conformance: b.jsonl:2: the report ends without a footer; the run was cut off: "
        "run it again\n",
    )


def test_merge_does_not_write_over_what_it_reads(write):
    path = write("a.jsonl", [OLD], line("a", OLD))
    assert run("merge", path, "--output", "./a.jsonl")[::2] == (
        2,
        "conformance: --output is a.jsonl, one of the reports; expected another file\n",
    )
