"""Frames as the parent reads them: nothing that a worker sends is taken on trust."""

from __future__ import annotations

import json
from typing import Any

from conformance.run.worker.frames import LENGTHS

HEADER_LIMIT = 16 * 2**20
BODY_LIMIT = 2**34

Header = dict[str, Any]
Frame = tuple[Header, bytes]


class GarbageError(Exception):
    """What a worker sent is no answer; str() says why."""


class FrameReader:
    """Frames out of the pieces in which they arrive. garbage: why nothing more can be read."""

    def __init__(self) -> None:
        self._received = bytearray()
        self.garbage: str | None = None

    def feed(self, chunk: bytes | memoryview) -> list[Frame]:
        """The frames that chunk completes; those before garbage are still good."""
        received = self._received
        received += chunk
        frames: list[Frame] = []
        position = 0
        try:
            while len(received) - position >= LENGTHS.size:
                start = position + LENGTHS.size
                header_size, body_size = LENGTHS.unpack_from(received, position)
                _check_lengths(header_size, body_size)
                end = start + header_size + body_size
                if end > len(received):
                    break
                body_start = start + header_size
                with memoryview(received) as view:  # a slice of a bytearray would be one copy more
                    frames.append((_header(view[start:body_start]), bytes(view[body_start:end])))
                position = end
        except GarbageError as error:
            self.garbage = str(error)
        del received[:position]
        return frames


def _check_lengths(header_size: int, body_size: int) -> None:
    if header_size > HEADER_LIMIT:
        raise GarbageError(f"a header of {header_size} bytes, expected at most {HEADER_LIMIT}")
    if body_size > BODY_LIMIT:
        raise GarbageError(f"a body of {body_size} bytes, expected at most {BODY_LIMIT}")


def _header(view: memoryview) -> Header:
    text = bytes(view)
    try:
        header = json.loads(text.decode())
    except (ValueError, RecursionError):
        raise GarbageError(f"{text[:40]!r} is no JSON") from None
    if type(header) is not dict:
        raise GarbageError(f"a header of type {type(header).__name__}, expected an object")
    return header
