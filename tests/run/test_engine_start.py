"""A target that cannot be started is one reason for all of its tasks, and harms no other target."""

from __future__ import annotations

import time
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from conformance.model.outcome import Crashed, Returned, TimedOut, Unavailable


def reason_of(fake: Any, **options: Any) -> str:
    first, second = fake.run(fake.task(), fake.task(), **options)
    assert isinstance(first, Unavailable)
    assert first == second
    assert first.what == "target"
    return first.reason


def test_a_missing_framework_is_named(fake: Any) -> None:
    reason = reason_of(fake("raises_at_import"))
    first, _, last = reason.partition("; it printed last:\n")
    assert first == (
        "raises_at_import-1.0 could not be started: its adapter cannot be imported: "
        "ModuleNotFoundError: No module named 'a_framework_that_nobody_has'"
    )
    assert last.endswith("ModuleNotFoundError: No module named 'a_framework_that_nobody_has'")


def test_a_death_at_import_shows_what_was_printed_last(fake: Any) -> None:
    assert reason_of(fake("dies_at_import")) == (
        "dies_at_import-1.0 could not be started: it died while importing its framework "
        "(signal SIGABRT); it printed last:\ncannot load the shared library"
    )


def test_an_import_has_a_time_limit(fake: Any) -> None:
    assert reason_of(fake("hangs_at_import"), start_timeout_s=0.5) == (
        "hangs_at_import-1.0 could not be started: its framework was not imported within 0.5 s"
    )


def test_an_incomplete_adapter_is_named(fake: Any) -> None:
    assert reason_of(fake("has_no_version")).startswith(
        "has_no_version-1.0 could not be started: its adapter cannot be imported: AttributeError: "
        "module 'conformance_adapter_process' has no attribute 'version'; it printed last:\n"
    )


def test_an_exception_in_start_is_shown(fake: Any) -> None:
    reason = reason_of(fake("raises_in_start", device="gpu"))
    assert reason.startswith(
        "raises_in_start-1.0 could not be started: start of its adapter failed:\nTraceback"
    )
    assert reason.endswith("RuntimeError: no device gpu\n")


def test_a_start_that_never_ends_has_a_time_limit(fake: Any) -> None:
    limits = {"timeout_s": 0.2, "first_case_allowance_s": 0.1}
    assert reason_of(fake("sleeps_in_start"), **limits) == (
        "sleeps_in_start-1.0 could not be started: a server did not get ready: "
        "no answer within 0.3 s"
    )


def test_a_death_in_start_is_no_crash_of_a_case(fake: Any) -> None:
    assert reason_of(fake("dies_in_start")) == (
        "dies_in_start-1.0 could not be started: a server did not get ready: exit status 4"
    )


def test_a_missing_interpreter_is_named(fake: Any, tmp_path: Path) -> None:
    missing = tmp_path / "python"
    assert reason_of(fake("healthy", interpreter=missing)) == (
        "healthy-1.0 could not be started: its interpreter cannot be run: "
        f"{missing}: No such file or directory"
    )


def test_a_target_without_an_interpreter_says_what_to_do(fake: Any) -> None:
    absent = fake("healthy", interpreter=None, missing="it is not installed; run `make it`")
    assert reason_of(absent) == (
        "healthy-1.0 could not be started: it is not installed; run `make it`"
    )


def test_another_version_than_the_target_says_is_refused(fake: Any) -> None:
    assert reason_of(fake("healthy", version="1.1")) == (
        "healthy-1.1 could not be started: its interpreter has healthy 1.0, expected 1.1"
    )


@pytest.mark.parametrize("version", ["1.0+cpu", "1.0", ""])
def test_a_local_part_of_a_version_is_no_other_version(fake: Any, version: str) -> None:
    same = fake("healthy", version=version)
    (outcome,) = same.run(same.task())
    assert isinstance(outcome, Returned)


def test_a_target_that_cannot_start_stays_unavailable(fake: Any) -> None:
    broken = fake("raises_at_import")
    with broken.workers() as workers:
        (_, first), (_, again) = [next(workers.run([broken.task()])) for _ in range(2)]
    assert isinstance(first, Unavailable)
    assert first == again


@pytest.mark.parametrize("name", ["hangs_at_import", "sleeps_in_start", "dies_at_import"])
def test_a_target_that_cannot_start_holds_up_no_other(fake: Any, name: str) -> None:
    healthy, broken = fake("healthy"), fake(name)
    began = time.monotonic()
    with healthy.workers(broken, timeout_s=20) as workers:
        for task, outcome in workers.run([broken.task(), healthy.task()]):
            if task.target is healthy.target:
                assert isinstance(outcome, Returned)
                break
    # The broken one may take 50 s or more.
    assert time.monotonic() - began < 40


def test_a_hanging_case_holds_up_no_other_target(fake: Any, misbehaving: Any) -> None:
    healthy = fake("healthy")
    work = [misbehaving.task("hang"), *(healthy.task() for _ in range(50))]
    with healthy.workers(misbehaving, timeout_s=60) as workers:
        ended = list(islice(workers.run(work), 50))
    assert {task.target for task, _ in ended} == {healthy.target}
    assert all(isinstance(outcome, Returned) for _, outcome in ended)


def test_a_backend_that_hangs_when_forked_gets_processes_of_its_own(fake: Any) -> None:
    hanging = fake("hangs_when_forked")
    tasks = [hanging.task() for _ in range(3)]
    with hanging.workers(timeout_s=1.0, first_case_allowance_s=0.5) as workers:
        outcomes = [outcome for _, outcome in workers.run(tasks)]
    assert [type(outcome) for outcome in outcomes] == [Returned] * 3
    assert workers.notes == [
        "hangs_when_forked-1.0 is started anew after a crash: a forked server lost its first "
        "case, a new process did not"
    ]


def test_a_backend_that_dies_when_forked_gets_processes_of_its_own(fake: Any) -> None:
    dying = fake("dies_when_forked")
    with dying.workers() as workers:
        outcomes = [outcome for _, outcome in workers.run([dying.task(), dying.task()])]
    assert [type(outcome) for outcome in outcomes] == [Returned] * 2
    assert workers.notes == [
        "dies_when_forked-1.0 is started anew after a crash: a forked server did not get ready, "
        "a new process did not"
    ]


def test_a_backend_may_say_that_it_does_not_fork(fake: Any) -> None:
    alone = fake("does_not_fork")
    names = ["process", "abort", "process", "raise_runtime_error", "process", "hang", "process"]
    limits = {"timeout_s": 0.5, "first_case_allowance_s": 0.5}
    with alone.workers(**limits) as workers:
        tasks = [alone.task(name) for name in names]
        ended = {id(task): outcome for task, outcome in workers.run(tasks)}
    outcomes = [ended[id(task)] for task in tasks]
    processes = [outcome.outputs for outcome in outcomes if isinstance(outcome, Returned)]
    assert len({outputs[0].data for outputs in processes}) == 4
    assert isinstance(outcomes[1], Crashed)
    assert outcomes[1].how == "signal SIGABRT"
    assert isinstance(outcomes[5], TimedOut)
    assert workers.notes == [
        "does_not_fork-1.0 is started anew after a crash: its backend does not fork"
    ]


def test_a_framework_that_waits_for_every_child_disturbs_nobody(fake: Any) -> None:
    taking = fake("takes_signals")
    outcomes = taking.run(taking.task(), taking.task("abort"), taking.task())
    assert [type(outcome) for outcome in outcomes] == [Returned, Crashed, Returned]
    assert outcomes[1].how == "signal SIGABRT"
