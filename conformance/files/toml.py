"""TOML as data, its syntax errors with their place. The parser tells no positions of what it reads:
they are looked up in the text."""

from __future__ import annotations

import re
import sys
from typing import Any

from conformance.files.source import Source

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_POSITION = re.compile(r"\s*\(at line (\d+), column (\d+)\)|\s*\(at end of document\)")


def parse_toml(source: Source) -> dict[str, Any]:
    """The document that a text is. Raises FileError where it is no TOML."""
    try:
        parsed: dict[str, Any] = tomllib.loads(source.text)
        return parsed
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        position = _POSITION.search(message)
        at = len(source.text)
        if position and position[1]:
            lines = source.text.split("\n")[: int(position[1]) - 1]
            at = sum(len(line) + 1 for line in lines) + int(position[2]) - 1
        found = _POSITION.sub("", message)
        raise source.error(at, found[:1].lower() + found[1:], expected="TOML 1.0") from None
    except RecursionError:
        raise source.error(
            0, "more arrays inside each other than can be read", expected="a file nested less"
        ) from None


def key_at(source: Source, key: str, *, start: int = 0) -> int | None:
    """Where a key or the header of a table of that name is written first, from start on; None if it
    is written in another way, as in `a.key = 1`."""
    quoted = re.escape(key)
    pattern = re.compile(rf"(?m)^[ \t]*(\[\[?\s*)?([\"\']?){quoted}\2\s*[=.\]]")
    match = pattern.search(source.text, start)
    if match is None:
        return None
    return match.start() + len(match[0]) - len(match[0].lstrip())


def header_at(source: Source, name: str, *, number: int = 0) -> int | None:
    """Where the header of a table of that dotted name stands; number: of an array of tables."""
    spelled = r"\s*\.\s*".join(rf"([\"']?){re.escape(part)}\{i}" for i, part in _numbered(name))
    headers = list(re.finditer(rf"(?m)^[ \t]*\[\[?\s*{spelled}\s*\]", source.text))
    return headers[number].start() if number < len(headers) else None


def _numbered(name: str) -> list[tuple[int, str]]:
    """The parts of a dotted name, each with the number of the group that holds its quote."""
    return list(enumerate(name.split("."), start=1))
