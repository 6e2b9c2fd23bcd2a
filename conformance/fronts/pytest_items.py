"""Tasks as test items, and verdicts as what pytest shows of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from conformance.decide.explain import explain, summary
from conformance.files.report import verdict_data
from conformance.model.verdict import Status, Task, Verdict

# Properties of items and their reports; they stand in JUnit files too.
TASK = "conformance-task"
STATUS = "conformance-status"
GREEN = frozenset({Status.PASSED, Status.OBSERVED})


class UnexpectedVerdictError(Exception):
    """The verdict on the task is not as it should be; str() is the explanation."""

    def __init__(self, verdict: Verdict) -> None:
        super().__init__(explain(verdict))
        self.verdict = verdict


class CaseCollector(pytest.Collector):
    """Holds one item per task, in the order of the plan."""

    tasks: Sequence[Task]
    judged: Callable[[Task], Verdict]

    @classmethod
    def of(
        cls, session: pytest.Session, tasks: Sequence[Task], *, folder: Path, judged: Any
    ) -> CaseCollector:
        """The collector of tasks below session. judged: waits for a task's verdict."""
        node: CaseCollector = cls.from_parent(
            session, name="conformance", path=folder, nodeid="conformance"
        )
        node.tasks = tasks
        node.judged = judged
        return node

    def collect(self) -> Iterator[TaskItem]:
        for task in self.tasks:
            yield TaskItem.of(self, task)


class TaskItem(pytest.Item):
    """A task; its node id is the task's id, without the name of any file."""

    task: Task
    verdict: Verdict | None = None

    @classmethod
    def of(cls, parent: CaseCollector, task: Task) -> TaskItem:
        """The item of task below parent."""
        file = parent.config.invocation_params.dir / task.case.place.file
        item: TaskItem = cls.from_parent(parent, name=task.id, path=file, nodeid=task.id)
        item.task = task
        item.user_properties.append((TASK, task.id))
        return item

    def runtest(self) -> None:
        """Waits for the verdict; raises what pytest takes for a skip or a failure."""
        assert isinstance(self.parent, CaseCollector)
        verdict = self.parent.judged(self.task)
        if self.verdict is None:
            self.user_properties.append((STATUS, str(verdict.status)))
        self.verdict = verdict
        if verdict.status is Status.UNSUPPORTED:
            pytest.skip(verdict.cause)
        if verdict.status not in GREEN:
            raise UnexpectedVerdictError(verdict)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The explanation; the traceback only if something of ours is broken."""
        if isinstance(excinfo.value, UnexpectedVerdictError):
            return FailureText.of(excinfo.value.verdict, self)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The case's file, its line from 0, and the task's id.

        The blank at the end keeps pytest from taking the id for a Python name: it would turn the
        dots of a name that ends the node id into '::'.
        """
        return self.path, self.task.case.place.line - 1, f"{self.task.id} "


@dataclass(frozen=True, slots=True)
class CrashLine:
    """Where and what in one line, under the names that pytest and its plug-ins look for."""

    path: str
    lineno: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.lineno}: {self.message}"


@dataclass(frozen=True, slots=True)
class FailureText:
    """An explanation in the place of a traceback."""

    text: str
    reprcrash: CrashLine

    @classmethod
    def of(cls, verdict: Verdict, item: TaskItem) -> FailureText:
        line = verdict.task.case.place.line
        return cls(explain(verdict), CrashLine(str(item.path), line, summary(verdict)))

    def __str__(self) -> str:
        return self.text

    def toterminal(self, tw: Any) -> None:
        headline, _, rest = self.text.partition("\n")
        tw.line(headline, bold=True, red=True)
        tw.line(rest)


def complete_report(
    report: pytest.TestReport, item: TaskItem, *, run_xfail: bool, with_line: bool
) -> None:
    """Puts the verdict into the report of the call; with_line: in full, for a report of ours."""
    verdict = item.verdict
    if verdict is None:
        return
    report.duration = verdict.duration_s
    known = verdict.task.known
    if verdict.status is Status.KNOWN and known is not None and not run_xfail:
        report.outcome = "skipped"
        vars(report)["wasxfail"] = " ".join(filter(None, (known.reason, known.link)))
    elif verdict.status is Status.UNSUPPORTED:
        report.longrepr = (str(item.path), verdict.task.case.place.line, verdict.cause)
    if isinstance(report.longrepr, FailureText):
        crash = report.longrepr.reprcrash
        vars(report)["conformance_crash"] = (crash.path, crash.lineno, crash.message)
    elif verdict.outcome is not None and verdict.outcome.evidence.printed:
        report.sections.append(("printed by the framework", verdict.outcome.evidence.printed))
    if with_line:
        # As text: a dict with an int64 does not cross the processes of pytest-xdist.
        vars(report)["conformance_line"] = json.dumps(verdict_data(verdict))


def task_of(report: Any) -> str | None:
    """The id of the task that a report speaks of; None for somebody else's test."""
    found = dict(report.user_properties).get(TASK)
    return None if found is None else str(found)


def status_of(report: Any) -> str | None:
    """The status of the verdict in a report; None where there is no verdict."""
    found = dict(report.user_properties).get(STATUS)
    return None if found is None else str(found)


def line_of(report: Any) -> dict[str, Any] | None:
    """The verdict in a report as a line of a report of ours; None where there is none."""
    text = getattr(report, "conformance_line", None)
    return None if text is None else dict(json.loads(text))


def restore_failure(report: Any) -> None:
    """Gives a report from another process its FailureText back, which crossed as text."""
    crash = getattr(report, "conformance_crash", None)
    if crash is not None and isinstance(report.longrepr, str):
        report.longrepr = FailureText(report.longrepr, CrashLine(*crash))
