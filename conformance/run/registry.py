"""Which backends there are: the entry points of the group `conformance.backends`.

An entry point names a module; the folder of that module holds the backend's files. Neither the
module nor its adapter nor a framework is imported to find them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from conformance.files.backend_files import load_backend
from conformance.model.backend import Backend
from conformance.model.errors import UsageError
from conformance.run.distributions import EntryPoint, entry_points
from conformance.run.modules import locate

GROUP = "conformance.backends"
FILES = ("adapter.py", "bindings.yaml", "environment.toml")


def registered_backends() -> dict[str, Path]:
    """The folder of every registered backend, by name, in alphabetical order.

    Raises UsageError if a name is registered twice or a folder is not there or not complete.
    """
    registered = _registered()
    return {name: _folder(name, registered[name]) for name in sorted(registered)}


def load_registered(name: str) -> Backend:
    """The backend of that name. Raises UsageError if it is not registered properly, FileError if
    one of its files cannot be read; how other backends are registered does not matter."""
    registered = _registered()
    if name not in registered:
        raise UsageError(
            f"no backend is registered under the name {name!r}; "
            f"registered: {', '.join(sorted(registered)) or '(none)'}; a package registers one "
            f"with an entry point of the group {GROUP!r} and must be installed for {sys.executable}"
        )
    folder = _folder(name, registered[name])
    backend = load_backend(folder)
    if backend.name != name:
        raise UsageError(
            f"{folder / 'bindings.yaml'} is of the backend {backend.name!r}, but the distribution "
            f"{registered[name][0].distribution} registers it as {name!r}; expected one name"
        )
    return backend


def _registered() -> dict[str, tuple[EntryPoint, ...]]:
    by_name: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(sys.path, GROUP):
        by_name[point.name] = (*by_name.get(point.name, ()), point)
    return by_name


def _folder(name: str, points: tuple[EntryPoint, ...]) -> Path:
    """The folder that the entry point of name points to, with all files in it."""
    if len({point.module for point in points}) > 1:
        both = " and ".join(f"{p.distribution} (module {p.module})" for p in points)
        raise UsageError(
            f"the backend {name!r} is registered by {both}; expected one of them: "
            "uninstall the other, or give it another name"
        )
    point = points[0]
    places = locate(point.module)
    if not places:
        raise UsageError(
            f"the backend {name!r} of the distribution {point.distribution} points to the module "
            f"{point.module}, which is not there; expected a package or module that "
            f"{sys.executable} can find: reinstall {point.distribution}"
        )
    folders = [place if place.is_dir() else place.parent for place in places]
    for folder in folders:
        if all((folder / file).is_file() for file in FILES):
            return folder
    missing = [file for file in FILES if not (folders[0] / file).is_file()]
    raise UsageError(
        f"the backend {name!r} of the distribution {point.distribution} has no "
        f"{' and no '.join(missing)} in {folders[0]}; expected {', '.join(FILES)} in the folder of "
        f"the module {point.module}"
    )
