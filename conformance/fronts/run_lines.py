"""The report lines of one run: those that are kept, those that are known, those that are made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from conformance.fronts.known_verdicts import KnownVerdicts, moved_line
from conformance.model.verdict import Status

if TYPE_CHECKING:
    from conformance.decide.content import Contents
    from conformance.files.report import ReportWriter
    from conformance.files.unfinished import Unfinished
    from conformance.fronts.interruption import Signals
    from conformance.fronts.run_plan import Plan
    from conformance.model.outcome import Outcome
    from conformance.model.verdict import Task
    from conformance.run.engine import Workers

Line = dict[str, Any]


@dataclass(slots=True)
class RunLines:
    """The lines that there are, each with its text, by the task's id.

    unfinished: a report that is to be completed. kept: how many lines come from it; cached: how
    many from earlier runs.
    """

    plan: Plan
    known: KnownVerdicts
    unfinished: Unfinished | None = None
    lines: dict[str, tuple[Line, str]] = field(default_factory=dict)
    cached: int = 0
    kept: int = 0
    _contents: Contents | None = field(default=None, init=False)

    def settle(self) -> list[Task]:
        """The tasks that must run; the lines of all others are there."""
        from conformance.decide.judge import decline
        from conformance.files.report import stale_data, verdict_data

        for entry in self.plan.stale:
            self._take(stale_data(entry))
        targets = {task.target for task in self.plan.tasks}
        run_before = {target for target in targets if self.known.has(target)}
        work = []
        for task in self.plan.tasks:
            if task.refusal:
                self._take(verdict_data(decline(task)))
            elif not (self._keep(task) or (task.target in run_before and self._recall(task))):
                work.append(task)
        return work

    def judged(
        self,
        work: Sequence[Task],
        workers: Workers | None,
        *,
        report: ReportWriter | None,
        signals: Signals,
    ) -> Iterator[Line]:
        """The lines of what runs, as they come, when they are in report; without workers it runs in
        this very process."""
        from conformance.files.report import verdict_data
        from conformance.run.judging import verdicts

        for verdict in verdicts(_outcomes(work, workers)):
            line = verdict_data(verdict, self._content(verdict.task))
            with signals.held_back():
                text = self._take(line)
                self.known.add(verdict.task, line, text)
                if report is not None:
                    report.add(line, text)
            yield line

    @property
    def in_order(self) -> list[tuple[Line, str]]:
        """All lines as they are shown."""
        return [self.lines[task] for task in self.plan.ids]

    @property
    def are_in_report(self) -> bool:
        """Whether the report that is to be completed has all of these lines, and its end."""
        if self.unfinished is None or self.unfinished.footer is None:
            return False
        before = {task: text for task, (_, text) in self.unfinished.lines.items()}
        return before == {task: text for task, (_, text) in self.lines.items()}

    def _content(self, task: Task) -> str:
        """What the verdict on task depends on. It takes a while for many tasks, and is asked for no
        earlier than need be: the workers wait for what comes before they get to work."""
        from conformance.decide.content import Contents

        if self._contents is None:
            self._contents = Contents()
        return self._contents.of(task)

    def _keep(self, task: Task) -> bool:
        """Take over the line of the report that is to be completed, if it still holds."""
        if self.unfinished is None or task.id not in self.unfinished.lines:
            return False
        name = task.target.name
        before, now = self.unfinished.fingerprints.get(name), self.known.fingerprints[name]
        line, text = self.unfinished.lines[task.id]
        if before is None or before != now or line["status"] == Status.NOT_RUN:
            return False
        if line.get("content") != self._content(task):
            return False
        line, text = moved_line(line, text, task)
        self.lines[task.id] = (line, text)
        self.known.add(task, line, text)
        self.kept += 1
        return True

    def _recall(self, task: Task) -> bool:
        """Take over the line of an earlier run."""
        text = self.known.verdict(task, self._content(task))
        if text is None:
            return False
        self.lines[task.id] = (json.loads(text), text)
        self.cached += 1
        return True

    def _take(self, line: Line) -> str:
        from conformance.files.report import line_text

        text = line_text(line)
        self.lines[line["id"]] = (line, text)
        return text


def _outcomes(tasks: Sequence[Task], workers: Workers | None) -> Iterable[tuple[Task, Outcome]]:
    if not tasks:
        return ()
    if workers is not None:
        return workers.run(tasks)
    from conformance.run.in_process import run_in_process

    return run_in_process(tasks)
