"""What a process prints while it runs a case."""

from __future__ import annotations

import os

PRINTED_LIMIT = 4096


class Output:
    """The file that descriptors 1 and 2 lead to. What is in it belongs to the running case.

    Nothing waits in a buffer: the interpreter runs with -u, which holds for C's streams, too.
    """

    def __init__(self, path: str) -> None:
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
        self.descriptor = os.open(path, flags, 0o600)
        os.dup2(self.descriptor, 1)
        os.dup2(self.descriptor, 2)

    def take(self) -> str:
        """The end of what was printed since the last take, which is thereby forgotten."""
        try:
            size = os.fstat(self.descriptor).st_size
            if not size:
                return ""
            text = os.pread(self.descriptor, PRINTED_LIMIT, max(0, size - PRINTED_LIMIT))
            os.ftruncate(self.descriptor, 0)
        except OSError:
            return ""  # the framework closed what is not its own; its answer still counts
        return text.decode("utf-8", "replace")
