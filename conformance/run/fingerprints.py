"""What a target's verdicts depend on beside its cases and bindings: the environment, our own code.

An installed distribution is known by its metadata, which every installation writes anew. What has
none, or is installed in editable mode, is a port under development: its files may change at any
time, so they are read; where they are many, or compiled, nothing is known of it.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import conformance
from conformance.model.backend import Backend, Target
from conformance.run.distributions import installed_in, is_editable
from conformance.run.interpreters import ask_interpreter
from conformance.run.modules import locate
from conformance.run.records import RECORD, site_packages

LENGTH = 32
# Code under development is read at every run.
MOST_FILES = 2000
MOST_BYTES = 20 * 2**20
COMPILED = (".so", ".pyd", ".dll", ".dylib")
# The packages that decide on a verdict. Fronts show it, authors and adapters are read elsewhere.
DECIDING = ("model", "decide", "files", "run")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """digest: of everything; None where that cannot be known, and then why not."""

    digest: str | None
    unknown: str = ""


def fingerprint(
    backend: Backend, target: Target, *, code: str, variables: Mapping[str, str]
) -> Fingerprint:
    """Of the environment that target runs in, its adapter, and code, the digest of ours.

    variables: those of the process's environment that frameworks take notice of.
    """
    if target.interpreter is None:
        return Fingerprint(None, "")
    folders, own = _packages(target.interpreter)
    facts = [code, *own, *_machine(), *_interpreter(target.interpreter)]
    facts += [target.version, target.python, target.platform, target.device, target.mode]
    facts += [*target.words, *(f"{name}={variables[name]}" for name in sorted(variables))]
    facts.append(_of_files([backend.adapter]))
    facts += _distributions(folders)
    if not backend.distributions or is_editable(folders, *backend.distributions):
        sources, unknown = _under_development(backend, target.interpreter)
        if unknown:
            return Fingerprint(None, unknown)
        facts.append(sources)
    return Fingerprint(_digest(facts))


def own_code() -> str:
    """The digest of our own code that decides on verdicts, wherever it lies, and of what it runs
    on."""
    package = Path(conformance.__file__).parent
    folders = [*(package / name for name in DECIDING), *locate("reference_impl")]
    files = [_of_files(folder.rglob("*.py"), below=folder.parent) for folder in folders]
    numpy = [row for row in _distributions(sys.path) if row.startswith("numpy ")]
    return _digest([*files, sys.version, *numpy])


def folder_digest(folder: Path, *, suffixes: tuple[str, ...] = ()) -> str:
    """The digest of the files in and below folder, wherever that lies, of those with one of
    suffixes if any is given; what nobody reads, hidden and compiled files, does not count."""
    files = [path for path in _files(folder) if not suffixes or path.suffix in suffixes]
    return _of_files(files, below=folder)


def _packages(interpreter: Path) -> tuple[Sequence[str | os.PathLike[str]], list[str]]:
    """(the folders of packages of interpreter, what else there is to know of its environment)."""
    if interpreter == Path(sys.executable):
        return sys.path, []
    folder = interpreter.parent.parent
    try:
        return site_packages(folder), [(folder / RECORD).read_text("utf-8")]
    except (OSError, UnicodeDecodeError):
        asked = ask_interpreter(interpreter)
        return (asked.path if asked is not None else ()), []


def _distributions(folders: Iterable[str | os.PathLike[str]]) -> list[str]:
    """A line per installed distribution: name, version, and when and how large its record is."""
    rows = []
    for name, version, folder in installed_in(folders):
        for record in ("RECORD", "METADATA", "PKG-INFO", ""):
            try:
                status = os.stat(os.path.join(folder, record))
            except OSError:
                continue
            rows.append(f"{name} {version} {record} {status.st_size} {status.st_mtime_ns}")
            break
    return rows


def _interpreter(path: Path) -> tuple[str, str]:
    try:
        status = path.stat()
    except OSError:
        return str(path), ""
    return str(path), f"{status.st_size} {status.st_mtime_ns}"


def _machine() -> tuple[str, ...]:
    """What kernels are chosen by: the processor, and the C library, whose functions they call."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8", errors="replace").splitlines()
        model = next((line for line in lines if line.startswith("model name")), "")
        libc = os.confstr("CS_GNU_LIBC_VERSION") or ""
    except (OSError, ValueError):
        model, libc = platform.processor(), ""
    return platform.machine(), model, libc, str(os.cpu_count())


def _under_development(backend: Backend, interpreter: Path) -> tuple[str, str]:
    """(the digest of the framework's source, why there is none)."""
    name = backend.module or backend.package or backend.name
    if interpreter != Path(sys.executable):
        return "", f"{name} is under development in {interpreter}: its files are not known here"
    files: list[Path] = []
    for place in locate(name):
        files += _files(place) if place.is_dir() else [place]
    if not files:
        return "", f"{name} is under development, and its files are not found"
    compiled = next((path for path in files if path.suffix in COMPILED), None)
    if compiled is not None:
        return "", f"{name} is under development and has compiled parts ({compiled.name})"
    if len(files) > MOST_FILES or sum(path.stat().st_size for path in files) > MOST_BYTES:
        return "", f"{name} is under development and has too many files to be read every time"
    return _of_files(files), ""


def _files(folder: Path) -> Iterator[Path]:
    for path in folder.rglob("*"):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if not hidden and "__pycache__" not in path.parts and path.is_file():
            yield path


def _of_files(paths: Iterable[Path], *, below: Path | None = None) -> str:
    """Of their contents and names, which below are those from there on."""
    digest = sha256()
    for path in sorted(paths):
        content = path.read_bytes()
        name = path if below is None else path.relative_to(below)
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _digest(facts: Iterable[str]) -> str:
    digest = sha256()
    for fact in facts:
        digest.update(f"{len(fact)}:{fact}".encode("utf-8", "backslashreplace"))
    return digest.hexdigest()[:LENGTH]
