"""What became of the claims of pages, on a terminal: a line per page and API, then the news."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from conformance.decide.truth import NEWS, ClaimTruths, TruthKind, truths_in

Line = dict[str, Any]

GOOD: frozenset[TruthKind] = frozenset({"right when written", "still true", "true"})


def print_truths(console: Console, header: Line, verdicts: Iterable[Line]) -> None:
    """A table of pages and APIs by versions, and every claim of which a reader has to know; nothing
    where no page speaks of a target."""
    found = truths_in(header["targets"], verdicts)
    if not found:
        return
    table = Table(box=box.SIMPLE_HEAD, title="pages", title_justify="left", title_style="bold")
    for head in ("page", "API", "speaks of", "measured"):
        table.add_column(head, overflow="fold")
    groups: dict[tuple[str, ...], list[ClaimTruths]] = {}
    for one in found:
        key = (one.page, one.api, one.backend, one.words, one.speaks_of)
        groups.setdefault(key, []).append(one)
    for (page, api, backend, _, speaks_of), claims in groups.items():
        run = any(claim.written for claim in claims)
        spoken = f"{backend} {speaks_of}" + ("" if run else ", which was not run")
        table.add_row(escape(page), escape(api), escape(spoken), _counts(claims))
    console.print(table)
    for text in filter(None, map(_news, found)):
        console.print(text, markup=False, highlight=False, soft_wrap=True)


def _counts(claims: Sequence[ClaimTruths]) -> str:
    """`1.8.1: 8 right when written`, a line per version."""
    by_version: dict[str, Counter[TruthKind]] = {}
    for claim in claims:
        for truth in claim.truths:
            by_version.setdefault(truth.version, Counter())[truth.kind] += 1
    return "\n".join(
        f"{escape(version)}: "
        + ", ".join(f"[{_style(kind)}]{count} {kind}[/]" for kind, count in counts.items())
        for version, counts in by_version.items()
    )


def _style(kind: TruthKind) -> str:
    if kind in GOOD:
        return "green"
    return "yellow" if kind in NEWS else "default"


def _news(one: ClaimTruths) -> str:
    """`cumsum/page/case on torch.cumsum, torch: right when written in 1.8.1, no longer true in
    2.13.0`; '' where there is nothing that a reader of the page has to know."""
    if all(truth.kind not in NEWS for truth in one.truths):
        return ""
    told: dict[str, list[str]] = {}
    for truth in one.truths:
        told.setdefault(truth.text, []).append(truth.version)
    what = ", ".join(f"{text} in {' and '.join(versions)}" for text, versions in told.items())
    where = " ".join(filter(None, (one.backend, one.words)))
    return f"{one.case} on {one.api}, {where}: {what}"
