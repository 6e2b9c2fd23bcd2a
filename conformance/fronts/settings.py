"""What project and user have settled: [tool.conformance], $CONFORMANCE_HOME, the targets file."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs

from conformance.files.source import Source
from conformance.files.toml import header_at, key_at, parse_toml
from conformance.model.errors import FileError

HOME_VARIABLE = "CONFORMANCE_HOME"
TABLE = "tool.conformance"
DEFAULT_TIMEOUT_S = 60.0
TARGETS_FILE = "targets.toml"


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds where the command line says nothing.

    home: the folder of managed environments. cases: a folder; None where the project names none.
    targets_file: the user's own targets, None if there is no such file. timeout_s: of a case.
    """

    home: Path
    cases: Path | None = None
    targets_file: Path | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S


def read_settings(start: Path) -> Settings:
    """The settings for someone who works in start.

    The nearest pyproject.toml at or above start with a table [tool.conformance] is read; paths in
    it are relative to it. Without `targets`, home/targets.toml is the targets file if it exists.
    Raises FileError for a key or a value that cannot be taken.
    """
    home = default_home()
    source, table = _project_table(start)
    own = home / TARGETS_FILE
    if source is None:
        return Settings(home, targets_file=own if own.is_file() else None)
    reader = _Table(source, table)
    reader.refuse_unknown(("cases", "targets", "timeout"))
    return Settings(
        home,
        cases=reader.folder("cases"),
        targets_file=reader.folder("targets") or (own if own.is_file() else None),
        timeout_s=reader.seconds("timeout", DEFAULT_TIMEOUT_S),
    )


def default_home() -> Path:
    """$CONFORMANCE_HOME, or the user's cache folder for this tool."""
    given = os.environ.get(HOME_VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    return platformdirs.user_cache_path("conformance")


def _project_table(start: Path) -> tuple[Source | None, dict[str, Any]]:
    """The pyproject.toml that speaks of this tool, and its table."""
    start = start.absolute()
    for folder in (start, *start.parents):
        path = folder / "pyproject.toml"
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            continue
        if "conformance" not in text:
            # Whatever is wrong with it is the business of other tools.
            continue
        source = Source(path.as_posix(), text)
        tool = parse_toml(source).get("tool")
        table = tool.get("conformance") if isinstance(tool, dict) else None
        if isinstance(table, dict):
            return source, table
    return None, {}


class _Table:
    """Takes values out of the table [tool.conformance] of a file, or refuses them."""

    def __init__(self, source: Source, table: dict[str, Any]) -> None:
        self.source = source
        self.table = table

    def refuse_unknown(self, known: tuple[str, ...]) -> None:
        for key in self.table:
            if key not in known:
                raise self._refusal(
                    key, f"[{TABLE}] has the key {key!r}", expected=f"one of: {', '.join(known)}"
                )

    def folder(self, key: str) -> Path | None:
        value = self.table.get(key)
        if value is None:
            return None
        if not isinstance(value, str) or not value:
            raise self._refusal(
                key, f"{key} is {value!r}", expected="a path, relative to this file"
            )
        return Path(self.source.file).parent / Path(value).expanduser()

    def seconds(self, key: str, default: float) -> float:
        value = self.table.get(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise self._refusal(key, f"{key} is {value!r}", expected="a number of seconds above 0")
        return float(value)

    def _refusal(self, key: str, found: str, *, expected: str) -> FileError:
        start = header_at(self.source, TABLE)
        at = None if start is None else key_at(self.source, key, start=start)
        return self.source.error(at or 0, found, expected=expected)
