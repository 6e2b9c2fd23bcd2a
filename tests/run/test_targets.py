"""Where a spec leads: the targets file, this interpreter, a managed environment, or a sentence."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import conformance
from conformance.model.backend import Target
from conformance.model.errors import FileError, UsageError
from conformance.run.interpreters import this_interpreter
from conformance.run.records import Environment, write_record
from conformance.run.targets import resolve

FAKE = Path(__file__).parents[1] / "fakes" / "tiny_conformance"
HERE = this_interpreter()


@dataclass(frozen=True)
class Place:
    """A machine where the backend tiny is registered and its framework is nowhere yet."""

    path: Path
    home: Path
    targets_file: Path

    def target(self, spec: str) -> Target:
        file = self.targets_file if self.targets_file.exists() else None
        return resolve(spec, home=self.home, targets_file=file)[1]

    def install_here(self, version: str) -> None:
        (self.path / f"tiny-{version}.dist-info").mkdir()

    def manage(self, version: str, *, python: str = HERE.label, found: str | None = None) -> Path:
        """The interpreter of a managed environment that was made with version; found is what lies
        in it now."""
        series = ".".join(python.split()[-1].split(".")[:2])
        folder = self.home / "environments" / f"tiny-{version}-py{series}"
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)
        packages = folder / "lib" / f"python{series}" / "site-packages"
        (packages / f"tiny-{found or version}.dist-info").mkdir(parents=True)
        write_record(
            Environment(
                folder,
                "tiny",
                asked=version,
                version=version,
                requirements=(),
                python=python,
                platform="linux-x86_64",
                created="2024-01-01T00:00:00+00:00",
                size_bytes=1,
            ),
            folder,
        )
        return folder / "bin" / "python"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    place = Place(tmp_path / "packages", tmp_path / "home", tmp_path / "targets.toml")
    shutil.copytree(FAKE, place.path / "tiny_conformance")
    metadata = place.path / "tiny_port-0.5.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(
        "[conformance.backends]\ntiny = tiny_conformance\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(place.path)
    return place


def test_the_reference_runs_here_in_the_version_of_the_suite(tmp_path: Path) -> None:
    backend, target = resolve("reference", home=tmp_path)
    assert backend.name == "reference"
    assert target == Target(
        "reference",
        conformance.__version__,
        Path(sys.executable),
        python=HERE.label,
        platform=HERE.platform,
        device="cpu",
        mode="default",
    )
    assert target.origin == "current interpreter"


def test_a_framework_that_is_installed_here_runs_here_in_any_version(place: Place) -> None:
    place.install_here("0.3.0+local")
    place.manage("1.0")
    target = place.target("tiny")
    assert (target.version, target.interpreter) == ("0.3.0", Path(sys.executable))


def test_another_version_than_the_one_here_is_looked_for_elsewhere(place: Place) -> None:
    place.install_here("0.3")
    interpreter = place.manage("1.0")
    assert place.target("tiny@1.0").interpreter == interpreter
    assert place.target("tiny@0.3").interpreter == Path(sys.executable)


def test_a_managed_environment_runs_with_its_own_interpreter(place: Place) -> None:
    interpreter = place.manage("1.0", found="1.0+cpu")
    target = place.target("tiny")
    assert target == Target(
        "tiny",
        "1.0",
        interpreter,
        python=HERE.label,
        platform="linux-x86_64",
        device="cpu",
        mode="eager",
    )
    assert target.origin == "managed environment"


@pytest.mark.parametrize("spec", ["tiny@1.0", "tiny@1", "tiny@1.0.0", "tiny@1.0+cpu"])
def test_a_version_is_a_number_not_a_text(place: Place, spec: str) -> None:
    interpreter = place.manage("1.0", found="1.0+cpu")
    if "+" in spec:
        shutil.rmtree(interpreter.parents[1])
        interpreter = place.manage("1.0+cpu")
    assert place.target(spec).interpreter == interpreter


def test_another_local_version_than_the_one_asked_for_is_not_it(place: Place) -> None:
    place.manage("1.0+cpu")
    assert place.target("tiny@1.0+cu130").interpreter is None


def test_a_bare_name_is_the_default_version(place: Place) -> None:
    place.manage("2.0")
    assert place.target("tiny").interpreter is None
    assert place.target("tiny").version == "1.0"
    expected = place.manage("1.0")
    assert place.target("tiny").interpreter == expected


def test_the_python_series_that_runs_now_is_preferred(place: Place) -> None:
    place.manage("1.0", python="CPython 3.99.1")
    expected = place.manage("1.0")
    assert place.target("tiny").interpreter == expected


def test_an_environment_where_the_version_was_changed_is_not_the_one_asked_for(
    place: Place,
) -> None:
    place.manage("1.0", found="1.1")
    assert place.target("tiny@1.0").interpreter is None


def test_an_environment_whose_interpreter_has_gone_is_not_used(place: Place) -> None:
    interpreter = place.manage("1.0")
    interpreter.unlink()
    interpreter.symlink_to("/nowhere/python")
    assert place.target("tiny").interpreter is None


def test_what_is_missing_is_answered_with_the_command_that_installs_it(place: Place) -> None:
    assert place.target("tiny") == Target(
        "tiny",
        "1.0",
        None,
        mode="eager",
        missing="tiny 1.0 is not installed: run `conformance install tiny@1.0`",
    )
    place.manage("2.0")
    assert place.target("tiny@3.1").missing == (
        "tiny 3.1 is not installed: run `conformance install tiny@3.1` (installed: tiny@2.0)"
    )


def test_what_cannot_be_installed_is_told(place: Place, tmp_path: Path) -> None:
    target = place.target("tiny@0.1")
    assert (target.version, target.interpreter) == ("0.1", None)
    assert target.missing == (
        "no recipe makes an environment for tiny 0.1; there are recipes for <10,>=1; "
        "name an environment of your own in the targets file"
    )
    reference = resolve("reference@99", home=tmp_path)[1]
    assert (reference.version, reference.interpreter) == ("99", None)
    assert reference.missing == (
        f"reference 99 is not here: {sys.executable} has {conformance.__version__}; "
        "install it there, or name another interpreter in the targets file"
    )


def test_a_bare_name_without_default_version_asks_for_one(place: Place) -> None:
    recipe = place.path / "tiny_conformance" / "environment.toml"
    recipe.write_text(recipe.read_text("utf-8").replace('default = "1.0"\n', ""), "utf-8")
    assert place.target("tiny").missing == (
        "'tiny' names no version and the backend has no default one; expected tiny@VERSION; "
        "there are recipes for <10,>=1"
    )
    place.manage("1.0")
    expected = place.manage("2.0")
    assert place.target("tiny").interpreter == expected


def test_words_are_devices_and_modes(place: Place) -> None:
    target = place.target("tiny:graph,gpu")
    assert (target.device, target.mode) == ("gpu", "graph")
    assert target.words == ("graph", "gpu")
    assert target.name == "tiny-1.0-graph-gpu"


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (
            "tiny:npu,fast",
            "'tiny:npu,fast' asks for 'npu', 'fast', which is no device or mode of tiny; "
            "devices: cpu, gpu; modes: eager, graph",
        ),
        ("tiny:cpu,gpu", "'tiny:cpu,gpu' asks for the devices cpu and gpu; expected one"),
        ("tiny:graph,graph", "'tiny:graph,graph' asks for the modes graph and graph; expected one"),
        (
            "tiny@latest",
            "'tiny@latest' asks for the version 'latest', which is no version; "
            "expected one as package indexes write it, for instance '2.13.0'",
        ),
        *(
            (
                malformed,
                f"{malformed!r} does not name a target; expected NAME[@VERSION][:WORD,...], "
                "for instance 'torch', 'torch@2.13.0' or 'torch@2.13.0:cpu'",
            )
            for malformed in (
                "",
                "@1.0",
                "tiny@",
                "tiny:",
                "tiny:a,",
                "tiny @1",
                "tiny@1@2",
                "../x",
            )
        ),
    ],
)
def test_a_spec_that_means_nothing_is_refused(place: Place, spec: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        place.target(spec)
    assert str(error.value) == message


def test_the_targets_file_comes_first(place: Place) -> None:
    place.install_here("0.3")
    own = place.manage("4.0")
    place.targets_file.write_text(
        f'[targets.tiny]\nbackend = "tiny"\ninterpreter = "{own}"\nversion = "4.0"\n', "utf-8"
    )
    target = place.target("tiny")
    assert (target.version, target.interpreter) == ("4.0", own)
    assert target.python == HERE.label
    assert target.origin == f"{place.targets_file}:1:1"


def test_an_entry_of_another_version_leaves_the_spec_to_the_other_places(place: Place) -> None:
    interpreter = place.manage("1.0")
    place.targets_file.write_text(
        f'[targets.tiny]\nbackend = "tiny"\ninterpreter = "{sys.executable}"\nversion = "4.0"\n'
        f'[targets.nightly]\nbackend = "tiny"\ninterpreter = "{sys.executable}"\nversion = "5"\n',
        encoding="utf-8",
    )
    assert place.target("tiny@1.0").interpreter == interpreter
    with pytest.raises(UsageError) as error:
        place.target("nightly@4.0")
    assert str(error.value) == f"{place.targets_file}:5:1: nightly is version 5, not 4.0"


def test_the_version_of_an_own_interpreter_is_read_from_its_packages(place: Place) -> None:
    environment = place.path.parent / "own"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (packages,) = environment.glob("lib/*/site-packages")
    place.targets_file.write_text(
        '[targets.nightly]\nbackend = "tiny"\ninterpreter = "own/bin/python"\n', encoding="utf-8"
    )
    with pytest.raises(UsageError) as error:
        place.target("nightly")
    assert str(error.value) == (
        f"{place.targets_file}:1:1: {environment / 'bin' / 'python'} has no tiny; expected an "
        'interpreter that has it; install it there, or add a line version = "..." if it cannot '
        "be seen from outside"
    )
    (packages / "tiny-7.0.dist-info").mkdir()
    target = place.target("nightly:gpu")
    # The link, not what it leads to: the link is what makes it that environment.
    assert target.interpreter == environment / "bin" / "python"
    assert target.name == "tiny-7.0-gpu"


def test_an_own_interpreter_that_does_not_run_is_told(place: Place) -> None:
    place.targets_file.write_text(
        '[targets.tiny]\nbackend = "tiny"\ninterpreter = "/nowhere/python"\n', encoding="utf-8"
    )
    with pytest.raises(UsageError) as error:
        place.target("tiny")
    assert str(error.value) == (
        f"{place.targets_file}:1:1: the interpreter '/nowhere/python' does not run; "
        "expected a Python that runs"
    )


FORM = (
    'expected tables [targets.NAME] with the keys backend = "..." and interpreter = "..." '
    'and perhaps version = "..."'
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[tiny]\n", f":1:1: unknown key 'tiny'; {FORM}"),
        ("targets = 3\n", f":1:1: targets is no table; {FORM}"),
        ("[targets]\ntiny = 3\n", f":1:1: tiny is 3; {FORM}"),
        ("\n[targets.tiny]\nbackend = 'x'\n", f":2:1: targets.tiny has no 'interpreter'; {FORM}"),
        ("[targets.tiny]\npython = 'x'\n", f":1:1: targets.tiny has the unknown key 'python'; "
         f"{FORM}"),
        ("[targets.tiny]\nbackend = 'x'\ninterpreter = 3\n",
         ":1:1: interpreter of targets.tiny is 3; expected a string"),
        ("[targets.tiny\n", ":1:14: expected ']' at the end of a table declaration; "
         "expected TOML 1.0"),
    ],
)  # fmt: skip
def test_a_targets_file_that_is_not_one_is_refused(place: Place, text: str, message: str) -> None:
    place.targets_file.write_text(text, encoding="utf-8")
    with pytest.raises(FileError) as error:
        place.target("tiny")
    assert str(error.value) == f"{place.targets_file}{message}"


def test_resolving_imports_neither_a_framework_nor_what_only_installing_needs(place: Place) -> None:
    place.install_here("1.0")
    code = (
        "import sys; from pathlib import Path; from conformance.run.targets import resolve\n"
        "for spec in ('reference', 'torch', 'tiny'): resolve(spec, home=Path(sys.argv[1]))\n"
        "heavy = {'filelock', 'findpython', 'importlib.metadata', 'tempfile', 'torch', 'tiny',\n"
        "         'reference_impl', 'tiny_conformance'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(place.home)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[]\n"
