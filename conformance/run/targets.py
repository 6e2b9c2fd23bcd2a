"""From `torch@2.13.0:cpu` to a backend and a target: where a framework runs."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from conformance.model.backend import Backend, Target
from conformance.model.errors import UsageError
from conformance.run.distributions import version_in
from conformance.run.interpreters import Interpreter, ask_interpreter, this_interpreter
from conformance.run.modules import stated_version
from conformance.run.recipes import recipe_for, wanted_version
from conformance.run.records import environments_of, site_packages
from conformance.run.registry import load_registered
from conformance.run.spec import Spec, parse_spec, public, same_version
from conformance.run.targets_file import Entry, read_targets_file

# The version of a target that nobody can name: below every release, as conditions need a version.
UNKNOWN = "0"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a version of a framework is: the parts of a target that do not depend on words."""

    version: str
    origin: str
    interpreter: Path | None = None
    python: str = ""
    platform: str = ""
    missing: str = ""


def resolve(
    spec: str,
    *,
    home: Path,
    targets_file: Path | None = None,
    load: Callable[[str], Backend] = load_registered,
) -> tuple[Backend, Target]:
    """The backend that spec names, as load gives it, and the target where it runs; no framework is
    imported.

    In this order: an entry of the user's targets file, the interpreter that runs this, a managed
    environment below home; otherwise a target without interpreter that says what to do. Raises
    UsageError if there is no such backend, or spec or one of its words means nothing.
    """
    parsed = parse_spec(spec)
    entry = None if targets_file is None else read_targets_file(targets_file).get(parsed.name)
    backend = load(entry.backend if entry else parsed.name)
    device, mode = _device_and_mode(backend, parsed.words, spec=spec)
    place = (
        (_in_own_place(entry, backend, parsed) if entry else None)
        or _here(backend, parsed)
        or _managed(backend, parsed, home=home)
        or _nowhere(backend, parsed, home=home)
    )
    return backend, Target(
        backend.name,
        public(place.version),
        place.interpreter,
        python=place.python,
        platform=place.platform,
        device=device,
        mode=mode,
        words=parsed.words,
        missing=place.missing,
        origin=place.origin,
    )


def _device_and_mode(backend: Backend, words: tuple[str, ...], *, spec: str) -> tuple[str, str]:
    """The device and the mode that words ask for, the backend's usual ones where they do not."""
    unknown = [word for word in words if word not in (*backend.devices, *backend.modes)]
    if unknown:
        raise UsageError(
            f"{spec!r} asks for {', '.join(map(repr, unknown))}, which is no device or mode of "
            f"{backend.name}; devices: {', '.join(backend.devices)}; "
            f"modes: {', '.join(backend.modes)}"
        )
    return (
        _one_of("device", backend.devices, words=words, spec=spec),
        _one_of("mode", backend.modes, words=words, spec=spec),
    )


def _one_of(what: str, known: tuple[str, ...], *, words: tuple[str, ...], spec: str) -> str:
    asked = [word for word in words if word in known]
    if len(asked) > 1:
        raise UsageError(f"{spec!r} asks for the {what}s {' and '.join(asked)}; expected one")
    return asked[0] if asked else known[0]


def _in_own_place(entry: Entry, backend: Backend, spec: Spec) -> _Place | None:
    """The place that the user's targets file names; None if it holds another version than spec
    asks for and other places may have that one."""
    interpreter = ask_interpreter(entry.interpreter)
    if interpreter is None:
        raise UsageError(
            f"{entry.place}: the interpreter {str(entry.interpreter)!r} does not run; "
            "expected a Python that runs"
        )
    version = entry.version or _version_for(backend, interpreter.path)
    if version is None:
        raise UsageError(
            f"{entry.place}: {entry.interpreter} has no {backend.package}; "
            "expected an interpreter that has it; install it there, or add a line "
            'version = "..." if it cannot be seen from outside'
        )
    if spec.version is not None and not same_version(spec.version, version):
        if entry.name == backend.name:
            return None
        raise UsageError(f"{entry.place}: {entry.name} is version {version}, not {spec.version}")
    return _place(version, interpreter, path=entry.interpreter, origin=f"{entry.place}")


def _here(backend: Backend, spec: Spec) -> _Place | None:
    """The interpreter that runs this, if it has the framework in the version that spec asks for."""
    version = _version_for(backend, sys.path)
    if version is None or (spec.version is not None and not same_version(spec.version, version)):
        return None
    here = this_interpreter()
    return _place(version, here, path=here.executable, origin="current interpreter")


def _managed(backend: Backend, spec: Spec, *, home: Path) -> _Place | None:
    """The best managed environment for spec. Without a version in spec: the default one."""
    asked = spec.version or (backend.default_version and Version(backend.default_version)) or None
    for environment in environments_of(backend.name, home, asked=asked):
        version = environment.version
        if backend.distributions:
            # The record says what was installed once; the packages say what is there now.
            found = version_in(site_packages(environment.folder), *backend.distributions)
            if found is None or (asked is not None and not same_version(asked, found)):
                continue
            version = found
        return _Place(
            version,
            "managed environment",
            environment.interpreter,
            environment.python,
            environment.platform,
        )
    return None


def _nowhere(backend: Backend, spec: Spec, *, home: Path) -> _Place:
    """A place that is none, and what to do about it."""
    if backend.recipes:
        return _not_installed(backend, spec, home=home)
    found = _version_for(backend, sys.path)
    has = f"has {found}" if found else f"has no {backend.package}"
    version = str(spec.version or backend.default_version or UNKNOWN)
    missing = (
        f"{backend.name} {version} is not here: {sys.executable} {has}; "
        "install it there, or name another interpreter in the targets file"
    )
    return _Place(version, "", missing=missing)


def _not_installed(backend: Backend, spec: Spec, *, home: Path) -> _Place:
    """What to install, and what else there is of backend."""
    try:
        version = wanted_version(backend, spec)
        recipe_for(backend, version)
    except UsageError as error:
        return _Place(str(spec.version or UNKNOWN), "", missing=str(error))
    others = dict.fromkeys(e.spec for e in environments_of(backend.name, home, asked=None))
    missing = f"{backend.name} {version} is not installed: run `conformance install "
    missing += f"{backend.name}@{version}`"
    if others:
        missing += f" (installed: {', '.join(others)})"
    return _Place(str(version), "", missing=missing)


def _version_for(backend: Backend, path: Iterable[str]) -> str | None:
    """The version of the framework that an interpreter with these folders on its path would
    import, local part included; of a backend without distribution, what its module states here."""
    if backend.distributions:
        return version_in(path, *backend.distributions)
    return stated_version(backend.module) if backend.module else None


def _place(version: str, interpreter: Interpreter, *, path: Path, origin: str) -> _Place:
    return _Place(version, origin, path, interpreter.label, interpreter.platform)
