"""A verdict in words: one line for lists, a paragraph for failures."""

from __future__ import annotations

import textwrap

import numpy as np

from conformance.decide.compare import describe_comparison
from conformance.decide.snippet import snippet
from conformance.model.case import Choice, OutputExpected
from conformance.model.outcome import Outcome, Output, Raised, Returned, Unstable
from conformance.model.rules import Blocks
from conformance.model.tensor import DigestedTensor, RuleTensor, Tensor, digest_of
from conformance.model.verdict import Mismatch, Status, Task, Verdict

SHOWN_ELEMENTS = 64


def headline(verdict: Verdict) -> str:
    """`cumsum/page/case · torch.cumsum · torch 2.13.0: dtype is int64, expected int8`."""
    task = verdict.task
    target = " ".join((task.target.backend, task.target.version, *task.target.words))
    return f"{task.case.address} · {task.binding.api} · {target}: {summary(verdict)}"


def summary(verdict: Verdict) -> str:
    """What there is to say about the verdict in one phrase."""
    if verdict.mismatches:
        return "; ".join(mismatch.text for mismatch in verdict.mismatches)
    if verdict.cause:
        return f"{verdict.status}, {verdict.cause}"
    if verdict.observed:
        return f"{verdict.status}, {' or '.join(verdict.observed)}"
    return str(verdict.status)


def explain(verdict: Verdict) -> str:
    """Everything that a person needs to see why: both sides, positions, source, a script."""
    task = verdict.task
    parts = [headline(verdict), "", f"expected  {_choice_text(verdict.choice)}"]
    if verdict.outcome is not None:
        parts.append(f"actual    {outcome_text(verdict.outcome)}")
    parts.extend(_position_lines(verdict.mismatches))
    parts.append(f"case      {task.case.place}")
    parts.extend(_source_lines(task))
    if verdict.outcome is not None and verdict.outcome.evidence.printed:
        printed = textwrap.indent(verdict.outcome.evidence.printed.rstrip(), "  ")
        parts.extend(["the framework printed:", printed])
    if verdict.status is not Status.NOT_RUN:
        parts.extend(["to see it in a bare Python:", "", snippet(task)])
    return "\n".join(parts)


def source_text(task: Task) -> str:
    """Where the claim stands: page, path at revision, lines; the reason where there is no page."""
    if task.page is None or task.case.lines is None:
        return task.case.why
    first, last = task.case.lines
    source = task.page.source
    lines = f"line {first}" if first == last else f"lines {first} to {last}"
    return f'"{source.title}", {lines} of {source.path} ({source.repository} at {source.revision})'


def outcome_text(outcome: Outcome) -> str:
    """What happened, with values."""
    if isinstance(outcome, Returned):
        return ", ".join(map(_returned_text, outcome.outputs))
    if isinstance(outcome, Raised):
        where = "" if outcome.phase == "call" else f" (in phase {outcome.phase})"
        return f"{outcome.types[0]}{where}: {outcome.message.strip()}"
    if isinstance(outcome, Unstable):
        return f"first {outcome_text(outcome.first)}; again {outcome_text(outcome.again)}"
    return str(getattr(outcome, "how", "") or getattr(outcome, "reason", "") or "no answer")


def tensor_text(tensor: Tensor) -> str:
    """`int8 (4, 4) [[3, 4, ...`, shortened from 64 elements on."""
    array = tensor.numbers()
    values = np.array2string(array, separator=", ", threshold=SHOWN_ELEMENTS, prefix=" " * 10)
    return f"{tensor.dtype} {tensor.shape}\n{' ' * 10}{values}"


def rule_text(tensor: RuleTensor) -> str:
    """`int8 (3, 720000000) [1, 2] again and again`."""
    how = "in equal parts" if isinstance(tensor.rule, Blocks) else "again and again"
    return f"{tensor.dtype} {tensor.shape} {tensor.listed.nested()} {how}"


def digested_text(tensor: DigestedTensor) -> str:
    """`int8 (2147483656,) [1, 2, ..., 1, 2]` and the digest."""
    ends = ", ".join(map(str, (*tensor.head.nested(), "...", *tensor.tail.nested())))
    digest = digest_of(tensor.digests)
    return f"{tensor.dtype} {tensor.shape} [{ends}]\n{' ' * 10}digest {digest}"


def _returned_text(output: Output) -> str:
    if isinstance(output, Tensor):
        return tensor_text(output)
    if isinstance(output, DigestedTensor):
        return digested_text(output)
    return f"a {output.type}: {output.text}"


def _choice_text(choice: Choice) -> str:
    name = f"[{choice.name}] " if choice.name else ""
    if choice.error is not None:
        return f"{name}the error {choice.error}{_classes_text(choice)}"
    return name + ", ".join(map(_output_text, choice.outputs))


def _classes_text(choice: Choice) -> str:
    """`, a ValueError and no IndexError`; '' where the class is not asked."""
    classes = [*choice.raises, *(f"no {name}" for name in choice.raises_not)]
    return f", {' and '.join(classes)}" if classes else ""


def _output_text(output: OutputExpected) -> str:
    if output.oracle:
        return f"{output.dtype} of shape {output.shape}, the exact result rounded once"
    if output.values is None and output.shape is None:
        return f"{output.name}: {output.dtype or 'anything'}"
    if output.values is None:
        dtype = output.dtype or "any dtype"
        return f"{dtype} of shape {output.shape}"
    if isinstance(output.values, RuleTensor):
        return f"{rule_text(output.values)}\n{' ' * 10}(compared bit for bit)"
    how = describe_comparison(output)
    if output.dtype is None:
        return f"any dtype, values compared {how}: {output.values.nested()}"
    return f"{tensor_text(output.values)}\n{' ' * 10}(compared {how})"


def _position_lines(mismatches: tuple[Mismatch, ...]) -> list[str]:
    lines = []
    for mismatch in mismatches:
        for index, expected, actual in mismatch.positions:
            lines.append(f"at        {list(index)}: expected {expected}, actual {actual}")
    return lines


def _source_lines(task: Task) -> list[str]:
    label = "why" if task.page is None or task.case.lines is None else "source"
    return [f"{label:<9} {source_text(task)}"] if source_text(task) else []
