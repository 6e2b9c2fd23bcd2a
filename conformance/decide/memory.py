"""How much memory a call takes, known before anything runs, and which calls fit a budget."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import ceil, prod

from conformance.model.case import Call, Choice, OutputExpected
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import RuleTensor
from conformance.model.verdict import Task

GIB = 1 << 30
# What a call may take unless more is asked for. Without a tensor that is never kept whole, none
# takes half of it.
DEFAULT_BUDGET = GIB
# Of an output whose dtype nobody says.
_WIDEST = 8


def need(task: Task) -> int:
    """Bytes that task's call is taken to need, in the process that makes it.

    Each input twice, as it is made and as the framework holds it; each output twice, as the
    framework holds it and as it is read, in the dtype that is expected; and of all that as much as
    the binding says for what the framework takes while it computes.
    """
    held = sum(_size(value.dtype, value.shape) for value in task.call.tensors())
    given = max(_outputs(choice, task.call) for choice in task.expectation.choices)
    return ceil((2 * held + 2 * given) * (1 + task.binding.workspace))


def is_large(task: Task) -> bool:
    """True if task's call has a tensor that is never kept whole: it runs alone."""
    asked = [output.values for choice in task.expectation.choices for output in choice.outputs]
    return any(isinstance(value, RuleTensor) for value in (*task.call.tensors(), *asked))


def fitting(tasks: Sequence[Task], budget: int) -> tuple[tuple[Task, ...], tuple[Task, ...]]:
    """(the tasks that take at most budget bytes, those that take more), each in their order.

    What the plan declines takes nothing.
    """
    fits = [bool(task.refusal) or need(task) <= budget for task in tasks]
    kept = tuple(task for task, fit in zip(tasks, fits, strict=True) if fit)
    return kept, tuple(task for task, fit in zip(tasks, fits, strict=True) if not fit)


def left_out_text(left_out: Sequence[Task]) -> str:
    """`4 tasks need up to 8.1 GiB of memory: run with --memory 9GiB`; '' if there is none."""
    if not left_out:
        return ""
    most = ceil(max(map(need, left_out)) / GIB)
    return f"{large_text(left_out)}: run with --memory {most}GiB"


def large_text(tasks: Sequence[Task]) -> str:
    """`4 tasks need up to 8.1 GiB of memory`."""
    most = in_gib(max(map(need, tasks)))
    if len(tasks) == 1:
        return f"1 task needs {most} of memory"
    return f"{len(tasks)} tasks need up to {most} of memory"


def in_gib(size: int) -> str:
    """`8.1 GiB`, never less than size."""
    return f"{ceil(10 * size / GIB) / 10:.1f} GiB"


def _outputs(choice: Choice, call: Call) -> int:
    return sum(_output(output, call) for output in choice.outputs)


def _output(output: OutputExpected, call: Call) -> int:
    """Bytes of an output; one that is not asked may be as large as the first tensor of the call."""
    first = call.first_tensor()
    shape = first.shape if output.shape is None and first is not None else output.shape
    return _size(output.dtype, shape or ())


def _size(dtype: str | None, shape: Iterable[int]) -> int:
    return prod(shape) * (_WIDEST if dtype is None else DTYPES[dtype].numpy.itemsize)
