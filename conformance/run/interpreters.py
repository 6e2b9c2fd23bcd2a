"""Python interpreters of this machine: what they are, and which one can hold an environment."""

from __future__ import annotations

import json
import platform
import re
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from packaging.specifiers import SpecifierSet

from conformance.model.errors import ConformanceError

PROBE_LIMIT_S = 10.0
SEARCH_LIMIT_S = 60.0

# Python 2.7 and 3.4 print this too: what an old interpreter is should be said, not guessed.
_PROBE = """
import json, platform, sys
try:
    import ensurepip, venv
    complete = True
except ImportError:
    complete = False
print(json.dumps({"version": platform.python_version(), "path": sys.path, "complete": complete,
    "implementation": platform.python_implementation(), "executable": sys.executable,
    "platform": sys.platform + "-" + platform.machine()}))
"""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """What an interpreter says of itself. can_hold: it has venv and ensurepip, so that it can make
    an environment. path: where it looks for packages."""

    executable: Path
    version: str
    implementation: str
    platform: str
    can_hold: bool = True
    path: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return f"{self.implementation} {self.version}"

    @property
    def series(self) -> str:
        """`3.11` of 3.11.7."""
        return ".".join(self.version.split(".")[:2])


def this_interpreter() -> Interpreter:
    """The interpreter that runs this code."""
    return Interpreter(
        Path(sys.executable),
        platform.python_version(),
        platform.python_implementation(),
        f"{sys.platform}-{platform.machine()}",
        path=tuple(sys.path),
    )


def ask_interpreter(executable: Path, *, limit_s: float = PROBE_LIMIT_S) -> Interpreter | None:
    """What the interpreter says, from really running it; None if it does not run (the stand-ins
    of version managers often exist without anything behind them)."""
    try:
        ended = subprocess.run(
            [executable, "-I", "-c", _PROBE],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limit_s,
            check=True,
        )
        said = json.loads(ended.stdout)
        return Interpreter(
            Path(said["executable"]),
            said["version"].rstrip("+"),
            said["implementation"],
            said["platform"],
            said["complete"],
            tuple(said["path"]),
        )
    except (OSError, subprocess.SubprocessError, ValueError, KeyError, TypeError):
        return None


def find_interpreter(
    versions: SpecifierSet, *, candidates: Iterable[Path] | None = None
) -> Interpreter:
    """The first interpreter that runs, is one of versions and can make an environment.

    candidates: this interpreter, then those of the machine (PATH, pyenv, asdf, uv and so on),
    newest first. Raises ConformanceError if there is none; it names what was looked at. Takes at
    most SEARCH_LIMIT_S seconds.
    """
    seen: dict[str, Path] = {}
    for interpreter in _running(_on_this_machine() if candidates is None else candidates):
        suits = versions.contains(interpreter.version)
        if suits and interpreter.can_hold:
            return interpreter
        lacks = " (without venv or ensurepip)" if suits else ""
        seen.setdefault(interpreter.label + lacks, interpreter.executable)
    looked_at = "; ".join(f"{label} at {place}" for label, place in seen.items())
    raise ConformanceError(
        f"no Python {versions} found; looked at: {looked_at or 'none that runs'}; install "
        "one with your system's package manager, pyenv or uv so that it is on PATH, and try again"
    )


def _running(candidates: Iterable[Path]) -> Iterator[Interpreter]:
    """What candidates say, every interpreter once, until the time is up."""
    end = time.monotonic() + SEARCH_LIMIT_S
    asked: set[Path] = set()
    for candidate in candidates:
        left_s = end - time.monotonic()
        file = candidate.resolve()
        if file in asked or left_s <= 0:
            continue
        interpreter = ask_interpreter(candidate, limit_s=min(PROBE_LIMIT_S, left_s))
        # A stand-in is another file than the interpreter that it starts.
        new = interpreter is not None and interpreter.executable.resolve() not in asked
        asked.add(file)
        if interpreter is not None and new:
            asked.add(interpreter.executable.resolve())
            yield interpreter


def _on_this_machine() -> Iterator[Path]:
    """This interpreter, then every file that is called like a Python, newest name first. None of
    them is run."""
    yield Path(sys.executable)
    from findpython.providers import ALL_PROVIDERS  # 30 ms, needed for an installation only

    found: dict[Path, None] = {}
    for provider_class in ALL_PROVIDERS.values():
        provider = provider_class.create()
        if provider is not None:
            found.update((python.executable, None) for python in provider.find_pythons())
    yield from sorted(found, key=_named_series, reverse=True)


def _named_series(executable: Path) -> tuple[int, ...]:
    """(3, 11) of a file named python3.11, of one in a folder 3.11.7, else ()."""
    for part in (executable.name, *executable.parts[:-1][::-1]):
        match = re.fullmatch(r"(?:c?python-?)?(\d+)\.(\d+)(?:\.\d+)?(?:-.*)?", part, re.IGNORECASE)
        if match:
            return int(match[1]), int(match[2])
    return ()
