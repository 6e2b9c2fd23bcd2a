"""Small Sphinx projects of somebody else, with our cases and reports of real verdicts."""

import io
import json
import math
import re
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

from conformance.decide.judge import decline, judge
from conformance.decide.memory import is_large
from conformance.decide.plan import make_plan
from conformance.files.backend_files import load_backend
from conformance.files.load import load_suite
from conformance.files.report import ReportWriter, line_text, verdict_data
from conformance.model.backend import Backend, Target
from conformance.model.case import OutputExpected
from conformance.model.dtypes import DTYPES
from conformance.model.outcome import Crashed, Outcome, Raised, Returned, Unavailable
from conformance.model.tensor import Tensor
from conformance.model.verdict import Accuracy, Status, Task, Verdict

ROOT = Path(__file__).parents[3]
BACKENDS = ROOT / "conformance" / "backends"
MORNING = datetime(2026, 5, 4, 8, 30, tzinfo=timezone.utc)


def as_expected(task: Task) -> Outcome:
    """The outcome that the ledger knows; else what is declared: that the call is declined, or the
    choice; or the only choice."""
    if task.known is not None:
        known = task.known.outcome
        if known.raises is not None:
            return Raised((known.raises[0],), known.raises[1], "call")
        if known.ends:
            return Crashed(known.ends)
        outputs = tuple(o.values for o in known.outputs if o.values is not None)
        repeated = task.expectation.repeat > 1
        return Returned(outputs, differing=(2, outputs) if repeated else None)
    if task.declined:
        return Unavailable("api", task.declined)
    choices = task.expectation.choices
    choice = next((c for c in choices if c.name == task.declared), choices[0])
    if choice.error is not None:
        rule = next(rule for rule in task.errors if rule.word == choice.error)
        return Raised((rule.type,), rule.contains, "call")
    return Returned(tuple(map(exactly, choice.outputs)))


def exactly(output: OutputExpected) -> Tensor:
    """A tensor that is what was expected; zeros where only dtype and shape were asked."""
    tensor = output.values
    if tensor is None:
        dtype, shape = output.dtype or "int64", output.shape or ()
        return Tensor(dtype, shape, bytes(math.prod(shape) * DTYPES[dtype].numpy.itemsize))
    if output.dtype is None:
        return Tensor.of(tensor.array().astype("int64"), "int64")
    return tensor


def verdict_on(task: Task, outcome: Outcome, accuracy: Accuracy) -> Verdict:
    """The verdict on outcome; without the work of an oracle where one is asked."""
    choice = task.expectation.choices[0]
    if any(output.oracle for output in choice.outputs):
        return Verdict(task, Status.PASSED, outcome, choice, accuracy=accuracy)
    return judge(task, outcome)


@dataclass
class Built:
    """A finished build. warnings: one line each, without the project's folder."""

    app: Sphinx
    folder: Path
    warnings: list[str]
    read: list[str] = field(default_factory=list)

    def doctree(self, name: str = "index") -> nodes.document:
        return self.app.env.get_doctree(name)

    def html(self, name: str = "index") -> str:
        return (Path(self.app.outdir) / f"{name}.html").read_text("utf-8")

    def tables(self, name: str = "index") -> list[list[list[str]]]:
        """Every table as rows of texts, the heads included."""
        return [
            [[_text(cell) for cell in row.findall(nodes.entry)] for row in table.findall(nodes.row)]
            for table in self.doctree(name).findall(nodes.table)
        ]

    def table(self, *head: str, name: str = "index") -> list[list[str]]:
        """The rows below the first table whose head begins with these words."""
        for rows in self.tables(name):
            for number, row in enumerate(rows):
                if tuple(row[: len(head)]) == head:
                    return rows[number + 1 :]
        raise AssertionError(f"no table with the head {head}: {self.tables(name)}")


def _text(node: nodes.Node) -> str:
    return re.sub(r"\s+", " ", node.astext()).strip()


@dataclass(frozen=True)
class Told:
    """A task and the line on it in a report of the project in folder, if it ends as expected."""

    folder: Path
    task: Task
    line: str

    @property
    def key(self) -> tuple[str, str]:
        return self.task.case.id, self.task.binding.api

    def moved(self, line: str, folder: Path) -> str:
        """line as a report of the project in another folder has it."""
        return line.replace(f"{self.folder}/", f"{folder}/")


class Reports:
    """What reports say of cases, made once for all projects that have the same ones."""

    def __init__(self) -> None:
        self._known: dict[object, tuple[Told, ...]] = {}

    def told(self, folder: Path, pairs: Sequence[tuple[Backend, Target]]) -> tuple[Told, ...]:
        """All that a run in folder which is given no more memory has a verdict on."""
        cases = folder / "cases"
        files = [(str(p.relative_to(cases)), p.read_bytes()) for p in sorted(cases.rglob("*.yaml"))]
        key = (tuple(files), tuple(target for _, target in pairs))
        if key not in self._known:
            tasks = make_plan(load_suite(cases), pairs)
            kept = [task for task in tasks if task.refusal or not is_large(task)]
            self._known[key] = tuple(Told(folder, t, _line(t)) for t in kept)
        return self._known[key]


