"""What a run has to judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import click

from conformance.fronts.request import Request
from conformance.fronts.session import load_cases
from conformance.model.backend import Backend, Target
from conformance.model.errors import UsageError

if TYPE_CHECKING:
    from conformance.decide.ledger import Stale
    from conformance.decide.shard import Shard
    from conformance.model.verdict import Task

Pair = tuple[Backend, Target]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be judged, and the ledger entries that speak of nothing. left_out: what needs more
    memory than a call may take, in words."""

    tasks: tuple[Task, ...]
    stale: tuple[Stale, ...]
    left_out: str = ""
    shard: Shard | None = None

    @property
    def ids(self) -> tuple[str, ...]:
        return (*(task.id for task in self.tasks), *(entry.id for entry in self.stale))


def plan(request: Request, pairs: Sequence[Pair]) -> Plan:
    """Everything that request asks of the targets."""
    from conformance.decide.ledger import stale_entries
    from conformance.decide.memory import (
        DEFAULT_BUDGET,
        fitting,
        is_large,
        large_text,
        left_out_text,
    )
    from conformance.decide.plan import Selection, make_plan
    from conformance.files.load import no_collection

    suite = load_cases(request.cases, request.addresses)
    with no_collection():
        tasks = make_plan(suite, pairs, selection=Selection(request.addresses, request.apis))
    budget = DEFAULT_BUDGET if request.memory is None else request.memory
    tasks, beyond = fitting(tasks, budget)
    left_out = left_out_text(beyond)
    if not tasks:
        why = left_out or "no selected API has any of the selected cases"
        raise UsageError(f"nothing to run: {why}")
    large = [task for task in tasks if is_large(task) and not task.refusal]
    if large:
        text = f"{large_text(large)}; they run last, one at a time"
        click.echo(f"conformance: {text}", err=True)
    stale = tuple(entry for pair in pairs for entry in stale_entries(suite, *pair))
    return Plan(tasks, stale, left_out)


def plan_part(request: Request, pairs: Sequence[Pair]) -> tuple[Plan, Sequence[Pair]]:
    """The part of the plan that --shard asks for, and the targets that have any of it: only these
    are started, so that the plan comes first."""
    from conformance.fronts.sharding import part, read_split

    split = read_split(request.shard, request.durations)
    whole = plan(request, pairs)
    mine = part(whole.tasks, whole.stale, pairs=pairs, split=split)
    return replace(whole, tasks=mine.tasks, stale=mine.stale, shard=mine.shard), mine.pairs
