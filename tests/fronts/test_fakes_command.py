"""`conformance fakes` on small folders of fakes: what it prints, and what it knows from before."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

COMMAND = Path(sys.executable).with_name("conformance")
SCANS = Path(__file__).parents[1] / "fakes" / "scans"
# Writes down every call.
MODULE = """\
import pathlib

import numpy as np

def {name}(x, axis, dtype=None, exclusive=False, reverse=False):
    \"\"\"Is all {number}.\"\"\"
    with pathlib.Path(__file__).with_name("calls.log").open("a") as log:
        log.write("call\\n")
    return np.full_like(x, {number})
"""


@pytest.fixture
def folder(project):
    """Two modules of one fake each, which are not tried by the process that asks."""
    folder = project.folder / "mine"
    folder.mkdir()
    shutil.copy(SCANS / "adapter.py", folder)
    said = ""
    for number, name in enumerate(("zeros", "ones")):
        (folder / f"{name}.py").write_text(MODULE.format(name=f"all_{name}", number=number))
        said += f'[[modules]]\nmodule = "{name}"\nimitates = "reference_impl.cumsum"\n'
    (folder / "fakes.toml").write_text(said)
    return folder


def fakes(folder, *arguments):
    """(exit status, what `conformance fakes` prints) in the project of folder."""
    command = [str(COMMAND), "fakes", folder.name, *arguments]
    environment = {**os.environ, "CONFORMANCE_HOME": str(folder.parent / ".home")}
    done = subprocess.run(
        command, cwd=folder.parent, env=environment, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def calls(folder):
    """How many were written down since the last time."""
    log = folder / "calls.log"
    text = log.read_text() if log.exists() else ""
    log.unlink(missing_ok=True)
    return text.count("call")


def test_modules_side_by_side_give_what_one_after_the_other_does(folder):
    alone = fakes(folder, "--no-cache", "--jobs", "1")
    count = calls(folder)
    assert count > 20
    assert fakes(folder, "--no-cache", "--jobs", "2") == alone
    assert calls(folder) == count
    assert "faulty  zeros.all_zeros: " in alone[1]
    assert "2 of 2 faulty fakes caught" in alone[1]


def test_what_has_not_changed_is_not_tried_again(folder):
    first = fakes(folder)
    calls(folder)
    assert fakes(folder) == first
    assert calls(folder) == 0
    data = json.loads(fakes(folder, "--format", "json")[1])
    assert [fake["fake"] for fake in data["fakes"]] == ["zeros.all_zeros", "ones.all_ones"]
    moved = folder.rename(folder.with_name("moved"))
    assert fakes(moved) == first
    assert calls(moved) == 0


def test_what_has_changed_is_tried_again(folder, project):
    fakes(folder)
    calls(folder)
    text = (folder / "ones.py").read_text()
    (folder / "ones.py").write_text(text.replace("Is all 1.", "Is one everywhere."))
    fakes(folder)
    assert calls(folder) > 0
    project.edit(project.page, "[9, 16, 28, 35]", new="[9, 16, 28, 36]")
    fakes(folder)
    assert calls(folder) > 0


def test_what_was_too_slow_is_tried_again(folder):
    text = (folder / "ones.py").read_text()
    slow = "    import time; time.sleep(2 * (x.size == 0))\n    return np.full_like"
    (folder / "ones.py").write_text(text.replace("    return np.full_like", slow))
    fakes(folder, "--timeout", "0.5")
    calls(folder)
    fakes(folder, "--timeout", "0.5")
    assert calls(folder) > 0
