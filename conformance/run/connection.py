"""The parent's end of one server: requests out, replies in, never blocking."""

from __future__ import annotations

import socket
import time
from collections import deque
from pathlib import Path

from conformance.model.verdict import Task
from conformance.run.process import WorkerProcess
from conformance.run.request import encode_request
from conformance.run.wire import Frame, FrameReader
from conformance.run.worker.frames import frame

DEPTH = 32
IN_FLIGHT_BYTES = 4 * 2**20
CHUNK = 2**18


class Request:
    """A request on its way. end: how many bytes must have been written until the server has it."""

    __slots__ = ("end", "number", "size", "task")

    def __init__(self, task: Task, number: int, *, size: int, end: int) -> None:
        self.task = task
        self.number = number
        self.size = size
        self.end = end


class Connection:
    """One server. unanswered: its requests in order; the first is the one that is running.

    clock: since when the server has had nothing to wait for but the first unanswered request (or,
    before it is ready, its own start). host: the process that it is forked from, or is.
    """

    def __init__(self, number: int, host: WorkerProcess, *, log: Path, forked: bool) -> None:
        self.number = number
        self.host = host
        self.log = log
        self.forked = forked
        self.socket, self.theirs = socket.socketpair()
        self.socket.setblocking(False)
        self.pid: int | None = None
        self.ready = False
        self.answered = 0
        self.closed = False
        self.watched = False  # for writing, by the selector
        self.unwatched = False  # no longer registered there at all
        self.clock = time.monotonic()
        self.began: float | None = None
        self.unanswered: deque[Request] = deque()
        self.reader = FrameReader()
        self._unsent: deque[memoryview] = deque()
        self._in_flight = 0
        self._queued = 0
        self._written = 0
        self._number = 0

    def fileno(self) -> int:
        return self.socket.fileno()

    def ask_for(self) -> None:
        """Have the host fork this server, or become it."""
        verb = "fork" if self.forked else "serve"
        self.host.ask({verb: self.number, "log": str(self.log)}, self.theirs)
        self.theirs.close()
        self.clock = time.monotonic()

    @property
    def is_sending(self) -> bool:
        return bool(self._unsent)

    @property
    def wants_more(self) -> bool:
        """True when the server would soon have nothing to do."""
        return len(self.unanswered) <= DEPTH // 2 and self._in_flight < IN_FLIGHT_BYTES

    def send(self, pending: deque[Task]) -> None:
        """Take tasks from the front of pending, as many as fit, and put them on the way."""
        if not self.unanswered:
            self.clock = time.monotonic()
        pieces = []
        while pending and len(self.unanswered) < DEPTH and self._in_flight < IN_FLIGHT_BYTES:
            task = pending.popleft()
            self._number += 1
            piece = encode_request(task, self._number)
            size = len(piece)
            self._queued += size
            self._in_flight += size
            self.unanswered.append(Request(task, self._number, size=size, end=self._queued))
            pieces.append(piece)
        if pieces:
            self._unsent.append(memoryview(b"".join(pieces)))
            self.flush()

    def go_on(self, number: int) -> None:
        """Let the server continue behind the exception that answered request number."""
        leave = frame({"continue": number})
        self._queued += len(leave)
        self._unsent.append(memoryview(leave))
        self.flush()

    def flush(self) -> None:
        """Write what the socket takes. While the running request is still being written, its
        clock has not begun."""
        try:
            while self._unsent:
                sent = self.socket.send(self._unsent[0])
                if self.unanswered and self._written < self.unanswered[0].end:
                    self.clock = time.monotonic()
                self._written += sent
                if sent == len(self._unsent[0]):
                    self._unsent.popleft()
                else:
                    self._unsent[0] = self._unsent[0][sent:]
        except BlockingIOError:
            pass
        except OSError:
            self._unsent.clear()  # the server is gone: reading will say so

    def receive(self, scratch: memoryview) -> list[Frame]:
        """The frames that have come. closed is set when there will be no more."""
        frames: list[Frame] = []
        try:
            while self.reader.garbage is None:
                size = self.socket.recv_into(scratch)
                frames += self.reader.feed(scratch[:size])
                if not size:
                    self.closed = True
                if size < len(scratch):
                    break
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True
        return frames

    def take_answered(self) -> Request:
        """The request that has just been answered; the next one's clock starts."""
        request = self.unanswered.popleft()
        self._in_flight -= request.size
        self.answered += 1
        self.clock = time.monotonic()
        return request

    def close(self) -> None:
        self.theirs.close()
        self.socket.close()
