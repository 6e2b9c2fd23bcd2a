"""What `conformance run` was asked for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from conformance.fronts.settings import DEFAULT_TIMEOUT_S


def number_of_cpus() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# How a question is answered changes no verdict.
_HOW = {"how": True}


@dataclass(frozen=True, slots=True)
class Request:
    """A question, and how to go about it.

    resume: the report of a run that was cut off, to be completed; cached: whether verdicts of
    earlier runs count.
    """

    specs: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()
    cases: Path | None = None
    memory: int | None = None
    shard: str | None = None
    durations: Path | None = None
    report: Path | None = field(default=None, metadata=_HOW)
    resume: Path | None = field(default=None, metadata=_HOW)
    jobs: int = field(default_factory=number_of_cpus, metadata=_HOW)
    timeout_s: float = field(default=DEFAULT_TIMEOUT_S, metadata=_HOW)
    cached: bool = field(default=True, metadata=_HOW)
    in_process: bool = field(default=False, metadata=_HOW)
    as_json: bool = field(default=False, metadata=_HOW)

    def question(self) -> dict[str, Any]:
        """The question alone, as plain data that `asking` takes."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if not f.metadata}


HOW = tuple(f.name for f in fields(Request) if f.metadata)


def asking(question: dict[str, Any], how: dict[str, Any]) -> Request:
    """The request with that question. Raises ValueError or TypeError if it is none."""
    given: dict[str, Any] = {**how}
    for name, value in question.items():
        given[name] = tuple(value) if isinstance(value, list) else value
    for name in ("cases", "durations"):
        if given.get(name) is not None:
            given[name] = Path(given[name])
    return Request(**given)


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    return list(value) if isinstance(value, tuple) else value
