"""What a framework that does everything wrong looks like in pytest."""

import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

# The first element of x says what happens.
FRAMEWORK = """
import os, sys, time
import numpy

__version__ = "1.5"


def cumsum(x, axis):
    kind = int(x.flat[0])
    if kind == 91:
        os.abort()
    if kind == 92:
        time.sleep(600)
    if kind == 93:
        print("a word of warning", file=sys.stderr)
    if kind == 94:
        raise TypeError("no kernel for this dtype")
    if kind == 95:
        raise RuntimeError("out of luck")
    return numpy.add.accumulate(x, axis, dtype=numpy.int64)
"""

ADAPTER = """
import numpy

version = "1.5"
tensor_types = (numpy.ndarray, numpy.generic)


def start(device, mode):
    pass


def to_framework(array, dtype):
    return array


def from_framework(tensor):
    return numpy.asarray(tensor)


def dtype_name(tensor):
    return tensor.dtype.name


def dtype(name):
    return numpy.dtype(name)


def synchronise():
    pass
"""

BINDINGS = """
format: 1
backend: wobbly
snippet:
  imports: [import numpy as np, import wobbly_framework]
  tensor: "{array}"
  dtype: "{name}"
errors:
  - {word: unsupported-dtype, type: TypeError, contains: no kernel for this dtype}
apis:
  wobbly_framework.cumsum:
    op: cumsum
    kind: function
    parameters: {x: x, axis: axis}
    unanswered: a test
"""

LEDGER = """
format: 1
backend: wobbly
known:
  - cases: [cumsum/behaviour/known]
    apis: [wobbly_framework.cumsum]
    outcome: {dtype: int64, values: [1, 3]}
    reason: int64 is its favourite
    link: https://example.org/wobbly/1
"""

CASES = """
format: 1
op: cumsum
cases:
  - id: right
    why: sums
    call: {x: {dtype: int8, values: [1, 2]}, axis: 0}
    expect: {dtype: int64, values: [1, 3]}
  - id: asks
    why: nothing is declared
    call: {x: {dtype: int8, values: [1, 2]}, axis: 0}
    expect: {values: [1, 3], difference: integer-promotion}
  - id: crashes
    why: an abort
    call: {x: {dtype: int8, values: [91]}, axis: 0}
    expect: {dtype: int64, values: [91]}
  - id: prints
    why: noise
    call: {x: {dtype: int8, values: [93]}, axis: 0}
    expect: {dtype: int64, values: [93]}
  - id: declines
    why: an error that its data calls unsupported
    call: {x: {dtype: int8, values: [94]}, axis: 0}
    expect: {dtype: int64, values: [94]}
  - id: lacks-a-parameter
    why: the plan declines it
    call: {x: {dtype: int8, values: [1]}, axis: 0, dtype: int8}
    expect: {dtype: int8, values: [1]}
  - id: raises
    why: an error without a meaning
    call: {x: {dtype: int8, values: [95]}, axis: 0}
    expect: {dtype: int64, values: [95]}
  - id: known
    why: stands in the ledger
    call: {x: {dtype: int8, values: [1, 2]}, axis: 0}
    expect: {dtype: int8, values: [1, 3]}
  - id: right-again
    why: comes after all that
    call: {x: {dtype: int8, values: [3, 4]}, axis: 0}
    expect: {dtype: int64, values: [3, 7]}
"""

WOBBLY = "--backend=wobbly"


def item(case):
    return f"cumsum/behaviour/{case}[wobbly_framework.cumsum-wobbly-1.5]"


@pytest.fixture
def wobbly(project):
    """project with one file of cases, and a folder to put on the path of Python."""
    project.page.unlink()
    project.write("cases/cumsum/behaviour.yaml", CASES)
    project.write("path/wobbly_framework.py", FRAMEWORK)
    for name, text in (
        ("adapter.py", ADAPTER),
        ("bindings.yaml", BINDINGS),
        ("ledger.yaml", LEDGER),
    ):
        project.write(f"path/wobbly_backend/{name}", text)
    project.write("path/wobbly_backend/environment.toml", 'module = "wobbly_framework"\n')
    project.write(
        "path/wobbly-1.5.dist-info/entry_points.txt",
        "[conformance.backends]\nwobbly = wobbly_backend\n",
    )
    project.write("path/wobbly-1.5.dist-info/METADATA", "Name: wobbly\nVersion: 1.5\n")
    return project


@pytest.fixture
def run(wobbly):
    def run_wobbly(*arguments):
        return wobbly.pytest(
            WOBBLY,
            "-v",
            "--conformance-timeout=1",
            *arguments,
            PYTHONPATH=str(wobbly.folder / "path"),
        )

    return run_wobbly


