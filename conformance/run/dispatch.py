"""One target's tasks on their way through its servers: who runs what, and who is blamed."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from packaging.version import InvalidVersion, Version

from conformance.model.backend import Backend, Target
from conformance.model.outcome import (
    Crashed,
    Evidence,
    Outcome,
    Raised,
    TimedOut,
    Unavailable,
    Unstable,
)
from conformance.model.verdict import Task
from conformance.run.connection import CHUNK, Connection
from conformance.run.process import (
    FAREWELL_S,
    StartError,
    WorkerProcess,
    bound,
    describe_status,
    read_end,
)
from conformance.run.request import decode_reply
from conformance.run.wire import GarbageError, Header

# How long a worker process may take to say how a server ended before it is taken for lost.
REPORT_S = 2.0
START_ATTEMPTS = 3
SILENCE = "silence: the connection was closed without an answer"

Retire = Callable[[Task, Raised], bool]
Lost = Crashed | TimedOut


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every target.

    timeout_s: for one case; first_case_allowance_s: more for a server's start and its first case;
    start_timeout_s: for the import. retire: whether an exception spoils its server. folder: where
    the output of the processes goes.
    """

    timeout_s: float
    first_case_allowance_s: float
    start_timeout_s: float
    retire: Retire
    folder: Path
    environment: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A task whose server was lost while it ran, and how."""

    task: Task
    first: Lost


class Dispatcher:
    """Keeps one target busy and puts (task, outcome) into finished, each task once.

    main runs pending tasks in a row; a suspect runs once more, alone, in a server of its own, which
    is called trial. Servers are forked from host; where that cannot be, each has a process of its
    own. spares are servers that are ready before they are needed.
    """

    def __init__(
        self,
        backend: Backend,
        target: Target,
        *,
        settings: Settings,
        selector: selectors.BaseSelector,
        finished: list[tuple[Task, Outcome]],
        notes: list[str],
    ) -> None:
        self.backend = backend
        self.target = target
        self.settings = settings
        self.pending: deque[Task] = deque()
        self.suspects: deque[Suspect] = deque()
        self.suspect: Suspect | None = None
        self.main: Connection | None = None
        self.trial: Connection | None = None
        self.spares: list[Connection] = []
        self.host: WorkerProcess | None = None
        self.connections: dict[int, Connection] = {}
        self.unavailable: Unavailable | None = None
        self._selector = selector
        self._finished = finished
        self._notes = notes
        self._scratch = memoryview(bytearray(CHUNK))
        self._forking = True
        self._proven = False  # a forked server has answered a case
        self._exclusive = False  # main and trial must not run at the same time
        self._spares_wanted = 0
        self._failed_starts = 0
        self._losses = 0
        self._number = 0

    # -- what the engine calls

    def start(self) -> None:
        """Start the worker process; nothing waits for it."""
        self.host = self._start_process("worker")

    def add(self, tasks: Iterable[Task]) -> None:
        self.pending.extend(tasks)
        if self.unavailable is not None:
            self._finish_all(self.unavailable)
        else:
            self._pump()

    def tick(self, now: float) -> float:
        """Look after time limits and the size of printed output. The time of the next limit."""
        for connection in list(self.connections.values()):
            if now >= self._deadline(connection):
                self._overdue(connection)
            if connection.unanswered or not connection.ready:
                bound(connection.log)
        if self.host is not None and self.host.hello is None:
            bound(self.host.log)
            if now >= self.host.started + self.settings.start_timeout_s:
                self._import_overdue(self.host)
        self._prepare_for_a_hang(now)
        deadlines = [self._deadline(connection) for connection in self.connections.values()]
        if self.host is not None and self.host.hello is None:
            deadlines.append(self.host.started + self.settings.start_timeout_s)
        return min(deadlines, default=float("inf"))

    def release(self) -> None:
        """Close every socket: the processes end by themselves."""
        hosts = self._hosts()
        for connection in list(self.connections.values()):
            self._forget(connection)
        for host in hosts:
            self._unwatch(host)
            host.control.close()
        self._released = hosts

    def end(self) -> None:
        """After release: wait for the processes, kill those that stay."""
        for host in self._released:
            host.end(FAREWELL_S)
        self.host = None

    # -- processes

    def _hosts(self) -> list[WorkerProcess]:
        hosts = [c.host for c in self.connections.values() if not c.forked]
        return hosts if self.host is None else [self.host, *hosts]

    def _start_process(self, name: str) -> WorkerProcess | None:
        if self.target.interpreter is None:
            self._give_up(self.target.missing or "there is no interpreter for it")
            return None
        log = self.settings.folder / f"{self.target.name}-{name}.log"
        environment = self.settings.environment
        try:
            host = WorkerProcess(self.backend, self.target, log=log, environment=environment)
        except StartError as error:
            self._give_up(f"its interpreter cannot be run: {error}")
            return None
        self._selector.register(host, selectors.EVENT_READ, partial(self._on_host, host))
        return host

    def _on_host(self, host: WorkerProcess) -> None:
        for message in host.receive():
            self._obey(host, message)
        if host.closed and host in self._hosts():
            self._host_lost(host)

    def _obey(self, host: WorkerProcess, message: Header) -> None:
        if "forked" in message:
            host.servers.add(message["pid"])
        elif "ended" in message:
            host.servers.discard(message["pid"])
        number = message.get("ended", message.get("forked"))
        connection = self.connections.get(number) if isinstance(number, int) else None
        if "hello" in message:
            self._greet(host, message["hello"])
        elif "failed" in message:
            self._give_up(f"its adapter cannot be imported: {message['failed']}", log=host)
        elif connection is not None and "ended" in message:
            self._ended(connection, message)

    def _greet(self, host: WorkerProcess, hello: Header) -> None:
        host.hello = hello
        actual, expected = str(hello["version"]), self.target.version
        if expected and _public(actual) != _public(expected):
            self._give_up(f"its interpreter has {self.backend.name} {actual}, expected {expected}")
            return
        if host is self.host and not hello["fork"] and self._forking:
            self._forking = False
            self._note("is started anew after a crash: its backend does not fork")
            self._discard_host()
        for connection in self.connections.values():
            if connection.host is host and not connection.forked:
                connection.ask_for()
        self._pump()

    def _discard_host(self) -> None:
        if self.host is not None:
            self._unwatch(self.host)
            self.host.end(FAREWELL_S)
            self.host = None

    def _host_lost(self, host: WorkerProcess) -> None:
        """The worker process is gone, and every server with it."""
        self._unwatch(host)
        how = host.end(patience_s=0.2)
        if host.hello is None:
            self._give_up(f"it died while importing its framework ({how})", log=host)
            return
        lost = [c for c in self.connections.values() if c.host is host]
        for connection in lost:
            self._read(connection)
        lost = [c for c in lost if c.number in self.connections]
        if host is self.host:
            self.host = None
            self._zygote_lost(host, how=how, lost=lost)
        for connection in lost:
            if not connection.forked and connection.number in self.connections:
                self._lose(connection, self._crash(connection, how))
        self._pump()

    def _zygote_lost(self, host: WorkerProcess, *, how: str, lost: list[Connection]) -> None:
        running = [c for c in lost if c.unanswered and c.ready]
        self._losses += 1
        if self._losses > START_ATTEMPTS:
            self._give_up(f"its worker process dies again and again ({how})", log=host)
        elif len(running) == 1:
            crash = self._crash(running[0], f"{how} of its worker process")
            self._lose(running[0], crash)
        elif running:
            self._exclusive = True  # nobody knows which of them it was
        for connection in lost:
            self._withdraw(connection)

    def _import_overdue(self, host: WorkerProcess) -> None:
        limit = self.settings.start_timeout_s
        self._give_up(f"its framework was not imported within {limit:g} s", log=host)

    def _give_up(self, reason: str, log: WorkerProcess | None = None) -> None:
        """No task of this target can be run any more."""
        printed = log.log_lines() if log is not None else ""
        ending = f"; it printed last:\n{printed}" if printed else ""
        text = f"{self.target.name} could not be started: {reason}{ending}"
        self.unavailable = Unavailable("target", text)
        hosts = self._hosts()
        for connection in list(self.connections.values()):
            self._withdraw(connection)
        for host in hosts:
            self._unwatch(host)
            host.end(FAREWELL_S if host.hello else 0.0)
        self.host = None
        self._finish_all(self.unavailable)

    def _finish_all(self, outcome: Outcome) -> None:
        tasks = [*(suspect.task for suspect in self.suspects), *self.pending]
        self.suspects.clear()
        self.pending.clear()
        self._finished.extend((task, outcome) for task in tasks)

    def _note(self, text: str) -> None:
        self._notes.append(f"{self.target.name} {text}")

    # -- servers

    def _fresh(self, alone: bool = False) -> Connection | None:
        """A server that has run nothing yet: a spare, or a new one. alone: not forked."""
        if self.spares and not alone:
            return self.spares.pop(0)
        self._number += 1
        name = f"server-{self._number}"
        log = self.settings.folder / f"{self.target.name}-{name}.log"
        if self._forking and not alone:
            host = self.host
        else:
            host = self._start_process(f"process-{self._number}")
        if host is None:
            return None
        connection = Connection(self._number, host, log=log, forked=self._forking and not alone)
        self.connections[connection.number] = connection
        self._selector.register(
            connection, selectors.EVENT_READ, partial(self._on_connection, connection)
        )
        if connection.forked:
            connection.ask_for()
        return connection

    def _pump(self) -> None:
        """Give work to whoever is free."""
        if self.unavailable is not None or not (self.pending or self.suspects):
            return
        if self._forking:
            if self.host is None:
                self.start()
            if self.host is None or self.host.hello is None:
                return
        busy = self.main is not None and self.main.unanswered
        if self.suspects and self.trial is None and not (self._exclusive and busy):
            self._try_again()
        if self.pending and not self._must_wait():
            if self.main is None:
                self.main = self._fresh()
            if self.main is not None and self.main.wants_more:
                self._send(self.main, self.pending)

    def _must_wait(self) -> bool:
        """Whether main must not go on before a suspect is settled."""
        suspects = len(self.suspects) + (self.trial is not None)
        if self._exclusive:
            return suspects > 0
        # Two first cases in a row were lost: the fork itself is in doubt.
        return self._forking and not self._proven and suspects > 1

    def _try_again(self) -> None:
        alone = self._forking and not self._proven
        trial = self._fresh(alone)
        if trial is None:
            return
        self.suspect = self.suspects.popleft()
        self.trial = trial
        self._send(trial, deque([self.suspect.task]))

    def _order_spares(self, count: int) -> None:
        while len(self.spares) < count and (self.pending or (self.main and self.main.unanswered)):
            if self._forking and self.host is None:
                return
            spares, self.spares = self.spares, []
            spare = self._fresh()
            self.spares = spares
            if spare is None:
                return
            self.spares.append(spare)

    def _prepare_for_a_hang(self, now: float) -> None:
        """Have servers ready when a case has used up most of its time."""
        main = self.main
        if main is None or not main.unanswered or not main.ready or not self._proven:
            return
        left = self._deadline(main) - now
        if left < min(1.0, self.settings.timeout_s / 2):
            self._order_spares(1 if len(main.unanswered) == 1 and not self.pending else 2)

    def _send(self, connection: Connection, tasks: deque[Task]) -> None:
        connection.send(tasks)
        self._watch_writing(connection)

    def _watch_writing(self, connection: Connection) -> None:
        if connection.is_sending != connection.watched:
            connection.watched = connection.is_sending
            writing = selectors.EVENT_WRITE if connection.is_sending else 0
            data = self._selector.get_key(connection).data
            self._selector.modify(connection, selectors.EVENT_READ | writing, data)

    def _on_connection(self, connection: Connection) -> None:
        if connection.number not in self.connections:
            return  # let go of a moment ago, in the same round of events
        if connection.is_sending:
            connection.flush()
            self._watch_writing(connection)
        self._read(connection)
        if connection.number not in self.connections:
            return
        if connection.reader.garbage is not None:
            self._garbage(connection, connection.reader.garbage)
        elif connection.closed:
            self._closing(connection)
        elif connection is self.main and self.pending and connection.wants_more:
            self._pump()

    def _read(self, connection: Connection) -> None:
        for header, body in connection.receive(self._scratch):
            if connection.number not in self.connections:
                return
            try:
                self._take(connection, header, body=body)
            except GarbageError as error:
                self._garbage(connection, str(error))

    def _take(self, connection: Connection, header: Header, *, body: bytes) -> None:
        if not connection.ready:
            self._take_ready(connection, header)
            return
        if not connection.unanswered:
            raise GarbageError("a reply that nobody asked for")
        first = connection.unanswered[0]
        outcome = decode_reply(first.task, header, number=first.number, body=body)
        connection.take_answered()
        self._losses = 0
        if connection.forked:
            self._proven = True
        if connection is self.trial:
            self._settle(outcome)
            return
        self._finished.append((first.task, outcome))
        spoilt = isinstance(outcome, Raised) and self.settings.retire(first.task, outcome)
        if spoilt:
            self._spares_wanted = 2
        if connection.answered == 1:
            # Not earlier: forks would delay the first case in this server, which is the slow one.
            self._order_spares(self._spares_wanted)
        if spoilt:
            self._withdraw(connection)
            self._put_last(first.task.binding.api)
            self._pump()

    def _put_last(self, api: str) -> None:
        """An API that cost a server may cost one every time: its tasks run after all others, which
        then need not pay for the first call in a fresh server again and again."""
        mine = [task for task in self.pending if task.binding.api == api]
        if mine and len(mine) < len(self.pending):
            others = [task for task in self.pending if task.binding.api != api]
            self.pending = deque([*others, *mine])

    def _take_ready(self, connection: Connection, header: Header) -> None:
        if header.get("ready") is True:
            connection.ready = True
            connection.clock = time.monotonic()
        elif isinstance(header.get("failed"), str):
            self._start_failed(connection, f"start of its adapter failed:\n{header['failed']}")
        else:
            raise GarbageError(f"{header!r}, expected ready or failed")

    # -- ends

    def _deadline(self, connection: Connection) -> float:
        if connection.host.hello is None:
            return connection.host.started + self.settings.start_timeout_s
        if connection.closed:
            return connection.clock + REPORT_S
        if connection.ready and not connection.unanswered:
            return float("inf")
        return connection.clock + self._limit(connection)

    def _limit(self, connection: Connection) -> float:
        allowance = 0.0 if connection.answered else self.settings.first_case_allowance_s
        return self.settings.timeout_s + allowance

    def _overdue(self, connection: Connection) -> None:
        if connection.host.hello is None:
            self._import_overdue(connection.host)
            return
        if connection.closed:
            connection.host.closed = True
            self._host_lost(connection.host)
            return
        self._on_connection(connection)
        live = connection.number in self.connections and not connection.closed
        if live and time.monotonic() >= self._deadline(connection):
            evidence = Evidence(read_end(connection.log))
            self._lose(connection, TimedOut(self._limit(connection), evidence))

    def _garbage(self, connection: Connection, what: str) -> None:
        self._lose(connection, self._crash(connection, f"garbage reply: {what}"))

    def _closing(self, connection: Connection) -> None:
        """The server closed its connection: has it ended, or is it merely silent?"""
        self._selector.unregister(connection)
        connection.unwatched = True
        if not connection.forked:
            self._unwatch(connection.host)
            how = connection.host.end(patience_s=0.1)
            self._lose(connection, self._crash(connection, how))
            return
        connection.clock, began = time.monotonic(), connection.clock
        connection.began = began
        connection.host.ask({"reap": connection.number})
        if connection.unanswered and connection.ready:
            self._spares_wanted = 2
            needed = 1 + (len(connection.unanswered) > 1 or bool(self.pending))
            self._order_spares(needed)

    def _ended(self, connection: Connection, message: Header) -> None:
        if not connection.closed:
            self._read(connection)
        if connection.number in self.connections:
            how = SILENCE if message["killed"] else describe_status(message["status"])
            self._lose(connection, self._crash(connection, how))

    def _crash(self, connection: Connection, how: str) -> Crashed:
        began = connection.began if connection.began is not None else connection.clock
        return Crashed(how, time.monotonic() - began, Evidence(read_end(connection.log)))

    def _lose(self, connection: Connection, outcome: Lost) -> None:
        """Blame what was running, if anything was, and let the others be sent again."""
        if not connection.ready:
            self._start_failed(connection, f"a server did not get ready: {_end_of(outcome)}")
            return
        if connection is self.trial:
            self._settle(outcome)
            return
        if connection.unanswered:
            self._spares_wanted = 2
            suspect = Suspect(connection.unanswered.popleft().task, outcome)
            self.suspects.append(suspect)
            self._withdraw(connection)
            self._put_last(suspect.task.binding.api)
        else:
            self._withdraw(connection)
        self._pump()

    def _settle(self, again: Outcome) -> None:
        """The suspect's second end decides."""
        suspect, trial = self.suspect, self.trial
        if suspect is None or trial is None:
            return
        trial.unanswered.clear()
        self.suspect = None
        self._withdraw(trial)
        outcome: Outcome = Unstable(suspect.first, again)
        if _kind(suspect.first) == _kind(again):
            outcome = suspect.first
        elif not trial.forked and self._forking and not self._proven and _is_answer(again):
            self._stop_forking("a forked server lost its first case")
            outcome = again
        self._finished.append((suspect.task, outcome))
        self._pump()

    def _start_failed(self, connection: Connection, reason: str) -> None:
        spare = connection in self.spares
        self._withdraw(connection)
        self._failed_starts += 1
        if spare:
            self._spares_wanted = 0
        elif connection.forked and self._forking and not self._proven and "did not" in reason:
            self._stop_forking("a forked server did not get ready")
        elif not self._proven or self._failed_starts >= START_ATTEMPTS:
            self._give_up(reason, log=connection.host)
        self._pump()

    def _stop_forking(self, why: str) -> None:
        self._forking = False
        self._note(f"is started anew after a crash: {why}, a new process did not")
        for connection in [c for c in self.connections.values() if c.forked]:
            self._withdraw(connection)
        self._discard_host()

    def _withdraw(self, connection: Connection) -> None:
        """Let go of a server; its unanswered requests are waiting again."""
        if connection.number not in self.connections:
            return
        tasks = [request.task for request in connection.unanswered]
        if connection is self.trial:
            self.trial = None
            if self.suspect is not None:
                self.suspects.appendleft(self.suspect)
                self.suspect = None
        else:
            self.pending.extendleft(reversed(tasks))
        if connection is self.main:
            self.main = None
        if connection in self.spares:
            self.spares.remove(connection)
        self._forget(connection)
        if connection.forked:
            connection.host.ask({"kill": connection.number})
        elif not connection.host.closed:
            self._unwatch(connection.host)
            connection.host.end()

    def _forget(self, connection: Connection) -> None:
        del self.connections[connection.number]
        if not connection.unwatched:
            self._selector.unregister(connection)
        connection.close()
        connection.log.unlink(missing_ok=True)

    def _unwatch(self, host: WorkerProcess) -> None:
        host.closed = True
        if host.fileno() >= 0 and host.fileno() in self._selector.get_map():
            self._selector.unregister(host)


def _public(version: str) -> str:
    try:
        return Version(version).public
    except InvalidVersion:
        return version


def _kind(outcome: Outcome) -> str:
    """What makes two ends the same: a signal, an exit, garbage, silence, a time limit."""
    if isinstance(outcome, Crashed):
        return outcome.how.split()[0]
    return type(outcome).__name__


def _is_answer(outcome: Outcome) -> bool:
    return not isinstance(outcome, Crashed | TimedOut)


def _end_of(outcome: Lost) -> str:
    if isinstance(outcome, TimedOut):
        return f"no answer within {outcome.limit_s:g} s"
    return outcome.how
