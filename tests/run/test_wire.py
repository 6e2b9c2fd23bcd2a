"""Frames in pieces, and what is no frame."""

from __future__ import annotations

import struct

import pytest

from conformance.run.wire import FrameReader
from conformance.run.worker.frames import frame

FRAMES = [({"id": 1}, b""), ({"id": 2, "ä": [1.5, None]}, b"\0" * 100), ({}, b"x")]
STREAM = b"".join(frame(header, (body,)) for header, body in FRAMES)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64, len(STREAM)])
def test_frames_are_read_whatever_the_pieces(size: int) -> None:
    reader = FrameReader()
    found = []
    for start in range(0, len(STREAM), size):
        found += reader.feed(STREAM[start : start + size])
    assert found == FRAMES
    assert reader.garbage is None


def test_frames_before_garbage_are_good() -> None:
    reader = FrameReader()
    assert reader.feed(STREAM + b"\xff" * 12) == FRAMES
    assert reader.garbage == "a header of 4294967295 bytes, expected at most 16777216"


@pytest.mark.parametrize(
    ("header", "garbage"),
    [
        (b"\xff", "b'\\xff' is no JSON"),
        (b"[" * 100_000, f"{b'[' * 40!r} is no JSON"),
        (b"3", "a header of type int, expected an object"),
    ],
)
def test_a_header_that_is_no_object_is_garbage(header: bytes, garbage: str) -> None:
    reader = FrameReader()
    assert reader.feed(struct.pack("<IQ", len(header), 0) + header) == []
    assert reader.garbage == garbage
