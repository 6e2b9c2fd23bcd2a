"""What there is to show: the case files, the backends' data and the newest whole report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.decide.answers import Observation, ObservedAnswer, answers
from conformance.decide.memory import DEFAULT_BUDGET, large_text, need
from conformance.decide.plan import make_plan
from conformance.files.backend_files import load_backend
from conformance.files.load import load_suite
from conformance.files.report import Report, choice_data, observation_in, whole_reports
from conformance.fronts.sphinx.fakes import read_fakes_data
from conformance.model.backend import Backend, Target
from conformance.model.case import Case, Suite
from conformance.model.verdict import Status, Task

# Case, API and target.
_Key = tuple[str, str, str]
BACKEND_FILES = ("bindings.yaml", "environment.toml", "ledger.yaml")


@dataclass(frozen=True, slots=True)
class Column:
    """One API on one target. measured is False where no report speaks of the target: the target
    then stands for the backend itself."""

    api: str
    target: Target
    measured: bool

    @property
    def target_name(self) -> str:
        return self.target.name if self.measured else self.target.backend


@dataclass(frozen=True, slots=True)
class Cell:
    """What the report says about one case in one column.

    note: the mismatches or the cause, one phrase each; '' where the status says it all.
    line: the report's line, None where there is none or it speaks of an earlier form of the case.
    task: None where the case files no longer have the case on this API.
    """

    status: Status
    notes: tuple[str, ...] = ()
    line: dict[str, Any] | None = None
    task: Task | None = None


@dataclass(frozen=True)
class Measured:
    """Case files, backends and report, joined. Made once per build; nothing here changes.

    fakes: what `conformance fakes` wrote, None if it did not. files: all that was read. others: the
    names of whole reports that lie beside the one that is shown, and are older.
    """

    suite: Suite
    backends: tuple[Backend, ...]
    report: Report | None
    fakes: dict[str, Any] | None = None
    files: tuple[Path, ...] = field(default=(), compare=False)
    others: tuple[str, ...] = ()

    @cached_property
    def targets(self) -> tuple[tuple[Backend, Target, bool], ...]:
        """The report's targets, then every backend that it does not speak of (False)."""
        by_name = {backend.name: backend for backend in self.backends}
        entries = self.report.header["targets"] if self.report is not None else []
        measured = [
            (by_name[entry["backend"]], _target(entry), True)
            for entry in entries
            if entry["backend"] in by_name
        ]
        spoken_of = {backend.name for backend, _, _ in measured}
        absent = [
            (backend, Target(backend.name, backend.default_version or "0", None), False)
            for backend in self.backends
            if backend.name not in spoken_of
        ]
        return (*measured, *absent)

    @property
    def unknown_backends(self) -> tuple[str, ...]:
        """Backends that the report speaks of and no binding data is known for."""
        known = {backend.name for backend in self.backends}
        entries = self.report.header["targets"] if self.report is not None else []
        return tuple(dict.fromkeys(e["backend"] for e in entries if e["backend"] not in known))

    def columns(self, op: str, apis: Sequence[str] = ()) -> tuple[Column, ...]:
        """The columns of op in the order of targets and bindings; of apis only, in their order."""
        found = [
            Column(binding.api, target, measured)
            for backend, target, measured in self.targets
            for binding in backend.bindings
            if binding.op == op and (not apis or binding.api in apis)
        ]
        return tuple(sorted(found, key=lambda c: apis.index(c.api)) if apis else found)

    def apis(self, op: str) -> tuple[str, ...]:
        """Every API that some backend binds to op, each once."""
        return tuple(dict.fromkeys(column.api for column in self.columns(op)))

    def cases(self, op: str, *, file: str | None = None) -> tuple[Case, ...]:
        cases = self._cases.get(op, ())
        return cases if file is None else tuple(case for case in cases if case.file == file)

    def cell(self, case: Case, column: Column) -> Cell | None:
        """The cell of case in column; None if the case does not speak of that API."""
        key = (case.address, column.api, column.target.name)
        # Several directives of several documents show it.
        if key not in self._cells:
            self._cells[key] = self._cell(key, measured=column.measured)
        return self._cells[key]

    def _cell(self, key: _Key, *, measured: bool) -> Cell | None:
        task, line = self._tasks.get(key), self._lines.get(key)
        if task is None:
            return None
        if line is None:
            why = "not in the report" if self.report is not None and measured else ""
            if why and need(task) > DEFAULT_BUDGET:
                why = f"left out: {large_text([task])}"
            return Cell(Status.NOT_RUN, (why,) if why else (), task=task)
        if line["expected"] not in [choice_data(c) for c in task.expectation.choices]:
            return Cell(Status.NOT_RUN, ("the case has changed since the report",), task=task)
        return Cell(Status(line["status"]), _notes(line), line, task)

    def answers(self, op: str, columns: Iterable[Column]) -> tuple[ObservedAnswer, ...]:
        """The answers to every question that a case of op asks, of the APIs in columns."""
        key = (op, tuple(columns))
        if key not in self._answers:
            self._answers[key] = answers(
                observation
                for column in key[1]
                for case in self.cases(op)
                for observation in self._observations(case, column)
            )
        return self._answers[key]

    def _observations(self, case: Case, column: Column) -> Iterator[Observation]:
        cell = self.cell(case, column)
        if cell is None or cell.task is None or cell.task.expectation.question is None:
            return
        said = observation_in(cell.line) if cell.line is not None else None
        yield Observation(
            cell.task.expectation.question,
            column.api,
            column.target.name,
            case.address,
            said.observed if said is not None else None,
            cell.task.declared,
        )

    def stale(self, op: str) -> tuple[dict[str, Any], ...]:
        """The report's lines on entries of a ledger that speak of nothing there is."""
        lines = self.report.verdicts if self.report is not None else ()
        return tuple(x for x in lines if x["op"] == op and x["status"] == Status.STALE)

    @cached_property
    def _cells(self) -> dict[_Key, Cell | None]:
        """Those that were asked for."""
        return {}

    @cached_property
    def _answers(self) -> dict[tuple[str, tuple[Column, ...]], tuple[ObservedAnswer, ...]]:
        """Those that were asked for, by operation and columns."""
        return {}

    @cached_property
    def _cases(self) -> dict[str, tuple[Case, ...]]:
        found: dict[str, list[Case]] = {}
        for case in self.suite.cases:
            found.setdefault(case.op, []).append(case)
        return {op: tuple(cases) for op, cases in found.items()}

    @cached_property
    def _tasks(self) -> dict[_Key, Task]:
        plan = make_plan(self.suite, [(backend, target) for backend, target, _ in self.targets])
        return {(t.case.address, t.binding.api, t.target.name): t for t in plan}

    @cached_property
    def _lines(self) -> dict[_Key, dict[str, Any]]:
        lines = self.report.verdicts if self.report is not None else ()
        return {(line["case"], line["api"], line["target"]): line for line in lines}


