"""Managed environments: one folder for each backend and version, made once, used by every project.

`HOME/environments/torch-2.13.0-py3.11/` is built in a folder beside it, whose name starts with a
dot, and renamed when its last file, environment.json, is written: what has a proper name is
complete. A file lock for each backend and version lets a second installation wait for the first.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from pathlib import Path

from filelock import FileLock, Timeout
from packaging.utils import canonicalize_version
from packaging.version import Version

from conformance.model.backend import Backend, EnvironmentRecipe
from conformance.model.errors import ConformanceError, UsageError
from conformance.run.building import BuildError, Progress, build
from conformance.run.distributions import version_in
from conformance.run.interpreters import Interpreter, find_interpreter
from conformance.run.recipes import filled_in, recipe_for, wanted_version
from conformance.run.records import (
    Environment,
    environments_of,
    installed,
    site_packages,
    write_record,
)
from conformance.run.registry import load_registered
from conformance.run.spec import parse_spec, public, same_version

__all__ = ["Environment", "install", "installed", "uninstall"]


def _silent(text: str) -> None:
    """Progress that nobody wants to see."""


def install(spec: str, home: Path, *, on_progress: Progress = _silent) -> Path:
    """The folder of the environment for spec, made if there is none yet.

    on_progress is called with one phrase after another. Raises UsageError if no recipe covers the
    version, ConformanceError if the environment cannot be made; nothing half-made is left then.
    """
    parsed = parse_spec(spec)
    backend = load_registered(parsed.name)
    version = wanted_version(backend, parsed)
    recipe = recipe_for(backend, version)
    made = _made_from(recipe, backend.name, home=home, version=version)
    if made is not None:
        return made.folder
    root = home / "environments"
    stem = _stem(backend.name, version)
    waiting = f"Waiting until another process has installed {backend.name} {version}"
    try:
        root.mkdir(parents=True, exist_ok=True)
        with _lock(root, stem, waiting=lambda: on_progress(waiting)):
            made = _made_from(recipe, backend.name, home=home, version=version)
            if made is not None:
                return made.folder
            _remove_leftovers(root, held=stem)
            with _temporary_folder(root, stem) as folder:
                return _make(backend, folder, version=version, recipe=recipe, progress=on_progress)
    except OSError as error:
        raise ConformanceError(
            f"the environment for {backend.name} {version} cannot be made in {root}: {error}; "
            "expected a folder that can be written to; $CONFORMANCE_HOME names another one"
        ) from error


def uninstall(spec: str, home: Path) -> tuple[Environment, ...]:
    """Remove the environments that spec names and say which they were.

    A bare name stands for the one version that is installed. Raises UsageError if there is none or
    several, ConformanceError while one of them is being installed.
    """
    parsed = parse_spec(spec)
    here = [e for e in installed(home) if e.backend == parsed.name]
    found = [e for e in here if parsed.version is None or same_version(parsed.version, e.version)]
    if not found or len({e.spec for e in found}) > 1:
        known = ", ".join(dict.fromkeys(e.spec for e in (here or installed(home))))
        problem = "is more than one environment" if found else "is not installed"
        raise UsageError(f"{spec!r} {problem}; expected one of: {known or '(none)'}")
    for environment in found:
        stem = _stem(environment.backend, Version(environment.asked))
        try:
            with _lock(environment.folder.parent, stem, waiting=None):
                _discard(environment.folder, stem)
        except Timeout:
            raise ConformanceError(
                f"{environment.spec} is being installed or removed by another process; "
                "wait until that has ended and try again"
            ) from None
    return tuple(found)


def _make(
    backend: Backend,
    folder: Path,
    *,
    version: Version,
    recipe: EnvironmentRecipe,
    progress: Progress,
) -> Path:
    """Build in folder, write the record, rename. The folder under its proper name."""
    title = f"{backend.name} {version}"
    interpreter = find_interpreter(recipe.python)
    requirements = filled_in(recipe, str(version))
    progress(f"Making an environment for {title} with {interpreter.label}")
    log = folder.parent / f".{backend.name}-{version}.log"
    try:
        build(
            folder,
            interpreter,
            requirements=requirements,
            module=backend.module,
            log=log,
            on_progress=progress,
        )
    except BuildError as error:
        raise ConformanceError(
            f"{title} could not be installed: {error}\n"
            f"The whole output is in {log}. {error.advice}, then run `conformance install "
            f"{backend.name}@{version}` again; other backends are not affected."
        ) from error
    made = _describe(
        backend, folder, version=version, requirements=requirements, interpreter=interpreter
    )
    write_record(made, folder)
    if made.folder.exists():
        _discard(made.folder, _stem(backend.name, version))
    folder.rename(made.folder)
    log.unlink()
    return made.folder


def _describe(
    backend: Backend,
    folder: Path,
    *,
    version: Version,
    requirements: tuple[str, ...],
    interpreter: Interpreter,
) -> Environment:
    """The environment that was built in folder for version, under its proper name."""
    found = version_in(site_packages(folder), *backend.distributions)
    name = version if version.local or not found else public(found)
    return Environment(
        folder.parent / f"{backend.name}-{name}-py{interpreter.series}",
        backend.name,
        asked=str(version),
        version=found or str(version),
        requirements=requirements,
        python=interpreter.label,
        platform=interpreter.platform,
        created=datetime.now(timezone.utc).isoformat(timespec="seconds"),
        size_bytes=_size_bytes(folder),
    )


def _made_from(
    recipe: EnvironmentRecipe, backend: str, *, home: Path, version: Version
) -> Environment | None:
    """The usable environment for version that this very recipe made."""
    for environment in environments_of(backend, home, asked=version):
        if environment.requirements == filled_in(recipe, environment.asked):
            return environment
    return None


def _stem(backend: str, version: Version) -> str:
    """What the names of the lock and of the temporary folders start with: the same for 2.13 and
    2.13.0."""
    return f"{backend}-{canonicalize_version(version)}"


@contextmanager
def _temporary_folder(root: Path, stem: str) -> Iterator[Path]:
    """A new hidden folder in root that is gone afterwards, unless it has been renamed."""
    folder = Path(tempfile.mkdtemp(prefix=f".{stem}-", suffix=".tmp", dir=root))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _discard(folder: Path, stem: str) -> None:
    """Remove a complete environment; renamed first, because half of one must not look complete."""
    with _temporary_folder(folder.parent, stem) as gone:
        folder.rename(gone)


def _size_bytes(folder: Path) -> int:
    """What the files below folder hold, links not followed."""
    return sum(
        os.lstat(os.path.join(place, name)).st_size
        for place, _, names in os.walk(folder)
        for name in names
    )


@contextmanager
def _lock(root: Path, stem: str, *, waiting: Callable[[], None] | None) -> Iterator[None]:
    """Hold the lock of stem. If somebody else holds it: call waiting and wait, or raise Timeout."""
    lock = FileLock(root / f".{stem}.lock")
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if waiting is None:
            raise
        waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def _remove_leftovers(root: Path, *, held: str) -> None:
    """Remove what installations left that were killed; held is the stem whose lock we hold."""
    for folder in root.glob(".*-*.tmp"):
        stem = folder.name[1:].rpartition("-")[0]
        if stem == held:
            shutil.rmtree(folder, ignore_errors=True)
            continue
        try:
            with _lock(root, stem, waiting=None):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            continue  # it is no leftover: that installation is at work
