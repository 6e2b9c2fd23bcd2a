"""Managed environments, made for real from a small wheel that the tests build."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

from conformance.model.errors import ConformanceError, UsageError
from conformance.run.environments import Environment, install, installed, uninstall
from conformance.run.records import write_record

pytestmark = pytest.mark.slow

FAKE = Path(__file__).parents[1] / "fakes" / "tiny_conformance"
SERIES = f"{sys.version_info.major}.{sys.version_info.minor}"
INSTALL = """
import sys
from pathlib import Path
from conformance.run.environments import install
print(install("tiny@1.0", Path(sys.argv[1]), on_progress=lambda text: print(text, flush=True)))
"""


@dataclass(frozen=True)
class Tiny:
    """A backend for the framework tiny. While the file hold is there, importing tiny takes until
    it is gone; the importing process writes its id into the file importer."""

    path: Path
    home: Path

    @property
    def root(self) -> Path:
        return self.home / "environments"

    @property
    def hold(self) -> Path:
        return self.path / "hold"

    @property
    def importer(self) -> Path:
        return self.path / "importer"

    def publish(self, version: str, code: str) -> None:
        """Make a wheel of that version available."""
        metadata = f"tiny-{version}.dist-info"
        with zipfile.ZipFile(self.path / f"tiny-{version}-py3-none-any.whl", "w") as wheel:
            wheel.writestr("tiny.py", code)
            wheel.writestr(f"{metadata}/METADATA", f"Metadata-Version: 2.1\nName: tiny\n"
                           f"Version: {version}\n")  # fmt: skip
            wheel.writestr(f"{metadata}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
                           "Tag: py3-none-any\n")  # fmt: skip
            wheel.writestr(f"{metadata}/RECORD", f"tiny.py,,\n{metadata}/METADATA,,\n"
                           f"{metadata}/WHEEL,,\n{metadata}/RECORD,,\n")  # fmt: skip

    @contextmanager
    def installing(self) -> Iterator[subprocess.Popen[str]]:
        """Another process that installs tiny 1.0; it has ended afterwards."""
        process = subprocess.Popen(
            [sys.executable, "-c", INSTALL, str(self.home)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (self.path, *sys.path)))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with process:
            try:
                yield process
            finally:
                self.hold.unlink(missing_ok=True)
                process.kill()

    def record(
        self, version: str, python: str = "py3.11", *, requirements: tuple[str, ...] | None = None
    ) -> Path:
        """The folder of an environment as an earlier installation may have left it."""
        wheel = f"tiny @ file://{self.path}/tiny-{version}-py3-none-any.whl"
        environment = Environment(
            self.root / f"tiny-{version}-{python}",
            "tiny",
            asked=version,
            version=version,
            requirements=(wheel,) if requirements is None else requirements,
            python="CPython 3.1.4",
            platform="linux-x86_64",
            created="2024-01-01T00:00:00+00:00",
            size_bytes=1,
        )
        (environment.folder / "bin").mkdir(parents=True)
        (environment.folder / "bin" / "python").symlink_to(sys.executable)
        write_record(environment, environment.folder)
        return environment.folder

    def hidden(self) -> list[str]:
        """What lies in the root beside environments and locks."""
        names = [path.name for path in self.root.iterdir() if path.name.startswith(".")]
        return sorted(name for name in names if not name.endswith(".lock"))


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tiny:
    tiny = Tiny(tmp_path / "packages", tmp_path / "home")
    package = shutil.copytree(FAKE, tiny.path / "tiny_conformance")
    recipe = package / "environment.toml"
    recipe.write_text(recipe.read_text("utf-8").replace("WHEELS", str(tiny.path)), "utf-8")
    metadata = tiny.path / "tiny_port-0.5.dist-info"
    metadata.mkdir()
    (metadata / "entry_points.txt").write_text(
        "[conformance.backends]\ntiny = tiny_conformance\n", encoding="utf-8"
    )
    tiny.publish(
        "1.0",
        f"import os, pathlib, time\n"
        f"pathlib.Path({str(tiny.importer)!r}).write_text(str(os.getpid()))\n"
        f"while os.path.exists({str(tiny.hold)!r}): time.sleep(0.02)\n",
    )
    monkeypatch.syspath_prepend(tiny.path)
    return tiny


def wait_for(path: Path, *, limit_s: float = 120.0) -> None:
    end = time.monotonic() + limit_s
    while not (path.exists() and path.read_text("utf-8")):
        assert time.monotonic() < end, f"{path.name} did not appear"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(pid: int, *, limit_s: float = 120.0) -> None:
    end = time.monotonic() + limit_s
    while is_alive(pid):
        assert time.monotonic() < end, f"process {pid} outlived the installation"
        time.sleep(0.02)


def works_under_its_final_name(folder: Path) -> None:
    code = "import pip, tiny; print(tiny.__file__, pip.__file__, tiny.__cached__)"
    ran = subprocess.run(
        [folder / "bin" / "python", "-Ic", code], capture_output=True, text=True, check=True
    )
    places = ran.stdout.split()
    assert all(place.startswith(str(folder)) for place in places)
    # Bytecode is there even if this process was told to write none.
    assert Path(places[2]).is_file()
    pip = [folder / "bin" / "python", "-m", "pip", "--version"]
    assert str(folder) in subprocess.run(pip, capture_output=True, text=True, check=True).stdout


def test_an_environment_is_made_once_and_says_what_it_is(tiny: Tiny) -> None:
    said: list[str] = []
    folder = install("tiny", tiny.home, on_progress=said.append)

    assert folder == tiny.root / f"tiny-1.0-py{SERIES}"
    assert said[0].startswith("Making an environment for tiny 1.0 with CPython 3.")
    assert said[-1] == "Importing tiny for the first time"
    (environment,) = installed(tiny.home)
    assert (environment.spec, environment.folder) == ("tiny@1.0", folder)
    assert 1_000_000 < environment.size_bytes < 100_000_000
    record = json.loads((folder / "environment.json").read_text("utf-8"))
    assert record["spec"] == "tiny@1.0"
    assert record["requirements"] == [f"tiny @ file://{tiny.path}/tiny-1.0-py3-none-any.whl"]
    assert record["python"] == environment.python
    assert tiny.hidden() == []
    works_under_its_final_name(folder)

    said.clear()
    before = environment.interpreter.lstat()
    assert install("tiny@1.0.0", tiny.home, on_progress=said.append) == folder
    assert said == []
    assert environment.interpreter.lstat() == before


def test_a_version_that_cannot_be_downloaded_is_told_whole(tiny: Tiny) -> None:
    with pytest.raises(ConformanceError) as error:
        install("tiny@2.0", tiny.home)
    log = tiny.root / ".tiny-2.0.log"
    lines = [line.strip() for line in log.read_text("utf-8").splitlines() if line.strip()]
    assert "tiny-2.0-py3-none-any.whl" in lines[-1]
    assert str(error.value) == (
        "tiny 2.0 could not be installed: pip ended with exit status 1\n"
        + "".join(f"    {line}\n" for line in lines[-12:])
        + f"The whole output is in {log}. Check the network, the space on the disk and pip's own "
        f"configuration (`{sys.executable} -m pip config list`), then run "
        "`conformance install tiny@2.0` again; other backends are not affected."
    )
    assert installed(tiny.home) == ()
    assert tiny.hidden() == [log.name]


def test_a_framework_that_cannot_be_imported_is_not_installed(tiny: Tiny) -> None:
    tiny.publish("3.0", "raise ImportError('libtiny.so is missing')\n")
    with pytest.raises(ConformanceError) as error:
        install("tiny@3.0", tiny.home)
    first, *middle, trace, last = str(error.value).splitlines()
    assert first == "tiny 3.0 could not be installed: import tiny ended with exit status 1"
    assert middle
    assert trace == "    ImportError: libtiny.so is missing"
    assert last == (
        f"The whole output is in {tiny.root / '.tiny-3.0.log'}. All packages are there but do not "
        "work here; mend what the last lines name, then run `conformance install tiny@3.0` again; "
        "other backends are not affected."
    )
    assert installed(tiny.home) == ()


def test_a_version_without_recipe_is_refused(tiny: Tiny) -> None:
    with pytest.raises(UsageError) as error:
        install("tiny@0.9", tiny.home)
    assert str(error.value) == (
        "no recipe makes an environment for tiny 0.9; there are recipes for <10,>=1; "
        "name an environment of your own in the targets file"
    )


def test_a_backend_without_recipe_needs_no_installation(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as error:
        install("reference@0.1.0", tmp_path)
    assert str(error.value) == (
        "the backend 'reference' has no recipe for an environment: "
        "it runs in the interpreter that runs the suite, and needs no installation"
    )


def test_a_home_that_cannot_be_written_is_told(tiny: Tiny) -> None:
    tiny.home.write_text("a file", encoding="utf-8")
    with pytest.raises(ConformanceError) as error:
        install("tiny", tiny.home)
    assert str(error.value) == (
        f"the environment for tiny 1.0 cannot be made in {tiny.root}: [Errno 20] Not a directory: "
        f"'{tiny.root}'; expected a folder that can be written to; "
        "$CONFORMANCE_HOME names another one"
    )


def test_a_killed_installation_leaves_no_process_and_nothing_that_looks_complete(
    tiny: Tiny,
) -> None:
    dead = tiny.root / ".other-7-abcd.tmp"
    (dead / "lib").mkdir(parents=True)
    tiny.hold.touch()
    with tiny.installing() as process:
        wait_for(tiny.importer)
        process.send_signal(signal.SIGKILL)
        wait_for_end(int(tiny.importer.read_text("utf-8")))
    assert not dead.exists()
    assert installed(tiny.home) == ()
    assert len([name for name in tiny.hidden() if name.endswith(".tmp")]) == 1

    folder = install("tiny@1.0", tiny.home)
    assert [environment.folder for environment in installed(tiny.home)] == [folder]
    assert tiny.hidden() == []


def test_an_interrupted_installation_cleans_up_at_once(tiny: Tiny) -> None:
    tiny.hold.touch()
    with tiny.installing() as process:
        wait_for(tiny.importer)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert not is_alive(int(tiny.importer.read_text("utf-8")))
    assert installed(tiny.home) == ()
    assert tiny.hidden() == [".tiny-1.0.log"]


def test_of_two_installations_at_once_the_second_waits_and_uses_the_firsts(tiny: Tiny) -> None:
    tiny.hold.touch()
    with tiny.installing() as first:
        wait_for(tiny.importer)
        with tiny.installing() as second:
            assert second.stdout is not None
            assert (
                second.stdout.readline() == "Waiting until another process has installed tiny 1.0\n"
            )
            tiny.hold.unlink()
            first_said = first.communicate(timeout=60)[0].splitlines()
            second_said = second.communicate(timeout=60)[0].splitlines()
    assert (first.returncode, second.returncode) == (0, 0)
    assert first_said[-1] == f"{tiny.root / f'tiny-1.0-py{SERIES}'}"
    assert second_said == first_said[-1:]


def test_what_another_recipe_made_or_lost_its_interpreter_is_made_anew(tiny: Tiny) -> None:
    folder = tiny.record("1.0", f"py{SERIES}", requirements=("tiny==1.0",))
    lost = tiny.record("1.0", "py3.1")
    (lost / "bin" / "python").unlink()
    (folder / "old").touch()
    assert install("tiny", tiny.home) == folder
    assert not (folder / "old").exists()
    assert (folder / "bin" / "pip").exists()
    assert tiny.hidden() == []


def test_an_environment_made_with_another_python_is_used(tiny: Tiny) -> None:
    folder = tiny.record("1.0", "py3.1")
    assert install("tiny", tiny.home) == folder


def test_uninstalling_removes_what_is_named_only(tiny: Tiny) -> None:
    one, five = tiny.record("1.0"), tiny.record("5.0")
    with pytest.raises(UsageError) as error:
        uninstall("tiny", tiny.home)
    assert str(error.value) == (
        "'tiny' is more than one environment; expected one of: tiny@1.0, tiny@5.0"
    )
    assert [e.folder for e in uninstall("tiny@1", tiny.home)] == [one]
    assert [e.folder for e in installed(tiny.home)] == [five]
    assert tiny.hidden() == []
    with pytest.raises(UsageError) as error:
        uninstall("tiny@1.0", tiny.home)
    assert str(error.value) == "'tiny@1.0' is not installed; expected one of: tiny@5.0"
    assert [e.folder for e in uninstall("tiny", tiny.home)] == [five]
    with pytest.raises(UsageError) as error:
        uninstall("tiny", tiny.home)
    assert str(error.value) == "'tiny' is not installed; expected one of: (none)"


def test_nothing_is_removed_while_it_is_being_installed(tiny: Tiny) -> None:
    folder = tiny.record("1.0")
    with FileLock(tiny.root / ".tiny-1.lock"), pytest.raises(ConformanceError) as error:
        uninstall("tiny", tiny.home)
    assert str(error.value) == (
        "tiny@1.0 is being installed or removed by another process; "
        "wait until that has ended and try again"
    )
    assert [e.folder for e in installed(tiny.home)] == [folder]


def test_a_folder_without_a_record_of_ours_is_no_environment(tmp_path: Path) -> None:
    for name, text in {"a": None, "b": "{}", "c": "[1]", "d": "{", "e": '{"backend": "x"}'}.items():
        (tmp_path / "environments" / name).mkdir(parents=True)
        if text is not None:
            (tmp_path / "environments" / name / "environment.json").write_text(text, "utf-8")
    assert installed(tmp_path) == ()
    assert installed(tmp_path / "absent") == ()


def test_what_still_has_its_temporary_name_is_no_environment(tiny: Tiny) -> None:
    folder = tiny.record("1.0")
    folder.rename(folder.with_name(".tiny-1-abcd.tmp"))
    assert installed(tiny.home) == ()
