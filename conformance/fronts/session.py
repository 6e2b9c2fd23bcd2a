"""What every front does first: find the case files, resolve the targets."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.fronts.settings import Settings, read_settings
from conformance.model.errors import UsageError

if TYPE_CHECKING:
    from conformance.model.backend import Backend, Target
    from conformance.model.case import Suite


def settings_here() -> Settings:
    """The settings of the project that the current folder lies in."""
    return read_settings(Path.cwd())


def cases_folder(explicit: Path | None) -> Path:
    """explicit, else the project's cases/, else the packaged ones; relative to the current folder
    where it lies below, as people write paths and editors open them."""
    from conformance.files.cases_folder import find_cases

    here = Path.cwd()
    folder = find_cases(explicit or settings_here().cases, here)
    return folder.relative_to(here) if folder.is_relative_to(here) else folder


def load_cases(explicit: Path | None, addresses: Sequence[str] = ()) -> Suite:
    """The suite of `cases_folder`, of which addresses may need a part only, see `load_suite`."""
    from conformance.files.load import load_suite

    return load_suite(cases_folder(explicit), addresses=addresses)


def resolve_targets(specs: Sequence[str], settings: Settings) -> list[tuple[Backend, Target]]:
    """The backend and target of every spec, in order. UsageError if two name the same target."""
    from conformance.run.registry import load_registered
    from conformance.run.targets import resolve

    # Several versions of a framework have the same files, which take 10 ms to be read.
    load = cache(load_registered)
    pairs = [
        resolve(spec, home=settings.home, targets_file=settings.targets_file, load=load)
        for spec in specs
    ]
    names = [target.name for _, target in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UsageError(f"two --backend name the target {twice[0]}; expected each once")
    return pairs


def resolve_runnable(specs: Sequence[str], settings: Settings) -> list[tuple[Backend, Target]]:
    """`resolve_targets`, of which at least one can run. UsageError, which says how to install them,
    if none can."""
    pairs = resolve_targets(specs, settings)
    if all(target.interpreter is None for _, target in pairs):
        raise UsageError("; ".join(target.missing for _, target in pairs))
    return pairs
