"""What an API answers to a question: the choices that all of its cases leave standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from conformance.model.verdict import Verdict

# one: a single choice is left. several: the cases cannot tell those left apart. mixed: no choice
# fits all cases, so that only the cases can be shown. silent: no case said anything.
AnswerKind = Literal["one", "several", "mixed", "silent"]
Relation = Literal["differ", "agree", "untold", "silent"]

# Mismatches of an outcome that was held against the choices, but ended in none of them.
_NO_ANSWER = "no-choice"


@dataclass(frozen=True, slots=True)
class Observation:
    """What one case says about a question.

    observed: the choices that match, in the order of the case; () if the call ended and none of
    them does; None if the case says nothing, because it was declined, crashed or never ran.
    declared: what the binding declares for this very call.
    """

    difference: str
    api: str
    target: str
    case: str
    observed: tuple[str, ...] | None
    declared: str | None = None


@dataclass(frozen=True, slots=True)
class ObservedAnswer:
    """The answer of one API on one target to one question.

    choices: what is left, in the order of the first case that spoke; () for mixed and silent.
    declared: what the binding declares for these calls, each word once. observations: case by case.
    """

    difference: str
    api: str
    target: str
    kind: AnswerKind
    choices: tuple[str, ...]
    declared: tuple[str, ...]
    observations: tuple[Observation, ...]

    @property
    def text(self) -> str:
        """The answer in words: 'keep', 'keep or at-least-32, not told apart', 'mixed', ''."""
        if self.kind == "several":
            return f"{' or '.join(self.choices)}, not told apart"
        return "mixed" if self.kind == "mixed" else "".join(self.choices)


def answers(observations: Iterable[Observation]) -> tuple[ObservedAnswer, ...]:
    """One answer per (difference, API, target), in the order in which these first appear.

    The observed choices of all cases that say something are intersected.
    """
    grouped: dict[tuple[str, str, str], list[Observation]] = {}
    for observation in observations:
        key = (observation.difference, observation.api, observation.target)
        grouped.setdefault(key, []).append(observation)
    return tuple(_answer(tuple(group)) for group in grouped.values())


def relation(given: Iterable[ObservedAnswer]) -> Relation:
    """How the answers of several APIs to one question stand to each other.

    differ: two of them exclude each other, or one is mixed. agree: every answer that says anything
    is the same choice. untold: they may be the same. silent: none says anything.
    """
    speaking = [answer for answer in given if answer.kind != "silent"]
    if not speaking:
        return "silent"
    sets = {frozenset(answer.choices) for answer in speaking}
    if any(not one & other for one in sets for other in sets):
        return "differ"
    return "agree" if len(sets) == 1 and speaking[0].kind == "one" else "untold"


def observation_of(verdict: Verdict) -> Observation | None:
    """What verdict says about the question of its case; None if the case asks none."""
    task = verdict.task
    question = task.expectation.question
    if question is None:
        return None
    return Observation(
        question,
        task.binding.api,
        task.target.name,
        task.case.address,
        heard(verdict.observed, (mismatch.kind for mismatch in verdict.mismatches)),
        task.declared,
    )


def heard(observed: Iterable[str], mismatches: Iterable[str]) -> tuple[str, ...] | None:
    """The choices that a verdict leaves standing, from its observed choices and mismatch kinds.

    () only where the outcome was held against every choice in vain; None where it says nothing.
    """
    left = tuple(observed)
    return left if left or _NO_ANSWER in set(mismatches) else None


def _answer(group: tuple[Observation, ...]) -> ObservedAnswer:
    first = group[0]
    spoken = [observation.observed for observation in group if observation.observed is not None]
    left = tuple(w for w in spoken[0] if all(w in words for words in spoken)) if spoken else ()
    declared = tuple(dict.fromkeys(o.declared for o in group if o.declared is not None))
    kind: AnswerKind = "one" if len(left) == 1 else "several" if left else "mixed"
    if not spoken:
        kind = "silent"
    return ObservedAnswer(first.difference, first.api, first.target, kind, left, declared, group)
