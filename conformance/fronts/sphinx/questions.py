"""A question over all operations: who answers what, in short, with a script for every answer."""

from __future__ import annotations

from collections.abc import Sequence

from docutils import nodes

from conformance.decide.answers import ObservedAnswer, relation
from conformance.fronts.sphinx.disagreements import apis_text, side_chip
from conformance.fronts.sphinx.markup import (
    Row,
    chip,
    code,
    folded,
    paragraph,
    section,
    table,
)
from conformance.fronts.sphinx.measured import Column, Measured
from conformance.fronts.sphinx.scripts import script_nodes
from conformance.fronts.sphinx.series import series_of, stretch_name, stretches
from conformance.model.case import Difference

Answers = dict[Column, ObservedAnswer]


def question_nodes(difference: Difference, measured: Measured) -> nodes.section:
    """A section: the question, who answers what on every operation that asks it, scripts."""
    asked = _asked(difference, measured)
    parts: list[nodes.Node] = [paragraph(nodes.strong("", difference.asks))]
    parts.append(paragraph(difference.why))
    if asked:
        rows = [_row(op, answers, difference) for op, answers in asked.items()]
        parts.append(table(["Operation", "Answers"], rows, classes=["conformance-answers"]))
        scripts = [
            node for op, answers in asked.items() for node in _scripts(op, answers, measured)
        ]
        if scripts:
            parts.append(folded("See it in Python", scripts))
    else:
        parts.append(paragraph("No case asks it."))
    return section([code(difference.name)], *parts, key=f"question-{difference.name}")


def differ_somewhere(difference: Difference, measured: Measured) -> bool:
    """True if APIs of one operation exclude each other on it."""
    asked = _asked(difference, measured)
    return any(relation(answers.values()) == "differ" for answers in asked.values())


def _asked(difference: Difference, measured: Measured) -> dict[str, Answers]:
    """Per operation that asks it, the answers of its columns."""
    found: dict[str, Answers] = {}
    for op in measured.suite.ops:
        columns = measured.columns(op.name)
        by_name = {(column.api, column.target.name): column for column in columns}
        for answer in measured.answers(op.name, columns):
            if answer.difference == difference.name:
                column = by_name[answer.api, answer.target]
                found.setdefault(op.name, {})[column] = answer
    return found


def _row(op: str, answers: Answers, difference: Difference) -> Row:
    """Every answer with the APIs that give it, one framework after another, and the versions."""
    grouped: dict[str, dict[str, list[str]]] = {}
    for series in series_of(answers):
        for stretch in stretches(series, lambda column: answers[column].text):
            said = grouped.setdefault(stretch.what, {})
            said.setdefault(stretch_name(stretch), []).append(series.api)
    cell: list[nodes.Node] = []
    for text, targets in sorted(grouped.items(), key=lambda item: item[0] == ""):
        look = _look(text, difference)
        for number, (target, apis) in enumerate(targets.items()):
            lead = [look, nodes.Text(" ")] if number == 0 else []
            cell.append(paragraph(*lead, *apis_text(apis), f" on {target}"))
    return [code(op), cell]


def _look(text: str, difference: Difference) -> nodes.inline:
    if text == "":
        return chip("no answer", look="unsupported")
    return chip(text) if text == "mixed" else side_chip(text, difference)


def _scripts(op: str, answers: Answers, measured: Measured) -> Sequence[nodes.Node]:
    """One script for each answer that was observed, on the first API that gives it."""
    cases = {case.address: case for case in measured.cases(op)}
    made: list[nodes.Node] = []
    shown: set[tuple[str, ...]] = set()
    for column, answer in answers.items():
        spoken = [o for o in answer.observations if o.observed is not None]
        telling = [o for o in spoken if answer.kind != "mixed" and o.observed == answer.choices]
        if answer.choices in shown or not telling:
            continue
        shown.add(answer.choices)
        cell = measured.cell(cases[telling[0].case], column)
        made += script_nodes(cell, column, says=f"answers {answer.text}")
    return made
