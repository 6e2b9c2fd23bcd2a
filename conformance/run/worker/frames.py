"""Frames as a worker writes and reads them."""

from __future__ import annotations

import collections
import json
import socket
import struct
from typing import Any, Deque, Dict, List, Optional, Sequence, Tuple

# A frame is these two lengths, a JSON header and the bytes of the arrays it speaks of.
LENGTHS = struct.Struct("<IQ")
Header = Dict[str, Any]


def frame(header: Header, buffers: Sequence[bytes] = ()) -> bytes:
    text = json.dumps(header).encode()
    return b"".join((LENGTHS.pack(len(text), sum(map(len, buffers))), text, *buffers))


def take_frames(received: bytearray) -> List[Tuple[Header, bytes]]:
    """The whole frames at the beginning of received, which they are taken from."""
    frames = []
    position = 0
    while len(received) - position >= LENGTHS.size:
        header_size, body_size = LENGTHS.unpack_from(received, position)
        start = position + LENGTHS.size
        end = start + header_size + body_size
        if end > len(received):
            break
        body_start = start + header_size
        header = json.loads(received[start:body_start].decode())
        with memoryview(received) as view:
            frames.append((header, bytes(view[body_start:end])))
        position = end
    del received[:position]
    return frames


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
        self.waiting += take_frames(self.received)
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
