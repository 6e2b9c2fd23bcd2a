"""How long a crash or a hang holds up the cases behind it, on real torch and real MindSpore.

    python benchmarks/crash_recovery.py [--rounds 20]

Each round runs twenty healthy cases, one that crashes (or hangs), and healthy ones behind it, all
rounds on one worker, and takes the time from the last answer before the bad case to the next one;
of a hang, what lies beyond its time limit. The bad case is itself run once more, alone; the time
until its own verdict is printed, too. Beside it stands what cannot be avoided: the first case of a
server that was just forked, as the healthy case behind took it. Goals: median below 30 ms on torch
and 60 ms on MindSpore.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from conformance.fronts.session import resolve_targets, settings_here
from conformance.model.backend import ALWAYS, Backend, Binding, Target
from conformance.model.case import Call, Case, Choice, Expectation, OutputExpected
from conformance.model.errors import Place
from conformance.model.outcome import Crashed, Returned, TimedOut
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task
from conformance.run.engine import Workers

ADAPTER = Path(__file__).with_name("crashing_adapter.py")
PLACE = Place("benchmark", 1, 1)
APIS = {
    "torch": ("torch.cumsum", "input", "dim"),
    "mindspore": ("mindspore.ops.cumsum", "x", "axis"),
}
TIMEOUT_S = 1.0
BEFORE = 20
GOALS_MS = {"torch": 30, "mindspore": 60}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=20)
    rounds = parser.parse_args().rounds
    for backend, target in resolve_targets(tuple(APIS), settings_here()):
        if target.interpreter is None:
            sys.exit(target.missing)
        for bad in ("crash", "hang"):
            after, own, first = zip(*measure(backend, target, bad=bad, rounds=rounds), strict=True)
            goal = GOALS_MS[backend.name]
            print(
                f"{target.name} {bad}: next verdict after {milliseconds(after)} ms "
                f"(goal: below {goal} ms), at most {max(after) * 1000:.1f} ms; "
                f"the next case itself took {milliseconds(first)} ms; "
                f"its own verdict after {milliseconds(own)} ms; medians of {rounds} rounds"
            )


def milliseconds(seconds: tuple[float, ...]) -> str:
    return f"{statistics.median(seconds) * 1000:.1f}"


def measure(
    backend: Backend, target: Target, *, bad: str, rounds: int
) -> Iterator[tuple[float, float, float]]:
    """Seconds beyond the time limit to the next case's verdict and to its own, and how long the
    next case took by itself."""
    path, x, axis = APIS[backend.name]
    grid = Tensor("float32", (4, 4), bytes(64))
    call = Call(((x, grid), (axis, 0)), spelled=True)
    healthy = task(backend, target, path=path, call=call)
    call = Call((("x", grid),), spelled=True)
    ending = task(backend, target, path=f"ending_badly.{bad}", call=call)
    crashing = replace(backend, adapter=ADAPTER)
    limit = TIMEOUT_S if bad == "hang" else 0.0
    with Workers([(crashing, target)], timeout_s=TIMEOUT_S, first_case_allowance_s=0) as workers:
        warm_up(workers, healthy)
        for _ in range(rounds):
            yield one_round(workers, healthy, ending=ending, limit_s=limit)


def warm_up(workers: Workers, healthy: Task) -> None:
    for _, outcome in workers.run([healthy, healthy]):
        assert isinstance(outcome, Returned), outcome


def one_round(
    workers: Workers, healthy: Task, *, ending: Task, limit_s: float
) -> tuple[float, float, float]:
    """As `measure`."""
    answers: list[tuple[float, float]] = []
    own_at = 0.0
    for done, outcome in workers.run([healthy] * BEFORE + [ending] + [healthy] * 3):
        now = time.perf_counter()
        if done is ending:
            assert isinstance(outcome, Crashed | TimedOut), outcome
            own_at = now
        else:
            assert isinstance(outcome, Returned), outcome
            answers.append((now, outcome.duration_s))
    began, (next_at, first_s) = answers[BEFORE - 1][0], answers[BEFORE]
    # The bad case is settled when it has run twice, and has hung twice.
    return next_at - began - limit_s, own_at - began - 2 * limit_s, first_s


def task(backend: Backend, target: Target, *, path: str, call: Call) -> Task:
    """A call by keyword that may return anything."""
    binding = Binding(path, "cumsum", backend.name, "function", path, (), (), (), ALWAYS, PLACE)
    expectation = Expectation((Choice("", outputs=(OutputExpected("result"),)),))
    case = Case("cumsum", "benchmark", path, "behaviour", PLACE, call, expectation)
    return Task(case, None, binding, target, call, expectation, (), backend.snippet)


if __name__ == "__main__":
    main()
