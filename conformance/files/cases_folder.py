"""Where the case files are."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from conformance.model.errors import UsageError

CASES = "cases"
DIFFERENCES = "differences.yaml"
PACKAGED = "_cases"


def find_cases(explicit: Path | None, start: Path) -> Path:
    """The folder of case files: explicit if given; else the project's, which is the first `cases/`
    with a differences.yaml in start or above it; else the ones that came with the package.

    Raises UsageError if explicit is no folder, or if there are none at all.
    """
    if explicit is not None:
        if not explicit.is_dir():
            raise UsageError(
                f"--cases names {explicit.as_posix()!r}; expected a folder of case files"
            )
        return explicit
    for folder in (start, *start.parents):
        if (folder / CASES / DIFFERENCES).is_file():
            return folder / CASES
    inside = packaged_cases()
    # In a checkout the case files lie beside the package, in a wheel inside it.
    for packaged in (inside, inside.parent.parent / CASES):
        if (packaged / DIFFERENCES).is_file():
            return packaged
    raise UsageError(
        f"no case files: no {CASES}/{DIFFERENCES} in {start.as_posix()} or above, and none in the "
        "package; expected a folder of case files; name it with --cases DIR"
    )


def packaged_cases() -> Path:
    """Where the case files of an installed package are."""
    return Path(str(files("conformance"))).resolve() / PACKAGED
