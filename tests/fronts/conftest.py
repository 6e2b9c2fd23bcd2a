"""Projects of somebody else, with pytest runs of their own."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# What the outer run was told must not reach the inner ones.
OURS = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_XDIST_WORKER", "COLUMNS", "CONFORMANCE_HOME")

# Cases of cumsum of every kind that a front shows in a way of its own.
SHOWN = (
    "integer-input-{dtype}",
    "unsigned-input-{dtype}",
    "float-input-{dtype}",
    "bool-input",
    "dtype-int64-widens-int8",
    "cast-precedes-sum",
    "int8-overflow",
    "bfloat16-overflow",
    "tenths-{dtype}-{n}",
    "nan-propagates",
    "negative-zero",
    "first-axis",
    "last-axis-by-number",
    "negative-axis",
    "axis-out-of-range-{axis}",
    "axis-numpy-integer",
    "axis-none",
    "axis-missing",
    "zero-d",
    "empty-along-the-axis",
    "single-column",
    "single-row",
    "reversed-axis-0",
    "subnormals-repeated",
    "gradient-plain",
    "input-unchanged",
    "reverse-{dtype}",
)


@dataclass(frozen=True)
class Run:
    """A finished pytest run. text: what it wrote to both streams."""

    code: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """The last line's numbers: {'failed': 1, 'passed': 12}."""
        last = self.text.strip().splitlines()[-1]
        return {word: int(number) for number, word in re.findall(r"(\d+) (\w+)(?=,| in)", last)}

    @property
    def outcomes(self) -> dict[str, str]:
        """The word of every item of a run with -v, by node id."""
        alone = r"^(?P<id>\S+/\S+\[\S+\]) (?P<word>[A-Z]+)\b"
        in_xdist = r"^\[gw\d+\].* (?P<word>[A-Z]+) (?P<id>\S+/\S+\[\S+\])\s*$"
        found = re.finditer(f"{alone}", self.text, re.M), re.finditer(in_xdist, self.text, re.M)
        return {match["id"]: match["word"] for matches in found for match in matches}


@dataclass(frozen=True)
class Project:
    """A folder with a copy of our cases in cases/, and nothing else of ours."""

    folder: Path

    @property
    def page(self) -> Path:
        return self.folder / "cases/cumsum/mindspore-r2.0-torch.yaml"

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def edit(self, path: Path, old: str, *, new: str) -> int:
        """Replaces old by new; returns the line, from 1, where old stood. Once, not more."""
        text = path.read_text("utf-8")
        assert text.count(old) == 1
        path.write_text(text.replace(old, new), "utf-8")
        return text[: text.index(old)].count("\n") + 1

    def pytest(
        self, *arguments: str, below: str = ".", python: str = sys.executable, **variables: str
    ) -> Run:
        """Runs pytest in the folder below this one."""
        environment = {key: value for key, value in os.environ.items() if key not in OURS}
        environment |= {"CONFORMANCE_HOME": str(self.folder / ".home"), "COLUMNS": "400"}
        done = subprocess.run(
            [python, "-m", "pytest", "-p", "no:hypothesispytest", *arguments],
            cwd=self.folder / below,
            env=environment | variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return Run(done.returncode, done.stdout.decode())


@pytest.fixture(scope="session")
def keep_few() -> Callable[[Path], None]:
    """Leaves SHOWN alone in a behaviour file of cumsum, with thousands of elements: what a case of
    each kind looks like is asked here, and everything takes as long as there are cases."""

    def keep(path: Path) -> None:
        head, *entries = re.split(r"^(?=  - id: )", path.read_text("utf-8"), flags=re.MULTILINE)
        names = [entry.split()[2] for entry in entries]
        assert set(SHOWN) <= set(names)
        kept = [entry for name, entry in zip(names, entries, strict=True) if name in SHOWN]
        path.write_text("".join((head, *kept)).replace("1000000", "2000"), "utf-8")

    return keep


@pytest.fixture(scope="session")
def new_project(
    tmp_path_factory: pytest.TempPathFactory, keep_few: Callable[[Path], None]
) -> Callable[[], Project]:
    """Makes a project."""

    def make() -> Project:
        project = Project(tmp_path_factory.mktemp("project"))
        cases = project.folder / "cases"
        shutil.copytree(ROOT / "cases" / "cumsum", cases / "cumsum")
        shutil.copy(ROOT / "cases" / "differences.yaml", cases)
        keep_few(cases / "cumsum" / "behaviour.yaml")
        project.write("pytest.ini", "[pytest]\nfilterwarnings = error\n")
        return project

    return make


@pytest.fixture
def project(new_project: Callable[[], Project]) -> Project:
    return new_project()


COUNTED = Path(__file__).parents[1] / "fakes" / "counted"
CASE = """
  - id: case-{0}
    why: the numbers are the cases'
    call: {{x: {{dtype: int8, values: [{0}, 1]}}, axis: 0}}
    expect: {{dtype: int64, values: [{0}, {1}]}}
"""


@dataclass(frozen=True)
class Counted:
    """A project for the backend counted, whose framework writes down every call."""

    project: Project

    @property
    def folder(self) -> Path:
        return self.project.folder

    @property
    def behaviour(self) -> Path:
        return self.folder / "cases/cumsum/behaviour.yaml"

    def write_cases(self, numbers: Iterable[int]) -> None:
        """One case for each number, the first element of its input."""
        cases = "".join(CASE.format(number, number + 1) for number in numbers)
        self.behaviour.write_text(f"format: 1\nop: cumsum\ncases:{cases}", "utf-8")

    def command(self, *arguments: str) -> list[str]:
        return [str(Path(sys.executable).with_name("conformance")), "run", *arguments]

    def environment(self, **variables: str) -> dict[str, str]:
        left = {key: value for key, value in os.environ.items() if key not in OURS}
        return left | {
            "CONFORMANCE_HOME": str(self.folder / ".home"),
            "COUNTED_LOG": str(self.folder / "calls.log"),
            "PYTHONPATH": str(self.folder / "path"),
            **variables,
        }

    def run(
        self, *arguments: str, backends: Iterable[str] = ("counted",), **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """A run that has come to its end."""
        given = [f"--backend={backend}" for backend in backends]
        return subprocess.run(
            self.command(*given, *arguments), cwd=self.folder,
            env=self.environment(**variables), capture_output=True, text=True, timeout=120,
            check=False,
        )  # fmt: skip

    def calls(self) -> list[str]:
        """What was written down since this was asked last."""
        log = self.folder / "calls.log"
        words = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return words


@pytest.fixture
def counted(project: Project) -> Counted:
    """Three cases: 1, 2 and 3."""
    project.page.unlink()
    path = project.folder / "path"
    shutil.copytree(COUNTED, path / "counted_backend")
    shutil.move(path / "counted_backend/counted_framework.py", path)
    entry = "[conformance.backends]\ncounted = counted_backend\n"
    project.write("path/counted-1.5.dist-info/entry_points.txt", entry)
    project.write("path/counted-1.5.dist-info/METADATA", "Name: counted\nVersion: 1.5\n")
    one = Counted(project)
    one.write_cases((1, 2, 3))
    return one
