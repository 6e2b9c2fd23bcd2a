"""What holds for the repository as a whole."""

import os
import re
import subprocess
from pathlib import Path

import pytest

import conformance
import reference_impl
from conformance.run.registry import load_registered

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).relative_to(ROOT).as_posix()
MACHINE_PATH = re.compile(r"(?<![\w.~$})/-])/(root|home|work|opt|tmp|Users|mnt|data)/\w")
REGISTRY_HOST = re.compile(r"pythonhosted\.org|pypi\.org/simple|\bmirrors?\.\w+\.|npmjs\.org")


def tracked_files() -> list[str]:
    listed = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z"], capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("this is no git repository")
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def text_of(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8", errors="replace")


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY_HOST], ids=["paths", "registries"])
def test_no_file_knows_the_machine_that_it_was_written_on(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {match[0]}"
        for name in tracked_files()
        if name != HERE
        for number, line in enumerate(text_of(name).splitlines(), start=1)
        for match in pattern.finditer(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        (MACHINE_PATH, 'python = "/home/someone/venv/bin/python"'),
        (MACHINE_PATH, "cd /" + "root/project"),
        (REGISTRY_HOST, "https://files.python" + "hosted.org/packages/x.whl"),
        (REGISTRY_HOST, "--index-url https://mirrors.example.org/simple"),
    ],
)
def test_such_a_line_is_seen(pattern: re.Pattern[str], line: str) -> None:
    assert pattern.search(line)


def test_every_text_ends_with_one_newline() -> None:
    names = [name for name in tracked_files() if not name.endswith((".png", ".ico"))]
    assert [n for n in names if text_of(n).strip() and not re.search(r"\S\n\Z", text_of(n))] == []


def test_the_reference_has_the_version_of_the_suite() -> None:
    assert reference_impl.__version__ == conformance.__version__


def test_the_makefile_installs_the_versions_that_bare_names_stand_for() -> None:
    line = re.search(r"^TARGETS := (.*)$", text_of("Makefile"), re.MULTILINE)
    assert line is not None
    names = {spec.partition("@")[0] for spec in line[1].split()}
    expected = {f"{name}@{load_registered(name).default_version}" for name in names}
    assert set(line[1].split()) == expected
    assert names == {"torch", "mindspore"}


def test_the_check_of_changes_can_be_started() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
