"""In which of the versions that were run something holds, and since which of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from packaging.version import InvalidVersion, Version

from conformance.decide.claims import ClaimStatus

T = TypeVar("T")

HOLDING: dict[ClaimStatus, str] = {
    ClaimStatus.CONFIRMED: "holds",
    ClaimStatus.REFUTED: "fails",
    ClaimStatus.UNVERIFIABLE: "cannot be told",
}


@dataclass(frozen=True, slots=True)
class Span(Generic[T]):
    """Versions that follow each other among those that were run, and what is true of all of them.

    turned: they are the last ones, and in the one before something else was true.
    """

    what: T
    versions: tuple[str, ...]
    turned: bool = False

    @property
    def where(self) -> str:
        """`in 1.8.1, 1.13.1`, or `since 2.13.0`."""
        return f"since {self.versions[0]}" if self.turned else f"in {', '.join(self.versions)}"


def version_key(version: str) -> tuple[bool, Version, str]:
    """What versions are sorted by; those that no one can read come first."""
    try:
        return True, Version(version), ""
    except InvalidVersion:
        return False, Version("0"), version


def spans(found: Iterable[tuple[str, T]]) -> tuple[Span[T], ...]:
    """found, (version, what is true in it) pairs in any order, oldest first, where neighbours of
    which the same is true stand together."""
    groups: list[tuple[T, list[str]]] = []
    for version, what in sorted(found, key=lambda pair: version_key(pair[0])):
        if groups and groups[-1][0] == what:
            groups[-1][1].append(version)
        else:
            groups.append((what, [version]))
    last = len(groups) - 1
    return tuple(
        Span(what, tuple(versions), turned=0 < number == last)
        for number, (what, versions) in enumerate(groups)
    )


def holding(found: Mapping[str, ClaimStatus]) -> str:
    """`holds in 1.8.1, 1.13.1; fails since 2.13.0`, of the versions that were run; '' of none."""
    return "; ".join(f"{HOLDING[span.what]} {span.where}" for span in spans(found.items()))


def without_version(target: Mapping[str, Any]) -> tuple[str, str, str, str]:
    """What two targets of a report's header share that differ in their version only: backend,
    words, device, mode."""
    words = target["name"].removeprefix(f"{target['backend']}-{target['version']}").strip("-")
    return target["backend"], words, target["device"], target["mode"]
