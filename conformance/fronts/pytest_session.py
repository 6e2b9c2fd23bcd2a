"""A pytest session with conformance cases: from --backend to items, verdicts and a report."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from conformance.decide.judge import decline, judge
from conformance.decide.memory import DEFAULT_BUDGET
from conformance.decide.oracle import Oracle
from conformance.decide.shard import Shard
from conformance.files.load import load_suite
from conformance.files.report import ReportWriter
from conformance.fronts.pytest_arguments import (
    Arguments,
    Pair,
    Selected,
    select,
    sort_arguments,
)
from conformance.fronts.pytest_items import CaseCollector, ConformanceItem, TaskItem
from conformance.fronts.pytest_outcomes import AheadOfItems, AtDemand, Outcomes
from conformance.fronts.pytest_reports import line_of, pack, status_of, task_of, unpack
from conformance.fronts.pytest_sharing import FromController, SharedOutcomes
from conformance.fronts.session import cases_folder, resolve_runnable
from conformance.fronts.settings import Settings, read_settings
from conformance.fronts.sharding import part, read_split
from conformance.model.errors import ConformanceError, UsageError
from conformance.model.verdict import Status, Task, Verdict
from conformance.run.memory import available_memory, check_budget


class ConformanceSession:
    """The plug-in of a run with --backend.

    Under pytest-xdist the controller and each of its processes have one: the processes run items
    and judge, the controller has the workers that run the tasks of all, and writes the report.
    """

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.start = config.invocation_params.dir
        self.pairs: Sequence[Pair] = ()
        self.selected = Selected()
        self.shard: Shard | None = None
        self.cases = Path()
        self.settings: Settings
        self.outcomes: Outcomes | None = None
        self.shared: SharedOutcomes | None = None
        self.oracle = Oracle()
        self.report: _ReportFile | None = None
        self._group = ""

    @property
    def is_xdist_process(self) -> bool:
        return hasattr(self.config, "workerinput")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionstart(self) -> None:
        """Plans the tasks. What cannot be planned ends the run with a usage error."""
        with _usage_errors():
            self.settings = read_settings(self.start)
            explicit = self.config.getoption("conformance_cases")
            self.cases = cases_folder(Path(explicit) if explicit else None)
            memory = self._memory()
            arguments = self._take_arguments()
            self.pairs = resolve_runnable(
                self.config.getoption("conformance_backends"), self.settings
            )
            self.selected = select(
                load_suite(self.cases, addresses=(*arguments.addresses, *arguments.ids)),
                self.pairs,
                arguments=arguments,
                memory=memory,
            )
            self._take_part()
        self._show_ids_as_they_are()

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """Tells a process of pytest-xdist where the outcomes are."""
        if self.shared is None:
            runnable = [task for task in self.selected.tasks if not task.refusal]
            self.shared = SharedOutcomes(self.pairs, runnable, timeout_s=self._timeout_s)
        node.workerinput["conformance"] = self.shared.address

    @property
    def _timeout_s(self) -> float:
        return float(self.config.getoption("conformance_timeout_s") or self.settings.timeout_s)

    def _memory(self) -> int:
        """Bytes that a call may take."""
        given = self.config.getoption("conformance_memory")
        if given is None:
            return DEFAULT_BUDGET
        if self.is_xdist_process or self.config.getoption("numprocesses", None):
            raise UsageError(
                "--memory beside -n: each process of pytest-xdist could make such a call at the "
                "same time; expected one of them"
            )
        check_budget(given, available_memory())
        return int(given)

    def _take_part(self) -> None:
        """Leaves what --shard gives this machine, and the targets that have any of it."""
        durations = self.config.getoption("conformance_durations")
        split = read_split(
            self.config.getoption("conformance_shard"),
            self.start / durations if durations else None,
        )
        mine = part(self.selected.tasks, self.selected.stale, pairs=self.pairs, split=split)
        self.selected = replace(self.selected, tasks=mine.tasks, stale=mine.stale)
        self.pairs = mine.pairs
        self.shard = mine.shard

    def _take_arguments(self) -> Arguments:
        """Takes the arguments that select cases away from pytest, which would look for files."""
        given = self.config.args_source is pytest.Config.ArgsSource.ARGS
        arguments = sort_arguments(
            self.config.args if given else (), start=self.start, cases=self.start / self.cases
        )
        self.config.args = list(arguments.paths)
        self.config.args_source = pytest.Config.ArgsSource.ARGS
        return arguments

    def _show_ids_as_they_are(self) -> None:
        """Keeps pytest from showing ids as paths relative to a current folder below the root."""
        relative = self.config.cwd_relative_nodeid
        ids = self.selected.ids

        def shown(nodeid: Any) -> Any:
            return nodeid if str(nodeid) in ids else relative(nodeid)

        self.config.cwd_relative_nodeid = shown  # type: ignore[method-assign]

    def pytest_report_header(self) -> list[str]:
        targets = ", ".join(f"{t.backend} {' '.join((t.version, *t.words))}" for _, t in self.pairs)
        count = len(self.selected.tasks)
        return [f"conformance: {targets}; {count} tasks of the cases in {self.cases}"]

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        collected = yield
        if isinstance(collector, pytest.Session) and collected.passed:
            node = CaseCollector.from_parent(
                collector,
                name="conformance",
                nodeid="conformance",
                path=self.start / self.cases,
                selected=self.selected,
                judged=self._judged,
            )
            collected.result.append(node)
        return collected

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, object, object]:
        """Has the workers run while the items do; none of them is left however the loop ends."""
        option = self.config.option
        if option.collectonly or getattr(option, "setuponly", False):
            return (yield)
        self._open_report()
        self.outcomes = self.shared or self._outcomes(session)
        try:
            return (yield)
        finally:
            self.outcomes.stop()

    def _outcomes(self, session: pytest.Session) -> Outcomes:
        tasks = [item.task for item in session.items if isinstance(item, TaskItem)]
        runnable = [task for task in tasks if not task.refusal]
        if not self.is_xdist_process:
            return AheadOfItems(self.pairs, runnable, timeout_s=self._timeout_s)
        try:
            given = getattr(self.config, "workerinput", {})
            return FromController(given["conformance"], runnable)
        except (KeyError, OSError):
            return AtDemand(self.pairs, timeout_s=self._timeout_s)

    def _judged(self, task: Task) -> Verdict:
        """The verdict on task, when its outcome is there."""
        if task.refusal:
            return decline(task)
        assert self.outcomes is not None
        return judge(task, self.outcomes.outcome(task), self.oracle)

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if isinstance(item, ConformanceItem) and call.when == "call":
            if isinstance(item, TaskItem):
                item.complete(report, run_xfail=bool(self.config.getoption("runxfail", False)))
            reported = self.config.getoption("conformance_report") and item.status is not None
            pack(report, line=item.line() if reported else None)
        return report

    @pytest.hookimpl(wrapper=True)
    def pytest_report_from_serializable(self) -> Generator[None, Any, Any]:
        report = yield
        unpack(report)
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, str] | None:
        """Counts what was observed, but not declared, apart from what passed."""
        if report.when == "call" and status_of(report) == Status.OBSERVED:
            return "observed", "o", "OBSERVED"
        return None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Lets pytest print `cumsum/behaviour ....` where it would begin a line for every item."""
        reporter = self.config.pluginmanager.getplugin("terminalreporter")
        if reporter is None or not reporter.showfspath or reporter.showlongtestinfo:
            return
        address, bracket, _ = nodeid.partition("[")
        group = address.rpartition("/")[0]
        if "::" in nodeid or not bracket:
            self._group = ""
            return
        if group != self._group:
            reporter.write_fspath_result(str(self.start / group), "")
            self._group = group
        reporter.currentfspath = self.config.rootpath / nodeid

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.is_xdist_process or report.when != "call":
            return
        if task_of(report) is not None:
            self._name_in_junit(report)
            if self.report is not None:
                self.report.add(line_of(report))

    def _name_in_junit(self, report: pytest.TestReport) -> None:
        """`cumsum.behaviour` is the class: pytest would leave it empty, and readers group by it."""
        from _pytest.junitxml import xml_key

        xml = self.config.stash.get(xml_key, None)
        if xml is not None:
            address, _, rest = report.nodeid.partition("[")
            group, _, case = address.rpartition("/")
            testcase = xml.node_reporter(report)
            testcase.add_attribute("classname", group.replace("/", "."))
            testcase.add_attribute("name", f"{case}[{rest}")

    def _open_report(self) -> None:
        file = self.config.getoption("conformance_report")
        if not file or self.is_xdist_process:
            return
        try:
            self.report = _ReportFile(self.start / file, self.pairs, shard=self.shard)
        except OSError as error:
            raise pytest.UsageError(
                f"--conformance-report names {file!r}, which cannot be written: {error.strerror}"
            ) from None

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.selected.left_out:
            terminalreporter.write_line(f"conformance: left out: {self.selected.left_out}")
        for note in self.outcomes.notes if self.outcomes is not None else ():
            terminalreporter.write_line(f"conformance: {note}")

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        ended = exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED)
        if self.report is not None:
            self.report.close(whole=ended and not session.shouldfail and not session.shouldstop)


class _ReportFile:
    """The file of --conformance-report. Without a footer, when the run did not come to its end."""

    def __init__(self, path: Path, pairs: Sequence[Pair], *, shard: Shard | None) -> None:
        targets = [target for _, target in pairs]
        started = datetime.now(timezone.utc)
        self._writer = ReportWriter(path, targets, started=started, shard=shard)
        self._written: set[str] = set()
        self._missing = False

    def add(self, line: dict[str, Any] | None) -> None:
        """Writes a verdict; None: an item ended without one."""
        if line is None:
            self._missing = True
        elif line["id"] not in self._written:
            # Plug-ins that repeat tests report an item several times; the first verdict counts.
            self._written.add(line["id"])
            self._writer.add(line)

    def close(self, *, whole: bool) -> None:
        with self._writer:
            if whole and not self._missing:
                self._writer.finish(ended=datetime.now(timezone.utc))


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Turns what the user can mend into pytest's usage error: a message, no traceback, exit 4."""
    try:
        yield
    except ConformanceError as error:
        raise pytest.UsageError(str(error)) from None
