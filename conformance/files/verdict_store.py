"""Verdicts of earlier runs on disk, by what they depend on; and whole answers to whole questions.

A file of verdicts belongs to one target in one environment, judged by one state of our code; a file
of an answer to one question. Files are written anew and then renamed: whoever reads sees the old or
the new one, and of two that write at once the later one stays.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.model.verdict import Status

# What may be otherwise the next time, or says nothing about the framework.
NEVER_KEPT = frozenset({Status.UNSTABLE, Status.CRASHED, Status.TIMED_OUT, Status.NOT_RUN})
# All files together; those that were not asked for the longest time go first.
LIMIT_BYTES = 512 * 2**20
# Verdicts of one target, in which other states of the cases may be.
LIMIT_VERDICTS = 20_000


@dataclass(frozen=True, slots=True)
class Known:
    """A verdict line of an earlier run: its text, and the places that it named then."""

    text: str
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that a run showed. more: what there is to say about all of its lines together."""

    path: Path
    more: Mapping[str, Any]

    @property
    def texts(self) -> tuple[str, ...]:
        """The report lines as text, in the order in which they are shown; megabytes of them."""
        return tuple(_lines(self.path))


class VerdictStore:
    """The files below folder. What cannot be read or written is not there: the run goes on."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def verdicts(self, target: str) -> dict[str, Known]:
        """The known verdicts of the target with that digest, by content."""
        known = {}
        for line in _lines(self._path("targets", target)):
            content, _, rest = line.partition("\t")
            places, _, text = rest.partition("\t")
            known[content] = Known(text, tuple(places.split("|")) if places else ())
        return known

    def has(self, target: str) -> bool:
        return self._path("targets", target).exists()

    def keep_verdicts(self, target: str, verdicts: Mapping[str, Known]) -> None:
        """Add verdicts, or put them in the place of what was known."""
        merged = {**verdicts}
        for content, known in self.verdicts(target).items():
            if len(merged) >= LIMIT_VERDICTS:
                break
            merged.setdefault(content, known)
        rows = (f"{c}\t{'|'.join(k.places)}\t{k.text}\n" for c, k in merged.items())
        self._write("targets", target, rows)

    def answer(self, question: str) -> Answer | None:
        """The answer to the question with that digest, if it is known."""
        path = self._path("answers", question)
        try:
            more = json.loads("\n".join(_lines(self._path("heads", question))))
            whole = path.stat().st_size == more["bytes"]
        except (OSError, ValueError):
            return None
        return Answer(path, more) if whole else None

    def keep_answer(self, question: str, texts: Sequence[str], *, more: Mapping[str, Any]) -> None:
        """Remember that these lines, in this order, are the answer."""
        self._write("answers", question, (f"{text}\n" for text in texts))
        with contextlib.suppress(OSError):
            size = self._path("answers", question).stat().st_size
            head = json.dumps({**more, "bytes": size}, ensure_ascii=False)
            self._write("heads", question, (head + "\n",))

    def screen(self, name: str) -> str | None:
        """What a terminal showed, if it is known."""
        lines = _lines(self._path("screens", name))
        return "\n".join((*lines, "")) if lines else None

    def keep_screen(self, name: str, text: str) -> None:
        self._write("screens", name, (text,))

    def paces(self) -> dict[str, float]:
        """Seconds that a task took, by the name of the target."""
        try:
            paces = json.loads("\n".join(_lines(self._path("paces", "paces"))))
            return {str(name): float(pace_s) for name, pace_s in paces.items()}
        except (ValueError, TypeError, AttributeError):
            return {}

    def keep_paces(self, paces: Mapping[str, float]) -> None:
        """Remember these beside the others."""
        if paces:
            self._write("paces", "paces", (json.dumps({**self.paces(), **paces}) + "\n",))

    def prune(self, limit: int = LIMIT_BYTES) -> None:
        """Remove what was not asked for the longest time until all fit into limit."""
        found = []
        for path in self.folder.glob("*/*"):
            with contextlib.suppress(OSError):
                status = path.stat()
                found.append((status.st_mtime, status.st_size, path))
        total = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if total <= limit:
                return
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size

    def _path(self, kind: str, digest: str) -> Path:
        return self.folder / kind / f"{digest}.jsonl"

    def _write(self, kind: str, digest: str, rows: Iterable[str]) -> None:
        path = self._path(kind, digest)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", dir=path.parent, prefix=".", suffix=".new", delete=False,
                encoding="utf-8", errors="backslashreplace", newline="\n",
            ) as file:  # fmt: skip
                try:
                    file.writelines(rows)
                    file.flush()
                    os.replace(file.name, path)
                except BaseException:
                    os.unlink(file.name)
                    raise


def _lines(path: Path) -> list[str]:
    """The lines of a file that is whole, [] if there is none. Reading it makes it young."""
    try:
        text = path.read_bytes().decode("utf-8")
        os.utime(path)
    except (OSError, UnicodeDecodeError):
        return []
    return text.split("\n")[:-1] if text.endswith("\n") else []
