"""Frames as a worker writes and reads them."""

from __future__ import annotations

import collections
import json
import socket
import struct
from typing import Any, Deque, Dict, List, Optional, Tuple

# A frame is these two lengths, a JSON header and the bytes of the arrays it speaks of.
LENGTHS = struct.Struct("<IQ")
Header = Dict[str, Any]


def frame(header: Header, buffers: List[bytes]) -> bytes:
    text = json.dumps(header).encode()
    return b"".join((LENGTHS.pack(len(text), sum(map(len, buffers))), text, *buffers))


class Requests:
    """The frames that come in over a connection, in their order."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.received = bytearray()
        self.waiting: Deque[Tuple[Header, bytes]] = collections.deque()

    def read(self) -> bool:
        """Wait for more; False when the other end has closed."""
        chunk = self.connection.recv(1 << 16)
        self.received += chunk
        position = 0
        while len(self.received) - position >= LENGTHS.size:
            header_size, body_size = LENGTHS.unpack_from(self.received, position)
            start = position + LENGTHS.size
            end = start + header_size + body_size
            if end > len(self.received):
                break
            body_start = start + header_size
            header = json.loads(self.received[start:body_start].decode())
            with memoryview(self.received) as view:
                self.waiting.append((header, bytes(view[body_start:end])))
            position = end
        del self.received[:position]
        return bool(chunk)

    def next(self) -> Optional[Tuple[Header, bytes]]:
        """The next request; None when there will be none."""
        while not self.waiting:
            if not self.read():
                return None
        return self.waiting.popleft()

    def wait_for_leave(self) -> bool:
        """Wait until the parent says to go on; what else comes is kept. False when it closes."""
        while True:
            for i, (header, _) in enumerate(self.waiting):
                if "continue" in header:
                    del self.waiting[i]
                    return True
            if not self.read():
                return False
