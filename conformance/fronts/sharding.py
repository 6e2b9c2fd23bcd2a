"""`--shard I/N`: the part of a plan that this machine runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.decide.ledger import Stale
from conformance.decide.shard import Shard, parse_shard, part_of
from conformance.files.durations import read_durations
from conformance.model.backend import Backend, Target
from conformance.model.errors import UsageError
from conformance.model.verdict import Task

Pair = tuple[Backend, Target]


@dataclass(frozen=True, slots=True)
class Split:
    """What `--shard` and `--durations` say. shard: None without them; durations: by task id."""

    shard: Shard | None
    durations: dict[str, float]


@dataclass(frozen=True, slots=True)
class Part:
    """What is to be run here, in the order of the plan. pairs: the targets that have any of it.
    shard: None if it is everything."""

    tasks: tuple[Task, ...]
    stale: tuple[Stale, ...]
    pairs: tuple[Pair, ...]
    shard: Shard | None = None


def read_split(shard: str | None, durations: Path | None) -> Split:
    """What the two options ask for. Raises UsageError."""
    if shard is None and durations is not None:
        raise UsageError(
            "the durations of an earlier run are given without --shard; expected --shard I/N "
            "with them"
        )
    if shard is None:
        return Split(None, {})
    return Split(parse_shard(shard), read_durations(durations) if durations is not None else {})


def part(
    tasks: Sequence[Task], stale: Sequence[Stale], *, pairs: Sequence[Pair], split: Split
) -> Part:
    """The part of tasks and stale entries that split gives this machine; everything without one."""
    if split.shard is None:
        return Part(tuple(tasks), tuple(stale), tuple(pairs))
    mine, entries, shard = part_of(tasks, stale, shard=split.shard, durations=split.durations)
    needed = {task.target.name for task in mine} | {entry.target.name for entry in entries}
    return Part(mine, entries, tuple(pair for pair in pairs if pair[1].name in needed), shard)
