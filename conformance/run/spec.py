"""`NAME[@VERSION][:WORD,...]`: how a person names a target."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.version import InvalidVersion, Version

from conformance.model.errors import UsageError

_FORM = re.compile(
    r"(?P<name>[A-Za-z0-9][A-Za-z0-9_.-]*)"
    r"(@(?P<version>[^@:,\s]+))?"
    r"(:(?P<words>[A-Za-z0-9_-]+(,[A-Za-z0-9_-]+)*))?"
)


@dataclass(frozen=True, slots=True)
class Spec:
    """name: of a backend, or of an entry of the user's targets file. words: modes and devices."""

    name: str
    version: Version | None = None
    words: tuple[str, ...] = ()


def parse_spec(text: str) -> Spec:
    """The parts of text. Raises UsageError if it is not of the form."""
    match = _FORM.fullmatch(text)
    if match is None:
        raise UsageError(
            f"{text!r} does not name a target; expected NAME[@VERSION][:WORD,...], "
            "for instance 'torch', 'torch@2.13.0' or 'torch@2.13.0:cpu'"
        )
    words = match["words"]
    return Spec(
        match["name"],
        _version(match["version"], text) if match["version"] else None,
        tuple(words.split(",")) if words else (),
    )


def _version(written: str, text: str) -> Version:
    try:
        return Version(written)
    except InvalidVersion:
        raise UsageError(
            f"{text!r} asks for the version {written!r}, which is no version; "
            "expected one as package indexes write it, for instance '2.13.0'"
        ) from None


def same_version(asked: Version, found: str) -> bool:
    """True if found is the release asked for; a local part (`+cpu`) counts only where it is asked
    for. A found version that is none is never the same."""
    try:
        version = Version(found)
    except InvalidVersion:
        return False
    return asked in (version, Version(version.public))


def public(version: str) -> str:
    """version without its local part: `2.13.0+cpu` is the release 2.13.0."""
    return version.partition("+")[0]
