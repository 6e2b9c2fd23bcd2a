"""The process that runs cases: it starts the framework and answers requests."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import socket
import traceback
from typing import Any, List

from .adapters import do_nothing
from .execution import Executor
from .frames import Requests, frame
from .printed import Output


def serve(connection: socket.socket, executor: Executor, output: Output) -> None:
    """Answers requests in their order, each before the next one starts, until the other end
    closes. After an exception the parent decides whether this process is still to be trusted."""
    me = os.getpid()
    requests = Requests(connection)
    while True:
        request = requests.next()
        if request is None:
            return
        reply, buffers = executor.execute(*request)
        if os.getpid() != me:
            os._exit(1)  # a child that the framework forked came back to our loop
        printed = output.take()
        if printed:
            reply["printed"] = printed
        connection.sendall(frame(reply, buffers))
        if reply["end"] == "raised" and not requests.wait_for_leave():
            return


def run_server(connection: socket.socket, adapter: Any, *, log: str, words: List[str]) -> None:
    """Starts the framework, says so and serves. Never returns."""
    status = 1
    try:
        output = Output(log)
        # Compilers of frameworks leave files where they run.
        os.chdir(os.path.dirname(os.path.abspath(log)))
        try:
            getattr(adapter, "start", do_nothing)(*words)
        except BaseException:
            connection.sendall(frame({"failed": traceback.format_exc(limit=-5)}))
            os._exit(1)
        output.take()
        connection.sendall(frame({"ready": True}))
        serve(connection, Executor(adapter), output)
        status = 0
    except (BrokenPipeError, ConnectionResetError):
        status = 0  # the parent is done with this server
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def die_with(other: socket.socket) -> None:
    """From now on the kernel ends this process group when the other end closes or sends.

    SIGIO ends a process that does not handle it, also inside C code that holds the interpreter
    lock. (A death signal of the parent process would come when the thread ends that started us.)
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGIO])
    descriptor = other.fileno()
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, -os.getpgrp())
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | os.O_ASYNC)
    readable, _, _ = select.select([other], [], [], 0)
    if readable:
        os._exit(0)  # it closed before we listened


def live_without(other: socket.socket) -> None:
    """Undo die_with."""
    flags = fcntl.fcntl(other.fileno(), fcntl.F_GETFL)
    fcntl.fcntl(other.fileno(), fcntl.F_SETFL, flags & ~os.O_ASYNC)
