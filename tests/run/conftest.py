"""Tasks for broken frameworks, and a look at which processes are left."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.model.backend import ALWAYS, Backend, Binding, BindingKind, Snippet, Target
from conformance.model.case import Call, Case, Choice, Expectation, OutputExpected, Value
from conformance.model.errors import Place
from conformance.model.outcome import Outcome
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task
from conformance.run.engine import Workers

PLACE = Place("fake.yaml", 1, 1)
ADAPTERS = Path(__file__).parents[1] / "fakes" / "process"
ANYTHING = Expectation((Choice("", outputs=(OutputExpected("result"),)),))


def tensor(values: Any, dtype: str = "float32") -> Tensor:
    return Tensor.of(np.array(values, dtype), dtype)


X = tensor([1, 2, 3])


@dataclass(frozen=True)
class Fake:
    """A backend of tests/fakes/process on this interpreter."""

    backend: Backend
    target: Target
    mark: str

    def task(
        self,
        function: str = "cumsum",
        *,
        expectation: Expectation = ANYTHING,
        spelled: bool = True,
        kind: BindingKind = "function",
        parameters: tuple[tuple[str, str], ...] = (),
        positional: tuple[str, ...] = (),
        **arguments: Value,
    ) -> Task:
        """A call of fake.FUNCTION; x is there if it is not given, cumsum's first argument is a."""
        path = f"fake.{function}"
        if "x" not in arguments and function != "cumsum":
            arguments = {"x": X, **arguments}
        elif not arguments:
            arguments = {"a": X}
        binding = Binding(
            path, "cumsum", self.backend.name, kind, path, parameters, positional, (), ALWAYS, PLACE
        )
        call = Call(tuple(arguments.items()), spelled)
        case = Case("cumsum", "fake", function, "behaviour", PLACE, call, expectation)
        errors, snippet = self.backend.errors, self.backend.snippet
        return Task(case, None, binding, self.target, call, expectation, errors, snippet)

    def workers(self, *others: Fake, **options: Any) -> Workers:
        """Workers for it, marked so that `living` finds every process of theirs."""
        options = {"timeout_s": 20.0, **options}
        targets = [(one.backend, one.target) for one in (self, *others)]
        return Workers(targets, environment={**os.environ, "MARK": self.mark}, **options)

    def run(self, *tasks: Task, **options: Any) -> list[Outcome]:
        """The outcomes in the order of tasks; nothing is left of the processes."""
        with self.workers(**options) as workers:
            ended = list(workers.run(tasks))
        assert living(self.mark) == []
        assert len(ended) == len(tasks)
        by_task = {id(task): outcome for task, outcome in ended}
        return [by_task[id(task)] for task in tasks]


def living(mark: str, within_s: float = 0.0) -> list[str]:
    """Commands of the living processes of workers with that mark, at the latest in within_s."""
    deadline = time.monotonic() + within_s
    while True:
        found = [command for pid in _processes() if (command := _command(pid, mark))]
        if not found or time.monotonic() >= deadline:
            return found
        time.sleep(0.01)


def _processes() -> Iterator[str]:
    return (entry for entry in os.listdir("/proc") if entry.isdigit())


def _command(pid: str, mark: str) -> str:
    folder = Path("/proc", pid)
    try:
        if f"MARK={mark}".encode() not in (folder / "environ").read_bytes().split(b"\0"):
            return ""
        state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
    return "" if state == "Z" else f"{pid} {state} {command}"


@pytest.fixture
def left() -> Callable[..., list[str]]:
    return living


@pytest.fixture
def fake() -> Callable[..., Fake]:
    def make(name: str, *, version: str = "1.0", **target: Any) -> Fake:
        snippet = Snippet((), "{array}", "{name}")
        backend = Backend(name, ADAPTERS / f"{name}.py", (), (), snippet)
        interpreter = target.pop("interpreter", Path(sys.executable))
        mark = uuid.uuid4().hex
        return Fake(backend, Target(name, version, interpreter, **target), mark)

    return make


@pytest.fixture
def misbehaving(fake: Callable[..., Fake]) -> Fake:
    return fake("misbehaving")
