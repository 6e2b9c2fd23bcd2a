"""`conformance run`: from backends and case files to verdicts, a report and an exit status."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from datetime import datetime, timezone
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.fronts.interruption import Signals
from conformance.fronts.known_verdicts import KnownVerdicts
from conformance.fronts.request import HOW, Request, asking
from conformance.fronts.run_lines import RunLines
from conformance.fronts.run_output import Output, show, summary, summary_of_known
from conformance.fronts.session import resolve_runnable
from conformance.fronts.settings import Settings
from conformance.model.backend import Backend, Target
from conformance.model.errors import ConformanceError, UsageError
from conformance.model.verdict import RED

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.files.report import ReportWriter
    from conformance.files.unfinished import Unfinished
    from conformance.files.verdict_store import Answer
    from conformance.run.engine import Workers

Pair = tuple[Backend, Target]
Line = dict[str, Any]
EXIT_INTERRUPTED = 130


class StoppedRunError(ConformanceError):
    """The run was told to end, and has ended in good order. status: what to leave with."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


def run_request(request: Request, settings: Settings) -> bool:
    """Runs it and shows it; True if something is not as expected. Raises StoppedRunError."""
    with Signals() as signals:
        try:
            return _run(request, settings, signals)
        except KeyboardInterrupt as stop:
            raise StoppedRunError("interrupted", _status(stop)) from None


def _resumed(request: Request, path: Path) -> tuple[Request, Unfinished]:
    """request with the question of the report at path, which it is to complete, and that report.
    Raises UsageError if it asks one of its own, ReportError if the report does not say what was
    asked."""
    from conformance.files.unfinished import read_unfinished

    given = [name for name, value in request.question().items() if value]
    if given or request.report is not None:
        raise UsageError(
            f"--resume {path} completes what that report was asked; "
            "expected no operation, no --report and no option that asks for something else"
        )
    unfinished = read_unfinished(path)
    return asking(unfinished.question, {name: getattr(request, name) for name in HOW}), unfinished


def _run(request: Request, settings: Settings, signals: Signals) -> bool:
    unfinished = None
    if request.resume is not None:
        request, unfinished = _resumed(request, request.resume)
    if request.memory is not None:
        from conformance.run.memory import available_memory, check_budget

        check_budget(request.memory, available_memory())
    pairs: Sequence[Pair] = resolve_runnable(request.specs, settings)
    started = datetime.now(timezone.utc)
    reads = request.cached and not request.in_process
    known = KnownVerdicts(pairs, home=settings.home, reads=reads, writes=not request.in_process)
    question = known.question(request)
    answer = known.answer(question) if unfinished is None else None
    if answer is not None:
        return _show_answer(
            request, answer, question=question, pairs=pairs, known=known, started=started
        )
    plan = None
    if request.shard is not None or request.durations is not None:
        from conformance.fronts.run_plan import plan_part

        plan, pairs = plan_part(request, pairs)
    with ExitStack() as stack:
        workers = None
        if pairs and not request.in_process:
            # Frameworks take seconds to import: they begin before our own imports do.
            from conformance.run.engine import Workers

            workers = Workers(
                pairs, jobs=request.jobs, paces=known.paces, timeout_s=request.timeout_s
            )
            stack.enter_context(workers)
            if unfinished is None:
                workers.start([target for _, target in pairs if not known.has(target)])
        from conformance.fronts.run_plan import plan as plan_all

        lines = RunLines(plan or plan_all(request, pairs), known, unfinished)
        run = _Run(request, pairs, known, lines, signals)
        return run.carry_out(workers, started=started, question=question)


def _show_answer(
    request: Request,
    answer: Answer,
    *,
    question: str | None,
    pairs: Sequence[Pair],
    known: KnownVerdicts,
    started: datetime,
) -> bool:
    """Show what an earlier run has found out, and write it where a report is asked for."""
    from conformance.files.report import ReportWriter, footer_data, header_data

    targets = [target for _, target in pairs if target.name in answer.more["targets"]]
    shard = _shard(answer)
    resume = _resume_data(request, known)
    header = header_data(targets, started=started, shard=shard, resume=resume)
    counts = Counter(answer.more["counts"])
    count = counts.total()
    ended = datetime.now(timezone.utc)
    if request.report is not None:
        with ReportWriter(
            request.report, targets, started=started, shard=shard, resume=resume
        ) as report:
            report.add_known(answer.texts, counts)
            report.finish(ended=ended, cached=count)
    output = Output(
        header,
        lambda: answer.texts,
        footer_data(counts, started=started, ended=ended, cached=count),
        (*answer.more["remarks"], summary_of_known(count, shard=shard)),
        lines=lambda: [json.loads(text) for text in answer.texts],
        screen=partial(known.screen, question),
        keep_screen=partial(known.keep_screen, question),
    )
    show(output, as_json=request.as_json)
    return any(counts[status] for status in RED)


