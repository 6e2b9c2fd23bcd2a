"""Which targets import, which ones work, and when their processes end, within a number of jobs."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping

from conformance.model.backend import Target
from conformance.run.dispatch import Dispatcher

# Who has been heard of last so long ago hangs, as far as anybody knows: it lends its place.
SLOW_S = 5.0
# Seconds that a task takes, where nobody knows.
UNKNOWN = float("inf")
# Seconds of waiting tasks that are worth another import of the framework; and worth being handed to
# processes that are there and have nothing left.
WORTH_AN_IMPORT_S = 8.0
WORTH_A_HAND_S = 1.0


class Schedule:
    """Lets at most `jobs` targets have a place at a time: one imports its framework while another
    works. With one job there is never more than one framework in memory.

    A target that is silent for SLOW_S (a hanging import or case) goes on, but holds no place, so
    that it holds up no other one; at most 2 * jobs + 1 targets have processes at any time. Targets
    that are through leave at once. A place that no target is left for goes to one that has most to
    do: helper makes it a second set of processes, which takes half of what waits.
    """

    def __init__(
        self,
        dispatchers: Iterable[Dispatcher],
        *,
        jobs: int,
        paces: Mapping[str, float],
        helper: Callable[[Dispatcher], Dispatcher],
    ) -> None:
        self.jobs = jobs
        self._paces = paces
        self._helper = helper
        self._alone: set[Target] = set()  # of these a second set of processes could not be had
        self.queue = deque(sorted(dispatchers, key=self._pace, reverse=True))
        self.started: list[Dispatcher] = []  # importing, or imported and waiting for a place
        self.working: list[Dispatcher] = []
        self.leaving: list[Dispatcher] = []

    @property
    def at_it(self) -> list[Dispatcher]:
        """Those that have processes and have not been let go."""
        return [*self.started, *self.working]

    def expect(self, dispatchers: Iterable[Dispatcher]) -> None:
        """Have these get a turn that have tasks, and no other. What takes longest begins first, so
        that it is not left alone in the end; of what nothing is known may take longest."""
        at_it = self.at_it
        needed = [d for d in dispatchers if not d.is_done and d not in at_it]
        self.queue = deque(sorted(needed, key=lambda d: self._pace(d) * d.open_tasks, reverse=True))

    def _pace(self, dispatcher: Dispatcher) -> float:
        return self._paces.get(dispatcher.target.name, UNKNOWN)

    def step(self, now: float, *, known: bool, staying: Target | None = None) -> None:
        """Let go, admit and start. known: all tasks have been distributed. staying: whose processes
        are needed again at once."""
        self.leaving = [d for d in self.leaving if not d.servers.has_left(now)]
        if known and not self.queue:
            self._lend_a_hand(now)
        self._take_up_again()
        if known:
            self._let_go(now, staying)
        busy = sum(not d.is_silent(now, SLOW_S) for d in self.working)
        for dispatcher in [d for d in self.started if d.is_open]:
            if busy < self.jobs:
                self.started.remove(dispatcher)
                self.working.append(dispatcher)
                dispatcher.admit()
                busy += 1
        self._start(now)
        if known and not self.queue:
            self._help(now)

    def _take_up_again(self) -> None:
        """Have those begin anew that were through, and got back what a helper cannot run."""
        for helper in self.at_it:
            if helper.helps is None or helper.unavailable is None:
                continue
            self._alone.add(helper.target)
            if not helper.helps.is_done and helper.helps not in [*self.at_it, *self.queue]:
                self.queue.append(helper.helps)

    def _lend_a_hand(self, now: float) -> None:
        """Have those that are through go on with what waits for others of their target."""
        for free in [d for d in self.working if d.is_done and d.unavailable is None]:
            for other in [d for d in self.started if d.target == free.target]:
                other.share(free, everything=True)  # who knows when it will have been imported
            others = [d for d in self.working if d.target == free.target]
            busiest = max(others, key=lambda d: len(d.pending))
            if free.seconds_for(len(busiest.pending), now) > WORTH_A_HAND_S:
                busiest.share(free)

    def _help(self, now: float) -> None:
        """Start helpers in places that nobody is left for. What is silent keeps its place here: it
        may be a long case."""
        while len(self.at_it) < self.jobs:
            busy = [d for d in self.working if d.target not in self._alone and len(d.pending) > 1]
            waiting = {d: d.seconds_for(len(d.pending), now) for d in busy}
            busiest = max(busy, key=lambda d: waiting[d], default=None)
            if busiest is None or waiting[busiest] < WORTH_AN_IMPORT_S:
                return
            helper = self._helper(busiest)
            self.started.append(helper)
            helper.start()
            busiest.share(helper)

    def _let_go(self, now: float, staying: Target | None) -> None:
        through = [d for d in self.at_it if d.is_done and (d.helps or d.target != staying)]
        self.started = [d for d in self.started if d not in through]
        self.working = [d for d in self.working if d not in through]
        for dispatcher in through:
            dispatcher.leave(now)
        self.leaving += through

    def _start(self, now: float) -> None:
        at_it = self.at_it
        places = self.jobs - sum(not d.is_silent(now, SLOW_S) for d in at_it)
        places = min(places, 2 * self.jobs + 1 - len(at_it))
        while self.queue and places > 0:
            dispatcher = self.queue.popleft()
            self.started.append(dispatcher)
            dispatcher.start()
            places -= 1
