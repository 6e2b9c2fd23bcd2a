"""Interpreters are asked by running them; what does not run is passed over."""

import json
import sys
import time
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from conformance.model.errors import ConformanceError
from conformance.run import interpreters
from conformance.run.interpreters import ask_interpreter, find_interpreter, this_interpreter

HERE = Path(sys.executable)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """A file called like a Python that ends as version managers' stand-ins do."""
    return program(tmp_path / "python3.9", "echo 'pyenv: python3.9: command not found'; exit 127")


def program(path: Path, shell: str) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{shell}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def saying(path: Path, version: str, *, complete: bool = True) -> Path:
    """A program that says what an interpreter of that version would say."""
    said = {
        "version": version,
        "path": ["/somewhere"],
        "complete": complete,
        "implementation": "CPython",
        "executable": str(path),
        "platform": "linux-x86_64",
    }
    return program(path, f"echo '{json.dumps(said)}'")


def test_an_interpreter_says_of_itself_what_this_one_knows() -> None:
    actual, expected = ask_interpreter(HERE), this_interpreter()
    assert actual is not None
    assert (actual.label, actual.platform) == (expected.label, expected.platform)
    assert actual.can_hold
    assert expected.label.startswith("CPython 3.")


def test_a_stand_in_with_nothing_behind_it_is_no_interpreter(script: Path) -> None:
    assert ask_interpreter(script) is None


def test_a_program_that_prints_something_else_is_no_interpreter(tmp_path: Path) -> None:
    assert ask_interpreter(program(tmp_path / "python3", "echo '[3]'")) is None
    assert ask_interpreter(tmp_path / "absent") is None


def test_a_program_that_hangs_is_given_up(tmp_path: Path) -> None:
    hanging = program(tmp_path / "python3", "exec sleep 60")
    start = time.monotonic()
    assert ask_interpreter(hanging, limit_s=0.2) is None
    assert time.monotonic() - start < 10


def test_this_interpreter_is_preferred_to_every_other() -> None:
    assert find_interpreter(SpecifierSet(">=3.8")).executable == HERE


def test_what_does_not_run_is_passed_over(script: Path) -> None:
    found = find_interpreter(SpecifierSet(">=3.8"), candidates=[script, HERE])
    assert found.executable == HERE


def test_the_version_decides_not_the_name(tmp_path: Path) -> None:
    newer = saying(tmp_path / "python3.9", "3.12.1")
    older = saying(tmp_path / "python3.12", "3.9.1")
    found = find_interpreter(SpecifierSet(">=3.9,<3.10"), candidates=[newer, older])
    assert found.executable == older


def test_one_interpreter_under_two_names_is_asked_once(tmp_path: Path) -> None:
    asked = tmp_path / "asked"
    real = program(tmp_path / "python3.9", f"echo asked >> {asked}; exit 1")
    link = tmp_path / "python3"
    link.symlink_to(real)
    with pytest.raises(ConformanceError):
        find_interpreter(SpecifierSet(">=3.8"), candidates=[real, link])
    assert asked.read_text(encoding="utf-8") == "asked\n"


def test_if_none_suits_the_message_names_what_was_looked_at(tmp_path: Path, script: Path) -> None:
    old = saying(tmp_path / "old" / "python3", "3.7.1")
    same = saying(tmp_path / "same" / "python3", "3.7.1")
    bare = saying(tmp_path / "bare" / "python3", "3.9.2", complete=False)
    with pytest.raises(ConformanceError) as error:
        find_interpreter(SpecifierSet(">=3.9,<3.10"), candidates=[script, old, same, bare])
    assert str(error.value) == (
        f"no Python {SpecifierSet('>=3.9,<3.10')} found; looked at: CPython 3.7.1 at {old}; "
        f"CPython 3.9.2 (without venv or ensurepip) at {bare}; install one with your system's "
        "package manager, pyenv or uv so that it is on PATH, and try again"
    )


def test_the_search_ends_when_its_time_is_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interpreters, "SEARCH_LIMIT_S", 0.3)
    hanging = [program(tmp_path / f"python3.{i}", "exec sleep 60") for i in range(5)]
    start = time.monotonic()
    with pytest.raises(ConformanceError, match="looked at: none that runs; install one"):
        find_interpreter(SpecifierSet(">=3.8"), candidates=hanging)
    assert time.monotonic() - start < 10


def test_the_interpreters_on_path_are_candidates(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    only = saying(tmp_path / "python3.99", "3.99.0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert find_interpreter(SpecifierSet(">=3.98")).executable == only
