"""A claim of a page against the versions that were run: was it right when it was written, is it
still?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from packaging.version import InvalidVersion, Version

from conformance.decide.claims import ClaimStatus, claim_status
from conformance.decide.versions import version_key, without_version
from conformance.model.verdict import Status, Task

# Of the version that the page speaks of; of later ones where that one was run, where it was not
# (or proved nothing); of earlier ones.
TruthKind = Literal[
    "right when written", "wrong when written", "unverifiable when written",
    "still true", "no longer true", "true again", "true since", "still wrong", "wrong again",
    "true", "not true", "unverifiable",
    "true before", "not true before",
]  # fmt: skip
TRUTH_KINDS: tuple[TruthKind, ...] = get_args(TruthKind)
# What a reader of the page has to know.
NEWS: frozenset[TruthKind] = frozenset(
    {"wrong when written", "no longer true", "true again", "true since", "still wrong",
     "wrong again"}
)  # fmt: skip

_WRITTEN: dict[ClaimStatus, TruthKind] = {
    ClaimStatus.CONFIRMED: "right when written",
    ClaimStatus.REFUTED: "wrong when written",
    ClaimStatus.UNVERIFIABLE: "unverifiable when written",
}
_BEFORE: dict[ClaimStatus, TruthKind] = {
    ClaimStatus.CONFIRMED: "true before",
    ClaimStatus.REFUTED: "not true before",
    ClaimStatus.UNVERIFIABLE: "unverifiable",
}


@dataclass(frozen=True, slots=True)
class Truth:
    """What became of a claim in version. since: of 'true since', the first of the versions that
    were run in which it held up to this one."""

    version: str
    claim: ClaimStatus
    kind: TruthKind
    since: str = ""

    @property
    def text(self) -> str:
        return f"{self.kind} {self.since}".strip()


@dataclass(frozen=True, slots=True)
class ClaimTruths:
    """A case of a page on one API, and what became of it in every version that was run.

    speaks_of: the version that the page names. written: whether such a version was run.
    """

    case: str
    api: str
    backend: str
    words: str
    speaks_of: str
    truths: tuple[Truth, ...]

    @property
    def written(self) -> bool:
        return any(is_own(truth.version, self.speaks_of) for truth in self.truths)

    @property
    def page(self) -> str:
        return self.case.rpartition("/")[0]


def is_own(version: str, speaks_of: str) -> bool:
    """True if version is one that the page speaks of: '2.0' is 2.0.0 and 2.0.1, but not 2.1."""
    try:
        release, spoken = Version(version).release, Version(speaks_of).release
    except InvalidVersion:
        return version == speaks_of
    return (*release, *(0,) * len(spoken))[: len(spoken)] == spoken


def spoken_version(task: Task) -> str | None:
    """The version of task's backend that its page speaks of; None where the page does not speak of
    that API or of no version."""
    page = task.page
    if page is None or all(api.api != task.binding.api for api in page.apis):
        return None
    return dict(page.source.speaks_of).get(task.target.backend)


def truths(found: Mapping[str, ClaimStatus], speaks_of: str) -> tuple[Truth, ...]:
    """What became of a claim in each of the versions that were run, oldest first.

    Later versions are held against the newest one that the page speaks of and that told anything.
    """
    made: list[Truth] = []
    written: ClaimStatus | None = None
    for version in sorted(found, key=version_key):
        claim = found[version]
        if is_own(version, speaks_of):
            made.append(Truth(version, claim, _WRITTEN[claim]))
            written = claim if claim is not ClaimStatus.UNVERIFIABLE else written
        elif version_key(version) < version_key(speaks_of):
            made.append(Truth(version, claim, _BEFORE[claim]))
        else:
            made.append(_later(version, claim, written=written, earlier=made))
    return tuple(made)


def truths_in(
    targets: Iterable[Mapping[str, Any]], lines: Iterable[Mapping[str, Any]]
) -> tuple[ClaimTruths, ...]:
    """What became of every claim of a page in a report's lines, in their order.

    A verdict on a question is no claim of the page.
    """
    known = {target["name"]: target for target in targets}
    found: dict[tuple[str, ...], dict[str, list[Status]]] = {}
    for line in lines:
        if "speaks_of" not in line or "difference" in line:
            continue
        target = known[line["target"]]
        key = (line["case"], line["api"], *without_version(target), line["speaks_of"])
        statuses = found.setdefault(key, {}).setdefault(target["version"], [])
        statuses.append(Status(line["status"]))
    return tuple(
        ClaimTruths(
            case, api, backend, words, speaks_of,
            truths({version: claim_status(all_) for version, all_ in of.items()}, speaks_of),
        )
        for (case, api, backend, words, _, _, speaks_of), of in found.items()
    )  # fmt: skip


def _later(
    version: str, claim: ClaimStatus, *, written: ClaimStatus | None, earlier: Sequence[Truth]
) -> Truth:
    """The truth of a version after the one that the page speaks of."""
    if claim is ClaimStatus.UNVERIFIABLE:
        return Truth(version, claim, "unverifiable")
    holds = claim is ClaimStatus.CONFIRMED
    if written is None:
        return Truth(version, claim, "true" if holds else "not true")
    if written is ClaimStatus.REFUTED and holds:
        return Truth(version, claim, "true since", _first_of_the_last(earlier) or version)
    turned = any(t.claim not in (written, ClaimStatus.UNVERIFIABLE) for t in _after(earlier))
    if written is ClaimStatus.REFUTED:
        return Truth(version, claim, "wrong again" if turned else "still wrong")
    if not holds:
        return Truth(version, claim, "no longer true")
    return Truth(version, claim, "true again" if turned else "still true")


def _after(earlier: Sequence[Truth]) -> list[Truth]:
    """The truths of later versions than the page speaks of."""
    others = {*_WRITTEN.values(), *(kind for kind in _BEFORE.values() if kind != "unverifiable")}
    return [truth for truth in earlier if truth.kind not in others]


def _first_of_the_last(earlier: Sequence[Truth]) -> str:
    """The version since which the claim has held; '' if it did not hold last."""
    last = earlier[-1] if earlier else None
    return last.since if last is not None and last.kind == "true since" else ""
