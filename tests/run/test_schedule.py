"""Targets take turns: so many work at a time, and none is held up by one that hangs."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest

from conformance.model.outcome import Crashed, Outcome, Returned, Unavailable
from conformance.model.tensor import Tensor
from conformance.run import dispatch, schedule


@pytest.fixture
def family(fake: Callable[..., Any]) -> Callable[..., list[Any]]:
    """Targets of a fake that differ in a word only."""

    def make(count: int, name: str = "misbehaving") -> list[Any]:
        return [fake(name, words=(f"number{i}",)) for i in range(count)]

    return make


def order_of(targets: list[Any], *, jobs: int, tasks: int) -> list[str]:
    """The targets in the order in which their outcomes come, of slow tasks."""
    work = [one.task("slow", seconds=0.1) for one in targets for _ in range(tasks)]
    with targets[0].workers(*targets[1:], jobs=jobs) as workers:
        return [task.target.words[0] for task, _ in workers.run(work)]


def test_with_one_job_targets_work_one_after_the_other(family: Any) -> None:
    order = order_of(family(3), jobs=1, tasks=3)
    assert [word for word, _ in groupby(order)] == ["number0", "number1", "number2"]
    assert len(order) == 9


def test_with_two_jobs_two_targets_work_side_by_side(
    family: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SLOW_S", 1000.0)  # who waits for the other lends it no place
    targets = family(2)
    here = {"folder": str(tmp_path), "count": 2}
    work = [one.task("meet", name=one.target.words[0], **here) for one in targets]
    with targets[0].workers(targets[1], jobs=2) as workers:
        assert all(isinstance(outcome, Returned) for _, outcome in workers.run(work))


def test_with_two_jobs_no_third_target_works(family: Any) -> None:
    order = order_of(family(4), jobs=2, tasks=3)
    at_work = [
        sum(0 < order[: end + 1].count(word) < 3 for word in set(order)) for end in range(12)
    ]
    assert max(at_work) <= 2


def test_what_takes_longest_begins_first_and_what_is_unknown_may(family: Any) -> None:
    targets = family(4)
    work = [one.task("slow", seconds=0.1) for one in targets for _ in range(2)]
    paces = {targets[0].target.name: 0.1, targets[1].target.name: 0.3, targets[2].target.name: 0.2}
    with targets[0].workers(*targets[1:], jobs=1, paces=paces) as workers:
        order = [task.target.words[0] for task, _ in workers.run(work)]
    assert [word for word, _ in groupby(order)] == ["number3", "number1", "number2", "number0"]


def test_what_a_task_took_is_told_where_there_were_many(family: Any) -> None:
    many, few = family(2)
    work = [*(many.task() for _ in range(60)), few.task()]
    with many.workers(few, jobs=2) as workers:
        list(workers.run(work))
        assert list(workers.paces) == [many.target.name]
        assert 0 < workers.paces[many.target.name] < 1


@pytest.mark.parametrize(("jobs", "processes"), [(1, 2), (2, 3)])
def test_a_target_is_imported_while_another_works_if_it_has_a_place(
    fake: Any, family: Any, left: Any, *, jobs: int, processes: int
) -> None:
    (works,) = family(1)
    imports = [fake("hangs_at_import", words=(word,)) for word in ("one", "two")]
    paces = {works.target.name: 9.0} | {one.target.name: 1.0 for one in imports}
    work = [works.task("slow", seconds=1.0), works.task("slow", seconds=1.0)]
    work += [one.task() for one in imports]
    with works.workers(*imports, jobs=jobs, paces=paces) as workers:
        run = workers.run(work)
        next(run)
        # The import and the server of the one that works, and the import of another.
        assert len(left(works.mark)) == processes


def test_the_processes_of_a_target_end_when_it_is_through(family: Any, left: Any) -> None:
    targets = family(3)
    work = [one.task("slow", seconds=0.2) for one in targets for _ in range(2)]
    most = 0
    with targets[0].workers(*targets[1:], jobs=1) as workers:
        for task, _ in workers.run(work):
            if task.target == targets[2].target:
                most = max(most, len(left(targets[0].mark)))
        assert most == 2
        assert left(targets[0].mark, within_s=2.0) == []


def test_targets_that_were_through_can_run_again(family: Any) -> None:
    targets = family(2)
    work = [one.task() for one in targets]
    with targets[0].workers(targets[1], jobs=1) as workers:
        first = [outcome for _, outcome in workers.run(work)]
        again = [outcome for _, outcome in workers.run(work)]
    assert len(first) == len(again) == 2
    assert all(isinstance(outcome, Returned) for outcome in (*first, *again))


def test_a_target_without_tasks_is_never_started(family: Any, left: Any) -> None:
    targets = family(3)
    with targets[0].workers(*targets[1:], jobs=1) as workers:
        workers.start(())
        assert left(targets[0].mark) == []
        ((_, outcome),) = workers.run([targets[1].task("process")])
    assert isinstance(outcome, Returned)


def test_hanging_imports_hold_up_no_other_target(
    fake: Any, family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SLOW_S", 0.3)
    hanging = [fake("hangs_at_import", words=(word,)) for word in ("one", "two")]
    healthy = family(3, "healthy")
    everyone = [*hanging, *healthy]
    work = [one.task() for one in everyone]
    ended = {}
    with everyone[0].workers(*everyone[1:], jobs=1) as workers:
        for task, outcome in workers.run(work):
            ended[task.target] = outcome
            if len(ended) == len(healthy):
                break  # the hanging ones are not given up yet
    assert set(ended) == {one.target for one in healthy}
    assert all(isinstance(outcome, Returned) for outcome in ended.values())


def test_a_hanging_case_holds_up_no_other_target(
    family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SLOW_S", 0.3)
    targets = family(3)
    work = [targets[0].task("hang"), targets[1].task(), targets[2].task()]
    ended = {}
    with targets[0].workers(*targets[1:], jobs=1, timeout_s=60.0) as workers:
        for task, outcome in workers.run(work):
            ended[task.target] = outcome
            if len(ended) == 2:
                break  # the hanging one still has time
    assert set(ended) == {targets[1].target, targets[2].target}
    assert all(isinstance(outcome, Returned) for outcome in ended.values())


def test_a_target_that_cannot_start_costs_its_place_only(fake: Any, family: Any) -> None:
    broken, (healthy,) = fake("dies_at_import"), family(1, "healthy")
    with broken.workers(healthy, jobs=1) as workers:
        ended = {task.target.name: o for task, o in workers.run([broken.task(), healthy.task()])}
    assert isinstance(ended[broken.target.name], Unavailable)
    assert isinstance(ended[healthy.target.name], Returned)


def test_no_more_targets_are_there_at_a_time_than_memory_is_for(
    fake: Any, left: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SLOW_S", 0.1)
    hanging = [fake("hangs_at_import", words=(f"number{i}",)) for i in range(8)]
    with hanging[0].workers(*hanging[1:], jobs=1, start_timeout_s=1.5) as workers:
        ended = []
        for _, outcome in workers.run([one.task() for one in hanging]):
            ended.append(outcome)
            assert len(left(hanging[0].mark)) <= 4
    assert len(ended) == 8


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes half a second is worth another import, and five tasks tell how long they take."""
    monkeypatch.setattr(dispatch, "ENOUGH_FOR_A_PACE", 5)
    monkeypatch.setattr(schedule, "WORTH_AN_IMPORT_S", 0.5)
    monkeypatch.setattr(schedule, "WORTH_A_HAND_S", 0.1)


