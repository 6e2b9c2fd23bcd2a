"""The fingerprint of a target changes with everything that its verdicts depend on."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.model.backend import Backend, Snippet, Target
from conformance.run import fingerprints
from conformance.run.fingerprints import Fingerprint, fingerprint, folder_digest, own_code

Change = Callable[["Place"], object]


class Place:
    """A managed environment with the framework tiny, and the adapter for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.packages = folder / "lib" / "python3.11" / "site-packages"
        self.interpreter = folder / "bin" / "python"
        self.interpreter.parent.mkdir(parents=True)
        self.interpreter.write_text("#!")
        (folder / "environment.json").write_text('{"created": "today"}')
        self.install("tiny", "1.0")
        self.adapter = folder / "adapter.py"
        self.adapter.write_text("version = '1.0'\n")
        self.backend = Backend(
            "tiny",
            self.adapter,
            (),
            (),
            Snippet((), "", ""),
            distributions=("tiny",),
            module="tiny",
        )
        self.target = Target("tiny", "1.0", self.interpreter, python="CPython 3.11.7")

    def install(self, name: str, version: str, record: str = "files", **files: str) -> None:
        metadata = self.packages / f"{name}-{version}.dist-info"
        metadata.mkdir(parents=True, exist_ok=True)
        (metadata / "RECORD").write_text(record)
        for file, text in files.items():
            (metadata / file.replace("_json", ".json")).write_text(text)

    def print(self, code: str = "ours", **variables: str) -> Fingerprint:
        return fingerprint(self.backend, self.target, code=code, variables=variables)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_it_is_the_same_where_nothing_has_changed(place: Place) -> None:
    assert place.print() == place.print()
    assert place.print().digest is not None


def mode(place: Place) -> None:
    place.target = replace(place.target, mode="graph", words=("graph",))


CHANGES: dict[str, Change] = {
    "another build of the framework": lambda p: p.install("tiny", "1.0", "other files"),
    "another distribution": lambda p: p.install("numpy", "2.0"),
    "the record of the environment": lambda p: (p.folder / "environment.json").write_text("{}"),
    "the interpreter": lambda p: p.interpreter.write_text("#! another"),
    "the adapter": lambda p: p.adapter.write_text("version = '1.1'\n"),
    "the mode": mode,
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_it_changes_with(place: Place, change: Change) -> None:
    before = place.print()
    change(place)
    after = place.print()
    assert after.digest is not None
    assert after != before


def test_it_changes_with_our_code_and_the_variables(place: Place) -> None:
    prints = [place.print(), place.print("other"), place.print(OMP_NUM_THREADS="2")]
    assert len({one.digest for one in prints}) == 3


def test_a_target_without_an_interpreter_has_none(place: Place) -> None:
    place.target = replace(place.target, interpreter=None)
    assert place.print() == Fingerprint(None, "")


def test_an_editable_framework_elsewhere_has_none(place: Place) -> None:
    place.install("tiny", "1.0", direct_url_json='{"dir_info": {"editable": true}}')
    assert place.print() == Fingerprint(
        None, f"tiny is under development in {place.interpreter}: its files are not known here"
    )


@pytest.fixture
def developed(place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    """tiny is a package without a distribution, for the interpreter that runs this."""
    package = tmp_path / "path" / "tiny_in_work"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("x = 1\n")
    monkeypatch.syspath_prepend(tmp_path / "path")
    place.backend = replace(place.backend, distributions=(), module="tiny_in_work")
    place.target = replace(place.target, interpreter=Path(sys.executable))
    return place


def test_code_under_development_counts(developed: Place, tmp_path: Path) -> None:
    before = developed.print()
    (tmp_path / "path/tiny_in_work/__init__.py").write_text("x = 2\n")
    after = developed.print()
    assert before.digest is not None
    assert after.digest is not None
    assert before != after


def test_what_python_leaves_behind_does_not_count(developed: Place, tmp_path: Path) -> None:
    before = developed.print()
    for name in ("__pycache__/a.pyc", ".git/HEAD"):
        file = tmp_path / "path/tiny_in_work" / name
        file.parent.mkdir()
        file.write_bytes(b"")
    assert developed.print() == before


def test_much_code_under_development_is_not_read_every_time(
    developed: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fingerprints, "MOST_BYTES", 3)
    assert developed.print() == Fingerprint(
        None, "tiny_in_work is under development and has too many files to be read every time"
    )


def test_our_own_code_is_the_same_twice() -> None:
    assert own_code() == own_code()


def test_a_file_that_was_renamed_is_another_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("text")
    before = folder_digest(tmp_path, suffixes=(".yaml",))
    (tmp_path / "note.txt").write_text("not asked for")
    assert folder_digest(tmp_path, suffixes=(".yaml",)) == before
    (tmp_path / "a.yaml").rename(tmp_path / "b.yaml")
    assert folder_digest(tmp_path, suffixes=(".yaml",)) != before
