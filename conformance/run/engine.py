"""The loop over all targets: tasks in, outcomes out as they happen."""

from __future__ import annotations

import selectors
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from conformance.decide.judge import error_word
from conformance.model.backend import Backend, Target
from conformance.model.outcome import Outcome, Raised
from conformance.model.verdict import Task
from conformance.run.dispatch import Dispatcher, Retire
from conformance.run.servers import Limits

# Exceptions of argument checking: they are raised before anything runs, and spoil nothing.
HARMLESS = ("TypeError", "ValueError", "IndexError")
LONGEST_SLEEP_S = 0.1


def spoils_its_server(task: Task, raised: Raised) -> bool:
    """Whether what is left of the framework after this exception is not to be trusted."""
    if raised.phase == "realise":
        return True
    return error_word(task, raised) is None and not any(t in raised.types for t in HARMLESS)


class Workers:
    """All targets' workers, started together; a context manager that leaves no process behind.

    timeout_s is for one case; as long as nothing of a target has answered, a server's start and
    first case have first_case_allowance_s more, and importing a framework may take start_timeout_s.
    log_folder: where the output of the processes is kept (None: in a temporary folder that goes
    with them). retire: whether an exception spoils its server, so that the next case gets a fresh
    one. notes: what the report should say about how the targets were run.
    """

    def __init__(
        self,
        targets: Iterable[tuple[Backend, Target]],
        *,
        timeout_s: float = 60.0,
        log_folder: Path | None = None,
        first_case_allowance_s: float = 30.0,
        start_timeout_s: float = 120.0,
        retire: Retire = spoils_its_server,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.notes: list[str] = []
        self._targets = tuple(targets)
        self._limits = Limits(timeout_s, first_case_allowance_s, start_timeout_s)
        self._log_folder = log_folder
        self._retire = retire
        self._environment = environment
        self._lock = threading.RLock()
        self._dispatchers: dict[Target, Dispatcher] = {}
        self._finished: list[tuple[Task, Outcome]] = []
        self._started = False
        self._stopped = False
        self._next_tick = 0.0

    def start(self) -> None:
        """Start every worker at once; returns immediately."""
        with self._lock:
            if self._started or self._stopped:
                return
            self._started = True
            self._selector = selectors.DefaultSelector()
            self._wake, self._waker = socket.socketpair()
            self._selector.register(self._wake, selectors.EVENT_READ, lambda: None)
            self._folder = Path(tempfile.mkdtemp(prefix="conformance-"))
            if self._log_folder is not None:
                self._log_folder.mkdir(parents=True, exist_ok=True)
            for backend, target in self._targets:
                self._dispatchers[target] = dispatcher = Dispatcher(
                    backend,
                    target,
                    finished=self._finished,
                    notes=self.notes,
                    retire=self._retire,
                    limits=self._limits,
                    selector=self._selector,
                    folder=self._log_folder or self._folder,
                    environment=self._environment,
                )
                dispatcher.start()

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Every task with its outcome, as they finish. Left early, it stops the workers."""
        self.start()
        missing = len(tasks)
        try:
            with self._lock:
                if not self._stopped:
                    self._distribute(tasks)
            while missing:
                with self._lock:
                    if self._stopped:
                        return
                    if not self._finished:
                        self._step()
                    finished = self._finished[:]
                    self._finished.clear()
                missing -= len(finished)
                yield from finished
        finally:
            if missing:
                self.stop()

    def stop(self) -> None:
        """End every process, from any thread; run() ends soon."""
        was_running = self._started and not self._stopped
        self._stopped = True
        if was_running:
            self._waker.send(b"x")
        with self._lock:
            if not self._dispatchers:
                return
            dispatchers = list(self._dispatchers.values())
            self._dispatchers = {}
            for dispatcher in dispatchers:
                dispatcher.servers.release()
            for dispatcher in dispatchers:
                dispatcher.servers.end()
            self._selector.close()
            self._wake.close()
            self._waker.close()
            shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _distribute(self, tasks: Sequence[Task]) -> None:
        by_target: dict[Target, list[Task]] = {}
        for task in tasks:
            by_target.setdefault(task.target, []).append(task)
        for target, of_target in by_target.items():
            self._dispatchers[target].add(of_target)

    def _step(self) -> None:
        """Wait for something to happen, at most until the next time limit, and act upon it."""
        events = self._selector.select(max(0.0, self._next_tick - time.monotonic()))
        for key, _ in events:
            key.data()
        now = time.monotonic()
        if now >= self._next_tick:
            limits = [dispatcher.tick(now) for dispatcher in self._dispatchers.values()]
            pause = min(LONGEST_SLEEP_S, self._limits.case_s / 2)
            self._next_tick = max(now, min([*limits, now + pause]))
