"""A run that is cut off leaves a report that can be read and completed, and no process."""

import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SLOW = range(50, 90)  # each takes 50 ms


@pytest.fixture
def start(counted):
    """Starts a run that writes r.jsonl, and waits until some calls have been made."""
    running = []

    def begin(*arguments, after_calls, **variables):
        process = subprocess.Popen(
            counted.command("--backend=counted", "--no-cache", "--report=r.jsonl", *arguments),
            cwd=counted.folder, env=counted.environment(**variables), text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        running.append(process)
        log = counted.folder / "calls.log"
        deadline = time.monotonic() + 60
        while not log.exists() or len(log.read_text().split()) <= after_calls:
            assert time.monotonic() < deadline
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def ids(report):
    lines = [json.loads(line) for line in report.read_text().splitlines()]
    return [line["id"] for line in lines if line["kind"] == "verdict"]


def whole_lines(report):
    return report.read_text().split("\n")[:-1]


def left_of(counted, within_s=20.0):
    """The processes that have the log of this test in their environment."""
    mark = f"COUNTED_LOG={counted.folder / 'calls.log'}".encode()
    deadline = time.monotonic() + within_s
    while True:
        found = [pid for pid in os.listdir("/proc") if pid.isdigit() and marked(pid, mark)]
        if not found or time.monotonic() > deadline:
            return found
        time.sleep(0.02)


def marked(pid, mark):
    folder = Path("/proc", pid)
    try:
        state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        return state != "Z" and mark in (folder / "environ").read_bytes().split(b"\0")
    except OSError:
        return False


@pytest.mark.parametrize("seed", range(4))
def test_after_kill_9_the_report_is_completed_and_nothing_is_left(counted, start, seed):
    counted.write_cases(SLOW)
    process = start(after_calls=random.Random(seed).randrange(1, 38))
    time.sleep(random.Random(seed).random() * 0.05)
    process.kill()
    process.communicate()
    assert left_of(counted) == []
    report = counted.folder / "r.jsonl"
    before = len(whole_lines(report)) - 1
    ran = [call for call in counted.calls() if call != "import"]

    done = counted.run("--resume=r.jsonl", "--no-cache", backends=())

    assert done.returncode == 0, done.stderr
    again = [call for call in counted.calls() if call != "import"]
    assert len(again) == len(SLOW) - before
    # Twice has run only what was under way.
    assert len(set(ran) & set(again)) <= 32
    assert sorted(ids(report)) == sorted(set(ids(report)))
    assert len(ids(report)) == len(SLOW)
    assert done.stdout.splitlines()[-1].endswith(f"; {before} kept from r.jsonl")
    assert json.loads(whole_lines(report)[-1])["verdicts"] == len(SLOW)


def test_what_a_killed_run_left_in_the_temporary_folder_goes_with_the_next(counted, start):
    temporary = counted.folder / "tmp"
    temporary.mkdir()
    counted.write_cases(SLOW)
    process = start(after_calls=3, TMPDIR=str(temporary))
    process.kill()
    process.communicate()
    assert len(list(temporary.iterdir())) == 1
    counted.run("--resume=r.jsonl", backends=(), TMPDIR=str(temporary))
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_run_that_is_told_to_end_says_how_to_go_on(counted, start, sent, status):
    counted.write_cases(SLOW)
    process = start(after_calls=5)
    process.send_signal(sent)
    _, errors = process.communicate(timeout=30)
    report = counted.folder / "r.jsonl"
    reached = len(whole_lines(report)) - 1
    assert process.returncode == status
    assert errors == (
        f"conformance: interrupted after {reached} of 40 verdicts; "
        "`conformance run --resume r.jsonl` runs the rest\n"
    )
    assert left_of(counted) == []
    assert counted.run("--resume=r.jsonl", backends=()).returncode == 0
    assert len(ids(report)) == 40


def test_a_run_without_a_report_goes_on_from_what_is_known(counted):
    counted.write_cases(SLOW)
    process = subprocess.Popen(
        counted.command("--backend=counted"), cwd=counted.folder, env=counted.environment(),
        text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    log = counted.folder / "calls.log"
    while not log.exists() or len(log.read_text().split()) < 6:
        time.sleep(0.005)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert errors.endswith("of 40 verdicts; the same command runs the rest\n")
    reached = int(errors.split()[3])
    assert reached
    counted.calls()
    done = counted.run()
    assert len(counted.calls()) == 1 + 40 - reached
    assert done.stdout.splitlines()[-1].endswith(f"; {reached} known from before")


def cut(counted, *, lines, rest=""):
    """Leaves the first lines of a whole report, and the start of the next one."""
    counted.run("--report=r.jsonl", "--no-cache")
    report = counted.folder / "r.jsonl"
    report.write_text("\n".join((*whole_lines(report)[:lines], rest)))
    counted.calls()
    return report


def test_a_last_line_that_was_cut_off_is_run_again(counted):
    report = cut(counted, lines=2, rest='{"kind": "verdict", "id": "cumsum/beh')
    counted.run("--resume=r.jsonl", "--no-cache", backends=())
    assert counted.calls() == ["import", "2", "3"]
    assert len(ids(report)) == 3


def test_a_report_that_is_whole_is_left_as_it_is(counted):
    report = cut(counted, lines=5)
    before = report.read_bytes()
    done = counted.run("--resume=r.jsonl", backends=())
    assert (done.returncode, counted.calls()) == (0, [])
    assert report.read_bytes() == before
    assert done.stdout.splitlines()[-1].endswith("; 3 kept from r.jsonl")


def test_what_has_changed_since_is_run_again(counted):
    report = cut(counted, lines=3)
    counted.behaviour.write_text(counted.behaviour.read_text().replace("[1, 1]", "[4, 1]"))
    counted.run("--resume=r.jsonl", "--no-cache", backends=())
    assert counted.calls() == ["import", "4", "3"]
    assert len(ids(report)) == 3


def test_a_target_that_has_changed_since_is_run_again(counted):
    report = cut(counted, lines=3)
    framework = counted.folder / "path/counted_framework.py"
    framework.write_text(framework.read_text() + "\n# Another version of it.\n")
    counted.run("--resume=r.jsonl", "--no-cache", backends=())
    assert counted.calls() == ["import", "1", "2", "3"]
    assert len(ids(report)) == 3


def test_a_case_that_is_no_more_is_in_the_report_no_more(counted):
    report = cut(counted, lines=3)
    counted.write_cases((2, 3))
    counted.run("--resume=r.jsonl", "--no-cache", backends=())
    assert counted.calls() == ["import", "3"]
    assert [task.partition("[")[0] for task in ids(report)] == [
        "cumsum/behaviour/case-2",
        "cumsum/behaviour/case-3",
    ]


def test_show_says_how_to_complete_a_report(counted):
    cut(counted, lines=2)
    command = [counted.command()[0], "show", "r.jsonl"]
    done = subprocess.run(
        command, cwd=counted.folder, env=counted.environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (
        2,
        "conformance: r.jsonl:2: the report ends without a footer; the run was cut off: "
        "`conformance run --resume r.jsonl` runs the rest\n",
    )


def test_a_question_of_ones_own_is_refused(counted):
    cut(counted, lines=2)
    done = counted.run("--resume=r.jsonl", backends=("counted",))
    assert (done.returncode, done.stderr) == (
        2,
        "conformance: --resume r.jsonl completes what that report was asked; expected no "
        "operation, no --report and no option that asks for something else\n",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "r.jsonl: no such file; expected a report of `conformance run`"),
        ("", "r.jsonl: empty; the run was cut off before it wrote a line: run it again"),
        ("word\n", "r.jsonl:1: the line is no object of JSON; the report was edited"),
        (
            '{"kind": "header", "format": 1, "tool": "t", "time": "x", "targets": []}\n',
            "r.jsonl:1: the header does not say what was asked; expected a report that "
            "`conformance run` was writing: run it again",
        ),
    ],
)
def test_what_cannot_be_completed_says_why(counted, text, message):
    if text is not None:
        counted.project.write("r.jsonl", text)
    done = counted.run("--resume=r.jsonl", backends=())
    assert (done.returncode, done.stderr) == (2, f"conformance: {message}\n")