@dataclass(frozen=True, slots=True)
class _Run:
    """One run on its way."""

    request: Request
    pairs: Sequence[Pair]
    known: KnownVerdicts
    lines: RunLines
    signals: Signals

    def carry_out(
        self, workers: Workers | None, *, started: datetime, question: str | None
    ) -> bool:
        """Runs what has to run; True if something is not as expected."""
        began = started
        if self.lines.unfinished is not None:
            started = datetime.fromisoformat(self.lines.unfinished.header["time"])
        work = self.lines.settle()
        with ExitStack() as stack:
            report = self._report(started)
            if report is not None:
                stack.enter_context(report)
            try:
                lines = self.lines.judged(work, workers, report=report, signals=self.signals)
                for _ in _with_progress(lines, total=len(work)):
                    pass
            except KeyboardInterrupt as stop:
                raise StoppedRunError(self._farewell(), _status(stop)) from None
            finally:
                self.known.save(workers.paces if workers is not None else {})
            ended = datetime.now(timezone.utc)
            if report is not None:
                report.finish(ended=ended, cached=self.lines.cached)
        remarks = [*(workers.notes if workers is not None else ()), *self.known.unknown]
        if self.lines.plan.left_out:
            remarks.append(f"left out: {self.lines.plan.left_out}")
        last = self._summary((ended - began).total_seconds(), ran=len(work))
        return self._show((*remarks, last), started=started, ended=ended, question=question)

    def _report(self, started: datetime) -> ReportWriter | None:
        """The report to write, with all lines that are there already."""
        from conformance.files.report import ReportWriter

        path = self.request.resume or self.request.report
        if path is None or self.lines.are_in_report:
            return None
        return ReportWriter(
            path,
            [target for _, target in self.pairs],
            started=started,
            shard=self.lines.plan.shard,
            resume=_resume_data(self.request, self.known),
            kept=self.lines.lines.values(),
        )

    def _show(
        self,
        remarks: tuple[str, ...],
        *,
        started: datetime,
        ended: datetime,
        question: str | None,
    ) -> bool:
        """Show everything, and remember it as the answer; the last remark is about this run."""
        from conformance.files.report import footer_data, header_data

        shard = self.lines.plan.shard
        targets = [target for _, target in self.pairs]
        resume = _resume_data(self.request, self.known)
        pairs = self.lines.in_order
        counts = Counter(line["status"] for line, _ in pairs)
        names = [target.name for target in targets]
        more: Line = {"targets": names, "remarks": remarks[:-1], "counts": counts}
        if shard is not None:
            more["shard"] = astuple(shard)
        kept = self.known.keep_answer(question, pairs, more=more)
        output = Output(
            header_data(targets, started=started, shard=shard, resume=resume),
            lambda: [text for _, text in pairs],
            footer_data(counts, started=started, ended=ended, cached=self.lines.cached),
            remarks,
            lines=lambda: [line for line, _ in pairs],
            screen=lambda _: None,
            keep_screen=partial(self.known.keep_screen, question if kept else None),
        )
        show(output, as_json=self.request.as_json)
        return any(counts[status] for status in RED)

    def _summary(self, seconds: float, *, ran: int) -> str:
        count, shard = len(self.lines.lines), self.lines.plan.shard
        if self.lines.cached and not ran and not self.lines.kept:
            return summary_of_known(count, shard=shard)
        origins = {"known from before": self.lines.cached}
        if self.request.resume is not None:
            origins[f"kept from {self.request.resume}"] = self.lines.kept
        return summary(count, seconds, origins=origins, shard=shard)

    def _farewell(self) -> str:
        """What was reached, and how to go on."""
        reached, count = len(self.lines.lines), len(self.lines.plan.ids)
        path = self.request.resume or self.request.report
        how = f"`conformance run --resume {path}`" if path is not None else "the same command"
        return f"interrupted after {reached} of {count} verdicts; {how} runs the rest"


def _resume_data(request: Request, known: KnownVerdicts) -> Line:
    """What the header of a report says, so that it can be completed."""
    return {"question": request.question(), "fingerprints": known.fingerprints}


def _shard(answer: Answer) -> Any:
    """The part that an earlier run was."""
    if "shard" not in answer.more:
        return None
    from conformance.decide.shard import Shard

    return Shard(*answer.more["shard"])


def _status(stop: KeyboardInterrupt) -> int:
    return int(getattr(stop, "status", EXIT_INTERRUPTED))


def _with_progress(lines: Iterator[Line], *, total: int) -> Iterator[Line]:
    """lines, with a bar on standard error where that is a terminal."""
    import sys

    if not total or not sys.stderr.isatty():
        yield from lines
        return
    from rich.console import Console
    from rich.progress import track

    console = Console(stderr=True)
    yield from track(lines, "judging", total=total, console=console, transient=True)
