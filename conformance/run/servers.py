"""The servers of one target: they are started, watched, and told apart by how they end."""

from __future__ import annotations

import selectors
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from packaging.version import InvalidVersion, Version

from conformance.decide.memory import GIB, in_gib, is_large, need
from conformance.model.backend import Backend, Target
from conformance.model.outcome import Crashed, Evidence, TimedOut
from conformance.model.verdict import Task
from conformance.run.connection import CHUNK, Connection
from conformance.run.memory import resident_memory
from conformance.run.process import (
    FAREWELL_S,
    StartError,
    WorkerProcess,
    bound,
    describe_status,
    read_end,
)
from conformance.run.wire import GarbageError, Header

# How long a worker process may take to say how a server ended before it is taken for lost.
REPORT_S = 2.0
# How a server ended, where that is no signal and no exit status; and whose end it was.
SILENCE = "silence: the connection was closed without an answer"
GARBAGE = "garbage reply"
OF_WORKER = " of its worker process"
# What a fresh server's start and first case have more than the limit where others have answered.
FRESH_ALLOWANCE_S = 1.0
# What a call that has a tensor too large to be kept has more than the limit, for each GiB it takes.
GIB_ALLOWANCE_S = 60.0
# What a framework takes before it is called at all.
FRAMEWORK_BYTES = GIB
NEVER = float("inf")

Lost = Crashed | TimedOut


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds: for one case; more for a server's start and its first case, as long as no server of
    the target has answered anything; for the import."""

    case_s: float
    first_case_allowance_s: float
    import_s: float


class Client(Protocol):
    """Who uses the servers, and hears of them. A connection that is lost is forgotten already."""

    def opened(self) -> None:
        """Servers can be had now."""

    def answered(self, connection: Connection, header: Header, body: bytes) -> None:
        """A reply has come. GarbageError if it is none."""

    def writable(self, connection: Connection) -> None:
        """All that was there to read has been taken."""

    def closing(self, connection: Connection) -> None:
        """The server has closed its connection; how it ended is said later, by `lost`."""

    def lost(self, connection: Connection, outcome: Lost) -> None:
        """The server was ready, and ended, was silent, wrote garbage or overran its time."""

    def unready(self, connection: Connection, reason: str, *, raised: bool) -> None:
        """The server never got ready. raised: its adapter's start did."""

    def host_lost(self, lost: list[tuple[Connection, Crashed]]) -> None:
        """The process ended that these servers were forked from, and they with it."""

    def closed(self, reason: str) -> None:
        """No server can be had any more."""


