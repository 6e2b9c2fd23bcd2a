"""The questions that an operation asks, and who answers what."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docutils import nodes

from conformance.decide.answers import ObservedAnswer, Relation, in_words, relation
from conformance.fronts.sphinx.columns import measured_text
from conformance.fronts.sphinx.disagreements import TONES
from conformance.fronts.sphinx.endings import accuracy, status_cell
from conformance.fronts.sphinx.markup import (
    Content,
    Row,
    chip,
    code,
    fields,
    folded,
    paragraph,
    section,
    small,
    table,
)
from conformance.fronts.sphinx.measured import Cell, Column, Measured
from conformance.fronts.sphinx.scripts import script_nodes
from conformance.fronts.sphinx.series import (
    Series,
    series_cell,
    series_of,
    stretched,
    stretches,
)
from conformance.model.case import Case, Difference

GROUPS: dict[Relation, str] = {
    "differ": "Where they differ",
    "untold": "Not told apart",
    "agree": "Where they agree",
    "silent": "Not run",
}


def differences_nodes(op: str, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
    """A table of answers and a section per question; the questions on which APIs differ first."""
    columns = measured.columns(op, apis)
    views = _views(op, measured, columns=columns)
    if not views:
        return [paragraph(f"No case of {op} asks a question.")]
    made: list[nodes.Element] = [small(f"Measured: {measured_text(measured, columns)}.")]
    for word, title in GROUPS.items():
        chosen = [view for view in views if view.relation == word]
        if chosen:
            parts = [_overview(chosen, columns), *(view.section() for view in chosen)]
            made.append(section(title, *parts, key=f"{op}-{word}"))
    return made


class _DifferenceView:
    """One question of one operation. answers: by column, of those that are asked at all."""

    def __init__(
        self,
        op: str,
        difference: Difference,
        *,
        measured: Measured,
        answers: dict[Column, ObservedAnswer],
    ) -> None:
        self.key = f"{op}-{difference.name}"
        self.difference = difference
        self.measured = measured
        self.answers = answers
        self.relation = relation(answers.values())
        asked = {o.case for answer in answers.values() for o in answer.observations}
        self.cases = [case for case in measured.cases(op) if case.address in asked]
        self.series = series_of(answers)

    def row(self, series: Sequence[Series]) -> Row:
        """The answers, one per API, with the versions that give them."""
        target = nodes.make_id(self.key)
        link = nodes.reference("", "", code(self.difference.name), refid=target, internal=True)
        first: Content = [paragraph(link), small(self.difference.asks)]
        return [first, *(stretched(one, self._said, show=self._brief) for one in series)]

    def section(self) -> nodes.section:
        difference = self.difference
        facts: list[tuple[str, Content]] = [
            ("Why it matters", difference.why),
            ("What to write instead", difference.port),
            ("Answers", [self._choices()]),
        ]
        parts = [paragraph(nodes.strong("", difference.asks)), fields(facts), self._table()]
        parts.append(folded(f"Case by case ({len(self.cases)})", [self._case_table()]))
        shown = list(self._snippets())
        if shown:
            parts.append(folded("See it in Python", shown))
        return section([code(difference.name)], *parts, key=self.key)

    def _said(self, column: Column) -> object:
        """What two versions must share to be shown as one."""
        answer = self.answers.get(column)
        if answer is None:
            return None
        silent = self._silent_status(answer, column) if answer.kind == "silent" else ""
        return answer.kind, answer.choices, answer.declared, silent

    def _brief(self, column: Column) -> list[nodes.Node]:
        answer = self.answers.get(column)
        if answer is None:
            return status_cell(None)
        made: list[nodes.Node] = [self._answer(answer, column)]
        if answer.kind in ("one", "several") and not set(answer.declared) & set(answer.choices):
            made.append(small(_declared_text(answer)))
        return made

    def _answer(self, answer: ObservedAnswer, column: Column) -> nodes.Node:
        if answer.kind == "silent":
            return chip(self._silent_status(answer, column))
        if answer.kind == "mixed":
            return chip("mixed")
        word = answer.choices[0]
        tone = self.difference.words.index(word) % TONES if answer.kind == "one" else "several"
        return chip(answer.text, look=f"answer-{tone}")

    def _silent_status(self, answer: ObservedAnswer, column: Column) -> str:
        """The status that all silent cases share; 'no answer' if they have several."""
        asked = {o.case for o in answer.observations}
        cells = [self.measured.cell(c, column) for c in self.cases if c.address in asked]
        statuses = {str(cell.status) for cell in cells if cell is not None}
        return statuses.pop() if len(statuses) == 1 else "no answer"

    def _choices(self) -> nodes.Node:
        items = nodes.definition_list(classes=["conformance-choices"])
        for name, means in self.difference.choices:
            term = nodes.term("", "", code(name))
            items += nodes.definition_list_item("", term, nodes.definition("", paragraph(means)))
        return items

    def _table(self) -> nodes.Node:
        def said(column: Column) -> object:
            observed = [o.observed for o in self.answers[column].observations]
            return self._said(column), observed if self.answers[column].kind == "mixed" else None

        rows: list[Row] = []
        for series in self.series:
            for stretch in stretches(series, said):
                column = stretch.columns[0]
                answer = self.answers[column]
                row: Row = [
                    series_cell(Series(series.api, stretch.columns)),
                    [self._answer(answer, column), *self._case_by_case(answer)],
                    _declared_text(answer),
                ]
                rows.append(row)
        return table(["API", "Observed answer", "Declared"], rows)

    def _case_by_case(self, answer: ObservedAnswer) -> Iterator[nodes.Node]:
        """What every case says, where there is no common answer."""
        if answer.kind != "mixed":
            return
        for observation in answer.observations:
            if observation.observed is not None:
                yield small(code(_short(observation.case)), f": {in_words(observation.observed)}")

    def _case_table(self) -> nodes.Node:
        head: Row = ["Case", *map(series_cell, self.series)]
        rows = [[_case_name(case), *self._case_cells(case)] for case in self.cases]
        return table(head, rows)

    def _case_cells(self, case: Case) -> Iterator[list[nodes.Node]]:
        def show(column: Column) -> list[nodes.Node]:
            cell = self.measured.cell(case, column)
            said = self._case_answer(case, column)
            words = [small(in_words(said))] if said is not None else []
            return [*status_cell(cell), *words, *accuracy(cell)]

        def alike(column: Column) -> object:
            return [node.astext() for node in show(column)]

        for series in self.series:
            yield stretched(series, alike, show=show)

    def _case_answer(self, case: Case, column: Column) -> tuple[str, ...] | None:
        said = self.answers[column].observations
        return next((o.observed for o in said if o.case == case.address), None)

    def _snippets(self) -> Iterator[nodes.Node]:
        """One script for each answer that was observed, on the first API that gives it; where the
        answers are mixed, one for each that some case gives there."""
        shown: set[tuple[str, ...]] = set()
        for column, answer in self.answers.items():
            for observation in answer.observations:
                said = observation.observed
                telling = said is not None and (answer.kind == "mixed" or said == answer.choices)
                cell = self._cell(observation.case, column)
                if said is None or not telling or said in shown or cell is None:
                    continue
                shown.add(said)
                yield from script_nodes(cell, column, says=f"answers {in_words(said)}")

    def _cell(self, address: str, column: Column) -> Cell | None:
        case = next(case for case in self.cases if case.address == address)
        return self.measured.cell(case, column)


def _views(op: str, measured: Measured, *, columns: Sequence[Column]) -> list[_DifferenceView]:
    """A view of every question that cases of op ask of these columns, in the suite's order."""
    by_target = {(column.api, column.target.name): column for column in columns}
    found: dict[str, dict[Column, ObservedAnswer]] = {}
    for answer in measured.answers(op, columns):
        column = by_target[answer.api, answer.target]
        found.setdefault(answer.difference, {})[column] = answer
    return [
        _DifferenceView(op, difference, measured=measured, answers=found[difference.name])
        for difference in measured.suite.differences
        if difference.name in found
    ]


def _overview(views: Sequence[_DifferenceView], columns: Sequence[Column]) -> nodes.Node:
    series = series_of(columns)
    head: Row = ["Question", *map(series_cell, series)]
    return table(head, [view.row(series) for view in views])


def _declared_text(answer: ObservedAnswer) -> str:
    if not answer.declared:
        return "not declared"
    words = " or ".join(answer.declared)
    if answer.kind in ("one", "several") and not set(answer.declared) & set(answer.choices):
        return f"{words}, contradicted"
    return words


def _case_name(case: Case) -> list[nodes.Node]:
    return [paragraph(code(_short(case.address))), small(case.why)]


def _short(address: str) -> str:
    return address.rpartition("/")[2]
