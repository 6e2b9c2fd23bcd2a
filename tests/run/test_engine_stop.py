"""However a run is left, no process is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest


def test_a_run_that_is_left_early_leaves_no_process(misbehaving: Any, left: Any) -> None:
    workers = misbehaving.workers()
    run = workers.run([misbehaving.task(), misbehaving.task("hang", deaf=True)])
    next(run)
    assert len(left(misbehaving.mark)) >= 2
    run.close()
    assert left(misbehaving.mark) == []


def test_stop_from_another_thread_ends_the_run(misbehaving: Any, left: Any) -> None:
    workers = misbehaving.workers()
    stopper = threading.Timer(0.5, workers.stop)
    stopper.start()
    outcomes = list(workers.run([misbehaving.task("hang")]))
    stopper.join()
    assert outcomes == []
    assert left(misbehaving.mark) == []


def test_stop_while_the_consumer_pauses_leaves_no_process(misbehaving: Any, left: Any) -> None:
    workers = misbehaving.workers()
    run = workers.run([misbehaving.task(), misbehaving.task("hang")])
    next(run)
    stopper = threading.Thread(target=workers.stop)
    stopper.start()
    stopper.join()
    assert left(misbehaving.mark) == []
    assert list(run) == []


def test_stop_while_importing_leaves_no_process(fake: Any, left: Any) -> None:
    hanging = fake("hangs_at_import")
    with hanging.workers() as workers:
        workers.start()
        time.sleep(0.3)
        assert len(left(hanging.mark)) == 1
    assert left(hanging.mark) == []


def test_workers_have_a_session_of_their_own(misbehaving: Any) -> None:
    """Ctrl-C on a terminal reaches the suite only."""
    (outcome,) = misbehaving.run(misbehaving.task("session"))
    assert outcome.outputs[0].array().tolist() != [os.getsid(0)]


def test_stopped_workers_run_nothing(misbehaving: Any) -> None:
    workers = misbehaving.workers()
    workers.stop()
    assert list(workers.run([misbehaving.task()])) == []


def test_workers_that_were_never_started_can_be_left(misbehaving: Any) -> None:
    with misbehaving.workers():
        pass


def test_workers_can_run_several_times(misbehaving: Any) -> None:
    with misbehaving.workers() as workers:
        first = [outcome for _, outcome in workers.run([misbehaving.task("process")])]
        again = [outcome for _, outcome in workers.run([misbehaving.task("process")])]
    assert first[0].outputs == again[0].outputs


def test_the_temporary_folder_goes_with_the_workers(misbehaving: Any) -> None:
    with misbehaving.workers() as workers:
        list(workers.run([misbehaving.task("abort")]))
        folder = workers._folder.path
        assert folder.is_dir()
    assert not folder.exists()


PARENT = """
import dataclasses, os, sys
from pathlib import Path
from conformance.model.backend import ALWAYS, Backend, Binding, Snippet, Target
from conformance.model.case import Call, Case, Choice, Expectation, OutputExpected
from conformance.model.errors import Place
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task
from conformance.run.engine import Workers

name, adapter, function = sys.argv[1:]
place, snippet = Place("f", 1, 1), Snippet((), "", "")
backend = Backend(name, Path(adapter), (), (), snippet)
target = Target(name, "1.0", Path(sys.executable))
path = "fake." + function
binding = Binding(path, "cumsum", name, "function", path, (), (), (), ALWAYS, place)
call = Call((("x", Tensor("int8", (1,), b"0")),), spelled=True)
anything = Expectation((Choice("", outputs=(OutputExpected("result"),)),))
case = Case("cumsum", "f", "id", "behaviour", place, call, anything)
task = Task(case, None, binding, target, call, anything, (), snippet)
healthy = dataclasses.replace(binding, path="fake.process")
first = Task(case, None, healthy, target, call, anything, (), snippet)
with Workers([(backend, target)]) as workers:
    workers.start()
    print("started", flush=True)
    for _ in workers.run([first, task]):
        print("answered", flush=True)
"""


def test_no_server_outlives_its_process_and_the_parent_together(fake: Any, left: Any) -> None:
    one = fake("misbehaving")
    with parent_process(one, wait_for="answered") as parent:
        (zygote,) = [
            int(process.split()[0])
            for process in left(one.mark)
            if parent_of(int(process.split()[0])) == parent.pid
        ]
        # Nobody is left who could end the server.
        os.kill(parent.pid, signal.SIGSTOP)
        os.kill(zygote, signal.SIGKILL)
        os.kill(parent.pid, signal.SIGKILL)
    assert left(one.mark, within_s=20.0) == []


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


@contextmanager
def parent_process(one: Any, *, wait_for: str) -> Iterator[subprocess.Popen[str]]:
    """A process that runs a healthy case and one that hangs, at the point where it prints that."""
    command = [sys.executable, "-c", PARENT, one.target.backend, str(one.backend.adapter), "hang"]
    environment = {**os.environ, "MARK": one.mark}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment
    ) as parent:
        assert parent.stdout is not None
        while parent.stdout.readline().strip() != wait_for:
            assert parent.poll() is None
        time.sleep(0.3)
        yield parent


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    ("name", "wait_for"), [("misbehaving", "answered"), ("hangs_at_import", "started")]
)
def test_no_orphan_outlives_the_parent(
    fake: Any, left: Any, sent: signal.Signals, name: str, wait_for: str
) -> None:
    one = fake(name)
    with parent_process(one, wait_for=wait_for) as parent:
        assert len(left(one.mark)) >= 2
        parent.send_signal(sent)
    assert left(one.mark, within_s=20.0) == []
