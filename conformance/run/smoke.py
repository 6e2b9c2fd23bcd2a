"""A quick look at a target: does it start, and does what is declared of it work?"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from conformance.decide.judge import judge
from conformance.decide.plan import make_plan
from conformance.decide.smoke import (
    USUAL_DTYPE,
    Look,
    Subject,
    look_at_dtype,
    look_at_word,
    most_telling,
)
from conformance.model.backend import ALWAYS, Backend, Binding, Target
from conformance.model.case import Call, Case, Choice, Expectation, OutputExpected, Suite
from conformance.model.errors import Place, UsageError
from conformance.model.outcome import NotATensor, Outcome, Returned, Unavailable
from conformance.model.verdict import Task
from conformance.run.engine import Workers
from conformance.run.worker.adapters import ADAPTER_PREFIX

ENVIRONMENT = "environment.toml"
SUBJECTS: tuple[Subject, ...] = ("device", "mode")

Run = Callable[[Sequence[Target], Sequence[Task]], dict[str, Outcome]]


@dataclass(frozen=True, slots=True)
class Words:
    """The devices and modes that an adapter names; see docs/adding-a-backend.rst."""

    device: tuple[str, ...]
    mode: tuple[str, ...]


def smoke(
    backend: Backend, target: Target, suite: Suite, *, jobs: int, timeout_s: float
) -> tuple[Look, ...]:
    """What there is to see of target: that it starts, in the version it is said to be, and which
    dtypes it holds; if it was asked for without words, every device and mode, too, that the backend
    declares or the adapter names. Calls are those of suite; UsageError if it has none for it."""

    def run(targets: Sequence[Target], tasks: Sequence[Task]) -> dict[str, Outcome]:
        pairs = [(backend, one) for one in targets]
        with Workers(pairs, jobs=jobs, timeout_s=timeout_s) as workers:
            return {task.id: outcome for task, outcome in workers.run(tasks)}

    return tuple(_looks(backend, target, suite, run))


def _looks(backend: Backend, target: Target, suite: Suite, run: Run) -> Iterator[Look]:
    telling = most_telling(make_plan(suite, [(backend, target)]))
    call = _call(telling, backend)
    asking = _asking_for_words(backend, target)
    more = [] if target.words else [asking]
    outcomes = run([target], [*telling.values(), *more])
    first = look_at_word(
        "target", target.name, declared=True, verdict=judge(call, outcomes[call.id])
    )
    yield first
    outcome = outcomes[call.id]
    if isinstance(outcome, Unavailable) and outcome.what == "target":
        return
    for dtype, task in telling.items():
        yield look_at_dtype(dtype, judge(task, outcomes[task.id]))
    if target.words:
        return
    words, problem = _words(outcomes[asking.id])
    if problem:
        yield Look("target", target.name, declared=True, works=False, text=problem)
    usual = {"device": target.device, "mode": target.mode}
    for what in SUBJECTS:
        yield replace(first, what=what, name=usual[what])
    yield from _other_words(backend, target, suite, run=run, words=words)


def _other_words(
    backend: Backend, target: Target, suite: Suite, *, run: Run, words: Words | None
) -> Iterator[Look]:
    """What comes of every device and mode but the usual ones."""
    calls: list[tuple[Subject, str, Task]] = []
    for what in SUBJECTS:
        declared = _declared(backend, what)
        named = getattr(words, what) if words is not None else declared
        for word in declared:
            if word not in named:
                text = f"the adapter has none of that name here; it has: {', '.join(named)}"
                yield Look(what, word, declared=True, works=False, text=text)
        for word in named:
            if word != declared[0]:
                one = _with_word(target, what, word)
                plan = make_plan(suite, [(backend, one)])
                calls.append((what, word, _call(most_telling(plan), backend)))
    if not calls:
        return
    outcomes = run([task.target for *_, task in calls], [task for *_, task in calls])
    for what, word, task in calls:
        declared_so = word in _declared(backend, what)
        yield look_at_word(what, word, declared=declared_so, verdict=judge(task, outcomes[task.id]))


def _declared(backend: Backend, what: Subject) -> tuple[str, ...]:
    return backend.devices if what == "device" else backend.modes


def _with_word(target: Target, what: Subject, word: str) -> Target:
    """target with another device or mode than the usual one."""
    if what == "device":
        return replace(target, device=word, words=(word,))
    return replace(target, mode=word, words=(word,))


def _call(telling: dict[str, Task], backend: Backend) -> Task:
    """The one call that shows whether a target works."""
    if not telling:
        raise UsageError(
            f"no case has a call for an API of {backend.name}; expected one at least, for a look "
            "at what it does"
        )
    return telling.get(USUAL_DTYPE) or next(iter(telling.values()))


def _asking_for_words(backend: Backend, target: Target) -> Task:
    """The call of the adapter's own words()."""
    path = f"{ADAPTER_PREFIX}{backend.adapter.resolve().parent.name}.words"
    place = Place(backend.adapter.as_posix(), 1, 1)
    binding = Binding(path, "smoke", backend.name, "function", path, (), (), (), ALWAYS, place)
    # Repeated: in a process of its own, as it may look for devices that start has ruled out.
    anything = Expectation((Choice("", outputs=(OutputExpected("result"),)),), repeat=2)
    call = Call((), spelled=True)
    case = Case("smoke", "adapter", "words", "behaviour", place, call, anything)
    return Task(case, None, binding, target, call, anything, backend.errors, backend.snippet)


def _words(outcome: Outcome) -> tuple[Words | None, str]:
    """The words that the adapter names, None if it names none; and what is wrong with that."""
    if isinstance(outcome, Unavailable):
        return None, ""
    found = outcome.outputs[0] if isinstance(outcome, Returned) and outcome.outputs else None
    given = _literal(found.text) if isinstance(found, NotATensor) else None
    if isinstance(given, dict) and given.keys() == {"devices", "modes"}:
        lists = [given["devices"], given["modes"]]
        if all(isinstance(one, list) and all(isinstance(w, str) for w in one) for one in lists):
            return Words(*map(tuple, lists)), ""
    what = found.text if isinstance(found, NotATensor) else outcome
    return None, (
        f"words() of its adapter gives {what}; "
        "expected {'devices': [...], 'modes': [...]}, lists of words"
    )


def _literal(text: str) -> object:
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None


def environment_file(backend: Backend) -> Path:
    """Where the devices and modes of backend are declared."""
    return backend.adapter.with_name(ENVIRONMENT)