def sessions_of(outcomes: list[Outcome]) -> set[int]:
    """The sessions in which tasks ran: one for each import of the framework."""
    found = set()
    for outcome in outcomes:
        assert isinstance(outcome, Returned)
        (output,) = outcome.outputs
        assert isinstance(output, Tensor)
        if output.dtype == "int64":
            found.add(int(output.array()[0]))
    return found


def slow_work(one: Any, count: int) -> list[Any]:
    """Pairs of tasks: one that takes a while, and one that says where it runs."""
    return [
        task for _ in range(count) for task in (one.task("slow", seconds=0.05), one.task("session"))
    ]


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("jobs", [1, 2, 3])
def test_a_place_that_nobody_is_left_for_helps_who_has_most_to_do(
    misbehaving: Any, jobs: int
) -> None:
    outcomes = misbehaving.run(*slow_work(misbehaving, 40), jobs=jobs)
    assert len(sessions_of(outcomes)) == jobs


@pytest.mark.usefixtures("soon")
def test_nobody_is_helped_while_others_wait_for_a_place(family: Any) -> None:
    targets = family(3)
    work = [task for one in targets for task in slow_work(one, 20)]
    ran_in: dict[str, set[int]] = {}
    with targets[0].workers(*targets[1:], jobs=2) as workers:
        for task, outcome in workers.run(work):
            word = task.target.words[0]
            if len(ran_in) == 2 and word not in ran_in:
                assert [len(sessions) for sessions in ran_in.values()] == [1, 1]
            ran_in.setdefault(word, set()).update(sessions_of([outcome]))
    assert len(ran_in) == 3


