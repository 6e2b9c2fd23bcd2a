"""What is asked of a target, and what we think of the outcome."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, get_args

from conformance.model.backend import Binding, ErrorRule, LedgerEntry, Snippet, Target
from conformance.model.case import Call, Case, Choice, Expectation, Page
from conformance.model.outcome import Outcome


class Status(str, Enum):
    """Every verdict has one. The last four exist with a ledger only."""

    PASSED = "passed"
    OBSERVED = "observed"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"
    UNSTABLE = "unstable"
    CRASHED = "crashed"
    TIMED_OUT = "timed-out"
    NOT_RUN = "not-run"
    KNOWN = "known"
    CHANGED = "changed"
    FIXED = "fixed"
    STALE = "stale"

    def __str__(self) -> str:
        return self.value


# With any of these in a report the gate is red. What cannot be judged here is not red, and never a
# pass: it is counted and shown. A target that could not be started is red: it was asked for.
RED = frozenset(
    {
        Status.FAILED,
        Status.UNSTABLE,
        Status.CRASHED,
        Status.TIMED_OUT,
        Status.NOT_RUN,
        Status.CHANGED,
        Status.FIXED,
        Status.STALE,
    }
)


@dataclass(frozen=True, slots=True)
class Task:
    """A case bound to one API on one target, with everything that judging needs.

    declared: the choice that the binding declares for the expectation's question. refusal: why the
    plan declines it, before anything runs ('' if it does not). known: the ledger's entry for it.
    declined: why the framework is declared to decline it; '' if it is not; None if the backend
    declares nothing of that kind.
    """

    case: Case
    page: Page | None
    binding: Binding
    target: Target
    call: Call
    expectation: Expectation
    errors: tuple[ErrorRule, ...]
    snippet: Snippet
    declared: str | None = None
    refusal: str = ""
    known: LedgerEntry | None = None
    declined: str | None = None

    @property
    def id(self) -> str:
        return f"{self.case.address}[{self.binding.api}-{self.target.name}]"


MismatchKind = Literal[
    "dtype", "shape", "values", "count", "type", "error", "inputs", "signature", "answer",
    "no-choice", "crash", "time", "stability", "memory", "accuracy", "capability", "ledger",
]  # fmt: skip
MISMATCH_KINDS: tuple[MismatchKind, ...] = get_args(MismatchKind)


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One way in which actual is not expected.

    text: one phrase with both sides. positions: (index, expected, actual) of the first differing
    elements, index () for 0-d. weight: how far off it is, to find the nearest choice: 1, or for
    values the share of differing elements.
    """

    kind: MismatchKind
    text: str
    positions: tuple[tuple[tuple[int, ...], Any, Any], ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How far a float result is from the exact one.

    ulp: the greatest error in units of the last place of the exact value (inf where one of the two
    is not finite alone). index: where. name: the accuracy class of reference_impl.accuracy. curve:
    of a long result with one axis, (position, greatest error from the point before to it) pairs.
    """

    ulp: float
    index: tuple[int, ...]
    name: str
    curve: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What we think of one outcome.

    outcome: None where nothing ran because the plan declined the task. choice: what the outcome
    was held against: the only choice, the first that matches, else the declared or the nearest
    one. observed: all choices that match, where the expectation asks a question. cause: why a task
    is unsupported or not run ('plan: ...', 'error: ...', 'target: ...'). accuracy: where the exact
    oracle was asked.
    """

    task: Task
    status: Status
    outcome: Outcome | None
    choice: Choice
    mismatches: tuple[Mismatch, ...] = ()
    observed: tuple[str, ...] = ()
    cause: str = ""
    accuracy: Accuracy | None = None

    @property
    def duration_s(self) -> float:
        return self.outcome.duration_s if self.outcome is not None else 0.0
