"""Which part of a plan a machine runs, where several share one run."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import accumulate
from statistics import fmean

from conformance.decide.ledger import Stale
from conformance.model.errors import UsageError
from conformance.model.verdict import Task

# What a target costs wherever one task of it runs: a process, and a framework imported.
START_S = 2.0
# What a task costs of which no duration is known: the call, its way there and back, its verdict.
TASK_S = 0.005

# How much longer than the shortest the slowest shard may take, for fewer starts of targets.
SLACK = 1.05
# How often the bound on a shard's time is halved: far below what a clock can tell.
_HALVINGS = 40


@dataclass(frozen=True, slots=True)
class Shard:
    """The part number index, from 1, of a run that is split into of. split: a digest of who has
    what, where that is known: the same in all parts of one split, and in no other."""

    index: int
    of: int
    split: str = ""

    def __str__(self) -> str:
        return f"{self.index}/{self.of}"


@dataclass(frozen=True, slots=True)
class _Piece:
    """Tasks of one target, from first up to last, in the bin of that number."""

    bin: int
    target: int
    first: int
    last: int


def parse_shard(text: str) -> Shard:
    """`2/5` is the second of five. Raises UsageError."""
    first, slash, second = text.partition("/")
    if slash and first.isdecimal() and second.isdecimal() and 1 <= int(first) <= int(second):
        return Shard(int(first), int(second))
    raise UsageError(
        f"--shard is {text!r}; expected I/N, the part I of N, from 1/N to N/N, like 2/5"
    )


def part_of(
    tasks: Sequence[Task],
    stale: Sequence[Stale],
    *,
    shard: Shard,
    durations: Mapping[str, float],
) -> tuple[tuple[Task, ...], tuple[Stale, ...], Shard]:
    """What shard has of tasks and of the ledger entries that speak of nothing, in their order; and
    the shard with the digest of its split.

    The shards of one split have every task and every entry once. An entry is where the first task
    of its target is, or in the first shard. durations: seconds by the id of a task.
    """
    ids: dict[str, list[str]] = {}
    for task in tasks:
        ids.setdefault(task.target.name, []).append(task.id)
    home = split(ids, count=shard.of, durations=durations)
    first_of = {target: home[of_target[0]] for target, of_target in ids.items()}
    whole = home | {entry.id: first_of.get(entry.target.name, 0) for entry in stale}
    text = "\n".join(f"{number} {task}" for task, number in sorted(whole.items()))
    mine = shard.index - 1
    return (
        tuple(task for task in tasks if home[task.id] == mine),
        tuple(entry for entry in stale if whole[entry.id] == mine),
        replace(shard, split=sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]),
    )


def split(
    ids: Mapping[str, Sequence[str]], *, count: int, durations: Mapping[str, float]
) -> dict[str, int]:
    """The number of the shard, from 0, of every task. ids: the tasks of every target, in order.

    A target costs START_S in every shard that has a task of it; so it is split only where that
    makes the slowest shard clearly faster, and then into stretches of its tasks. The order of the
    targets does not matter. The same arguments give the same result everywhere.
    """
    names = sorted(ids)
    costs = [_costs(ids[name], durations) for name in names]
    least = max((cost for of_target in costs for cost in of_target), default=0.0)
    low = START_S + least
    high = sum(START_S + sum(of_target) for of_target in costs) + low
    sums = [list(accumulate(of_target, initial=0.0)) for of_target in costs]
    best = _packed(sums, bound=high, count=count)
    for _ in range(_HALVINGS):
        bound = (low + high) / 2
        found = _packed(sums, bound=bound, count=count)
        if found is None:
            low = bound
        else:
            best, high = found, bound
    fewer = _packed(sums, bound=high * SLACK, count=count)
    return {
        task: piece.bin
        for piece in fewer or best or ()
        for task in ids[names[piece.target]][piece.first : piece.last]
    }


def _costs(ids: Sequence[str], durations: Mapping[str, float]) -> list[float]:
    """Seconds of every task: what is recorded with the way there and back, else the mean of the
    target's own, else of all."""
    own = [durations[task] for task in ids if task in durations]
    usual = fmean(own or durations.values()) if own or durations else 0.0
    return [TASK_S + durations.get(task, usual) for task in ids]


def _packed(
    sums: Sequence[Sequence[float]], *, bound: float, count: int
) -> tuple[_Piece, ...] | None:
    """The tasks in count bins, none of them longer than bound; None if that was not found.

    sums: for every target the seconds of its first 0, 1, 2, ... tasks. The longest targets first;
    whole into the fullest bin that has room, else a stretch into each of the emptiest.
    """
    loads = [0.0] * count
    pieces: list[_Piece] = []
    for target in sorted(range(len(sums)), key=lambda number: (-sums[number][-1], number)):
        whole = START_S + sums[target][-1]
        room = [number for number in range(count) if loads[number] + whole <= bound]
        if room:
            fullest = max(room, key=lambda number: (loads[number], -number))
            loads[fullest] += whole
            pieces.append(_Piece(fullest, target, 0, len(sums[target]) - 1))
            continue
        first = 0
        for number in sorted(range(count), key=lambda number: (loads[number], number)):
            left = bound - loads[number] - START_S
            last = bisect_right(sums[target], sums[target][first] + left) - 1
            if last > first:
                loads[number] += START_S + sums[target][last] - sums[target][first]
                pieces.append(_Piece(number, target, first, last))
                first = last
        if first < len(sums[target]) - 1:
            return None
    return tuple(pieces)