def read_measured(cases: Path, *, backends: Sequence[Path], reports: Path, fakes: Path) -> Measured:
    """Everything that the folders and the file of fakes hold. backends: one folder each.

    Raises ConformanceError.
    """
    whole = whole_reports(reports)
    report = whole[0] if whole else None
    files = [*sorted(cases.rglob("*.yaml"))]
    files += [folder / name for folder in backends for name in BACKEND_FILES]
    files += [fakes] + ([report.path] if report is not None else [])
    return Measured(
        load_suite(cases),
        tuple(load_backend(folder) for folder in backends),
        report,
        read_fakes_data(fakes),
        tuple(path for path in files if path.is_file()),
        tuple(other.path.name for other in whole[1:]),
    )


def _target(entry: dict[str, Any]) -> Target:
    """The target of a report's header; its words are the end of its name."""
    known = f"{entry['backend']}-{entry['version']}"
    words = entry["name"].removeprefix(known).strip("-")
    return Target(
        entry["backend"],
        entry["version"],
        None,
        python=entry["interpreter"],
        platform=entry["platform"],
        device=entry["device"],
        mode=entry["mode"],
        words=tuple(words.split("-")) if words else (),
    )


def _notes(line: dict[str, Any]) -> tuple[str, ...]:
    """The mismatches, the cause, the ledger's reason, one phrase each."""
    notes = [_mismatch_text(mismatch, line) for mismatch in line["mismatches"]]
    notes += [line[key] for key in ("cause", "reason") if line.get(key)]
    return tuple(notes)


def _mismatch_text(mismatch: dict[str, Any], line: dict[str, Any]) -> str:
    """The mismatch without the place of a declaration or of a ledger's entry, which is a path on
    the machine that ran."""
    if mismatch["kind"] == "answer":
        return f"declared {line['declared']}, observed {' or '.join(line['observed'])}"
    if mismatch["kind"] == "ledger":
        return _LEDGER.get(Status(line["status"]), "not what the ledger expects")
    return str(mismatch["text"])


_LEDGER = {
    Status.FIXED: "passes, but the ledger expects it to fail",
    Status.CHANGED: "not the outcome that the ledger expects",
    Status.STALE: "the ledger speaks of a case or an API that is not there",
}
