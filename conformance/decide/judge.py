"""What to think of an outcome: a pure function from task and outcome to verdict."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.decide.compare import compare
from conformance.decide.ledger import settle
from conformance.decide.oracle import Oracle
from conformance.model.case import DECLINING_WORDS, Choice, Expectation, OutputExpected
from conformance.model.outcome import (
    Crashed,
    Outcome,
    Output,
    Raised,
    Returned,
    TimedOut,
    Unavailable,
    Unstable,
)
from conformance.model.tensor import Tensor
from conformance.model.verdict import Accuracy, Mismatch, Status, Task, Verdict

Outputs = tuple[Output, ...]
Held = tuple[Choice, tuple[Mismatch, ...]]

# Accuracy classes that no proven bound for the dtype, the length and the inputs covers.
UNEXPLAINED = frozenset({"beyond-bounds", "overflows-early", "inexact"})


def decline(task: Task) -> Verdict:
    """The verdict on a task that the plan refuses: unsupported, with the plan's reason."""
    cause = f"plan: {task.refusal}"
    return settle(Verdict(task, Status.UNSUPPORTED, None, _declared_choice(task), cause=cause))


def judge(task: Task, outcome: Outcome, oracle: Oracle | None = None) -> Verdict:
    """The verdict on outcome, in the order: did it end, what does it match, what was declared.

    oracle: keeps exact results for the next task that asks for the same; without it each is
    computed anew.

    A declined call is unsupported, never passed: an exception that the backend's error data calls
    unsupported-dtype, unsupported-layout or no-kernel, unless the case expects just that or a
    choice of its question is that refusal. Where the backend declares what it declines, a call that
    it declines without saying so has failed, and so has one that returns against what it says. A
    crash satisfies no expected error. All mismatches are in the verdict. The ledger has the last
    word.
    """
    if isinstance(outcome, Returned | Raised):
        verdict = _judge_end(task, outcome, oracle=oracle or Oracle())
    elif isinstance(outcome, Unavailable):
        verdict = _unavailable(task, outcome)
    else:
        status, mismatch = _broken(outcome)
        verdict = Verdict(task, status, outcome, _declared_choice(task), (mismatch,))
    return settle(verdict)


def error_word(task: Task, raised: Raised) -> str | None:
    """What the backend's error data says that this exception means; None if it says nothing."""
    dtype = task.call.tensor_dtype()
    for rule in task.errors:
        if (
            rule.type in raised.types
            and rule.contains in raised.message
            and rule.when.holds(task.target, dtype=dtype)
        ):
            return rule.word
    return None


def _unavailable(task: Task, outcome: Unavailable) -> Verdict:
    cause = f"{outcome.what}: {outcome.reason}"
    if outcome.what == "target":
        return Verdict(task, Status.NOT_RUN, outcome, _declared_choice(task), cause=cause)
    if outcome.what == "gradient":
        # That an adapter has none is all the declaration there can be.
        return Verdict(task, Status.UNSUPPORTED, outcome, _declared_choice(task), cause=cause)
    return _declined(task, outcome, cause=cause)


def _declined(task: Task, outcome: Outcome, *, cause: str) -> Verdict:
    """The verdict on a call that the framework declines, as cause says."""
    choice = _declared_choice(task)
    if task.declined == "":
        text = f"declined ({cause}), expected an answer: no entry under `lacks` speaks of this call"
        return Verdict(task, Status.FAILED, outcome, choice, (Mismatch("capability", text),))
    return Verdict(task, Status.UNSUPPORTED, outcome, choice, cause=cause)


def _broken(outcome: Crashed | TimedOut | Unstable) -> tuple[Status, Mismatch]:
    if isinstance(outcome, Crashed):
        return Status.CRASHED, Mismatch("crash", f"{outcome.how}, expected an answer")
    if isinstance(outcome, TimedOut):
        text = f"no answer within {outcome.limit_s:g} s, expected one"
        return Status.TIMED_OUT, Mismatch("time", text)
    text = f"first: {_ending(outcome.first)}; again, alone: {_ending(outcome.again)}"
    return Status.UNSTABLE, Mismatch("stability", f"{text}; expected the same end twice")


def _ending(outcome: Outcome) -> str:
    if isinstance(outcome, Returned):
        return "returned"
    if isinstance(outcome, Raised):
        return f"raised {outcome.types[0]}"
    if isinstance(outcome, Crashed):
        return outcome.how
    if isinstance(outcome, TimedOut):
        return f"no answer within {outcome.limit_s:g} s"
    return "unavailable" if isinstance(outcome, Unavailable) else "unstable"


