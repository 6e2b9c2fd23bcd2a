"""The user's targets file: interpreters of one's own, under names of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.files.source import Source, read_source
from conformance.files.toml import header_at, parse_toml
from conformance.model.errors import FileError, Place

_FORM = (
    'tables [targets.NAME] with the keys backend = "..." and interpreter = "..." '
    'and perhaps version = "..."'
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A target that the user describes. version: None if it is to be read from the interpreter's
    packages."""

    name: str
    backend: str
    interpreter: Path
    version: str | None
    place: Place


def read_targets_file(path: Path) -> dict[str, Entry]:
    """The entries of the file by name. Interpreters may be relative to the file's folder, or start
    with `~`. Raises FileError."""
    source = read_source(path)
    document = parse_toml(source)
    unknown = sorted(set(document) - {"targets"})
    tables = document.get("targets", {})
    if unknown or not isinstance(tables, dict):
        found = f"unknown key {unknown[0]!r}" if unknown else "targets is no table"
        raise source.error(0, found, expected=_FORM)
    return {name: _entry(name, table, place=_place(source, name)) for name, table in tables.items()}


def _entry(name: str, table: Any, *, place: Place) -> Entry:
    """The entry that table describes."""
    if not isinstance(table, dict):
        raise FileError(place, f"{name} is {table!r}", expected=_FORM)
    for key in (*sorted(set(table) - {"backend", "interpreter", "version"}),):
        raise FileError(place, f"targets.{name} has the unknown key {key!r}", expected=_FORM)
    for key in ("backend", "interpreter"):
        if key not in table:
            raise FileError(place, f"targets.{name} has no {key!r}", expected=_FORM)
    for key, value in table.items():
        if not isinstance(value, str):
            raise FileError(place, f"{key} of targets.{name} is {value!r}", expected="a string")
    interpreter = Path(place.file).parent / Path(table["interpreter"]).expanduser()
    return Entry(name, table["backend"], interpreter, table.get("version"), place)


def _place(source: Source, name: str) -> Place:
    """Where the table of name starts, the start of the file if it is written in another way."""
    return source.place(header_at(source, f"targets.{name}") or 0)
