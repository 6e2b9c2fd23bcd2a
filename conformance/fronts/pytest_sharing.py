"""One set of workers for all processes of pytest-xdist on a machine.

The controller runs the tasks and its processes ask it for outcomes, over a socket in a folder that
only this user can enter. A process that cannot reach it, on another machine, has its own workers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Client, Connection, Listener
from secrets import token_hex
from threading import Lock, Thread

from conformance.fronts.pytest_arguments import Pair
from conformance.fronts.pytest_outcomes import AheadOfItems
from conformance.model.outcome import Outcome
from conformance.model.verdict import Task
from conformance.run.run_folder import RunFolder

# What a process of pytest-xdist is told: the path of the socket, and the key to it.
Address = tuple[str, str]


class SharedOutcomes:
    """The controller's side. tasks: all that may be asked for; the ids that the first process sends
    say which of them are run, as every process collects the same items."""

    def __init__(self, pairs: Iterable[Pair], tasks: Sequence[Task], *, timeout_s: float) -> None:
        self._pairs = tuple(pairs)
        self._tasks = {task.id: task for task in tasks}
        self._timeout_s = timeout_s
        self._ahead: AheadOfItems | None = None
        self._lock = Lock()
        self._folder = RunFolder()
        key = token_hex(16)
        self.address: Address = (str(self._folder.path / "outcomes"), key)
        self._listener = Listener(self.address[0], "AF_UNIX", authkey=key.encode())
        Thread(target=self._accept, name="conformance-listener", daemon=True).start()

    @property
    def notes(self) -> Sequence[str]:
        return () if self._ahead is None else self._ahead.notes

    def outcome(self, task: Task) -> Outcome:
        """The outcome of task; its ids must have been sent before."""
        assert self._ahead is not None
        return self._ahead.outcome(task)

    def stop(self) -> None:
        with self._lock:
            self._listener.close()
            if self._ahead is not None:
                self._ahead.stop()
        self._folder.remove()

    def _accept(self) -> None:
        while True:
            try:
                connection = self._listener.accept()
            except OSError:
                return  # closed
            except Exception:
                continue  # somebody without the key
            Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: Connection) -> None:
        # A process that goes away needs nothing more; one that asks too late learns it by the end.
        with connection, contextlib.suppress(EOFError, OSError, RuntimeError):
            ahead = self._run(connection.recv())
            while True:
                connection.send(ahead.outcome(self._tasks[connection.recv()]))

    def _run(self, ids: Sequence[str]) -> AheadOfItems:
        with self._lock:
            if self._ahead is None:
                tasks = [self._tasks[one] for one in ids]
                self._ahead = AheadOfItems(self._pairs, tasks, timeout_s=self._timeout_s)
            return self._ahead


class FromController:
    """The side of a process. Raises OSError if the controller cannot be reached from here."""

    notes: Sequence[str] = ()

    def __init__(self, address: Address, tasks: Sequence[Task]) -> None:
        path, key = address
        self._connection = Client(path, "AF_UNIX", authkey=key.encode())
        self._connection.send([task.id for task in tasks])

    def outcome(self, task: Task) -> Outcome:
        self._connection.send(task.id)
        try:
            outcome: Outcome = self._connection.recv()
        except EOFError:
            raise RuntimeError("the workers were stopped before this task ran") from None
        return outcome

    def stop(self) -> None:
        self._connection.close()