def _accuracy(task: Task, choice: Choice, outcome: Outcome, *, oracle: Oracle) -> Accuracy | None:
    """How far the only output is from the exact result, where choice asks for that and the
    output is a tensor of the dtype and shape that it must have."""
    outputs = choice.outputs
    if not (isinstance(outcome, Returned) and len(outputs) == len(outcome.outputs) == 1):
        return None
    actual = outcome.outputs[0]
    if not outputs[0].oracle or not isinstance(actual, Tensor) or compare(outputs[0], actual):
        return None
    return oracle.accuracy(task.case.op, task.call, actual=actual)


def _judge_end(task: Task, outcome: Returned | Raised, *, oracle: Oracle) -> Verdict:
    if isinstance(outcome, Returned) and outcome.differing is not None:
        mismatch = _unrepeated(outcome.outputs, *outcome.differing)
        return Verdict(task, Status.UNSTABLE, outcome, _declared_choice(task), (mismatch,))
    word = error_word(task, outcome) if isinstance(outcome, Raised) else None
    expectation = task.expectation
    beside = tuple(_beside(expectation, outcome))
    beside += tuple(_unexpectedly_able(task, outcome))
    held, accuracy = _held(task, outcome, word=word, oracle=oracle)
    observed = tuple(choice.name for choice, mismatches in held if not mismatches)
    if not observed and word in DECLINING_WORDS:
        return _declined(task, outcome, cause=f"error: {word}: {_one_line(outcome)}")
    if not observed and task.declined and isinstance(outcome, Raised) and not outcome.called:
        # Whether the API is there shows after its tensors are made, which is no less declined.
        return _declined(task, outcome, cause=f"inputs: {_one_line(outcome)}")
    if expectation.question is None:
        choice, mismatches = held[0]
        mismatches += beside
        status = Status.FAILED if mismatches else Status.PASSED
        return Verdict(task, status, outcome, choice, mismatches, accuracy=accuracy)
    choice, mismatches = _answered(task, held, observed=observed)
    mismatches += beside
    if mismatches:
        status = Status.FAILED
    else:
        status = Status.OBSERVED if task.declared is None else Status.PASSED
    return Verdict(task, status, outcome, choice, mismatches, observed, accuracy=accuracy)


def _held(
    task: Task, outcome: Returned | Raised, *, word: str | None, oracle: Oracle
) -> tuple[list[Held], Accuracy | None]:
    """The choices, each with every way in which outcome is not it; and how accurate outcome is,
    where that was asked.

    A choice that is judged by the oracle's bounds stands for every result that no other choice
    says: where another one matches, it is left out, unless it is what the binding declares.
    """
    held: list[Held] = []
    bounded: list[Choice] = []
    for choice in task.expectation.choices:
        if any(output.oracle for output in choice.outputs):
            bounded.append(choice)
        else:
            held.append((choice, _held_against(choice, outcome, word=word)))
    if any(not mismatches for _, mismatches in held):
        bounded = [choice for choice in bounded if choice.name == task.declared]
    accuracy = None
    for choice in bounded:
        accuracy = _accuracy(task, choice, outcome, oracle=oracle)
        mismatches = _held_against(choice, outcome, word=word) + tuple(_inaccurate(accuracy))
        held.append((choice, mismatches))
    return held, accuracy


def _unrepeated(first: Outputs, number: int, again: Outputs) -> Mismatch:
    """What was not the same when the same call was made again."""
    texts: list[str] = []
    positions: list[tuple[tuple[int, ...], Any, Any]] = []
    for expected, actual in zip(first, again, strict=False):
        if isinstance(expected, Tensor):
            same = OutputExpected("result", expected.dtype, values=expected, signed_zero=True)
            for mismatch in compare(same, actual):
                texts.append(mismatch.text)
                positions.extend(mismatch.positions)
    text = "; ".join(texts) or "another number or type of outputs, or other bits of a NaN"
    return Mismatch("stability", f"call {number} in one process: {text}", tuple(positions))


def _answered(
    task: Task, held: list[Held], *, observed: tuple[str, ...]
) -> tuple[Choice, tuple[Mismatch, ...]]:
    """The choice that the outcome stands for, and what is wrong with that answer."""
    declared = task.declared
    if not observed:
        choice, nearest = min(
            held, key=lambda pair: (sum(m.weight for m in pair[1]), pair[0].name != declared)
        )
        words = ", ".join(c.name for c, _ in held)
        text = f"no answer to {task.expectation.question} ({words}); nearest: {choice.name}"
        return choice, (Mismatch("no-choice", text), *nearest)
    if declared is None or declared in observed:
        name = declared if declared in observed else observed[0]
        return next(c for c, _ in held if c.name == name), ()
    choice, mismatches = next((c, m) for c, m in held if c.name == declared)
    text = (
        f"answer to {task.expectation.question} is {' or '.join(observed)}, "
        f"declared in {task.binding.place}: {declared}"
    )
    return choice, (Mismatch("answer", text), *mismatches)


