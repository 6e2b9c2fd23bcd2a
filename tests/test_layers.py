"""Imports run one way, frameworks are imported in adapters only, and what runs in another
interpreter needs nothing of ours. Read from the import statements, those under TYPE_CHECKING and in
functions included."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

import conformance

ROOT = Path(conformance.__file__).parents[1]
LAYERS = ("model", "decide", "files", "run", "authoring", "fronts")
FRAMEWORKS = frozenset({
    "torch", "mindspore", "jax", "jaxlib", "tensorflow", "keras", "paddle", "cupy", "mxnet",
    "onnxruntime", "tinygrad", "mlx", "dask", "ivy", "oneflow", "megengine",
})  # fmt: skip
WORKER = "conformance/run/worker/"
FRONT_LIBRARIES = frozenset({"click", "rich", "pytest", "_pytest", "sphinx", "docutils"})


@dataclass(frozen=True)
class Import:
    """An import statement, by the dotted name of what it imports."""

    file: str
    line: int
    module: str

    @property
    def top(self) -> str:
        return self.module.partition(".")[0]

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.module}"


def imports_in(text: str, file: str) -> Iterator[Import]:
    """Every import in text, wherever it stands; `from a import b` is a.b, for b may be a module.
    Relative imports are resolved; a module that is named to import_module counts as well."""
    package = file.removesuffix(".py").split("/")[:-1]
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            yield from (Import(file, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            for alias in node.names:
                yield Import(file, node.lineno, f"{module}.{alias.name}")
        elif isinstance(node, ast.Call) and node.args:
            called = ast.unparse(node.func).rpartition(".")[2]
            name = node.args[0]
            if called in ("import_module", "__import__") and isinstance(name, ast.Constant):
                yield Import(file, node.lineno, str(name.value))


def sources() -> list[str]:
    """Every Python file of the two packages, relative to the root."""
    files = [
        path for name in ("conformance", "reference_impl") for path in ROOT.glob(f"{name}/**/*.py")
    ]
    return sorted(path.relative_to(ROOT).as_posix() for path in files)


def all_imports() -> list[Import]:
    return [
        found
        for file in sources()
        for found in imports_in((ROOT / file).read_text(encoding="utf-8"), file)
    ]


def layer(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[0] == "conformance" and parts[1] in LAYERS else None


def file_layer(file: str) -> str | None:
    return layer(file.removesuffix(".py").replace("/", "."))


def is_elsewhere(file: str) -> bool:
    """True for what runs in another interpreter."""
    return file.startswith(WORKER) or file.endswith("/adapter.py")


def wrong_arrow(found: Import) -> bool:
    """True if found goes up, or to a part of ours that its file may not know."""
    own, other = file_layer(found.file), layer(found.module)
    if found.top == "reference_impl":
        allowed = (own == "decide", found.file.startswith("reference_impl/"))
        return not any((*allowed, found.file == "conformance/backends/reference/adapter.py"))
    if found.top != "conformance":
        return False
    if found.file.startswith(WORKER):
        return not found.module.startswith("conformance.run.worker.")
    if own is None or is_elsewhere(found.file):
        return True
    if other is None:
        return found.module not in ("conformance.__version__", "conformance")
    if is_sphinx(found.file):
        name = found.module + "."
        return other in ("run", "authoring") or (
            other == "fronts" and not name.startswith("conformance.fronts.sphinx")
        )
    return LAYERS.index(other) > LAYERS.index(own)


def is_sphinx(file: str) -> bool:
    return file.startswith(("conformance/fronts/sphinx/", "conformance/fronts/sphinx_ext"))


def environment_reads(text: str) -> Iterator[int]:
    """The lines that read an environment variable, the working directory or the time zone."""
    names = {"environ", "environb", "getenv", "getenvb", "getcwd", "getcwdb", "cwd", "localtime"}
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Attribute(attr=name) if name in names:
                yield node.lineno
            case ast.ImportFrom(names=aliases) if names & {alias.name for alias in aliases}:
                yield node.lineno
            case ast.Call(ast.Attribute(attr="now" | "astimezone"), args=[], keywords=[]):
                yield node.lineno


def test_imports_run_one_way() -> None:
    assert [str(found) for found in all_imports() if wrong_arrow(found)] == []


def test_frameworks_are_imported_in_adapters_only() -> None:
    wrong = [
        str(found)
        for found in all_imports()
        if found.top in FRAMEWORKS and not found.file.endswith("/adapter.py")
    ]
    assert wrong == []


def test_what_runs_in_another_interpreter_needs_nothing_of_ours() -> None:
    wrong = []
    for found in all_imports():
        if is_elsewhere(found.file):
            own = found.file.split("/")[-2]
            allowed = {"numpy", *sys.stdlib_module_names}
            if found.file.endswith("/adapter.py"):
                allowed |= {"reference_impl"} if own == "reference" else {own}
            of_worker = found.module.startswith("conformance.run.worker.")
            if found.top not in allowed and not (of_worker and found.file.startswith(WORKER)):
                wrong.append(str(found))
    assert wrong == []


@pytest.mark.parametrize("file", [file for file in sources() if is_elsewhere(file)])
def test_what_runs_in_another_interpreter_is_written_for_python_3_8(file: str) -> None:
    ast.parse((ROOT / file).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_only_fronts_read_the_environment() -> None:
    wrong = [
        f"{file}:{line}"
        for file in sources()
        if file_layer(file) != "fronts"
        for line in environment_reads((ROOT / file).read_text(encoding="utf-8"))
    ]
    assert wrong == []


def test_only_fronts_know_the_libraries_of_fronts() -> None:
    wrong = [
        str(found)
        for found in all_imports()
        if found.top in FRONT_LIBRARIES and file_layer(found.file) != "fronts"
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("conformance/model/case.py", "from conformance.decide import plan"),
        (
            "conformance/decide/plan.py",
            "if TYPE_CHECKING:\n    from conformance.files.load import x",
        ),
        ("conformance/files/load.py", "def f():\n    import conformance.run.engine"),
        ("conformance/run/engine.py", "from ..fronts import cli"),
        ("conformance/run/engine.py", "from conformance import fronts"),
        ("conformance/run/engine.py", "importlib.import_module('conformance.authoring.lint')"),
        ("conformance/authoring/lint.py", "from conformance.fronts.cli import main"),
        ("conformance/run/engine.py", "import reference_impl"),
        ("conformance/run/worker/zygote.py", "from conformance.model.errors import Place"),
        ("conformance/run/worker/zygote.py", "from ..wire import GarbageError"),
        ("conformance/backends/torch/adapter.py", "import conformance"),
        ("conformance/backends/torch/adapter.py", "import reference_impl"),
        ("conformance/fronts/sphinx_ext.py", "from conformance.run.registry import GROUP"),
        ("conformance/fronts/sphinx/page.py", "from conformance.fronts.cli import main"),
        ("reference_impl/scan.py", "from conformance.model.dtypes import DTYPES"),
    ],
)
def test_a_wrong_arrow_is_seen(file: str, text: str) -> None:
    assert [wrong_arrow(found) for found in imports_in(text, file)] == [True]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("conformance/fronts/cli.py", "from conformance.authoring.lint import lint"),
        ("conformance/fronts/cli.py", "from conformance import __version__"),
        ("conformance/decide/judge.py", "from reference_impl.scan import cumsum"),
        ("conformance/decide/judge.py", "from . import plan"),
        ("conformance/run/worker/zygote.py", "from .frames import frame"),
        ("conformance/run/wire.py", "from conformance.run.worker.frames import LENGTHS"),
        ("conformance/backends/reference/adapter.py", "import reference_impl"),
        (
            "conformance/fronts/sphinx_ext.py",
            "from conformance.fronts.sphinx.page import f",
        ),
    ],
)
def test_a_right_arrow_is_let_be(file: str, text: str) -> None:
    assert [wrong_arrow(found) for found in imports_in(text, file)] == [False]


@pytest.mark.parametrize(
    "text",
    [
        "os.environ.get('X')",
        "from os import getenv",
        "Path.cwd()",
        "datetime.now()",
        "t.localtime()",
    ],
)
def test_a_read_of_the_environment_is_seen(text: str) -> None:
    assert list(environment_reads(text)) == [1]


def test_the_clock_in_universal_time_is_no_environment() -> None:
    assert list(environment_reads("datetime.now(timezone.utc)")) == []
