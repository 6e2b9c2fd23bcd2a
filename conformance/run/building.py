"""Filling a folder with an environment: an interpreter's own venv and pip, then one real import."""

from __future__ import annotations

import subprocess
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TextIO

from conformance.run.interpreters import Interpreter

Progress = Callable[[str], None]
_SHOWN = ("Collecting ", "Downloading ", "Processing ", "Building ", "Installing ")
_KEPT_LINES = 12

# The child ends, with all that it started, when this process is gone, however it went: it waits for
# its standard input to end. Its own process group, so that Ctrl-C is for this process only.
_WATCH = """
import importlib, os, runpy, signal, sys, threading

def watch():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)

threading.Thread(target=watch, daemon=True).start()
sys.argv = sys.argv[1:]
"""
_RUN = _WATCH + 'runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)'
_IMPORT = _WATCH + "importlib.import_module(sys.argv[0])"


class BuildError(Exception):
    """A step that failed: what it was, how it ended, the last lines of what it printed.

    advice: what a person can do about it, as the start of a sentence.
    """

    def __init__(self, step: str, status: int, *, lines: Iterable[str], advice: str) -> None:
        how = f"exit status {status}" if status >= 0 else f"signal {-status}"
        super().__init__(f"{step} ended with {how}" + "".join(f"\n    {line}" for line in lines))
        self.advice = advice


def build(
    folder: Path,
    interpreter: Interpreter,
    *,
    requirements: Sequence[str],
    module: str | None,
    log: Path,
    on_progress: Progress,
) -> None:
    """Make an environment of interpreter in folder, install requirements with its pip, import
    module once: what cannot be imported is not installed, and the first import, which writes
    bytecode, is the slow one. log gets the whole output. Raises BuildError.

    The user's pip configuration holds. Python's own variables do not (-I): PYTHONPATH would make
    packages appear, PYTHONDONTWRITEBYTECODE would make every later start slow.
    """
    python = folder / "bin" / "python"
    pip = ("install", "--no-input", "--progress-bar", "off", "--disable-pip-version-check")
    with log.open("w", encoding="utf-8") as output:
        steps = _Steps(output, on_progress)
        steps.run(
            "venv",
            [interpreter.executable, "-I", "-c", _RUN, "venv", folder],
            advice=f"Check that `{interpreter.executable} -m venv FOLDER` works",
        )
        steps.run(
            "pip",
            [python, "-I", "-c", _RUN, "pip", *pip, *requirements],
            advice="Check the network, the space on the disk and pip's own configuration "
            f"(`{interpreter.executable} -m pip config list`)",
        )
        if module is not None:
            on_progress(f"Importing {module} for the first time")
            steps.run(
                f"import {module}",
                [python, "-I", "-c", _IMPORT, module],
                advice="All packages are there but do not work here; mend what the last lines name",
            )


class _Steps:
    """Child processes whose output goes into one file."""

    def __init__(self, output: TextIO, on_progress: Progress) -> None:
        self.output = output
        self.on_progress = on_progress

    def run(self, step: str, command: Sequence[Path | str], *, advice: str) -> None:
        """Run command to its end. Raises BuildError if that is not exit status 0."""
        last: deque[str] = deque(maxlen=_KEPT_LINES)
        with subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            # Whatever goes wrong here closes the child's standard input, and with it the child.
            for line in process.stdout or ():
                self._take(line.rstrip(), last)
            process.wait()
        if process.returncode != 0:
            raise BuildError(step, process.returncode, lines=last, advice=advice)

    def _take(self, line: str, last: deque[str]) -> None:
        self.output.write(line + "\n")
        text = line.strip()
        if text:
            last.append(text)
        if text.startswith(_SHOWN):
            self.on_progress(text)
