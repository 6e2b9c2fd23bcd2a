"""Tasks in this very process, one after the other: slow frameworks, no time limit, a debugger."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from conformance.model.backend import Target
from conformance.model.outcome import Outcome, Unavailable
from conformance.model.verdict import Task
from conformance.run.registry import load_registered
from conformance.run.request import decode_reply, encode_request
from conformance.run.servers import is_version
from conformance.run.wire import FrameReader
from conformance.run.worker.adapters import do_nothing, load_adapter
from conformance.run.worker.execution import Executor

# Ctrl-C is the user's here, whatever the framework does with it.
CAUGHT = (Exception, SystemExit)


def registered_adapter(backend: str) -> Path:
    return load_registered(backend).adapter


def run_in_process(
    tasks: Sequence[Task], *, adapter_of: Callable[[str], Path] = registered_adapter
) -> Iterator[tuple[Task, Outcome]]:
    """Every task with its outcome, in order; the frameworks are imported into this interpreter.

    The requests, replies and the code between them are those of a worker. Nothing is caught but
    the framework's own exceptions: a crash ends this process, a hang lasts.
    """
    executors: dict[Target, Executor | Unavailable] = {}
    for number, task in enumerate(tasks, 1):
        target = task.target
        if target not in executors:
            executors[target] = _started(target, adapter_of(target.backend))
        executor = executors[target]
        if isinstance(executor, Unavailable):
            yield task, executor
        else:
            yield task, _execute(executor, task, number=number)


def _started(target: Target, adapter: Path) -> Executor | Unavailable:
    """The executor of target in this process, if this has the framework in target's version."""
    try:
        module = load_adapter(str(adapter))
        actual = str(module.version)
        if not is_version(actual, target.version):
            reason = (
                f"{target.name} cannot run in this process, which has {target.backend} {actual}"
            )
            return Unavailable("target", reason)
        for step in ("prepare", "start"):
            getattr(module, step, do_nothing)(target.device, target.mode)
    except CAUGHT as error:
        reason = f"{target.name} does not start in this process: {type(error).__name__}: {error}"
        return Unavailable("target", reason)
    return Executor(module, CAUGHT)


def _execute(executor: Executor, task: Task, *, number: int) -> Outcome:
    ((request, arrays),) = FrameReader().feed(encode_request(task, number))
    reply, buffers = executor.execute(request, arrays)
    # Through JSON, as between processes: what a reply is must not depend on where it was made.
    header = json.loads(json.dumps(reply))
    return decode_reply(task, header, number=number, body=b"".join(buffers))
