"""Tasks and stale ledger entries as test items: what they are called, how they end."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from conformance.decide.explain import explain, headline, summary
from conformance.decide.ledger import Stale
from conformance.files.report import stale_data, verdict_data
from conformance.fronts.pytest_arguments import Selected
from conformance.fronts.pytest_reports import STATUS, TASK, CrashLine, FailureText
from conformance.model.errors import Place
from conformance.model.verdict import Status, Task, Verdict

Judged = Callable[[Task], Verdict]
GREEN = frozenset({Status.PASSED, Status.OBSERVED})


class NotAsExpectedError(Exception):
    """Ends an item as failed, with an explanation in the place of a traceback."""

    def __init__(self, failure: FailureText) -> None:
        super().__init__(failure.text)
        self.failure = failure


class CaseCollector(pytest.Collector):
    """Holds an item for every task, in the order of the plan, then the stale ledger entries.

    judged: waits for a task's verdict.
    """

    def __init__(self, *, selected: Selected, judged: Judged, **more: Any) -> None:
        super().__init__(**more)
        self.selected = selected
        self.judged = judged

    def collect(self) -> Iterator[ConformanceItem]:
        for task in self.selected.tasks:
            yield TaskItem.from_parent(
                self, **self._names(task.id, task.case.place), task=task, judged=self.judged
            )
        for stale in self.selected.stale:
            yield StaleItem.from_parent(
                self, **self._names(stale.id, stale.entry.place), stale=stale
            )

    def _names(self, name: str, place: Place) -> dict[str, Any]:
        file = self.config.invocation_params.dir / place.file
        return {"name": name, "nodeid": name, "path": file, "place": place}


class ConformanceItem(pytest.Item):
    """An item that is a place in a YAML file. Its node id is an id of ours: no file, no '::'."""

    status: Status | None = None

    def __init__(self, *, place: Place, **more: Any) -> None:
        super().__init__(**more)
        self.place = place
        self.user_properties.append((TASK, self.name))

    def line(self) -> dict[str, Any]:
        """The verdict as a line of a report of ours."""
        raise NotImplementedError

    def end(self, status: Status) -> None:
        """Remembers how the item ends; an item that is repeated ends as it did before."""
        if self.status is None:
            self.user_properties.append((STATUS, str(status)))
        self.status = status

    def fail(self, text: str, in_one_line: str) -> NoReturn:
        """Ends the item as failed."""
        crash = CrashLine(str(self.path), self.place.line, in_one_line)
        raise NotAsExpectedError(FailureText(text, crash))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The explanation; a traceback only if something of ours is broken."""
        if isinstance(excinfo.value, NotAsExpectedError):
            return excinfo.value.failure
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file, the line counted from 0, and the id.

        The blank at the end keeps pytest from taking the id for a Python name, in which it would
        replace dots by '::' when it shows the node id that ends with it.
        """
        return self.path, self.place.line - 1, f"{self.name} "


class TaskItem(ConformanceItem):
    """A task."""

    def __init__(self, *, task: Task, judged: Judged, **more: Any) -> None:
        super().__init__(**more)
        self.task = task
        self.judged = judged
        self.verdict: Verdict | None = None

    def runtest(self) -> None:
        """Waits for the verdict; raises what pytest takes for a skip or a failure."""
        self.verdict = verdict = self.judged(self.task)
        self.end(verdict.status)
        if verdict.status is Status.UNSUPPORTED:
            pytest.skip(verdict.cause)
        if verdict.status is Status.NOT_RUN:
            # One target that does not start makes many of these: no word too many.
            self.fail(headline(verdict), summary(verdict))
        if verdict.status not in GREEN:
            self.fail(explain(verdict), summary(verdict))

    def line(self) -> dict[str, Any]:
        assert self.verdict is not None
        return verdict_data(self.verdict)

    def complete(self, report: pytest.TestReport, *, run_xfail: bool) -> None:
        """Tells report of the call what pytest cannot know: xfail, place of a skip, output."""
        verdict = self.verdict
        if verdict is None:
            return
        report.duration = verdict.duration_s
        known = self.task.known
        if verdict.status is Status.KNOWN and known is not None and not run_xfail:
            report.outcome = "skipped"
            vars(report)["wasxfail"] = f"{known.reason} {known.link}"
        elif verdict.status is Status.UNSUPPORTED:
            report.longrepr = (str(self.path), self.place.line, verdict.cause)
        printed = "" if verdict.outcome is None else verdict.outcome.evidence.printed
        if printed and not isinstance(report.longrepr, FailureText):
            report.sections.append(("printed by the framework", printed))


class StaleItem(ConformanceItem):
    """A ledger entry that speaks of nothing: it fails, so that somebody mends it."""

    def __init__(self, *, stale: Stale, **more: Any) -> None:
        super().__init__(**more)
        self.stale = stale

    def runtest(self) -> None:
        self.end(Status.STALE)
        self.fail(self.stale.text, self.stale.text)

    def line(self) -> dict[str, Any]:
        return stale_data(self.stale)