def _declared_choice(task: Task) -> Choice:
    choices = task.expectation.choices
    return next((c for c in choices if c.name == task.declared), choices[0])


def _held_against(
    choice: Choice, outcome: Returned | Raised, *, word: str | None
) -> tuple[Mismatch, ...]:
    """Every way in which outcome is not choice."""
    if isinstance(outcome, Raised):
        if choice.error is not None and choice.error == word:
            return tuple(_of_other_classes(choice, outcome))
        expected = "a result" if choice.error is None else f"the error {choice.error}"
        meaning = f" ({word})" if word else ""
        text = f"raised {outcome.types[0]}{meaning}, expected {expected}: {_one_line(outcome)}"
        return (Mismatch("error", text),)
    if choice.error is not None:
        return (Mismatch("error", f"returned a result, expected the error {choice.error}"),)
    if len(outcome.outputs) != len(choice.outputs):
        text = f"{len(outcome.outputs)} outputs, expected {len(choice.outputs)}"
        return (Mismatch("count", text),)
    pairs = zip(choice.outputs, outcome.outputs, strict=True)
    return tuple(mismatch for expected, actual in pairs for mismatch in compare(expected, actual))


def _of_other_classes(choice: Choice, outcome: Raised) -> Iterator[Mismatch]:
    """The classes of Python that an exception of the right meaning is not, or should not be."""
    missing = [name for name in choice.raises if name not in outcome.types]
    beyond = [name for name in choice.raises_not if name in outcome.types]
    if missing or beyond:
        expected = " and ".join([*missing, *(f"no {name}" for name in beyond)])
        text = f"raised {outcome.types[0]}, expected it to be {expected}: {_one_line(outcome)}"
        # Nearer than an error of another meaning.
        yield Mismatch("error", text, weight=0.5)


def _beside(expectation: Expectation, outcome: Returned | Raised) -> Iterator[Mismatch]:
    """What is wrong whatever the answer is: changed inputs, a signature that says otherwise."""
    if expectation.inputs_unchanged and isinstance(outcome, Returned) and outcome.changed:
        names = ", ".join(outcome.changed)
        yield Mismatch("inputs", f"the call changed {names}, expected it to come back unchanged")
    if isinstance(outcome, Returned):
        yield from _memory(expectation, outcome)
    signature = outcome.evidence.signature
    if signature is None:
        return
    for name, present in expectation.signature:
        if (name in signature) != present:
            listed = ", ".join(signature)
            wish = f"{'a' if present else 'no'} parameter {name}"
            yield Mismatch("signature", f"signature is ({listed}), expected {wish}")


def _memory(expectation: Expectation, outcome: Returned) -> Iterator[Mismatch]:
    """Results that lie where another tensor does: who writes into one changes the other."""
    if expectation.inputs_unchanged and outcome.shared:
        names = ", ".join(outcome.shared)
        yield Mismatch("memory", f"the result lies in the memory of {names}, expected its own")
    if outcome.reused is not None:
        text = f"call {outcome.reused} in one process gave a result in the memory of the first"
        yield Mismatch("memory", f"{text}, expected its own")


def _unexpectedly_able(task: Task, outcome: Returned | Raised) -> Iterator[Mismatch]:
    """That a call returned which the framework is declared to decline."""
    if task.declined and isinstance(outcome, Returned):
        yield Mismatch("capability", f"returned, expected it to be declined: {task.declined}")


def _inaccurate(accuracy: Accuracy | None) -> Iterator[Mismatch]:
    """An error beyond what any order of summation, rounded at every step, can explain."""
    if accuracy is not None and accuracy.name in UNEXPLAINED:
        text = (
            f"greatest error {accuracy.ulp:.4g} ULP at {list(accuracy.index)} ({accuracy.name}), "
            "expected one that rounding at every step explains"
        )
        yield Mismatch("accuracy", text)


def _one_line(outcome: Outcome) -> str:
    if not isinstance(outcome, Raised):
        return ""
    first = outcome.message.strip().splitlines()
    return first[0] if first else "(no message)"
