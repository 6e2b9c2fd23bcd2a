"""Files as text with positions: what is refused before any YAML is read."""

from __future__ import annotations

import re
import stat
from bisect import bisect_right
from pathlib import Path

from conformance.model.errors import FileError, Place

MAX_BYTES = 5_000_000
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
# The characters that YAML 1.2 does not allow anywhere, a byte order mark inside the text included.
_FORBIDDEN = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


class Source:
    """The text of one file and the places in it. Positions are indices into the text."""

    __slots__ = ("_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: list[int] | None = None

    def place(self, at: int) -> Place:
        """The place of the character at that index, its line and column counted from 1."""
        if self._starts is None:
            self._starts = [0, *(match.end() for match in _LINE_BREAK.finditer(self.text))]
        line = bisect_right(self._starts, at)
        return Place(self.file, line, at - self._starts[line - 1] + 1)

    def error(self, at: int, found: str, *, expected: str, action: str = "") -> FileError:
        return FileError(self.place(at), found, expected=expected, action=action)


def read_source(path: Path) -> Source:
    """The file as text. Raises FileError for what is no readable UTF-8 file of at most 5 MB.

    The file is named in every message as path names it.
    """
    data = read_bytes(path)
    file = path.as_posix()
    text = _decoded(data, file)
    source = Source(file, text)
    forbidden = _FORBIDDEN.search(text)
    if forbidden:
        raise source.error(
            forbidden.start(),
            f"the character {forbidden.group()!r}",
            expected="printable text",
            action="remove it, or write it as an escape in double quotes",
        )
    return source


def read_bytes(path: Path) -> bytes:
    """The content of a file, whose size is looked at before it is read."""
    start = Place(path.as_posix(), 1, 1)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            raise FileError(start, "this is no regular file", expected="a text file")
        if status.st_size > MAX_BYTES:
            raise _too_large(start, f"{status.st_size:,}")
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FileError(
            start, f"the file cannot be read: {reason}", expected="a readable file"
        ) from None
    if len(data) > MAX_BYTES:
        raise _too_large(start, f"more than {MAX_BYTES:,}")
    return data


def _too_large(start: Place, size: str) -> FileError:
    return FileError(
        start,
        f"the file has {size} bytes",
        expected=f"at most {MAX_BYTES:,}",
        action="split it, or give large tensors by a rule (fill)",
    )


def _decoded(data: bytes, file: str) -> str:
    """data as text without its byte order mark."""
    data = data.removeprefix(BYTE_ORDER_MARK)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        place = Source(file, before).place(len(before))
        raise FileError(
            place,
            f"the byte 0x{data[error.start]:02x}, which is no UTF-8 text",
            expected="UTF-8",
            action="save the file as UTF-8",
        ) from None
