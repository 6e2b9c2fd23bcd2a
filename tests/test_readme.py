"""The README's commands, run as written; `make run` and `make test` are what CI itself runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```console\n(.*?)```", README, re.S)
COMMANDS = [
    line.removeprefix("$ ").partition("  #")[0].strip()
    for block in BLOCKS
    for line in block.splitlines()
]


def test_the_two_commands_of_the_readme_come_first_in_ci():
    in_ci = (ROOT / ".ci" / "run").read_text("utf-8").splitlines()
    assert COMMANDS[:2] == ["make run", "make test"]
    made = [line for line in in_ci if line.startswith("make ")]
    assert made == ["make run", "make test", "make test-slow", "make docs"]


@pytest.mark.parametrize("command", COMMANDS[2:])
def test_a_command_of_the_readme_does_what_it_says(command):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST")}
    done = subprocess.run(
        command.split(), cwd=ROOT, env=environment | {"PATH": path}, capture_output=True,
        text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout
