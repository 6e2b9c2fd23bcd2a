"""Spellings inside one framework whose answers to one question exclude each other."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from conformance.decide.answers import NONE_OF_THESE, Disagreement, ObservedAnswer, disagreements
from conformance.fronts.sphinx.columns import column_name, measured_text
from conformance.fronts.sphinx.markup import (
    Row,
    chip,
    code,
    folded,
    paragraph,
    section,
    small,
    table,
)
from conformance.fronts.sphinx.measured import Column, Measured
from conformance.fronts.sphinx.scripts import script_nodes
from conformance.model.case import Difference, Op

# Choices of one question look different up to this many; the words stand there in any case.
TONES = 5


def disagreement_nodes(measured: Measured, op: Op | None) -> list[nodes.Element]:
    """A table with a script for every side, of one operation, else a section for each that has
    any."""
    if op is not None:
        return _of(op, measured)
    made: list[nodes.Element] = []
    for one in measured.suite.ops:
        if _found(one, measured):
            made.append(section([code(one.name)], *_of(one, measured), key=f"{one.name}-disagree"))
    if made:
        return made
    measured_at_all = any(
        column.measured for one in measured.suite.ops for column in measured.columns(one.name)
    )
    return [paragraph("None were found." if measured_at_all else "Not run.")]


def side_chip(says: str, difference: Difference) -> nodes.inline:
    """An answer of a question in the colour that it has everywhere."""
    if says == NONE_OF_THESE:
        return chip(says, look="mixed")
    known = [number for number, word in enumerate(difference.words) if word == says]
    return chip(says, look=f"answer-{known[0] % TONES}" if known else "answer-several")


def apis_text(apis: Sequence[str]) -> list[nodes.Node]:
    """The names of APIs in one line, separated by commas."""
    made: list[nodes.Node] = []
    for number, api in enumerate(apis):
        made += [nodes.Text(", ")] if number else []
        made.append(code(api))
    return made


def _found(op: Op, measured: Measured) -> tuple[Disagreement, ...]:
    columns = [column for column in measured.columns(op.name) if column.measured]
    return disagreements(measured.answers(op.name, columns))


def _of(op: Op, measured: Measured) -> list[nodes.Element]:
    columns = measured.columns(op.name)
    made: list[nodes.Element] = [small(f"Measured: {measured_text(measured, columns)}.")]
    found = _found(op, measured)
    if not found:
        some = any(column.measured for column in columns)
        return [*made, paragraph("None were found." if some else "Not run.")]
    by_name = {(column.api, column.target.name): column for column in columns}
    rows = [_row(one, measured, columns=by_name) for one in found]
    made.append(table(["Question", "Inside", "Answers", "Seen in the case"], rows))
    for one in found:
        scripts = list(_scripts(one, measured, columns=by_name))
        title = f"{one.difference} on {one.target} in Python"
        made.append(folded(title, scripts))
    return made


def _row(
    one: Disagreement, measured: Measured, *, columns: dict[tuple[str, str], Column]
) -> Row:  # fmt: skip
    difference = measured.suite.difference(one.difference)
    assert difference is not None
    sides = [paragraph(side_chip(s, difference), " ", *apis_text(a)) for s, a in one.sides]
    column = columns[one.sides[0][1][0], one.target]
    return [
        [paragraph(code(one.difference)), small(difference.asks)],
        column_name(column),
        sides,
        [code(one.case.rpartition("/")[2])] if one.case else "by the cases of each",
    ]


def _scripts(
    one: Disagreement, measured: Measured, *, columns: dict[tuple[str, str], Column]
) -> list[nodes.Node]:
    """A script for every side, on its first API."""
    cases = {case.address: case for case in measured.cases(one.op)}
    answers = {answer.api: answer for answer in one.answers}
    made: list[nodes.Node] = []
    for says, apis in one.sides:
        column = columns[apis[0], one.target]
        case = cases[one.case or telling(answers[apis[0]])]
        made += script_nodes(measured.cell(case, column), column, says=f"answers {says}")
    return made


def telling(answer: ObservedAnswer) -> str:
    """A case that says no more than what is left, else any that says something."""
    spoken = [o for o in answer.observations if o.observed is not None]
    return next((o.case for o in spoken if o.observed == answer.choices), spoken[0].case)
