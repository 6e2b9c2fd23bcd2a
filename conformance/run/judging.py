"""Verdicts on outcomes as they come; what takes long to judge holds up nothing else."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from conformance.decide.judge import judge
from conformance.decide.oracle import Oracle
from conformance.model.outcome import Outcome, Returned
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task, Verdict

# The exact result of a long scan takes seconds, during which the workers would run dry.
LONG_FROM_BYTES = 1 << 17
# Outcomes of long scans are megabytes, and no more of them wait at a time.
MOST_WAITING = 16


def verdicts(outcomes: Iterable[tuple[Task, Outcome]]) -> Iterator[Verdict]:
    """The verdict on every outcome. Those that take long are made in a thread of their own, which
    numpy lets run beside this one, and come when they are ready."""
    oracle, oracle_aside = Oracle(), Oracle()
    waiting: deque[Future[Verdict]] = deque()
    with ThreadPoolExecutor(1, "judging") as aside:
        try:
            for task, outcome in outcomes:
                if _takes_long(task, outcome):
                    waiting.append(aside.submit(judge, task, outcome, oracle_aside))
                else:
                    yield judge(task, outcome, oracle)
                while waiting and (waiting[0].done() or len(waiting) > MOST_WAITING):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for verdict in waiting:
                verdict.cancel()


def _takes_long(task: Task, outcome: Outcome) -> bool:
    """Whether the exact result is asked for, of a scan long enough to take a while."""
    choices = task.expectation.choices
    asked = any(output.oracle for choice in choices for output in choice.outputs)
    return (
        asked
        and isinstance(outcome, Returned)
        and any(isinstance(o, Tensor) and len(o.data) >= LONG_FROM_BYTES for o in outcome.outputs)
    )
