"""Scripts for a bare Python that show what a task does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from conformance.decide.explain import source_text
from conformance.decide.snippet import snippet
from conformance.model.errors import UsageError
from conformance.model.verdict import Task

_TASK_ID = re.compile(r"(?P<address>[^\[\]]+)\[(?P<api>[^\[\]-]+)-(?P<target>[^\[\]]+)\]")


def parse_task_id(text: str) -> tuple[str, str | None, str | None]:
    """(address, api, backend spec) of a task's id; of a bare address, (address, None, None).

    `a/b/c[torch.cumsum-torch-2.13.0]` gives ('a/b/c', 'torch.cumsum', 'torch@2.13.0').
    """
    match = _TASK_ID.fullmatch(text)
    if match is None:
        return text, None, None
    backend, _, rest = match["target"].partition("-")
    version, _, words = rest.partition("-")
    spec = f"{backend}@{version}" + (f":{words.replace('-', ',')}" if words else "")
    return match["address"], match["api"], spec


def scripts(tasks: Sequence[Task]) -> str:
    """One script per task, under a comment that says what it shows and where it runs."""
    runnable = [task for task in tasks if not task.refusal]
    if not runnable:
        reasons = "; ".join(dict.fromkeys(task.refusal for task in tasks)) or "no API has this case"
        raise UsageError(f"nothing to show: {reasons}")
    return "\n".join(_script(task) for task in runnable)


def _script(task: Task) -> str:
    target = task.target
    python = target.interpreter if target.interpreter is not None else target.missing
    lines = [f"# {task.id}", f"# {source_text(task)}", f"# run with: {python}"]
    return "\n".join(lines) + "\n" + snippet(task)