@pytest.mark.parametrize("how", ["-n0", "-n2"])
def test_every_status_has_its_word_and_the_others_are_unharmed(run, how):
    done = run(how)

    assert done.outcomes == {
        item("right"): "PASSED",
        item("asks"): "OBSERVED",
        item("crashes"): "FAILED",
        item("prints"): "PASSED",
        item("declines"): "SKIPPED",
        item("lacks-a-parameter"): "SKIPPED",
        item("raises"): "FAILED",
        item("known"): "XFAIL",
        item("right-again"): "PASSED",
    }
    assert done.code == 1


def test_the_summary_says_why(run):
    done = run("-rA")

    assert f"FAILED {item('crashes')} - signal SIGABRT, expected an answer\n" in done.text
    assert (
        f"FAILED {item('raises')} - raised RuntimeError, expected a result: out of luck"
        in done.text
    )
    assert (
        f"XFAIL {item('known')} - int64 is its favourite https://example.org/wobbly/1" in done.text
    )
    line = CASES[: CASES.index("- id: declines")].count("\n") + 1
    assert (
        f"SKIPPED [1] cases/cumsum/behaviour.yaml:{line}: "
        "error: unsupported-dtype: no kernel for this dtype\n" in done.text
    )
    assert "plan: wobbly_framework.cumsum has no parameter for dtype" in done.text


def test_what_the_framework_prints_is_kept_with_a_pass(run):
    done = run("-rP", "cumsum/behaviour/prints")

    assert "- printed by the framework -" in done.text
    assert "\na word of warning\n" in done.text


def test_a_known_failure_fails_with_runxfail(run):
    done = run("--runxfail", "cumsum/behaviour/known")

    assert done.outcomes == {item("known"): "FAILED"}


def test_what_is_observed_is_counted_apart_and_is_no_failure(run):
    done = run("cumsum/behaviour/asks", "cumsum/behaviour/right")

    assert done.counts == {"passed": 1, "observed": 1}
    assert done.code == 0


def test_a_ledger_entry_that_speaks_of_nothing_fails_as_an_item(wobbly, run):
    ledger = wobbly.folder / "path/wobbly_backend/ledger.yaml"
    wobbly.edit(
        ledger, "[cumsum/behaviour/known]", new="[cumsum/behaviour/known, cumsum/behaviour/gone]"
    )

    done = run("cumsum/behaviour/right", item("gone"))

    assert done.outcomes == {item("right"): "PASSED", item("gone"): "FAILED"}
    assert (
        f"FAILED {item('gone')} - {ledger}:5:5 speaks of cumsum/behaviour/gone on "
        "wobbly_framework.cumsum, which is not there; expected a case and an API that exist: "
        "mend the entry or remove it\n" in done.text
    )


def test_a_known_failure_that_passes_is_told_to_leave_the_ledger(wobbly, run):
    ledger = wobbly.folder / "path/wobbly_backend/ledger.yaml"
    wobbly.edit(ledger, "[cumsum/behaviour/known]", new="[cumsum/behaviour/right]")

    done = run("cumsum/behaviour/right")

    assert done.outcomes == {item("right"): "FAILED"}
    assert f" - passes, but {ledger}:5:5 knows it to fail: remove the entry\n" in done.text


def test_an_interrupt_leaves_no_process(wobbly):
    cases = wobbly.folder / "cases/cumsum/behaviour.yaml"
    wobbly.edit(cases, "values: [91]}, axis: 0}", new="values: [92]}, axis: 0}")
    environment = os.environ | {"PYTHONPATH": str(wobbly.folder / "path"), "PYTEST_ADDOPTS": ""}
    process = subprocess.Popen(
        [sys.executable, "-m", "pytest", WOBBLY, "-v", "cumsum/behaviour/crashes"],
        cwd=wobbly.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    children = []
    deadline = time.monotonic() + 60
    while not children and time.monotonic() < deadline:
        time.sleep(0.05)
        children = children_of(process.pid)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    text, _ = process.communicate(timeout=30)

    assert process.returncode == pytest.ExitCode.INTERRUPTED, text
    assert "KeyboardInterrupt" in text
    assert children
    assert [pid for pid in children if is_running(pid)] == []


def children_of(pid):
    """The processes below pid that run Python, servers of workers included."""
    listed = subprocess.run(
        ["ps", "-e", "-o", "pid=,ppid="], stdout=subprocess.PIPE, text=True, check=True
    )
    parents = dict(map(int, line.split()) for line in listed.stdout.splitlines())
    found, level = [], {pid}
    while level:
        level = {child for child, parent in parents.items() if parent in level}
        found += level
    return found


def is_running(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
