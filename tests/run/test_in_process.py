"""The same tasks without workers."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.model.outcome import Raised, Returned, Unavailable
from conformance.run.in_process import run_in_process


@pytest.fixture(autouse=True)
def _forgotten() -> Iterator[None]:
    """The fakes put themselves among the modules of this process."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def run(fake: Any, *tasks: Any) -> list[Any]:
    adapter: Path = fake.backend.adapter
    return [outcome for _, outcome in run_in_process(tasks, adapter_of=lambda _: adapter)]


def test_a_case_runs_in_this_process(misbehaving: Any) -> None:
    (outcome,) = run(misbehaving, misbehaving.task("process"))
    assert outcome.outputs[0].array().tolist() == [os.getpid()]


def test_outcomes_are_those_of_a_worker(misbehaving: Any) -> None:
    names = ("cumsum", "fail_late", "raise_value_error", "raise_exit", "nothing", "return_list")
    tasks = [misbehaving.task(name) for name in names]
    here, there = run(misbehaving, *tasks), misbehaving.run(*tasks)

    def facts(outcome: Any) -> Any:
        if isinstance(outcome, Returned):
            return outcome.outputs
        if isinstance(outcome, Raised):
            return outcome.types, outcome.message, outcome.phase
        return outcome.what, outcome.reason

    assert [facts(outcome) for outcome in here] == [facts(outcome) for outcome in there]


def test_another_version_than_this_process_has_is_a_reason(fake: Any) -> None:
    other = fake("misbehaving", version="2.0")
    (outcome,) = run(other, other.task())
    reason = "misbehaving-2.0 cannot run in this process, which has misbehaving 1.0"
    assert outcome == Unavailable("target", reason)


def test_an_interrupt_is_the_users(misbehaving: Any) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(misbehaving, misbehaving.task("interrupt"))


def test_a_framework_that_is_not_here_is_a_reason(fake: Any) -> None:
    absent = fake("raises_at_import")
    (outcome,) = run(absent, absent.task())
    assert outcome == Unavailable(
        "target",
        "raises_at_import-1.0 does not start in this process: ModuleNotFoundError: "
        "No module named 'a_framework_that_nobody_has'",
    )
