"""APIs that answer a question otherwise in another execution mode of the same version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from docutils import nodes

from conformance.decide.answers import Disagreement, ObservedAnswer, disagreements
from conformance.fronts.sphinx.columns import column_name
from conformance.fronts.sphinx.disagreements import side_chip, telling
from conformance.fronts.sphinx.markup import Row, code, folded, paragraph, section, small, table
from conformance.fronts.sphinx.measured import Column, Measured
from conformance.fronts.sphinx.scripts import script_nodes
from conformance.model.case import Op

Columns = dict[tuple[str, str], Column]


def mode_nodes(measured: Measured) -> list[nodes.Element]:
    """A section for each operation that has an API of which two modes answer otherwise."""
    made: list[nodes.Element] = []
    compared = False
    for op in measured.suite.ops:
        columns = [column for column in measured.columns(op.name) if column.measured]
        compared = compared or _several_modes(columns)
        found = disagreements(_by_mode(measured.answers(op.name, columns), columns))
        if found:
            by_name = {(column.api, column.target.name): column for column in columns}
            made.append(_section(op, found, measured, columns=by_name))
    if made:
        return made
    unknown = "The report does not have two modes of one version."
    return [paragraph("None were found." if compared else unknown)]


def _several_modes(columns: Sequence[Column]) -> bool:
    places = {(c.target.backend, c.target.version, c.target.mode) for c in columns}
    return len(places) > len({place[:2] for place in places})


def _by_mode(answers: Sequence[ObservedAnswer], columns: Sequence[Column]) -> list[ObservedAnswer]:
    """The answers, each with the target in the API's place: an API of a version is what they are
    grouped by, and targets are what disagrees."""
    places = {c.target.name: f"{c.target.backend} {c.target.version}" for c in columns}
    return [
        replace(one, api=one.target, target=f"{one.api} of {places[one.target]}",
                observations=tuple(replace(o, api=o.target) for o in one.observations))
        for one in answers
    ]  # fmt: skip


def _section(
    op: Op, found: Sequence[Disagreement], measured: Measured, *, columns: Columns
) -> nodes.Element:
    rows = [_row(one, measured, columns=columns) for one in found]
    made: list[nodes.Element] = [table(["Question", "API", "Answers", "Seen in the case"], rows)]
    for one in found:
        scripts = list(_scripts(one, measured, columns=columns))
        made.append(folded(f"{one.difference}, {one.target}, in Python", scripts))
    return section([code(op.name)], *made, key=f"{op.name}-modes")


def _row(one: Disagreement, measured: Measured, *, columns: Columns) -> Row:
    difference = measured.suite.difference(one.difference)
    assert difference is not None
    sides = [
        paragraph(side_chip(says, difference), " ", ", ".join(
            column_name(columns[_api(one), target]) for target in targets
        ))
        for says, targets in one.sides
    ]  # fmt: skip
    return [
        [paragraph(code(one.difference)), small(difference.asks)],
        [code(_api(one))],
        sides,
        [code(one.case.rpartition("/")[2])] if one.case else "by the cases of each",
    ]


def _api(one: Disagreement) -> str:
    return one.target.partition(" ")[0]


def _scripts(one: Disagreement, measured: Measured, *, columns: Columns) -> list[nodes.Node]:
    """A script for every side, in its first mode."""
    cases = {case.address: case for case in measured.cases(one.op)}
    answers = {answer.api: answer for answer in one.answers}
    made: list[nodes.Node] = []
    for says, targets in one.sides:
        column = columns[_api(one), targets[0]]
        case = cases[one.case or telling(answers[targets[0]])]
        made += script_nodes(measured.cell(case, column), column, says=f"answers {says}")
    return made
