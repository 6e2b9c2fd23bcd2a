"""What became of a claim of a page: in one cell, version by version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from docutils import nodes

from conformance.decide.claims import claim_status
from conformance.decide.truth import is_own, truths
from conformance.decide.versions import HOLDING
from conformance.fronts.sphinx.endings import absent, reasons
from conformance.fronts.sphinx.markup import chip, small
from conformance.fronts.sphinx.measured import Cell, Column
from conformance.fronts.sphinx.series import Series, Stretch, placed, stretches, versions_text
from conformance.model.case import Page

CellsOf = Callable[[Column], Sequence[Cell]]
_TURNED = frozenset({"no longer true", "true again", "wrong again", *HOLDING.values()})


def claim_words(series: Series, page: Page, *, cells: CellsOf) -> dict[Column, str]:
    """What to call the claim in every column of series that has cells.

    With the version that the page speaks of: right or wrong when written, still true or not.
    Without it: holds or fails; of a single version, the status of the claim.
    """
    found = {c: claim_status(cell.status for cell in cells(c)) for c in series.columns if cells(c)}
    spoken = dict(page.source.speaks_of).get(series.backend)
    if spoken is not None and any(is_own(c.target.version, spoken) for c in found if c.measured):
        texts = {
            truth.version: truth.text
            for truth in truths({c.target.version: claim for c, claim in found.items()}, spoken)
        }
        return {column: texts[column.target.version] for column in found}
    if len(series.columns) > 1:
        return {column: HOLDING[claim] for column, claim in found.items()}
    return {column: str(claim) for column, claim in found.items()}


def claim_nodes(
    series: Series, words: Mapping[Column, str], *, cells: CellsOf
) -> list[nodes.Node]:  # fmt: skip
    """words, each with the versions that it is said of and why the claim is not confirmed there."""
    made: list[nodes.Node] = []
    for stretch in stretches(series, words.get):
        if stretch.what is None:
            made.append(placed(absent(), stretch.where))
            continue
        found = [cell for column in stretch.columns for cell in cells(column)]
        said, *why = claim_said(stretch.what, found)
        made += [placed(said, _where(stretch.what, stretch)), *why]
    return made


def claim_said(word: str, cells: Sequence[Cell]) -> list[nodes.Node]:
    """word in the colour of what cells together say, and why they do not confirm the claim."""
    claim = claim_status(cell.status for cell in cells)
    notes = dict.fromkeys(note for cell in cells for note in reasons(cell))
    return [chip(word, look="" if word == claim else str(claim)), *map(small, notes)]


def _where(word: str, stretch: Stretch[str | None]) -> str:
    """Only what has turned is so since a version; 'true since 2.7.2' says it by itself."""
    if not stretch.where or word.startswith("true since"):
        return ""
    return stretch.where if word in _TURNED else f"in {versions_text(stretch.columns)}"
