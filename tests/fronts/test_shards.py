"""`--shard`: the parts of a run, on the command line and under pytest, and all of them together."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.files.merge import merged
from conformance.files.report import read_report

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("conformance")
FILE = "cumsum/behaviour"


def conformance(*arguments, cwd):
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd, env=os.environ | {"CONFORMANCE_HOME": f"{cwd}/.home"}, capture_output=True,
        text=True, timeout=120, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(new_project):
    """A project with a report of a whole run, and with durations that make it worth splitting."""
    project = new_project()
    done = conformance("run", FILE, "--report", "whole.jsonl", cwd=project.folder)
    assert done.returncode == 0, done.stdout + done.stderr
    lines = read_report(project.folder / "whole.jsonl").verdicts
    durations = {line["id"]: 10.0 + number for number, line in enumerate(lines)}
    project.write("durations.json", json.dumps(durations))
    return project


def said(lines):
    """The verdicts by id, without what no two runs share and what pytest does not write."""
    own = ("duration_s", "content")
    return {line["id"]: {k: v for k, v in line.items() if k not in own} for line in lines}


def assert_same_together(project, names):
    parts = [read_report(project.folder / name) for name in names]
    assert all(report.verdicts for report in parts)
    assert sum(len(report.verdicts) for report in parts) == len(said(merged(parts)[1:-1]))
    assert said(merged(parts)[1:-1]) == said(read_report(project.folder / "whole.jsonl").verdicts)


def test_the_parts_of_a_run_are_together_the_whole_run(whole):
    names = [f"part-{number}.jsonl" for number in (1, 2, 3)]
    for number, name in enumerate(names, 1):
        done = conformance(
            "run", FILE, "--shard", f"{number}/3", "--durations", "durations.json",
            "--report", name, cwd=whole.folder,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert f"shard {number}/3: " in done.stdout
    assert_same_together(whole, names)


def test_under_pytest_they_are_the_same_parts(whole):
    names = [f"item-{number}.jsonl" for number in (1, 2)]
    for number, name in enumerate(names, 1):
        run = whole.pytest(
            FILE, "--backend", "reference", "--shard", f"{number}/2",
            "--conformance-durations", "durations.json", "--conformance-report", name,
        )  # fmt: skip
        assert run.code == 0, run.text
    assert_same_together(whole, names)
    conformance(
        "run", FILE, "--shard", "1/2", "--durations", "durations.json", "--report", "run.jsonl",
        cwd=whole.folder,
    )  # fmt: skip
    sides = [read_report(whole.folder / name).verdicts for name in ("item-1.jsonl", "run.jsonl")]
    assert said(sides[0]) == said(sides[1])


def test_a_part_without_tasks_is_a_whole_report_that_starts_nothing(whole):
    case = f"{FILE}/zero-d"
    done = conformance("run", case, "--shard", "2/2", "--report", "none.jsonl", cwd=whole.folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert "shard 2/2: 0 verdicts" in done.stdout
    report = read_report(whole.folder / "none.jsonl")
    assert report.header["targets"] == []
    assert report.header["shard"].items() >= {"index": 2, "of": 2}.items()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--shard", "4/3"],
            "--shard is '4/3'; expected I/N, the part I of N, from 1/N to N/N, like 2/5",
        ),
        (
            ["--durations", "durations.json"],
            "the durations of an earlier run are given without --shard; expected --shard I/N "
            "with them",
        ),
        (
            ["--shard", "1/2", "--durations", "no.json"],
            "no.json: no such file; expected a report, or a JSON object of seconds by the id of a "
            "task",
        ),
    ],
)
def test_a_wrong_question_is_answered_without_a_run(whole, arguments, message):
    done = conformance("run", FILE, *arguments, cwd=whole.folder)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"conformance: {message}\n")