class Servers:
    """Forks servers from host, or gives each a process of its own where forking is False.

    spares are servers that are started before they are needed. connections are all that live.
    name: how the files begin in which their output is kept.
    """

    def __init__(
        self,
        backend: Backend,
        target: Target,
        *,
        name: str,
        client: Client,
        selector: selectors.BaseSelector,
        limits: Limits,
        folder: Path,
        environment: Mapping[str, str] | None,
    ) -> None:
        self.backend = backend
        self.target = target
        self.forking = True
        self.host: WorkerProcess | None = None
        self.spares: list[Connection] = []
        self.connections: dict[int, Connection] = {}
        self._name = name
        self._client = client
        self._selector = selector
        self._limits = limits
        self._folder = folder
        self._environment = environment
        self._scratch = memoryview(bytearray(CHUNK))
        self._released: list[WorkerProcess] = []
        self._released_at = NEVER
        self._count = 0
        self._has_answered = False

    # -- having servers

    def open(self) -> bool:
        """Whether servers can be had now; otherwise the import is begun, if it was not."""
        if not self.forking:
            return True
        if self.host is None:
            self.host = self._start_process("worker")
        return self.host is not None and self.host.hello is not None

    def fresh(self, *, alone: bool = False) -> Connection | None:
        """A server that has run nothing yet; alone: in a process of its own. None if there is no
        way to have one."""
        if self.spares and not alone:
            return self.spares.pop(0)
        return self._start_server(forked=self.forking and not alone)

    def order_spares(self, count: int) -> None:
        """Start servers until count are there that nobody uses."""
        while len(self.spares) < count and self.open():
            spare = self._start_server(forked=self.forking)
            if spare is None:
                return
            self.spares.append(spare)

    def discard(self, connection: Connection) -> None:
        """End a server and forget it."""
        if connection.number not in self.connections:
            return
        self._forget(connection)
        if connection.forked:
            connection.host.ask({"kill": connection.number})
        else:
            self._unwatch(connection.host)
            connection.host.end()

    def stop_forking(self) -> list[Connection]:
        """Give every further server a process of its own. The forked servers that are lost."""
        self.forking = False
        forked = [c for c in self.connections.values() if c.forked]
        for connection in forked:
            self._forget(connection)
        if self.host is not None:
            self._unwatch(self.host)
            self.host.end(FAREWELL_S)
            self.host = None
        return forked

    def watch(self, connection: Connection) -> None:
        """Have the selector say when the rest of a request can be written."""
        if connection.is_sending != connection.watched:
            connection.watched = connection.is_sending
            writing = selectors.EVENT_WRITE if connection.is_sending else 0
            data = self._selector.get_key(connection).data
            self._selector.modify(connection, selectors.EVENT_READ | writing, data)

    def release(self, now: float = NEVER) -> None:
        """Close every socket: the processes end by themselves."""
        hosts = self._hosts()
        for connection in list(self.connections.values()):
            self._forget(connection)
        for host in hosts:
            self._unwatch(host)
            host.control.close()
        self.host = None
        self._released += hosts
        self._released_at = now
        self._has_answered = False

    def has_left(self, now: float) -> bool:
        """After release: whether no process is there any more. Those that stay too long are killed;
        never waits."""
        patience_s = now - self._released_at
        for host in self._released[:]:
            # What still imports has no servers to end, and may not even look at its socket.
            if host.has_ended or host.hello is None or patience_s >= FAREWELL_S:
                host.end()
                self._released.remove(host)
        return not self._released

    def end(self) -> None:
        """After release: wait for the processes, kill those that stay."""
        for host in self._released:
            host.end(FAREWELL_S if host.hello else 0.0)
        self._released = []

    # -- processes

    def _hosts(self) -> list[WorkerProcess]:
        hosts = [c.host for c in self.connections.values() if not c.forked]
        return hosts if self.host is None else [self.host, *hosts]

    def _start_process(self, name: str) -> WorkerProcess | None:
        if self.target.interpreter is None:
            self._client.closed(self.target.missing or "there is no interpreter for it")
            return None
        log = self._folder / f"{self._name}-{name}.log"
        try:
            host = WorkerProcess(self.backend, self.target, log=log, environment=self._environment)
        except StartError as error:
            self._client.closed(f"its interpreter cannot be run: {error}")
            return None
        self._selector.register(host, selectors.EVENT_READ, partial(self._on_host, host))
        return host

    def _on_host(self, host: WorkerProcess) -> None:
        for message in host.receive():
            self._hear(host, message)
        if host.closed and host in self._hosts():
            self._host_lost(host)

    def _hear(self, host: WorkerProcess, message: Header) -> None:
        if "hello" in message:
            self._greet(host, message["hello"])
        elif "failed" in message:
            reason = f"its adapter cannot be imported: {message['failed']}"
            self._client.closed(reason + host.last_words())
        elif "forked" in message:
            host.servers.add(message["pid"])
            forked = self.connections.get(message["forked"])
            if forked is not None:
                forked.pid = message["pid"]
        elif "ended" in message:
            host.servers.discard(message["pid"])
            connection = self.connections.get(message["ended"])
            if connection is not None:
                self._ended(connection, message)

    def _greet(self, host: WorkerProcess, hello: Header) -> None:
        host.hello = hello
        actual, expected = str(hello["version"]), self.target.version
        if not is_version(actual, expected):
            found = f"{self.backend.name} {actual}, expected {expected}"
            self._client.closed(f"its interpreter has {found}")
            return
        for connection in self.connections.values():
            if connection.host is host and not connection.forked:
                connection.ask_for()
        self._client.opened()

    def _host_lost(self, host: WorkerProcess) -> None:
        self._unwatch(host)
        how = host.end(patience_s=0.2)
        if host.hello is None:
            reason = f"it died while importing its framework ({how})"
            self._client.closed(reason + host.last_words())
            return
        for connection in [c for c in self.connections.values() if c.host is host]:
            self._read(connection)
        lost = [c for c in self.connections.values() if c.host is host]
        if host is not self.host:
            for connection in lost:
                self._lose(connection, self._crash(connection, how))
            return
        self.host = None
        crashes = [(c, self._crash(c, f"{how}{OF_WORKER}")) for c in lost]
        for connection in lost:
            self._forget(connection)
        self._client.host_lost(crashes)

    # -- servers

    def _start_server(self, *, forked: bool) -> Connection | None:
        self._count += 1
        host = self.host if forked else self._start_process(f"process-{self._count}")
        if host is None:
            return None
        log = self._folder / f"{self._name}-server-{self._count}.log"
        connection = Connection(self._count, host, log=log, forked=forked)
        self.connections[connection.number] = connection
        react = partial(self._on_connection, connection)
        self._selector.register(connection, selectors.EVENT_READ, react)
        if forked:
            connection.ask_for()
        return connection

    def _on_connection(self, connection: Connection) -> None:
        if connection.number not in self.connections:
            return  # forgotten a moment ago, in the same round of events
        if connection.is_sending:
            connection.flush()
            self.watch(connection)
        self._read(connection)
        if connection.number not in self.connections:
            return
        if connection.reader.garbage is not None:
            self._garbage(connection, connection.reader.garbage)
        elif connection.closed:
            self._closing(connection)
        else:
            self._client.writable(connection)

    def _read(self, connection: Connection) -> None:
        for header, body in connection.receive(self._scratch):
            if connection.number not in self.connections:
                return
            try:
                if connection.ready:
                    self._client.answered(connection, header, body)
                    self._has_answered = True
                else:
                    self._take_ready(connection, header)
            except GarbageError as error:
                self._garbage(connection, str(error))

    def _take_ready(self, connection: Connection, header: Header) -> None:
        if header.get("ready") is True:
            connection.ready = True
            connection.clock = time.monotonic()
        elif isinstance(header.get("failed"), str):
            self.discard(connection)
            reason = f"start of its adapter failed:\n{header['failed']}"
            self._client.unready(connection, reason, raised=True)
        else:
            raise GarbageError(f"{header!r}, expected ready or failed")

    def _garbage(self, connection: Connection, what: str) -> None:
        self._lose(connection, self._crash(connection, f"{GARBAGE}: {what}"))

    def _closing(self, connection: Connection) -> None:
        """The server closed its connection: has it ended, or is it merely silent?"""
        self._selector.unregister(connection)
        connection.unwatched = True
        if not connection.forked:
            self._unwatch(connection.host)
            how = connection.host.end(patience_s=0.1)
            self._lose(connection, self._crash(connection, how))
            return
        connection.began, connection.clock = connection.clock, time.monotonic()
        connection.host.ask({"reap": connection.number})
        if connection.ready:
            self._client.closing(connection)

    def _ended(self, connection: Connection, message: Header) -> None:
        if not connection.closed:
            self._read(connection)
        if connection.number in self.connections:
            how = SILENCE if message["killed"] else describe_status(message["status"])
            self._lose(connection, self._crash(connection, how))

    def _crash(self, connection: Connection, how: str) -> Crashed:
        began = connection.clock if connection.began is None else connection.began
        return Crashed(how, time.monotonic() - began, Evidence(read_end(connection.log)))

    def _lose(self, connection: Connection, outcome: Lost) -> None:
        self.discard(connection)
        if connection.ready:
            self._client.lost(connection, outcome)
            return
        end = (
            f"no answer within {outcome.limit_s:g} s"
            if isinstance(outcome, TimedOut)
            else outcome.how
        )
        reason = f"a server did not get ready: {end}"
        self._client.unready(connection, reason + connection.host.last_words(), raised=False)

    def _forget(self, connection: Connection) -> None:
        del self.connections[connection.number]
        if connection in self.spares:
            self.spares.remove(connection)
        if not connection.unwatched:
            self._selector.unregister(connection)
        connection.close()
        connection.log.unlink(missing_ok=True)

    def _unwatch(self, host: WorkerProcess) -> None:
        if not host.closed or host.fileno() >= 0:
            host.closed = True
            if host.fileno() in self._selector.get_map():
                self._selector.unregister(host)

    # -- time

    def deadline(self, connection: Connection) -> float:
        """When the server must have done what it is about: import, start, answer or end."""
        if connection.host.hello is None:
            return connection.host.started + self._limits.import_s
        if connection.closed:
            return connection.clock + REPORT_S
        if connection.ready and not connection.unanswered:
            return NEVER
        return connection.clock + self._limit(connection)

    def _limit(self, connection: Connection) -> float:
        case_s = self._limits.case_s
        if connection.unanswered:
            case_s += allowance_of(connection.unanswered[0].task)
        if connection.answered:
            return case_s
        # What frameworks prepare once takes its time; a hang in a fresh server shall not.
        allowance = self._limits.first_case_allowance_s
        if self._has_answered:
            allowance = min(allowance, FRESH_ALLOWANCE_S)
        return case_s + allowance

    def tick(self, now: float) -> float:
        """Look after time limits and the size of what is printed. The time of the next limit."""
        host = self.host
        if host is not None and host.hello is None:
            bound(host.log)
            if now >= host.started + self._limits.import_s:
                self._import_overdue(host)
        for connection in list(self.connections.values()):
            if connection.unanswered or not connection.ready:
                bound(connection.log)
            if connection.number in self.connections and now >= self.deadline(connection):
                self._overdue(connection)
            if connection.number in self.connections and connection.unanswered:
                self._weigh(connection)
        deadlines = [self.deadline(connection) for connection in self.connections.values()]
        if self.host is not None and self.host.hello is None:
            deadlines.append(self.host.started + self._limits.import_s)
        return min(deadlines, default=NEVER)

    def _weigh(self, connection: Connection) -> None:
        """End a server that takes more memory than its large call was said to need: what others do
        on this machine must not suffer."""
        task = connection.unanswered[0].task
        pid = connection.pid if connection.forked else connection.host.pid
        if not is_large(task) or pid is None:
            return
        if resident_memory(pid) <= need(task) + FRAMEWORK_BYTES:
            return
        self._on_connection(connection)  # the answer may be there by now
        if connection.number in self.connections and connection.unanswered:
            how = f"took more than the {in_gib(need(task))} of memory that it was said to need"
            self._lose(connection, Crashed(how, evidence=Evidence(read_end(connection.log))))

    def _import_overdue(self, host: WorkerProcess) -> None:
        limit = f"its framework was not imported within {self._limits.import_s:g} s"
        self._client.closed(limit + host.last_words())

    def _overdue(self, connection: Connection) -> None:
        if connection.host.hello is None:
            self._import_overdue(connection.host)
            return
        if connection.closed:
            self._host_lost(connection.host)
            return
        self._on_connection(connection)  # the answer may be there by now
        alive = connection.number in self.connections and not connection.closed
        if alive and time.monotonic() >= self.deadline(connection):
            evidence = Evidence(read_end(connection.log))
            self._lose(connection, TimedOut(self._limit(connection), evidence))


def allowance_of(task: Task) -> float:
    """The seconds that task has more than the limit of a case, because of its size."""
    return GIB_ALLOWANCE_S * need(task) / GIB if is_large(task) else 0.0


def is_version(actual: str, expected: str) -> bool:
    """Whether a framework of version actual is what was asked for: any, if expected is ''."""
    return not expected or _public(actual) == _public(expected)


def _public(version: str) -> str:
    """version without its local part: 2.13.0 for 2.13.0+cpu."""
    try:
        return Version(version).public
    except InvalidVersion:
        return version
