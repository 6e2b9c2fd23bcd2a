"""What a verdict depends on, as a digest: two tasks with the same content have the same verdict,
if the same target runs them and the same code judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from packaging.specifiers import SpecifierSet

from conformance.model.errors import Place
from conformance.model.verdict import Task

# A case is in the task what it was bound to; a target is known by more than its name; of a page
# only the source is shown.
_LEFT_OUT = frozenset({"case", "page", "target"})
_OF_CASE = ("op", "file", "id", "kind", "lines", "inferred", "why")
LENGTH = 32


class Contents:
    """Digests of tasks. Their parts, which many tasks share, are taken in once."""

    def __init__(self) -> None:
        # With the value, so that its identity is nobody else's for as long as this lives.
        self._known: dict[int, tuple[Any, bytes]] = {}

    def of(self, task: Task) -> str:
        """The digest of all that says what is asked of the framework, what is expected, and what is
        said about it: the case and its source, the binding, error data, the ledger's entry. Places
        in files do not count."""
        parts = [(name, getattr(task.case, name)) for name in _OF_CASE]
        parts.append(("source", task.page and task.page.source))
        parts += [(f.name, getattr(task, f.name)) for f in fields(task) if f.name not in _LEFT_OUT]
        digest = sha256()
        for name, value in parts:
            digest.update(name.encode() + b"=")
            for piece in self._pieces(value):
                digest.update(piece)
        return digest.hexdigest()[:LENGTH]

    def _pieces(self, value: Any) -> Iterator[bytes]:
        """value, spelled so that different values never read the same."""
        if value is None or isinstance(value, Place):
            yield b"-"
        elif isinstance(value, (bool, int, float)):
            yield f"{type(value).__name__}:{value!r};".encode()
        elif is_dataclass(value):
            yield self._digest(value)
        elif isinstance(value, Enum):
            yield from self._pieces(value.value)
        elif isinstance(value, (str, SpecifierSet, PurePath)):
            text = str(value).encode("utf-8", "backslashreplace")
            yield b"%d:%b" % (len(text), text)
        elif isinstance(value, bytes):
            yield b"%d!%b" % (len(value), sha256(value).digest())
        else:
            yield from self._several(value)

    def _several(self, value: Any) -> Iterator[bytes]:
        items: Iterable[Any]
        if isinstance(value, Mapping):
            items = value.items()
        elif isinstance(value, frozenset):
            items = sorted(value)
        elif isinstance(value, (tuple, list)):
            items = value
        else:
            raise TypeError(f"a {type(value).__name__} cannot be taken for content")
        yield b"("
        for item in items:
            yield from self._pieces(item)
        yield b")"

    def _digest(self, value: Any) -> bytes:
        """The digest of a dataclass, by the fields that count when it is compared."""
        known = self._known.get(id(value))
        if known is not None:
            return known[1]
        digest = sha256(type(value).__name__.encode())
        for field in fields(value):
            if field.compare:
                for piece in self._pieces(getattr(value, field.name)):
                    digest.update(piece)
        self._known[id(value)] = (value, digest.digest())
        return digest.digest()