def _line(task: Task, outcome: Outcome | None = None, *, accuracy: Accuracy | None = None) -> str:
    """The line on task, which ends as expected, its exact result rounded once, if nothing else is
    said."""
    if task.refusal:
        return line_text(verdict_data(decline(task)))
    exact = accuracy or Accuracy(0.5, (0,), "correctly-rounded")
    return line_text(verdict_data(verdict_on(task, outcome or as_expected(task), exact)))


@dataclass
class Site:
    """A Sphinx project with a copy of our cases."""

    folder: Path
    reports: Reports

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def index(self, *directives: str) -> None:
        """Writes the only document, with these directives."""
        self.write("index.rst", "Tables\n======\n\n" + "\n\n".join(directives) + "\n")

    def edit(self, name: str, old: str, *, new: str) -> None:
        path = self.folder / name
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")

    def build(self, builder: str = "dummy", *, jobs: int = 1) -> Built:
        """Builds what has to be built; the documents that were read are in the result."""
        warnings, read = io.StringIO(), []
        with patch_docutils(str(self.folder)), docutils_namespace():
            app = Sphinx(
                self.folder,
                self.folder,
                self.folder / "build" / builder,
                self.folder / "build" / "doctrees",
                builder,
                status=None,
                warning=warnings,
                parallel=jobs,
            )
            app.connect("env-before-read-docs", lambda _, __, names: read.extend(names))
            app.build()
        text = re.sub(r"\x1b\[[0-9;]*m", "", warnings.getvalue())
        lines = text.replace(f"{self.folder}/", "").splitlines()
        return Built(app, self.folder, lines, read)

    def report(
        self,
        but: Mapping[tuple[str, str], Outcome | None] | None = None,
        *,
        name: str = "first",
        accuracies: Mapping[tuple[str, str], Accuracy] | None = None,
        targets: Sequence[tuple[str, ...]] = (("mindspore", "2.10.0"), ("torch", "2.13.0")),
        started: datetime = MORNING,
        whole: bool = True,
    ) -> Path:
        """Writes a report in which every call ends as expected, but not those whose (id of the
        case, API) has another outcome; None: it is not in the report. accuracies: likewise, where
        the exact result is asked; it is rounded once everywhere else. targets: (backend, version),
        or (backend, version, mode)."""
        other = but or {}
        pairs = [
            (
                load_backend(BACKENDS / backend),
                Target(
                    backend,
                    version,
                    None,
                    python="CPython 3.11.5",
                    mode=next(iter(mode), "default"),
                    words=tuple(mode),
                ),
            )
            for backend, version, *mode in targets
        ]
        path = self.folder / "build" / "reports" / f"{name}.jsonl"
        exact = accuracies or {}
        with ReportWriter(path, [target for _, target in pairs], started=started) as writer:
            for told in self.reports.told(self.folder, pairs):
                line, key = told.line, told.key
                if key in other and other[key] is None and not told.task.refusal:
                    continue
                if key in other or key in exact:
                    line = _line(told.task, other.get(key), accuracy=exact.get(key))
                writer.add(json.loads(told.moved(line, self.folder)))
            if whole:
                writer.finish(ended=started + timedelta(seconds=2))
        return path


@pytest.fixture(scope="session")
def reports() -> Reports:
    return Reports()


@pytest.fixture
def site(tmp_path: Path, reports: Reports, keep_few: Callable[[Path], None]) -> Iterator[Site]:
    folder = (tmp_path / "site").resolve()
    shutil.copytree(ROOT / "cases" / "cumsum", folder / "cases" / "cumsum")
    shutil.copy(ROOT / "cases" / "differences.yaml", folder / "cases")
    keep_few(folder / "cases" / "cumsum" / "behaviour.yaml")
    site = Site(folder, reports)
    site.write(
        "conf.py",
        'extensions = ["conformance.fronts.sphinx_ext"]\n'
        'conformance_cases = "cases"\n'
        'html_theme = "basic"\n'
        "show_warning_types = True\n"
        'exclude_patterns = ["build"]\n',
    )
    path = list(sys.path)
    yield site
    sys.path[:] = path


@pytest.fixture
def morning() -> datetime:
    """When a report begins that is not told otherwise."""
    return MORNING


@pytest.fixture
def backends() -> dict[str, Path]:
    """The folders of the packaged backends by name, in alphabetical order."""
    return {path.parent.name: path.parent for path in sorted(BACKENDS.glob("*/bindings.yaml"))}
