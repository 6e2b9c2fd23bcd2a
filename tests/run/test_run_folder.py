"""The folder of a run that was killed goes with the next run, and no other folder does."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from conformance.run.run_folder import OWNER, RunFolder, remove_abandoned

HOLD = """
import sys, time
from conformance.run.run_folder import RunFolder
folder = RunFolder()
(folder.path / "logs").mkdir()
(folder.path / "logs" / "server.log").write_text("printed")
print(folder.path, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@pytest.fixture
def owner(temporary):
    """Another process that holds a folder, and that folder."""
    environment = {**os.environ, "TMPDIR": str(temporary), "PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], env=environment, stdout=subprocess.PIPE, text=True
    )
    with process:
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_a_folder_is_gone_when_it_is_removed(temporary):
    folder = RunFolder()
    assert folder.path.parent == temporary
    (folder.path / "log").touch()
    folder.remove()
    assert list(temporary.iterdir()) == []


def test_the_folder_of_a_process_that_lives_stays(owner):
    _, folder = owner
    remove_abandoned()
    assert (folder / "logs" / "server.log").read_text() == "printed"


def test_the_folder_of_a_killed_process_goes(owner, temporary):
    process, folder = owner
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert folder.exists()
    remove_abandoned()
    assert list(temporary.iterdir()) == []


def test_folders_of_other_programs_stay(temporary):
    other = temporary / "conformance-of-somebody-else"
    other.mkdir()
    (other / "file").touch()
    (temporary / "elsewhere").mkdir()
    (temporary / "elsewhere" / OWNER).touch()
    (temporary / "conformance-link").symlink_to(temporary / "elsewhere")
    (temporary / "conformance-file").touch()
    before = sorted(temporary.rglob("*"))
    remove_abandoned()
    assert sorted(temporary.rglob("*")) == before


def test_what_an_abandoned_folder_links_to_stays(owner, temporary):
    process, folder = owner
    elsewhere = temporary / "elsewhere"
    elsewhere.mkdir()
    (folder / "link").symlink_to(elsewhere)
    process.kill()
    process.wait()
    remove_abandoned()
    assert list(temporary.iterdir()) == [elsewhere]


def test_a_folder_that_cannot_be_removed_is_found_again(owner, monkeypatch):
    process, folder = owner
    process.kill()
    process.wait()

    def refuse(*_, **__):
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", refuse)
        remove_abandoned()
    assert folder.exists()
    remove_abandoned()
    assert not folder.exists()
