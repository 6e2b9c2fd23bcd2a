"""Real frameworks in their own environments, where they are installed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from conformance.fronts.settings import default_home
from conformance.model.backend import ALWAYS, Backend, Binding, Target
from conformance.model.case import Call, Case, Choice, Expectation, OutputExpected, Value
from conformance.model.errors import Place
from conformance.model.outcome import Crashed, Outcome, Raised, Returned
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task
from conformance.run.engine import Workers
from conformance.run.targets import resolve

pytestmark = pytest.mark.slow

PLACE = Place("real", 1, 1)
GRID = Tensor("float32", (2, 2), np.array([[1, 2], [3, 4]], "<f4").tobytes())
ANYTHING = Expectation((Choice("", outputs=(OutputExpected("result"),)),))


def resolved(name: str) -> tuple[Backend, Target]:
    backend, target = resolve(name, home=default_home())
    if target.interpreter is None:
        pytest.skip(target.missing)
    return backend, target


def call(backend: Backend, target: Target, path: str, **arguments: Value) -> Task:
    binding = Binding(path, "cumsum", backend.name, "function", path, (), (), (), ALWAYS, PLACE)
    spelled = Call(tuple(arguments.items()), spelled=True)
    case = Case("cumsum", "real", path, "behaviour", PLACE, spelled, ANYTHING)
    errors, snippet = backend.errors, backend.snippet
    return Task(case, None, binding, target, spelled, ANYTHING, errors, snippet)


def run(backend: Backend, target: Target, *tasks: Task) -> list[Outcome]:
    with Workers([(backend, target)]) as workers:
        outcomes = {id(task): outcome for task, outcome in workers.run(tasks)}
    assert workers.notes == []
    return [outcomes[id(task)] for task in tasks]


def test_a_late_error_of_mindspore_lands_on_its_own_case() -> None:
    backend, target = resolved("mindspore")
    healthy = {"x": GRID, "axis": 0}
    before, late, after = run(
        backend,
        target,
        call(backend, target, "mindspore.ops.cumsum", **healthy),
        call(backend, target, "mindspore.mint.cumsum", input=GRID, dim=0),
        call(backend, target, "mindspore.ops.cumsum", **healthy),
    )
    assert isinstance(late, Raised)
    assert (late.types[0], late.phase) == ("RuntimeError", "realise")
    assert "unregistered" in late.message
    for outcome in (before, after):
        assert isinstance(outcome, Returned)
        assert outcome.outputs == (summed(),)


def summed() -> Tensor:
    return Tensor("float32", (2, 2), np.array([[1, 2], [4, 6]], "<f4").tobytes())


@pytest.mark.parametrize(
    ("name", "path", "arguments"),
    [
        ("torch", "torch.cumsum", ("input", "dim")),
        ("mindspore", "mindspore.ops.cumsum", ("x", "axis")),
        ("reference", "reference_impl.cumsum", ("x", "axis")),
    ],
)
def test_every_bundled_backend_runs_in_forked_servers(
    name: str, path: str, arguments: tuple[str, str]
) -> None:
    backend, target = resolved(name)
    given: dict[str, Any] = dict(zip(arguments, (GRID, 0), strict=True))
    (outcome,) = run(backend, target, call(backend, target, path, **given))
    assert isinstance(outcome, Returned)
    assert outcome.outputs == (summed(),)


@pytest.mark.parametrize(
    ("name", "path", "arguments"),
    [
        ("torch", "torch.cumsum", ("input", "dim")),
        ("mindspore", "mindspore.ops.cumsum", ("x", "axis")),
        ("reference", "reference_impl.cumsum", ("x", "axis")),
    ],
)
def test_a_crash_of_a_real_framework_costs_one_verdict(
    name: str, path: str, arguments: tuple[str, str]
) -> None:
    backend, target = resolved(name)
    given: dict[str, Any] = dict(zip(arguments, (GRID, 0), strict=True))
    before, crashed, after = run(
        backend,
        target,
        call(backend, target, path, **given),
        call(backend, target, "ctypes.string_at", ptr=0),
        call(backend, target, path, **given),
    )
    assert isinstance(crashed, Crashed)
    assert crashed.how == "signal SIGSEGV"
    for outcome in (before, after):
        assert isinstance(outcome, Returned)
        assert outcome.outputs == (summed(),)