@pytest.mark.usefixtures("soon")
def test_a_helper_that_cannot_start_gives_back_what_it_took(
    fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMPORTED", str(tmp_path / "imported"))
    one = fake("imports_once")
    outcomes = one.run(*slow_work(one, 40), jobs=2)
    assert len(sessions_of(outcomes)) == 1


@pytest.mark.usefixtures("soon")
def test_who_was_through_begins_anew_with_what_a_helper_gives_back(
    fake: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMPORTED", str(tmp_path / "imported"))
    monkeypatch.setattr(schedule, "WORTH_A_HAND_S", 60.0)
    one = fake("fails_in_second_process")
    outcomes = one.run(*slow_work(one, 40), jobs=2)
    assert len(sessions_of(outcomes)) == 2


@pytest.mark.usefixtures("soon")
def test_what_crashes_beside_a_helper_is_blamed_alone(misbehaving: Any) -> None:
    work = slow_work(misbehaving, 40)
    work[30:30] = [misbehaving.task("abort")]
    work[60:60] = [misbehaving.task("abort")]
    outcomes = misbehaving.run(*work, jobs=2)
    assert [i for i, outcome in enumerate(outcomes) if isinstance(outcome, Crashed)] == [30, 60]
    assert len(sessions_of([o for o in outcomes if not isinstance(o, Crashed)])) == 2


@pytest.mark.usefixtures("soon")
def test_a_run_that_is_left_leaves_no_helper(misbehaving: Any, left: Any) -> None:
    with misbehaving.workers(jobs=2) as workers:
        for number, _ in enumerate(workers.run(slow_work(misbehaving, 60))):
            if number == 40:
                assert workers._helpers
                assert len(left(misbehaving.mark)) > 2
                break
        assert left(misbehaving.mark) == []


@pytest.mark.usefixtures("soon")
def test_a_helper_knows_that_forks_fail(misbehaving: Any) -> None:
    # The first ones tell that it is the fork; a helper begins with what works in forks, too.
    crashes = [misbehaving.task(f"abort_in_a_fork_{number}") for number in range(5)]
    work = [*crashes, *slow_work(misbehaving, 40), *crashes[:1] * 3]
    with misbehaving.workers(jobs=2) as workers:
        outcomes = [outcome for _, outcome in workers.run(work)]
        assert workers._helpers
    assert all(isinstance(outcome, Returned) for outcome in outcomes)


@pytest.mark.usefixtures("soon")
def test_no_helper_is_started_that_has_nothing_to_do(
    misbehaving: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "WORTH_AN_IMPORT_S", 0.01)
    work = [misbehaving.task("slow", seconds=0.1) for _ in range(40)]
    with misbehaving.workers(jobs=3) as workers:
        assert len(list(workers.run(work))) == 40
        assert 1 <= len(workers._helpers) < 10


def test_a_process_that_ends_while_it_waits_for_its_place_is_started_anew(
    family: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "SLOW_S", 0.1)
    works, waits = family(2)
    paces = {works.target.name: 9.0, waits.target.name: 1.0}
    # While one target's import is silent the other one begins to import, and then has to wait.
    work = [*(works.task("slow", seconds=0.01) for _ in range(200)), waits.task()]
    killed = False
    with works.workers(waits, jobs=1, paces=paces) as workers:
        outcomes = []
        for _, outcome in workers.run(work):
            outcomes.append(outcome)
            waiting = workers._dispatchers[waits.target]
            if not killed and waiting in workers._schedule.started and waiting.is_open:
                os.kill(waiting.servers.host.pid, signal.SIGKILL)
                killed = True
    assert killed
    assert len(outcomes) == len(work)
    assert all(isinstance(outcome, Returned) for outcome in outcomes)


def test_a_target_that_never_worked_has_no_pace(fake: Any) -> None:
    dead = fake("dies_at_import")
    with dead.workers(jobs=1) as workers:
        assert len(list(workers.run([dead.task() for _ in range(60)]))) == 60
        assert workers.paces == {}
