"""A quick look at a target: which calls tell most, and what to think of what came of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from conformance.decide.memory import is_large
from conformance.model.dtypes import DTYPES
from conformance.model.outcome import Raised, Returned, Unavailable
from conformance.model.verdict import RED, Task, Verdict

Subject = Literal["target", "device", "mode", "dtype"]
USUAL_DTYPE = "float32"


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at: of a target all in all, a device, a mode or a dtype.

    declared: whether the backend's files say that it works; None if they do not say either. text:
    what was called, or why it does not work.
    """

    what: Subject
    name: str
    declared: bool | None
    works: bool
    text: str

    @property
    def is_finding(self) -> bool:
        """Whether it is not as it is declared."""
        return self.declared is not None and self.declared is not self.works


def most_telling(tasks: Iterable[Task]) -> dict[str, Task]:
    """For every dtype the task that shows best whether a target can deal with it, in the order of
    the dtypes; a dtype that no case has is not there."""
    best: dict[str, tuple[int, Task]] = {}
    for task in tasks:
        dtype = task.call.tensor_dtype()
        if dtype is None or not _is_plain(task):
            continue
        doubt = _doubt(task)
        if dtype not in best or doubt < best[dtype][0]:
            best[dtype] = (doubt, task)
    return {name: best[name][1] for name in DTYPES if name in best}


def look_at_word(what: Subject, name: str, *, declared: bool, verdict: Verdict) -> Look:
    """Whether a device or a mode works, or the target at all: whether its call came to a result
    that is right."""
    if isinstance(verdict.outcome, Unavailable) and verdict.outcome.what == "target":
        return Look(what, name, declared, works=False, text=verdict.outcome.reason)
    works = isinstance(verdict.outcome, Returned) and verdict.status not in RED
    return Look(what, name, declared, works=works, text=_called(verdict))


def look_at_dtype(name: str, verdict: Verdict) -> Look:
    """Whether a dtype is held. Verdicts know what is declared of it: one that is red is a finding,
    whether the dtype is held against what is said, or not held, or its numbers are wrong."""
    if verdict.status in RED:
        held = isinstance(verdict.outcome, Returned) and bool(verdict.task.declined)
        return Look("dtype", name, not held, works=held, text=_called(verdict))
    outcome = verdict.outcome
    held = isinstance(outcome, Returned) or (isinstance(outcome, Raised) and outcome.called)
    # Where it is not declared the verdict was not red: there is nothing that speaks of it.
    return Look("dtype", name, held or None, works=held, text=_called(verdict))


def _is_plain(task: Task) -> bool:
    """Whether it is one call for a result, of which nothing is known to be wrong."""
    return (
        not task.refusal
        and not is_large(task)
        and task.known is None
        and task.call.gradient is None
        and task.expectation.repeat == 1
        and any(choice.outputs for choice in task.expectation.choices)
    )


def _doubt(task: Task) -> int:
    """How much else than its dtype a task is about."""
    return 2 * bool(task.declined) + (task.expectation.question is not None)


def _called(verdict: Verdict) -> str:
    return "; ".join((verdict.task.id, *_reasons(verdict)))


def _reasons(verdict: Verdict) -> Iterator[str]:
    for mismatch in verdict.mismatches:
        yield mismatch.text
    if verdict.cause:
        yield verdict.cause
