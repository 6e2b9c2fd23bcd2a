"""Ctrl-C and SIGTERM: the first one ends a run in good order, a second one at once."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupted(KeyboardInterrupt):
    """The run was told to end. status: the exit status that says by what."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.status = 128 + signum


class Signals:
    """While it is entered, SIGINT and SIGTERM raise Interrupted, wherever the program is."""

    def __init__(self) -> None:
        self._before: dict[int, Callable[[int, FrameType | None], Any] | int | None] = {}
        self._holding = False
        self._held: int | None = None

    def __enter__(self) -> Signals:
        # Signals reach the main thread only.
        if threading.current_thread() is threading.main_thread():
            self._before = {s: signal.signal(s, self._first) for s in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for signum, handler in self._before.items():
            signal.signal(signum, handler)

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """What is done inside is done whole: a signal raises Interrupted when it is."""
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        if self._held is not None:
            raise Interrupted(self._held)

    def _first(self, signum: int, _: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, _second)
        self._held = signum
        if not self._holding:
            raise Interrupted(signum)


def _second(signum: int, _: FrameType | None) -> NoReturn:
    # The workers notice by themselves that nobody is there any more.
    os._exit(128 + signum)
