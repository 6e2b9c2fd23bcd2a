"""One target's tasks on their way through its servers: who runs what, and who is blamed."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance.decide.memory import is_large
from conformance.model.backend import Backend, Target
from conformance.model.outcome import Crashed, Outcome, Raised, TimedOut, Unavailable, Unstable
from conformance.model.verdict import Task
from conformance.run.connection import Connection
from conformance.run.request import decode_reply
from conformance.run.servers import GARBAGE, OF_WORKER, Limits, Lost, Servers
from conformance.run.wire import GarbageError, Header

START_ATTEMPTS = 3
# Servers that wait for the next crash, once there was one: one for the suspect, one for the rest.
SPARES = 2
# For how long the first case of a fresh server has precedence over a suspect.
PRECEDENCE_S = 0.2
ENOUGH_FOR_A_PACE = 50

Retire = Callable[[Task, Raised], bool]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A task whose server was lost while it ran, and how; first is None where nothing was lost, and
    the task merely needs a server that has run nothing else."""

    task: Task
    first: Lost | None


class Dispatcher:
    """Keeps one target busy and puts (task, outcome) into finished, each task once.

    main runs pending tasks in a row; a suspect runs once more, alone, in a server of its own, which
    is called trial. So do secluded tasks, which make their call again and again, or a large one.
    retire says whether an exception spoils its server. helps: whose tasks it takes over, of its own
    target; what it cannot run goes back there.
    """

    def __init__(
        self,
        backend: Backend,
        target: Target,
        *,
        finished: list[tuple[Task, Outcome]],
        notes: list[str],
        retire: Retire,
        limits: Limits,
        selector: selectors.BaseSelector,
        folder: Path,
        environment: Mapping[str, str] | None,
        name: str | None = None,
        helps: Dispatcher | None = None,
    ) -> None:
        self.target = target
        self.helps = helps
        self.servers = Servers(
            backend,
            target,
            name=name or target.name,
            client=self,
            selector=selector,
            limits=limits,
            folder=folder,
            environment=environment,
        )
        self.main: Connection | None = None
        self.trial: Connection | None = None
        self.suspect: Suspect | None = None
        self.pending: deque[Task] = deque()
        self.suspects: deque[Suspect] = deque()
        self.secluded: deque[Task] = deque()
        self.unavailable: Unavailable | None = None
        self._finished = finished
        self._notes = notes
        self._retire = retire
        self._limits = limits
        self._proven = False  # a forked server has answered a case
        self._exclusive = False  # main and trial must not run at the same time
        self._spares_wanted = 0
        self._failed_starts = 0
        self._lost_hosts = 0
        self.open_tasks = 0
        self.pace_s: float | None = None  # what a task took, where there were enough to tell
        self._begun = 0.0
        self._ended = 0  # tasks, since it was admitted
        self._admitted = False  # servers may run, not only the import
        self._heard = 0.0
        if helps is not None:  # what was found out about the target's processes holds here, too
            self.servers.forking = helps.servers.forking
            self._proven, self._exclusive = helps._proven, helps._exclusive

    # -- what the engine calls

    def start(self) -> None:
        """Begin to import the framework; nothing waits for it."""
        self._heard = time.monotonic()
        self.servers.open()

    def admit(self) -> None:
        """Begin to work."""
        self._admitted = True
        self._heard = time.monotonic()
        self._begun, self._ended = self._heard, 0
        self._pump()

    def leave(self, now: float) -> None:
        """End all processes, waiting for none. A later start is a new one."""
        self._admitted = False
        self._proven = False
        self.servers.release(now)
        self.main = self.trial = None

    @property
    def is_open(self) -> bool:
        """Whether it could work at once, or never will, or has to begin anew."""
        host = self.servers.host
        imports = self.servers.forking and host is not None and host.hello is None
        return not imports or self.unavailable is not None

    @property
    def is_done(self) -> bool:
        """Whether every task that it was given has its outcome."""
        return self.open_tasks == 0

    def is_silent(self, now: float, limit_s: float) -> bool:
        """Whether it has done nothing that can be seen from here for limit_s."""
        return now - self._heard > limit_s

    def add(self, tasks: Iterable[Task]) -> None:
        for task in tasks:
            self.open_tasks += 1
            (self.secluded if _is_secluded(task) else self.pending).append(task)
        if self.unavailable is not None:
            self._finish_all(self.unavailable)
        else:
            self._pump()

    def seconds_for(self, count: int, now: float) -> float:
        """What so many tasks would take here, going by what was run; 0 where that says little."""
        if self._ended < ENOUGH_FOR_A_PACE:
            return 0.0
        return (now - self._begun) / self._ended * count

    def share(self, other: Dispatcher, *, everything: bool = False) -> None:
        """Give the later half of what waits, or everything, to another one of the same target."""
        count = len(self.pending) if everything else len(self.pending) // 2
        given = [self.pending.pop() for _ in range(count)]
        self.open_tasks -= count
        other.add(reversed(given))

    def take_over(self, suspects: Iterable[Suspect], waiting: Iterable[Task]) -> None:
        """Take what a helper cannot run, and what it knows of it."""
        for suspect in suspects:
            self.open_tasks += 1
            self.suspects.append(suspect)
        self.add(waiting)

    def tick(self, now: float) -> float:
        """Look after everything that is a matter of time. When there is something to look after."""
        next_limit = self.servers.tick(now)
        self._prepare_for_a_hang(now)
        if self.suspects or self.secluded:
            self._pump()
        return next_limit

    # -- who runs what

    def _pump(self) -> None:
        """Give work to whoever is free."""
        waiting = self.pending or self.suspects or self.secluded
        if not self._admitted or not waiting or self.unavailable or not self.servers.open():
            return
        if self.pending and not self._must_wait():
            if self.main is None:
                self.main = self.servers.fresh()
            if self.main is not None and self.main.wants_more:
                self._send(self.main, self.pending)
        if self.trial is None and not self._trial_must_wait():
            if self.suspects:
                self._try_again()
            elif self.secluded and not self._fork_is_in_doubt():
                self._seclude()

    def _must_wait(self) -> bool:
        """Whether main must not go on before a suspect is settled."""
        if self._exclusive:
            return bool(self.suspects) or self.trial is not None
        on_trial = self.suspect is not None and self.suspect.first is not None
        suspects = len(self.suspects) + on_trial
        # Two first cases in a row were lost: the fork itself is in doubt.
        return self.servers.forking and not self._proven and suspects > 1

    def _trial_must_wait(self) -> bool:
        """Whether the suspect must not run before main has gone on."""
        main = self.main
        if main is None or not main.unanswered:
            return False
        # A first call is slow. Two at a time hold up many cases for the sake of one.
        starts = main.answered == 0 and time.monotonic() - main.clock < PRECEDENCE_S
        return starts or self._exclusive

    def _fork_is_in_doubt(self) -> bool:
        """Whether main is about to show that forked servers work."""
        busy = self.main is not None and bool(self.main.unanswered)
        return busy and self.servers.forking and not self._proven

    def _try_again(self) -> None:
        # While no forked server has answered anything, the fork may be to blame: not a case.
        trial = self.servers.fresh(alone=self.servers.forking and not self._proven)
        if trial is not None:
            self._try(self.suspects.popleft(), trial)

    def _seclude(self) -> None:
        trial = self.servers.fresh()
        if trial is not None:
            self._try(Suspect(self.secluded.popleft(), None), trial)

    def _try(self, suspect: Suspect, trial: Connection) -> None:
        self.trial, self.suspect = trial, suspect
        self._send(trial, deque([suspect.task]))

    def _postpone(self, suspect: Suspect) -> None:
        if suspect.first is None:
            self.secluded.appendleft(suspect.task)
        else:
            self.suspects.appendleft(suspect)

    def _send(self, connection: Connection, tasks: deque[Task]) -> None:
        connection.send(tasks)
        self.servers.watch(connection)

    def _put_last(self, api: str) -> None:
        """An API that cost a server may cost one every time: its tasks run after all others, which
        then need not pay for the first call in a fresh server again and again."""
        mine = [task for task in self.pending if task.binding.api == api]
        if mine and len(mine) < len(self.pending):
            others = [task for task in self.pending if task.binding.api != api]
            self.pending = deque([*others, *mine])

    def _order_spares(self, count: int) -> None:
        if self.pending or (self.main is not None and self.main.unanswered):
            self.servers.order_spares(count)

    def _prepare_for_a_hang(self, now: float) -> None:
        """Have servers ready when a case has used up most of its time."""
        main = self.main
        if main is None or not main.unanswered or not main.ready or not self._proven:
            return
        left = self.servers.deadline(main) - now
        if left < min(1.0, self._limits.case_s / 2):
            others = len(main.unanswered) > 1 or self.pending
            self._order_spares(SPARES if others else 1)

    def _take_back(self, connection: Connection) -> None:
        """Have the unanswered requests of a server that is given up wait again."""
        if connection is self.trial:
            self.trial = None
            if self.suspect is not None:
                self._postpone(self.suspect)
                self.suspect = None
            return
        self.pending.extendleft(request.task for request in reversed(connection.unanswered))
        if connection is self.main:
            self.main = None

    # -- what the servers say

    def opened(self) -> None:
        self._heard = time.monotonic()
        host = self.servers.host
        if self.servers.forking and host is not None and host.hello and not host.hello["fork"]:
            self.servers.stop_forking()
            self._note("is started anew after a crash: its backend does not fork")
        self._pump()

    def writable(self, connection: Connection) -> None:
        if connection is self.main and self.pending and connection.wants_more:
            self._pump()

    def answered(self, connection: Connection, header: Header, body: bytes) -> None:
        if not connection.unanswered:
            raise GarbageError("a reply that nobody asked for")
        request = connection.unanswered[0]
        outcome = decode_reply(request.task, header, number=request.number, body=body)
        connection.take_answered()
        self._heard = connection.clock
        self._lost_hosts = 0
        self._proven = self._proven or connection.forked
        if connection is self.trial:
            self._settle(connection, outcome)
            return
        self._finish(request.task, outcome)
        spoilt = isinstance(outcome, Raised) and self._retire(request.task, outcome)
        if spoilt:
            self._spares_wanted = SPARES
        if connection.answered == 1:
            # Not earlier: forks would delay the first case in this server, which is the slow one.
            self._pump()
            self._order_spares(self._spares_wanted)
        if spoilt:
            self.servers.discard(connection)
            self._take_back(connection)
            self._put_last(request.task.binding.api)
            self._pump()
        elif isinstance(outcome, Raised):
            connection.go_on(request.number)
            self.servers.watch(connection)

    def closing(self, connection: Connection) -> None:
        """Send the others again at once; the first waits for what there is to blame it for."""
        if connection is self.main and not self._exclusive:
            self.main = None
            if connection.unanswered:
                blamed = connection.unanswered.popleft()
                self._take_back(connection)
                self._put_last(blamed.task.binding.api)
                connection.unanswered.clear()
                connection.unanswered.append(blamed)
            self._pump()

    def lost(self, connection: Connection, outcome: Lost) -> None:
        """Blame what was running, if anything was, and let the others be sent again."""
        if connection is self.trial:
            self._settle(connection, outcome)
            return
        blamed = connection.unanswered.popleft().task if connection.unanswered else None
        self._take_back(connection)
        if blamed is not None:
            self._spares_wanted = SPARES
            self.suspects.append(Suspect(blamed, outcome))
            self._put_last(blamed.binding.api)
        self._pump()

    def unready(self, connection: Connection, reason: str, *, raised: bool) -> None:
        idle = connection not in (self.main, self.trial)
        self._take_back(connection)
        self._failed_starts += 1
        if idle:
            self._spares_wanted = 0
        elif connection.forked and not self._proven and not raised:
            self._stop_forking("a forked server did not get ready")
        elif not self._proven or self._failed_starts >= START_ATTEMPTS:
            self.closed(reason)
        self._pump()

    def host_lost(self, lost: list[tuple[Connection, Crashed]]) -> None:
        running = [(c, crash) for c, crash in lost if c.ready and c.unanswered]
        others = [c for c, _ in lost if len(running) != 1 or c is not running[0][0]]
        # Where it is known who was running it is the case that is to blame, each at most twice.
        self._lost_hosts += len(running) != 1
        # With two cases running, nobody knows which of them it was: they run again one by one.
        self._exclusive = self._exclusive or len(running) > 1
        for connection in others:
            self._take_back(connection)
        if len(running) == 1:
            self.lost(*running[0])
        elif self._lost_hosts > START_ATTEMPTS:
            how = lost[0][1].how if lost else "an unknown end"
            self.closed(f"it dies again and again: {how}")
        self._pump()

    def closed(self, reason: str) -> None:
        """No task of this target can be run any more."""
        self.unavailable = Unavailable(
            "target", f"{self.target.name} could not be started: {reason}"
        )
        connections = {*self.servers.connections.values(), self.main, self.trial}
        self.servers.release()
        self.servers.end()
        for connection in connections:
            if connection is not None:
                self._take_back(connection)
        self._finish_all(self.unavailable)

    # -- ends

    def _settle(self, trial: Connection, outcome: Outcome) -> None:
        """The suspect's second end decides. What was merely secluded is a suspect if it is lost."""
        suspect, self.suspect, self.trial = self.suspect, None, None
        self.servers.discard(trial)
        if suspect is None:
            return
        if suspect.first is not None:
            outcome = self._decide(suspect.first, outcome, trial=trial)
        elif isinstance(outcome, Crashed | TimedOut):
            self._spares_wanted = SPARES
            self.suspects.append(Suspect(suspect.task, outcome))
            self._pump()
            return
        self._finish(suspect.task, outcome)
        self._pump()

    def _decide(self, first: Lost, again: Outcome, *, trial: Connection) -> Outcome:
        """What two ends of the same task are together."""
        if _kind(first) == _kind(again):
            return first
        if self._shows_that_forks_fail(trial, again):
            self._stop_forking("a forked server lost its first case")
            return again
        return Unstable(first, again)

    def _shows_that_forks_fail(self, trial: Connection, again: Outcome) -> bool:
        answered = not isinstance(again, Crashed | TimedOut)
        return answered and not trial.forked and self.servers.forking and not self._proven

    def _stop_forking(self, why: str) -> None:
        for connection in self.servers.stop_forking():
            self._take_back(connection)
        # Nobody is under suspicion any more: it was the fork each time.
        tasks = [suspect.task for suspect in self.suspects]
        self.suspects.clear()
        self.pending.extendleft(t for t in reversed(tasks) if not _is_secluded(t))
        self.secluded.extendleft(t for t in reversed(tasks) if _is_secluded(t))
        self._note(f"is started anew after a crash: {why}, a new process did not")

    def _finish_all(self, outcome: Unavailable) -> None:
        suspects, waiting = [*self.suspects], [*self.pending, *self.secluded]
        self.suspects.clear()
        self.secluded.clear()
        self.pending.clear()
        if self.helps is not None:
            self.open_tasks -= len(suspects) + len(waiting)
            self.helps.take_over(suspects, waiting)
            return
        for task in [*(suspect.task for suspect in suspects), *waiting]:
            self._finish(task, outcome)

    def _finish(self, task: Task, outcome: Outcome) -> None:
        self.open_tasks -= 1
        self._ended += 1
        enough = self._ended >= ENOUGH_FOR_A_PACE and self.unavailable is None
        if enough and not self.open_tasks:
            self.pace_s = (time.monotonic() - self._begun) / self._ended
        self._finished.append((task, outcome))

    def _note(self, text: str) -> None:
        note = f"{self.target.name} {text}"
        if note not in self._notes:  # a helper may have said it
            self._notes.append(note)


def _is_secluded(task: Task) -> bool:
    """Whether task needs a server that has run nothing else: kernels remember earlier calls, and
    what frameworks keep of a large tensor goes with the server."""
    return task.expectation.repeat > 1 or is_large(task)


def _kind(outcome: Outcome) -> str:
    """What makes two ends the same: a signal, an exit status, garbage, silence, a time limit."""
    if not isinstance(outcome, Crashed):
        return type(outcome).__name__
    if outcome.how.startswith(GARBAGE):
        return GARBAGE  # two broken replies seldom break in the same way
    return outcome.how.removesuffix(OF_WORKER)
