"""Tasks for broken frameworks, a look at which processes are left, and an old interpreter."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import findpython
import numpy as np
import pytest
from filelock import FileLock
from platformdirs import user_cache_path

from conformance.model.backend import (
    ALWAYS,
    Backend,
    Binding,
    BindingKind,
    ErrorRule,
    Snippet,
    Target,
)
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
        arguments: Mapping[str, Value] | None = None,
        *,
        expectation: Expectation = ANYTHING,
        kind: BindingKind = "function",
        parameters: tuple[tuple[str, str], ...] = (),
        positional: tuple[str, ...] = (),
        constants: tuple[tuple[str, Value], ...] = (),
        construct: tuple[str, ...] = (),
        gradient: str | None = None,
        errors: tuple[ErrorRule, ...] = (),
        **more: Value,
    ) -> Task:
        """A call of fake.FUNCTION with x and more, or with arguments; as they are written, unless
        parameters say how they are spelled."""
        path = f"fake.{function}"
        binding = Binding(
            path,
            "cumsum",
            self.backend.name,
            kind,
            path,
            parameters,
            positional,
            (),
            ALWAYS,
            PLACE,
            constants=constants,
            construct=construct,
        )
        given = {"x": X, **more} if arguments is None else arguments
        call = Call(tuple(given.items()), spelled=not parameters, gradient=gradient)
        case = Case("cumsum", "fake", function, "behaviour", PLACE, call, expectation)
        snippet = self.backend.snippet
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


OLD_VERSIONS = ((3, 8), (3, 9))


@pytest.fixture(scope="session")
def old_interpreter() -> Path:
    """Python 3.8 or 3.9 with numpy, in an environment that is made once and kept."""
    base = _old_python()
    if base is None:
        pytest.skip("this machine has no Python 3.8 or 3.9 that runs")
    version = _ask(base, "import sys; print('%d.%d' % sys.version_info[:2])")
    folder = user_cache_path("conformance") / "test-environments" / f"python{version}-numpy"
    interpreter = folder / "bin" / "python"
    folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if _ask(interpreter, "import numpy; print(numpy.__version__)") is None:
            shutil.rmtree(folder, ignore_errors=True)
            _make_environment(base, folder)
    return interpreter


def _old_python() -> Path | None:
    """An old interpreter that really runs: a version manager's shim may merely name one."""
    for version in OLD_VERSIONS:
        for found in findpython.find_all(*version):
            executable = _ask(Path(found.executable), "import sys, venv; print(sys.executable)")
            if executable:
                return Path(executable)
    return None


def _ask(interpreter: Path, script: str) -> str | None:
    """What script prints; None if it fails or the interpreter does not run."""
    command = [str(interpreter), "-c", script]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _make_environment(base: Path, folder: Path) -> None:
    pip = [str(folder / "bin" / "python"), "-m", "pip", "--disable-pip-version-check"]
    for command in ([str(base), "-m", "venv", str(folder)], [*pip, "install", "numpy"]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
        if done.returncode:
            lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            pytest.skip(f"an environment of {base} with numpy cannot be made: {lines[-1]}")
