"""The process that imports a framework, and forks servers of it on request."""

from __future__ import annotations

import array
import contextlib
import gc
import os
import platform
import select
import signal
import socket
import sys
import time
import traceback
import warnings
from typing import Any, Dict, List, Optional, Tuple

from .adapters import do_nothing, load_adapter
from .errors import text_of
from .frames import Header, frame, take_frames
from .serving import die_with, live_without, run_server

# How long a server whose connection is closed may take to end by itself before it is killed: the
# status of a crash must not be covered by our own signal.
REAP_GRACE_S = 0.1


class Child:
    """A forked server. lifeline: our end of the socket whose closing ends it."""

    def __init__(self, number: int, pid: int, lifeline: socket.socket) -> None:
        self.number = number
        self.pid = pid
        self.lifeline = lifeline
        self.deadline: Optional[float] = None
        self.killed = False

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Zygote:
    """Has imported the framework, and forks servers on request. It never calls the framework."""

    def __init__(self, control: socket.socket, adapter: Any, words: List[str]) -> None:
        self.control = control
        self.adapter = adapter
        self.words = words
        self.children: Dict[int, Child] = {}
        self.received = bytearray()
        self.passed: List[int] = []
        self.wake, self.waker = socket.socketpair()

    def run(self) -> None:
        """Until the control socket closes; kills the servers that are left."""
        self.wake.setblocking(False)
        self.waker.setblocking(False)
        # Only now: a framework may install a handler of its own while it is imported.
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker.fileno(), warn_on_full_buffer=False)
        warnings.filterwarnings("ignore", category=DeprecationWarning, message=".*fork")
        gc.freeze()  # a collection in a server would otherwise copy every page of the framework
        while True:
            deadlines = [c.deadline for c in self.children.values() if c.deadline is not None]
            patience = max(0.0, min(deadlines) - time.monotonic()) if deadlines else None
            readable, _, _ = select.select([self.control, self.wake], [], [], patience)
            if self.wake in readable:
                self.wake.recv(4096)
            self.reap()
            if self.control in readable and not self.listen():
                return

    def close(self) -> None:
        for child in self.children.values():
            child.kill()
        for child in self.children.values():
            wait_for(child.pid, 0)

    def reap(self) -> None:
        """Report the servers that ended, and kill those that closed their socket and linger."""
        now = time.monotonic()
        for child in list(self.children.values()):
            ended, status = wait_for(child.pid, os.WNOHANG)
            if ended:
                child.kill()  # its own children, if it has left any
                del self.children[child.number]
                child.lifeline.close()
                end = {"ended": child.number, "pid": child.pid, "status": status}
                end["killed"] = child.killed
                self.control.sendall(frame(end))
            elif child.deadline is not None and now >= child.deadline:
                child.deadline = None
                child.killed = True
                child.kill()

    def listen(self) -> bool:
        """Do what the parent asks; False when it has closed the control socket."""
        space = socket.CMSG_SPACE(16 * 4)
        data, ancillary, _, _ = self.control.recvmsg(1 << 16, space)
        for level, kind, content in ancillary:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                descriptors = array.array("i")
                descriptors.frombytes(content[: len(content) - len(content) % 4])
                self.passed.extend(descriptors)
        self.received += data
        for message, _ in take_frames(self.received):
            self.obey(message)
        return bool(data)

    def obey(self, message: Header) -> None:
        """fork: a new server; serve: become one; kill: at once; reap: soon, if it still lives."""
        if "fork" in message:
            self.fork(message["fork"], message["log"])
        elif "serve" in message:
            connection = socket.socket(fileno=self.passed.pop(0))
            self.stop_watching()
            die_with(self.control)
            run_server(connection, self.adapter, log=message["log"], words=self.words)
        elif "kill" in message and message["kill"] in self.children:
            self.children[message["kill"]].killed = True
            self.children[message["kill"]].kill()
        elif "reap" in message and message["reap"] in self.children:
            self.children[message["reap"]].deadline = time.monotonic() + REAP_GRACE_S

    def fork(self, number: int, log: str) -> None:
        connection = socket.socket(fileno=self.passed.pop(0))
        ours, theirs = socket.socketpair()
        pid = os.fork()
        if pid == 0:
            try:
                self.become_server(connection, theirs, log=log, ours=ours)
            finally:
                os._exit(1)
        with contextlib.suppress(OSError):
            os.setpgid(pid, pid)  # as the child does: whichever of the two comes first
        connection.close()
        theirs.close()
        self.children[number] = Child(number, pid, ours)
        self.control.sendall(frame({"forked": number, "pid": pid}))

    def stop_watching(self) -> None:
        """Children are the framework's own affair from here on."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        self.wake.close()
        self.waker.close()

    def become_server(
        self, connection: socket.socket, lifeline: socket.socket, *, log: str, ours: socket.socket
    ) -> None:
        os.setpgid(0, 0)
        self.stop_watching()
        for one in [self.control, ours, *(child.lifeline for child in self.children.values())]:
            one.close()
        die_with(lifeline)
        run_server(connection, self.adapter, log=log, words=self.words)


def wait_for(pid: int, options: int) -> Tuple[bool, Optional[int]]:
    """Whether the child has ended, and its wait status; None if somebody else took that."""
    try:
        found, status = os.waitpid(pid, options)
    except ChildProcessError:
        return True, None
    return found == pid, status


def main(arguments: List[str]) -> None:
    """Import, say hello, obey. Leaves without the framework's own farewell, which takes long."""
    descriptor, path, *words = arguments
    os.set_inheritable(int(descriptor), False)
    control = socket.socket(fileno=int(descriptor))
    die_with(control)
    try:
        adapter = load_adapter(path)
        getattr(adapter, "prepare", do_nothing)(*words)
        version = str(adapter.version)
    except BaseException as error:
        traceback.print_exc()
        reason = "%s: %s" % (type(error).__name__, text_of(error))
        control.sendall(frame({"failed": reason}))
        os._exit(1)
    live_without(control)
    hello = {
        "version": version,
        "python": platform.python_version(),
        "platform": "%s-%s" % (sys.platform, platform.machine()),
        "fork": hasattr(os, "fork") and bool(getattr(adapter, "fork", True)),
    }
    zygote = Zygote(control, adapter, words)
    try:
        control.sendall(frame({"hello": hello}))
        zygote.run()
    except (BrokenPipeError, ConnectionResetError):
        pass  # the parent is gone
    except BaseException:
        traceback.print_exc()
    finally:
        zygote.close()
        os._exit(0)
