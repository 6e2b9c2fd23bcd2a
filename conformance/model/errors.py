"""Mistakes that a person can mend. Their text is complete: fronts print it, never a traceback."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A position in a file. line and column count from 1, as editors do."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class ConformanceError(Exception):
    """Base of every error that is the user's to mend; str() is the whole message."""


class FileError(ConformanceError):
    """A file that cannot be taken as it is: `place: found; expected; what to do`."""

    def __init__(self, place: Place, found: str, *, expected: str, action: str = "") -> None:
        self.place = place
        self.found = found
        self.expected = expected
        self.action = action
        parts = [found, f"expected {expected}"]
        if action:
            parts.append(action)
        super().__init__(f"{place}: {'; '.join(parts)}")


class UsageError(ConformanceError):
    """A question that cannot be answered as asked: unknown backend, no such case (exit 2)."""
