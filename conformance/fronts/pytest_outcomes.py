"""Where test items get their outcomes from: run ahead of them, or at their demand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future
from threading import Thread
from typing import Protocol

from conformance.fronts.pytest_arguments import Pair
from conformance.fronts.request import number_of_cpus
from conformance.model.outcome import Outcome
from conformance.model.verdict import Task
from conformance.run.engine import Workers


class Outcomes(Protocol):
    """What an item asks. notes: what people should know about how the targets were run."""

    @property
    def notes(self) -> Sequence[str]: ...

    def outcome(self, task: Task) -> Outcome:
        """The outcome of task, when there is one."""

    def stop(self) -> None:
        """Ends everything at once; no process is left."""


class AheadOfItems:
    """Runs tasks on all their targets in a thread; items wait for their own."""

    def __init__(self, pairs: Iterable[Pair], tasks: Sequence[Task], *, timeout_s: float) -> None:
        self._tasks = tasks
        self._futures: dict[str, Future[Outcome]] = {task.id: Future() for task in tasks}
        self._workers = Workers(needed(pairs, tasks), jobs=number_of_cpus(), timeout_s=timeout_s)
        self._workers.start()
        self._thread = Thread(target=self._run, name="conformance", daemon=True)
        self._thread.start()

    @property
    def notes(self) -> Sequence[str]:
        return self._workers.notes

    def outcome(self, task: Task) -> Outcome:
        return self._futures[task.id].result()

    def stop(self) -> None:
        self._workers.stop()
        self._thread.join()

    def _run(self) -> None:
        broken: BaseException = RuntimeError("the workers were stopped before this task ran")
        try:
            for task, outcome in self._workers.run(self._tasks):
                self._futures[task.id].set_result(outcome)
        except BaseException as error:
            # An error in a thread reaches nobody: the items that wait must hear of it.
            broken = error
        finally:
            for future in self._futures.values():
                if not future.done():
                    future.set_exception(broken)


class AtDemand:
    """Runs a task when its item is run, and starts a target when its first task is.

    For a process of pytest-xdist on another machine, which is told bit by bit which items are its
    own: running ahead would do the work of the other processes too.
    """

    def __init__(self, pairs: Iterable[Pair], *, timeout_s: float) -> None:
        self._pairs = {target.name: (backend, target) for backend, target in pairs}
        self._timeout_s = timeout_s
        self._workers: dict[str, Workers] = {}

    @property
    def notes(self) -> Sequence[str]:
        return [note for workers in self._workers.values() for note in workers.notes]

    def outcome(self, task: Task) -> Outcome:
        workers = self._workers.get(task.target.name)
        if workers is None:
            workers = Workers([self._pairs[task.target.name]], timeout_s=self._timeout_s)
            self._workers[task.target.name] = workers
            workers.start()
        for _, outcome in workers.run([task]):
            return outcome
        raise RuntimeError("the worker was stopped before this task ran")

    def stop(self) -> None:
        for workers in self._workers.values():
            workers.stop()


def needed(pairs: Iterable[Pair], tasks: Sequence[Task]) -> list[Pair]:
    """The pairs whose target has one of the tasks."""
    names = {task.target.name for task in tasks}
    return [(backend, target) for backend, target in pairs if target.name in names]
