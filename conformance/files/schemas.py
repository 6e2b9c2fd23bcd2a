"""The JSON Schemas of every kind of file, for editors and for people."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from conformance.model.errors import UsageError

KINDS = ("op", "page", "behaviour", "differences", "bindings", "ledger", "report")


def schema_kinds() -> tuple[str, ...]:
    """The kinds of files that have a schema."""
    return KINDS


def schema_text(kind: str) -> str:
    """The JSON Schema (2020-12) of that kind. Raises UsageError for an unknown kind."""
    if kind not in KINDS:
        raise UsageError(f"no schema {kind!r}; expected one of: {', '.join(KINDS)}")
    return schema_file(kind).read_text(encoding="utf-8")


def schema_file(kind: str) -> Path:
    """Where the schema of that kind lies."""
    return Path(str(files("conformance.files"))) / "schema" / f"{kind}.schema.json"
