"""The loop over all targets: tasks in, outcomes out as they happen."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from conformance.decide.judge import error_word
from conformance.decide.memory import is_large
from conformance.model.backend import Backend, Target
from conformance.model.outcome import Outcome, Raised
from conformance.model.verdict import Task
from conformance.run.dispatch import Dispatcher, Retire
from conformance.run.run_folder import RunFolder, remove_abandoned
from conformance.run.schedule import Schedule
from conformance.run.servers import Limits

# Exceptions of argument checking: they are raised before anything runs, and spoil nothing.
HARMLESS = ("TypeError", "ValueError", "IndexError")
LONGEST_SLEEP_S = 0.1


def spoils_its_server(task: Task, raised: Raised) -> bool:
    """Whether what is left of the framework after this exception is not to be trusted.

    Something that is still pending would be blamed on the next case. One that came late is as good
    as pending where the framework cannot be asked, and is never one of argument checking.
    """
    late = raised.phase == "realise"
    if raised.settled is False or (late and raised.settled is None):
        return True
    if error_word(task, raised) is not None:
        return False
    return late or not any(name in raised.types for name in HARMLESS)


class Workers:
    """All targets' workers; a context manager that leaves no process behind.

    jobs: how many targets work at a time; each ends its processes when it has no task left, and
    what takes long is run in several sets of processes where there is room for them. None: all
    start together and stay, for more tasks. paces: seconds that a task took before, by the name
    of the target: the longest begin first.
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
        jobs: int | None = None,
        paces: Mapping[str, float] | None = None,
        timeout_s: float = 60.0,
        log_folder: Path | None = None,
        first_case_allowance_s: float = 30.0,
        start_timeout_s: float = 120.0,
        retire: Retire = spoils_its_server,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.notes: list[str] = []
        self._targets = tuple(targets)
        self._jobs = jobs
        self._known_paces = paces or {}
        self._limits = Limits(timeout_s, first_case_allowance_s, start_timeout_s)
        self._log_folder = log_folder
        self._retire = retire
        self._environment = environment
        self._lock = threading.RLock()
        self._dispatchers: dict[Target, Dispatcher] = {}
        self._helpers: list[Dispatcher] = []
        self._finished: list[tuple[Task, Outcome]] = []
        self._schedule: Schedule | None = None
        self._next_large: Target | None = None  # its processes may stay
        self._started = False
        self._stopped = False
        self._next_tick = 0.0

    def start(self, first: Iterable[Target] | None = None) -> None:
        """Start the workers, as many as may be; returns immediately. first: only these, until it
        is known who has tasks."""
        with self._lock:
            if self._started or self._stopped:
                return
            self._started = True
            self._selector = selectors.DefaultSelector()
            self._wake, self._waker = socket.socketpair()
            self._selector.register(self._wake, selectors.EVENT_READ, lambda: None)
            self._folder = RunFolder()
            if self._log_folder is not None:
                self._log_folder.mkdir(parents=True, exist_ok=True)
            for backend, target in self._targets:
                self._dispatchers[target] = self._dispatcher(backend, target)
            self._begin(self._dispatchers if first is None else first)
            remove_abandoned()

    def _dispatcher(
        self,
        backend: Backend,
        target: Target,
        *,
        name: str | None = None,
        helps: Dispatcher | None = None,
    ) -> Dispatcher:
        return Dispatcher(
            backend,
            target,
            finished=self._finished,
            notes=self.notes,
            retire=self._retire,
            limits=self._limits,
            selector=self._selector,
            folder=self._log_folder or self._folder.path,
            environment=self._environment,
            name=name,
            helps=helps,
        )

    def _helper(self, busy: Dispatcher) -> Dispatcher:
        """Another dispatcher for the target of one that has much to do."""
        first = self._dispatchers[busy.target]
        name = f"{first.target.name}-helper-{len(self._helpers) + 1}"
        helper = self._dispatcher(first.servers.backend, first.target, name=name, helps=first)
        self._helpers.append(helper)
        return helper

    def _begin(self, targets: Iterable[Target]) -> None:
        dispatchers = [self._dispatchers[target] for target in targets]
        if self._jobs is not None:
            self._schedule = Schedule(
                dispatchers, jobs=self._jobs, paces=self._known_paces, helper=self._helper
            )
            self._schedule.step(time.monotonic(), known=False)
            return
        for dispatcher in dispatchers:
            dispatcher.start()
            dispatcher.admit()

    def run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Outcome]]:
        """Every task with its outcome, as they finish. Left early, it stops the workers.

        Those with a tensor too large to be kept come last, one at a time over all targets: the
        memory is there once.
        """
        large = [task for task in tasks if is_large(task)]
        self._next_large = large[0].target if large else None
        yield from self._run([task for task in tasks if not is_large(task)])
        for number, task in enumerate(large, 1):
            self._next_large = large[number].target if number < len(large) else None
            yield from self._run([task])

    def _run(self, tasks: Sequence[Task]) -> Iterator[tuple[Task, Outcome]]:
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

    @property
    def paces(self) -> dict[str, float]:
        """Seconds that a task took, by the name of the target, where there were enough to tell."""
        with self._lock:
            found = {target.name: d.pace_s for target, d in self._dispatchers.items()}
        return {name: pace_s for name, pace_s in found.items() if pace_s is not None}

    def stop(self) -> None:
        """End every process, from any thread; run() ends soon."""
        was_running = self._started and not self._stopped
        self._stopped = True
        if was_running:
            self._waker.send(b"x")
        with self._lock:
            if not self._dispatchers:
                return
            dispatchers = [*self._dispatchers.values(), *self._helpers]
            self._dispatchers = {}
            self._schedule = None
            for dispatcher in dispatchers:
                dispatcher.servers.release()
            for dispatcher in dispatchers:
                dispatcher.servers.end()
            self._selector.close()
            self._wake.close()
            self._waker.close()
            self._folder.remove()

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
        if self._schedule is not None:
            self._schedule.expect(self._dispatchers.values())
            self._schedule.step(time.monotonic(), known=True, staying=self._next_large)

    def _step(self) -> None:
        """Wait for something to happen, at most until the next time limit, and act upon it."""
        events = self._selector.select(max(0.0, self._next_tick - time.monotonic()))
        for key, _ in events:
            key.data()
        now = time.monotonic()
        if self._schedule is not None:
            self._schedule.step(now, known=True, staying=self._next_large)
        if now >= self._next_tick:
            at_it = self._schedule.at_it if self._schedule else self._dispatchers.values()
            limits = [dispatcher.tick(now) for dispatcher in at_it]
            pause = min(LONGEST_SLEEP_S, self._limits.case_s / 2)
            self._next_tick = max(now, min([*limits, now + pause]))
