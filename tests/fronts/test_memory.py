"""Large inputs at the fronts: left out, granted, refused."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.fronts.sizes import parse_size
from conformance.model.errors import UsageError
from conformance.run.memory import check_budget

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("conformance")
# More elements than are ever made when the file is read: 21.5 MiB are needed.
CASES = """\
format: 1
op: cumsum
cases:
  - id: large
    why: three rows of a million and a half
    call: {x: {dtype: int8, shape: [3, 1500000], blocks: {values: [1, 2, 4]}}, axis: 0, dtype: int8}
    expect: {dtype: int8, values: {shape: [3, 1500000], blocks: {values: [1, 3, 7]}}}
  - id: small
    why: two rows
    call: {x: {dtype: int8, values: [[1], [2]]}, axis: 0, dtype: int8}
    expect: {dtype: int8, values: [[1], [3]]}
"""
LARGE = "cumsum/behaviour/large"


@pytest.fixture
def folder(project):
    project.write("cases/cumsum/behaviour.yaml", CASES)
    return project.folder


def conformance(*arguments, cwd):
    environment = {**os.environ, "CONFORMANCE_HOME": str(cwd / ".home")}
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_what_needs_more_memory_is_left_out_and_the_run_says_so(folder):
    done = conformance("run", "cumsum/behaviour", "--memory", "8MiB", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "left out: 1 task needs 0.1 GiB of memory: run with --memory 1GiB\n" in done.stdout
    assert "1 verdicts in" in done.stdout
    assert "behaviour/large" not in done.stdout


def test_with_enough_memory_it_runs_and_what_it_needs_is_told_before(folder):
    done = conformance("run", "cumsum/behaviour", "--report", "r.jsonl", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert done.stderr == (
        "conformance: 1 task needs 0.1 GiB of memory; they run last, one at a time\n"
    )
    lines = [json.loads(line) for line in (folder / "r.jsonl").read_text().splitlines()]
    (large,) = (line for line in lines if line.get("case") == LARGE)
    assert large["status"] == "passed"
    assert large["memory_bytes"] == 4 * 4_500_000 * 1.25
    (output,) = large["actual"]["outputs"]
    assert output["digest"].startswith("sha256/1048576:")
    assert output["digest"] == large["expected"]["outputs"][0]["digest"]
    assert (output["head"], output["tail"]) == ([1] * 4, [7] * 4)


def test_in_this_process_it_runs_as_well(folder):
    done = conformance("run", LARGE, "--in-process", cwd=folder)
    assert (done.returncode, "✓ passed" in done.stdout) == (0, True), done.stderr


def test_a_wrong_row_is_red_with_the_chunk_where_it_begins(folder):
    wrong = CASES.replace("blocks: {values: [1, 3, 7]}", "blocks: {values: [1, 3, 6]}")
    (folder / "cases/cumsum/behaviour.yaml").write_text(wrong)
    done = conformance("run", LARGE, cwd=folder)
    assert done.returncode == 1
    assert (
        f"{LARGE} · reference_impl.cumsum · reference 0.1.0: "
        "3 of 5 chunks of 1,048,576 values differ; in the first of them 145,728 of 1,048,576, "
        "greatest difference 1 at [2, 0]"
    ) in done.stdout
    assert "at        [2, 0]: expected 6, actual 7" in done.stdout
    assert 'np.repeat(np.array([1, 2, 4], "int8"), 1500000).reshape((3, 1500000))' in done.stdout


def test_nothing_but_what_is_left_out_is_a_wrong_question(folder):
    done = conformance("run", LARGE, "--memory", "8MiB", cwd=folder)
    assert (done.returncode, done.stderr) == (
        2,
        "conformance: nothing to run: 1 task needs 0.1 GiB of memory: run with --memory 1GiB\n",
    )


def test_more_memory_than_there_is_is_refused_before_anything_starts(folder):
    done = conformance("run", "--memory", "900TiB", cwd=folder)
    assert done.returncode == 2
    assert done.stderr.startswith("conformance: --memory is 921600.0 GiB, but ")
    assert done.stderr.endswith(" GiB are available here; expected at most that\n")


def test_the_budget_may_be_all_that_is_available():
    check_budget(5 << 30, 5 << 30)
    with pytest.raises(UsageError) as caught:
        check_budget((5 << 30) + 1, 5 << 30)
    assert str(caught.value) == (
        "--memory is 5.1 GiB, but 5.0 GiB are available here; expected at most that"
    )


@pytest.mark.parametrize(
    ("text", "size"),
    [("12GiB", 12 << 30), ("1.5 GiB", 3 << 29), ("900MiB", 900 << 20), ("2TiB", 2 << 40)],
)
def test_a_size_is_read_as_people_write_it(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["12", "12GB", "GiB", "-1GiB", "1,5GiB", "much", ""])
def test_what_is_no_size_is_refused(folder, text):
    done = conformance("run", "--memory", text, cwd=folder)
    assert done.returncode == 2
    assert f"{text!r} is no size; expected a number with its unit, such as 12GiB" in done.stderr


@pytest.mark.usefixtures("folder")
def test_pytest_leaves_out_what_needs_more_memory_and_says_so(project):
    run = project.pytest("--backend", "reference", "cumsum/behaviour", "--memory", "8MiB")
    assert (run.code, run.counts) == (0, {"passed": 1})
    text = "conformance: left out: 1 task needs 0.1 GiB of memory: run with --memory 1GiB"
    assert text in run.text


@pytest.mark.usefixtures("folder")
def test_pytest_runs_it_with_enough_memory(project):
    run = project.pytest("--backend", "reference", "cumsum/behaviour")
    assert (run.code, run.counts) == (0, {"passed": 2})


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((LARGE, "--memory", "8MiB"), "nothing to run: 1 task needs 0.1 GiB of memory: run with --memory 1GiB"),
        (("--memory", "12GB"), "'12GB' is no size; expected a number with its unit, such as 12GiB"),
        (("--memory", "8MiB", "-n", "1"), "--memory beside -n: each process of pytest-xdist could make such a call at the same time; expected one of them"),
    ],
)  # fmt: skip
def test_pytest_refuses_wrong_questions_about_memory(project, arguments, message):
    run = project.pytest("--backend", "reference", *arguments)
    assert run.code == 4
    assert message in run.text
