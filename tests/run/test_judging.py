"""Outcomes are judged as they come, and what takes long holds up nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conformance.decide.judge import judge
from conformance.decide.plan import Selection, make_plan
from conformance.files.backend_files import load_backend
from conformance.files.load import load_suite
from conformance.model.backend import Target
from conformance.model.outcome import Outcome, Returned
from conformance.model.tensor import Tensor
from conformance.model.verdict import Status, Task
from conformance.run import judging
from conformance.run.judging import verdicts

ROOT = Path(__file__).parents[2]
MILLION = "logcumsumexp/behaviour/uniform-float32-1000000"
SHORT = "logcumsumexp/behaviour/uniform-float32-10"


@pytest.fixture(scope="module")
def tasks() -> dict[str, Task]:
    backend = load_backend(ROOT / "conformance" / "backends" / "reference")
    suite = load_suite(ROOT / "cases")
    selection = Selection((MILLION, SHORT))
    target = Target("reference", "0.1.0", None)
    return {t.case.address: t for t in make_plan(suite, [(backend, target)], selection=selection)}


def zeros(task: Task) -> Returned:
    """A wrong outcome of the right shape and dtype."""
    x = task.call.first_tensor()
    assert isinstance(x, Tensor)
    return Returned((Tensor.of(np.zeros(x.shape, x.dtype), x.dtype),))


def test_the_verdicts_are_those_of_one_after_the_other(tasks: dict[str, Task]) -> None:
    outcomes = [(task, zeros(task)) for task in tasks.values()]
    alone = {task.id: judge(task, outcome) for task, outcome in outcomes}
    assert {verdict.task.id: verdict for verdict in verdicts(outcomes)} == alone
    assert {verdict.status for verdict in alone.values()} == {Status.FAILED}


def test_a_long_scan_holds_up_no_other_verdict(tasks: dict[str, Task]) -> None:
    outcomes = [(tasks[name], zeros(tasks[name])) for name in (MILLION, SHORT)]
    assert [v.task.case.address for v in verdicts(outcomes)] == [SHORT, MILLION]


def test_a_bounded_number_of_long_outcomes_waits(
    tasks: dict[str, Task], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(judging, "MOST_WAITING", 2)
    taken = 0

    def outcomes() -> Iterator[tuple[Task, Outcome]]:
        nonlocal taken
        for number in range(6):
            taken += 1
            task = tasks[MILLION]
            yield replace(task, case=replace(task.case, id=str(number))), zeros(task)

    for given, _ in enumerate(verdicts(outcomes())):
        assert taken <= given + 3


def test_an_error_while_judging_is_not_lost(tasks: dict[str, Task]) -> None:
    task = tasks[MILLION]
    nonsense = replace(task, case=replace(task.case, op="cumsub"))
    with pytest.raises(KeyError, match="cumsub"):
        list(verdicts([(nonsense, zeros(task))]))
