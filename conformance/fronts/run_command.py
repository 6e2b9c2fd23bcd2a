"""`conformance run`: from backends and case files to verdicts, a report and an exit status."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import click

from conformance.fronts.session import load_cases, resolve_runnable
from conformance.fronts.settings import DEFAULT_TIMEOUT_S, Settings
from conformance.model.backend import Backend, Target
from conformance.model.errors import UsageError

if TYPE_CHECKING:
    from conformance.decide.ledger import Stale
    from conformance.fronts.terminal import Line
    from conformance.model.outcome import Outcome
    from conformance.model.verdict import Task
    from conformance.run.engine import Workers


@dataclass(frozen=True, slots=True)
class Request:
    """What `conformance run` was asked for."""

    specs: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()
    cases: Path | None = None
    report: Path | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S
    in_process: bool = False
    as_json: bool = False


def run_request(request: Request, settings: Settings) -> bool:
    """Runs it and shows it; True if something is not as expected."""
    pairs = resolve_runnable(request.specs, settings)
    started = datetime.now(timezone.utc)
    with ExitStack() as stack:
        workers = None
        if not request.in_process:
            # Frameworks take seconds to import: they begin before our own imports do.
            from conformance.run.engine import Workers

            workers = stack.enter_context(Workers(pairs, timeout_s=request.timeout_s))
            workers.start()
        plan = _plan(request, pairs)
        return _carry_out(request, plan, pairs=pairs, workers=workers, started=started)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be judged, and the ledger entries that speak of nothing."""

    tasks: tuple[Task, ...]
    stale: tuple[Stale, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return (*(task.id for task in self.tasks), *(entry.id for entry in self.stale))


def _plan(request: Request, pairs: Sequence[tuple[Backend, Target]]) -> _Plan:
    from conformance.decide.ledger import stale_entries
    from conformance.decide.plan import Selection, make_plan

    suite = load_cases(request.cases)
    tasks = make_plan(suite, pairs, selection=Selection(request.addresses, request.apis))
    if not tasks:
        raise UsageError("nothing to run: no selected API has any of the selected cases")
    stale = tuple(entry for pair in pairs for entry in stale_entries(suite, *pair))
    return _Plan(tasks, stale)


def _carry_out(
    request: Request,
    plan: _Plan,
    *,
    pairs: Sequence[tuple[Backend, Target]],
    workers: Workers | None,
    started: datetime,
) -> bool:
    from conformance.files.report import ReportWriter, footer_data, header_data
    from conformance.model.verdict import RED

    targets = [target for _, target in pairs]
    counts: Counter[str] = Counter()
    lines: dict[str, Line] = {}
    with ExitStack() as stack:
        report = None
        if request.report is not None:
            report = stack.enter_context(ReportWriter(request.report, targets, started=started))
        for line in _with_progress(_lines(plan, workers), total=len(plan.ids)):
            lines[line["id"]] = line
            counts[line["status"]] += 1
            if report is not None:
                report.add(line)
        ended = datetime.now(timezone.utc)
        if report is not None:
            report.finish(ended=ended)
    header = header_data(targets, started=started)
    verdicts = [lines[task] for task in plan.ids]
    if request.as_json:
        records = [header, *verdicts, footer_data(counts, started=started, ended=ended)]
        for record in records:
            click.echo(json.dumps(record, ensure_ascii=False, allow_nan=False))
    else:
        from conformance.fronts.terminal import make_console, print_report

        print_report(make_console(), header, verdicts)
        for note in workers.notes if workers is not None else ():
            click.echo(note)
        click.echo(f"{len(verdicts)} verdicts in {(ended - started).total_seconds():.1f} s")
    return any(counts[status] for status in RED)


def _lines(plan: _Plan, workers: Workers | None) -> Iterator[Line]:
    """The report lines, as they come; those for which nothing has to run first."""
    from conformance.decide.judge import decline, judge
    from conformance.decide.oracle import Oracle
    from conformance.files.report import stale_data, verdict_data

    yield from map(stale_data, plan.stale)
    yield from (verdict_data(decline(task)) for task in plan.tasks if task.refusal)
    oracle = Oracle()
    outcomes: Iterator[tuple[Task, Outcome]]
    runnable = [task for task in plan.tasks if not task.refusal]
    if workers is None:
        from conformance.run.in_process import run_in_process

        outcomes = run_in_process(runnable)
    else:
        outcomes = workers.run(runnable)
    for task, outcome in outcomes:
        yield verdict_data(judge(task, outcome, oracle))


def _with_progress(lines: Iterator[Line], *, total: int) -> Iterator[Line]:
    """lines, with a bar on standard error where that is a terminal."""
    import sys

    if not sys.stderr.isatty():
        yield from lines
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(lines, "judging", total=total, console=console, transient=True)
