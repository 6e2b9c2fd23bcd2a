"""Which managed environments there are, from the records in their folders."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from packaging.version import Version

from conformance.run.interpreters import this_interpreter
from conformance.run.spec import public, same_version

RECORD = "environment.json"


@dataclass(frozen=True, slots=True)
class Environment:
    """A complete managed environment, as its record says.

    asked, version: of the framework, as the recipe was filled in and as it came, local part
    included. python, platform: as in Target. created: UTC, ISO 8601.
    """

    folder: Path
    backend: str
    asked: str
    version: str
    requirements: tuple[str, ...]
    python: str
    platform: str
    created: str
    size_bytes: int

    @property
    def spec(self) -> str:
        return f"{self.backend}@{public(self.version)}"

    @property
    def interpreter(self) -> Path:
        return self.folder / "bin" / "python"

    @property
    def is_usable(self) -> bool:
        """False if the interpreter that it was made with has gone."""
        return self.interpreter.exists()


def installed(home: Path) -> tuple[Environment, ...]:
    """The complete environments below home, in alphabetical order."""
    root = home / "environments"
    try:
        names = sorted(os.listdir(root))
    except OSError:
        return ()
    read = (_read(root / name) for name in names if not name.startswith("."))
    return tuple(environment for environment in read if environment is not None)


def environments_of(backend: str, home: Path, *, asked: Version | None) -> list[Environment]:
    """The usable environments of backend, of the version asked for if there is one, best first:
    made with the Python series that runs now, then newest version, then newest Python."""
    found = [
        environment
        for environment in installed(home)
        if environment.backend == backend
        and (asked is None or same_version(asked, environment.version))
        and environment.is_usable
    ]
    series = f" {this_interpreter().series}."
    return sorted(
        found,
        key=lambda e: (series in e.python, Version(e.version), Version(e.python.split()[-1])),
        reverse=True,
    )


def write_record(environment: Environment, folder: Path) -> None:
    """Write the record of environment into folder, where it lies until it gets its own name."""
    fields = {"spec": environment.spec, **asdict(environment)}
    del fields["folder"]
    (folder / RECORD).write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def site_packages(folder: Path) -> list[Path]:
    """Where the packages of the environment in folder lie."""
    return sorted(folder.glob("lib/*/site-packages"))


def _read(folder: Path) -> Environment | None:
    try:
        fields = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        return Environment(
            folder,
            fields["backend"],
            str(Version(fields["asked"])),
            str(Version(fields["version"])),
            tuple(fields["requirements"]),
            fields["python"],
            fields["platform"],
            fields["created"],
            fields["size_bytes"],
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not a record of ours, or none: then the folder is no environment
