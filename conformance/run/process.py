"""The parent's side of one worker process: it is started, asked for servers, and ended."""

from __future__ import annotations

import array
import contextlib
import os
import signal
import socket
import subprocess
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from conformance.model.backend import Backend, Target
from conformance.run.wire import Frame, FrameReader, Header
from conformance.run.worker.frames import frame
from conformance.run.worker.printed import PRINTED_LIMIT

# The folder that an interpreter is given to run.
WORKER = str(Path(__file__).with_name("worker"))
LOG_LINES = 8
LOG_LIMIT = 2**20
FAREWELL_S = 1.0


class StartError(Exception):
    """The process could not even be created; str() is the reason."""


class WorkerProcess:
    """An interpreter that imports a framework and then forks servers, or becomes one.

    hello is what it said after the import. Nothing may be sent before: input ends a process that
    is still importing (see `die_with` of the worker).
    """

    def __init__(
        self,
        backend: Backend,
        target: Target,
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.log = log
        self.started = time.monotonic()
        self.hello: Header | None = None
        self.servers: set[int] = set()  # process ids of the living ones
        self.closed = False
        self._reader = FrameReader()
        self._unsent: deque[tuple[bytes, int | None]] = deque()
        self.control, theirs = socket.socketpair()
        self.control.setblocking(False)
        try:
            self._process = _spawn(
                [
                    *(str(target.interpreter), "-u", WORKER, str(theirs.fileno())),
                    *(str(backend.adapter), target.device, target.mode),
                ],
                log=log,
                descriptor=theirs.fileno(),
                environment=environment,
            )
        except OSError as error:
            self.control.close()
            raise StartError(f"{target.interpreter}: {error.strerror}") from error
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    def fileno(self) -> int:
        return self.control.fileno()

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def ask(self, message: Header, passing: socket.socket | None = None) -> None:
        """Send message, and with it the other end of a connection; never blocks."""
        descriptor = None if passing is None else os.dup(passing.fileno())
        self._unsent.append((frame(message), descriptor))
        self.flush()

    def flush(self) -> bool:
        """Send what is waiting; False while something is left."""
        while self._unsent:
            data, descriptor = self._unsent[0]
            rights = [] if descriptor is None else [_rights(descriptor)]
            try:
                sent = self.control.sendmsg([data], rights)
            except BlockingIOError:
                return False
            except OSError:
                sent = len(data)  # its end will be read, or is known already
            self._unsent.popleft()
            if descriptor is not None:
                os.close(descriptor)
            if sent < len(data):
                self._unsent.appendleft((data[sent:], None))
        return True

    def receive(self) -> list[Header]:
        """The messages that have come. closed is set when there will be no more."""
        messages: list[Frame] = []
        try:
            while chunk := self.control.recv(1 << 16):
                messages += self._reader.feed(chunk)
            self.closed = True
        except BlockingIOError:
            pass
        except OSError:
            self.closed = True
        if self._reader.garbage is not None:
            self.closed = True
        return [header for header, _ in messages]

    def end(self, patience_s: float = 0.0) -> str:
        """How the process ended; after patience_s it is killed with all of its group.

        A process that has imported its framework ends its servers before itself.
        """
        while self._unsent:
            _, descriptor = self._unsent.popleft()
            if descriptor is not None:
                os.close(descriptor)
        self.control.close()
        try:
            code = self._process.wait(patience_s) if patience_s else self._process.poll()
        except subprocess.TimeoutExpired:
            code = None
        if code is None:
            kill_group(self.pid)
            code = self._process.wait()
        kill_group(self.pid)  # what the import may have left running
        if code != 0:
            # It did not wait for its servers. They end with it, but that may take a moment.
            _await_end(self.servers)
        return describe_code(code)

    def last_words(self) -> str:
        """The last lines of what it printed, to be put behind a reason; '' if it was silent."""
        lines = read_end(self.log).strip().splitlines()
        return "; it printed last:\n" + "\n".join(lines[-LOG_LINES:]) if lines else ""


def _spawn(
    command: list[str], *, log: Path, descriptor: int, environment: Mapping[str, str] | None
) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            pass_fds=[descriptor],
            start_new_session=True,
            env=None if environment is None else dict(environment),
        )


def _rights(descriptor: int) -> tuple[int, int, bytes]:
    return socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [descriptor]).tobytes()


def _await_end(servers: set[int]) -> None:
    """Kill what is left of servers and wait, not for ever, until nothing is."""
    deadline = time.monotonic() + FAREWELL_S
    for pid in servers:
        kill_group(pid)
    while any(map(_lives, servers)) and time.monotonic() < deadline:
        time.sleep(0.001)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return not Path("/proc/self/stat").exists()
    return state != "Z"  # it has ended, and whoever inherited it takes its time to notice


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def describe_status(status: int | None) -> str:
    """'signal SIGSEGV' or 'exit status 3', from a wait status."""
    return "an unknown end" if status is None else describe_code(os.waitstatus_to_exitcode(status))


def describe_code(code: int) -> str:
    if code >= 0:
        return f"exit status {code}"
    try:
        return f"signal {signal.Signals(-code).name}"
    except ValueError:
        return f"signal {-code}"


def read_end(log: Path) -> str:
    """The end of what a process printed, '' if there is no such file."""
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - PRINTED_LIMIT))
            return file.read(PRINTED_LIMIT).decode("utf-8", "replace")
    except OSError:
        return ""


def bound(log: Path) -> None:
    """Forget all but the start of a file that has grown beyond the limit."""
    with contextlib.suppress(OSError):
        if log.stat().st_size > LOG_LIMIT:
            os.truncate(log, PRINTED_LIMIT)
