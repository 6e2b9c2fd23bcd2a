"""What an API answers to a question: the choices that all of its cases leave standing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from conformance.model.verdict import Verdict

# one: a single choice is left. several: the cases cannot tell those left apart. mixed: no choice
# fits all cases, so that only the cases can be shown. silent: no case said anything.
AnswerKind = Literal["one", "several", "mixed", "silent"]
Relation = Literal["differ", "agree", "untold", "silent"]

# What a case says where the call ended in none of the choices.
NONE_OF_THESE = "none of these"

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
    def op(self) -> str:
        """The operation whose cases asked."""
        return self.observations[0].case.partition("/")[0]

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


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Spellings inside one framework whose answers to one question exclude each other.

    answers: of every API on target that says anything. case: the one that sets most of them apart;
    '' where no case is shared by two that disagree. sides: (what they say on case, else their
    answer in words; the APIs that say so), in the order of the APIs.
    """

    op: str
    difference: str
    target: str
    answers: tuple[ObservedAnswer, ...]
    case: str
    sides: tuple[tuple[str, tuple[str, ...]], ...]


def disagreements(given: Iterable[ObservedAnswer]) -> tuple[Disagreement, ...]:
    """Where the APIs of one operation on one target exclude each other, in the order of given.

    They do on a case on which they left no common choice standing, or by the choices that all of
    their cases left standing.
    """
    grouped: dict[tuple[str, str, str], list[ObservedAnswer]] = {}
    for answer in given:
        if answer.kind != "silent":
            key = (answer.op, answer.difference, answer.target)
            grouped.setdefault(key, []).append(answer)
    found = (_disagreement(tuple(group)) for group in grouped.values())
    return tuple(one for one in found if one is not None)


def in_words(observed: tuple[str, ...]) -> str:
    """What one case says: the choices that it leaves standing."""
    return " or ".join(observed) or NONE_OF_THESE


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


def _disagreement(group: tuple[ObservedAnswer, ...]) -> Disagreement | None:
    """What the answers of one operation's APIs on one target disagree on; None if on nothing."""
    first = group[0]
    said: dict[str, dict[tuple[str, ...], list[str]]] = {}
    for answer in group:
        for observation in answer.observations:
            if observation.observed is not None:
                sides = said.setdefault(observation.case, {})
                sides.setdefault(observation.observed, []).append(answer.api)
    telling = [case for case, sides in said.items() if _exclusive(sides)]
    if telling:
        case = max(telling, key=lambda name: len(said[name]))
        shown = ((in_words(words), tuple(apis)) for words, apis in said[case].items())
        return Disagreement(first.op, first.difference, first.target, group, case, tuple(shown))
    left: dict[tuple[str, ...], list[ObservedAnswer]] = {}
    for answer in group:
        if answer.choices:
            left.setdefault(answer.choices, []).append(answer)
    if not _exclusive(left):
        return None
    texts = ((those[0].text, tuple(a.api for a in those)) for those in left.values())
    return Disagreement(first.op, first.difference, first.target, group, "", tuple(texts))


def _exclusive(sides: Iterable[tuple[str, ...]]) -> bool:
    """True if two of sides have no choice in common; not to end in any is a side of its own."""
    return any(not set(one) & set(other) for one, other in combinations(sides, 2))
