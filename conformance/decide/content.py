"""What a verdict depends on, as a digest: two tasks with the same content have the same verdict,
if the same target runs them and the same code judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from packaging.specifiers import SpecifierSet

from conformance.model.case import Case
from conformance.model.errors import Place
from conformance.model.verdict import Task

# A case is in the task what it was bound to; a target is known by more than its name; of a page
# only the source is shown.
_LEFT_OUT = frozenset({"case", "page", "target"})
_OF_TASK = tuple(field.name for field in fields(Task) if field.name not in _LEFT_OUT)
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
        source = task.page and task.page.source
        parts = [("case", self._once(task.case, self._of_case)), ("source", source)]
        parts += [(name, getattr(task, name)) for name in _OF_TASK]
        return self._of_parts(parts).hex()[:LENGTH]

    def _of_case(self, case: Case) -> bytes:
        """Of what a case says beside its call and its expectation, which the task has itself."""
        return self._of_parts((name, getattr(case, name)) for name in _OF_CASE)

    def _of_parts(self, parts: Iterable[tuple[str, Any]]) -> bytes:
        digest = sha256()
        for name, value in parts:
            digest.update(name.encode() + b"=")
            for piece in self._pieces(value):
                digest.update(piece)
        return digest.digest()

    def _once(self, value: Any, compute: Callable[[Any], bytes]) -> bytes:
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = (value, compute(value))
        return known[1]

    def _pieces(self, value: Any) -> Iterator[bytes]:
        """value, spelled so that different values never read the same."""
        if value is None or isinstance(value, Place):
            yield b"-"
        elif isinstance(value, (bool, int, float)):
            yield f"{type(value).__name__}:{value!r};".encode()
        elif isinstance(value, Enum):
            yield from self._pieces(value.value)
        elif isinstance(value, (str, SpecifierSet, PurePath)):
            text = str(value).encode("utf-8", "backslashreplace")
            yield b"%d:%b" % (len(text), text)
        elif isinstance(value, bytes):
            yield b"%d!%b" % (len(value), sha256(value).digest())
        elif isinstance(value, tuple):
            yield b"(%b)" % self._once(value, self._of_several)
        elif is_dataclass(value):
            yield b"{%b}" % self._once(value, self._of_dataclass)
        else:
            yield b"[%b]" % self._of_several(_items(value))

    def _of_several(self, items: Iterable[Any]) -> bytes:
        digest = sha256()
        for item in items:
            for piece in self._pieces(item):
                digest.update(piece)
        return digest.digest()

    def _of_dataclass(self, value: Any) -> bytes:
        """By the fields that count when it is compared."""
        parts = [(f.name, getattr(value, f.name)) for f in fields(value) if f.compare]
        return self._of_parts([("class", type(value).__name__), *parts])


def _items(value: Any) -> Iterable[Any]:
    if isinstance(value, Mapping):
        return value.items()
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list):
        return value
    raise TypeError(f"a {type(value).__name__} cannot be taken for content")
