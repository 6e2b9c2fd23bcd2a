"""What is installed in folders of packages, read from the metadata folders beside the packages.

importlib.metadata answers the same questions; importing it takes 20 ms and asking it for entry
points 6 ms more, at every start of the tool. Reading the folders takes 1 ms.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_SUFFIXES = (".dist-info", ".egg-info")


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """A line of a distribution's entry_points.txt: name = module[:attribute]."""

    name: str
    module: str
    distribution: str


def version_in(folders: Iterable[str | os.PathLike[str]], *distributions: str) -> str | None:
    """The version of whichever of distributions an interpreter with these folders on its path would
    find first, local part included (`2.13.0+cpu`); None if none is in any of them."""
    wanted = set(map(_normal, distributions))
    for name, version, folder in _metadata(folders):
        if name in wanted:
            return version or _version_line(folder)
    return None


def installed_in(folders: Iterable[str | os.PathLike[str]]) -> Iterator[tuple[str, str, str]]:
    """(normal name, version or '', metadata folder) of every distribution, in a fixed order."""
    return _metadata(folders)


def is_editable(folders: Iterable[str | os.PathLike[str]], *distributions: str) -> bool:
    """Whether the first of distributions that is there is imported from where it is being written:
    installed in editable mode, or found by metadata beside its source."""
    wanted = set(map(_normal, distributions))
    for name, _, folder in _metadata(folders):
        if name in wanted:
            beside = not os.path.exists(os.path.join(folder, "RECORD"))
            return beside or '"editable"' in _text(os.path.join(folder, "direct_url.json"))
    return False


def entry_points(folders: Iterable[str | os.PathLike[str]], group: str) -> tuple[EntryPoint, ...]:
    """The entry points of group, in the order of folders and names. A distribution that is found
    twice counts once: the first on the path is the one that is imported."""
    found: list[EntryPoint] = []
    seen: set[str] = set()
    for name, _, folder in _metadata(folders):
        if name in seen:
            continue
        seen.add(name)
        text = _text(os.path.join(folder, "entry_points.txt"))
        if group in text:
            found += [EntryPoint(key, module, name) for key, module in _lines_of(text, group)]
    return tuple(found)


def _metadata(folders: Iterable[str | os.PathLike[str]]) -> Iterator[tuple[str, str, str]]:
    """(normal name, version or '', path) of every metadata folder."""
    for folder in folders:
        try:
            names = sorted(os.listdir(folder or "."))
        except OSError:
            continue  # a path entry that is a zip file, or not there: nothing to read
        for file_name in names:
            stem, suffix = os.path.splitext(file_name)
            # pip renames what it is about to remove to '~...'; it is no longer installed.
            if suffix in _SUFFIXES and not stem.startswith("~"):
                name, _, rest = stem.partition("-")
                yield _normal(name), rest.partition("-")[0], os.path.join(folder, file_name)


def _lines_of(text: str, group: str) -> Iterator[tuple[str, str]]:
    """(name, module) of every line in the section of group."""
    section = ""
    for line in map(str.strip, text.splitlines()):
        if line.startswith("[") and line.endswith("]"):
            section = line[1:-1].strip()
        elif section == group and "=" in line and not line.startswith(("#", ";")):
            name, _, value = line.partition("=")
            yield name.strip(), re.split(r"[:\[\s]", value.strip(), maxsplit=1)[0]


def _version_line(folder: str) -> str | None:
    for name in ("METADATA", "PKG-INFO"):
        for line in _text(os.path.join(folder, name)).splitlines():
            if line.lower().startswith("version:"):
                return line.partition(":")[2].strip()
    return None


def _text(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def _normal(name: str) -> str:
    """The name under which package indexes know it: `Foo.Bar_baz` is `foo-bar-baz`."""
    return re.sub(r"[-_.]+", "-", name).lower()
