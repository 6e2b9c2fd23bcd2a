"""A documentation page as measured: source, signatures, parameter table, examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from docutils import nodes

from conformance.decide.claims import ClaimStatus, claim_status
from conformance.decide.snippet import call_text
from conformance.decide.truth import is_own
from conformance.files.report import choice_data
from conformance.fronts.sphinx.claims import claim_nodes, claim_words
from conformance.fronts.sphinx.columns import api_cell, measured_text
from conformance.fronts.sphinx.endings import dtypes, ending, status_cell
from conformance.fronts.sphinx.markup import (
    Content,
    Row,
    block,
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
from conformance.fronts.sphinx.series import (
    Series,
    columns_name,
    series_cell,
    series_of,
    stretched,
    stretches,
)
from conformance.fronts.sphinx.values import value_text
from conformance.model.case import Call, Case, Choice, DocumentedApi, LaidOut, Page, ParameterRow
from conformance.model.tensor import Tensor

CLAIMS = {
    "same": "the same parameter, the same name",
    "renamed": "the same parameter, another name",
    "missing": "no such parameter in {absent}",
}


def page_nodes(page: Page, measured: Measured) -> list[nodes.Element]:
    """Everything that the page says, each claim beside what was measured."""
    return _PageView(page, measured).all()


def lines_text(lines: tuple[int, int]) -> str:
    first, last = lines
    return f"line {first}" if first == last else f"lines {first} to {last}"


class _PageView:
    """The parts of one page. own: the columns of the APIs that the page speaks of; series: the
    same by API, from old to new versions."""

    def __init__(self, page: Page, measured: Measured) -> None:
        self.page = page
        self.measured = measured
        self.apis = [api.api for api in page.apis]
        self.own = measured.columns(page.op, self.apis)
        self.series = series_of(self.own)
        others = (c for c in measured.columns(page.op) if c.api not in self.apis)
        self.others = series_of(others)
        cases = measured.cases(page.op, file=page.file)
        self.examples = [case for case in cases if case.kind == "example"]
        self.rows = [
            (row, [c for c in cases if c.kind == "parameter" and c.lines == row.lines])
            for row in page.rows
        ]

    def all(self) -> list[nodes.Element]:
        return [
            self._facts(),
            self._overview(),
            section("Signatures", *self._signatures(), key=f"{self.page.address}-signatures"),
            section("Parameters", self._parameters(), key=f"{self.page.address}-parameters"),
            *self._examples(),
        ]

    def _facts(self) -> nodes.Element:
        source = self.page.source
        where = paragraph(code(source.path), " in ", code(source.repository))
        speaks_of = ", ".join(f"{backend} {version}" for backend, version in source.speaks_of)
        facts: list[tuple[str, Content]] = [
            ("Page", source.title),
            ("Source", where),
            ("Revision", code(source.revision)),
            ("SHA-256", code(source.sha256)),
            ("Speaks of", speaks_of),
            ("Measured", measured_text(self.measured, self.own)),
        ]
        missing = ", ".join(self._not_run())
        if missing:
            facts.append(("Not run", f"{missing}, of which the page speaks"))
        return fields(facts)

    def _not_run(self) -> Iterator[str]:
        """The versions that the page speaks of where only others of the backend were run."""
        for backend, spoken in self.page.source.speaks_of:
            run = [c.target for c in self.own if c.measured and c.target.backend == backend]
            if run and not any(is_own(target.version, spoken) for target in run):
                yield f"{backend} {spoken}"

    def _overview(self) -> nodes.Element:
        """How many claims hold, per API and target."""
        rows: list[Row] = []
        for column in (column for series in self.series for column in series.columns):
            claims = self._claims(column)
            counts = Counter(claim_status(cell.status for cell in cells) for cells in claims)
            numbers = [str(counts[claim]) for claim in ClaimStatus]
            rows.append([api_cell(column), *numbers])
        head: Row = ["API", *(chip(str(claim)) for claim in ClaimStatus)]
        return table(head, rows, classes=["conformance-numbers"])

    def _claims(self, column: Column) -> Iterator[list[Cell]]:
        """The cells of every claim: each row of the table, each example."""
        for cases in (*(cases for _, cases in self.rows), *([case] for case in self.examples)):
            cells = [cell for cell in self._cells(cases, column) if not _asks(cell)]
            if cells:
                yield cells

    def _cells(self, cases: Sequence[Case], column: Column) -> list[Cell]:
        cells = (self.measured.cell(case, column) for case in cases)
        return [cell for cell in cells if cell is not None]

    def _signatures(self) -> Iterator[nodes.Node]:
        for api in self.page.apis:
            yield block(f"{api.api}({api.parameters})", "python")
            yield small(
                f"As documented for {api.backend}, {lines_text(api.lines)} of the page. "
                + "; ".join(self._read_signatures(api))
                + "."
            )

    def _read_signatures(self, api: DocumentedApi) -> Iterator[str]:
        """What Python itself says of the callable, per version."""
        for series in self.series:
            if series.api == api.api:
                for stretch in stretches(series, self._read_signature):
                    yield f"{columns_name(stretch.columns)}{stretch.what}"

    def _read_signature(self, column: Column) -> str:
        cells = self._cells([case for _, cases in self.rows for case in cases], column)
        lines = [cell.line for cell in cells if cell.line is not None]
        names = next((line["signature"] for line in lines if "signature" in line), None)
        if not lines:
            return ": not run"
        if names is None:
            return ": Python cannot read it, so only calls can tell"
        return f", as Python reads it: ({', '.join(names)})"

    def _parameters(self) -> nodes.Node:
        head: Row = [
            "Parameter",
            *map(series_cell, self.series),
            "The page says",
        ]
        return table(head, [self._parameter(row, cases) for row, cases in self.rows])

    def _parameter(self, row: ParameterRow, cases: list[Case]) -> Row:
        names = dict(row.names)
        absent = [api.api for api in self.page.apis if names.get(api.backend) is None]
        claim = CLAIMS[row.claim].format(absent=" and ".join(absent))
        return [
            code(row.canonical),
            *(self._row_cell(row, cases, series=series) for series in self.series),
            [paragraph(claim), small(lines_text(row.lines))],
        ]

    def _row_cell(
        self, row: ParameterRow, cases: list[Case], *, series: Series
    ) -> list[nodes.Node]:
        """The name there, whether the claim holds, what became of the other framework's name."""
        name = dict(row.names).get(series.backend)
        other = next((n for b, n in row.names if b != series.backend), None)

        def claims(column: Column) -> list[Cell]:
            return [cell for cell in self._cells(cases, column) if not _asks(cell)]

        made: list[nodes.Node] = [paragraph(code(name) if name else f"no {other}")]
        words = claim_words(series, self.page, cells=claims)
        said, *rest = claim_nodes(series, words, cells=claims)
        one = isinstance(said, nodes.inline)
        made = [paragraph(*made[0].children, " ", said), *rest] if one else [*made, said, *rest]
        for number in range(max(len(self._asked(cases, c)) for c in series.columns)):
            made += self._other_name(cases, series, other=other, number=number)
        return made

    def _other_name(
        self, cases: list[Case], series: Series, *, other: str | None, number: int
    ) -> list[nodes.Node]:
        """What became of the other framework's name, in words, version by version."""

        def answer(column: Column) -> str:
            asked = self._asked(cases, column)
            return asked[number] if number < len(asked) else "not asked"

        def show(column: Column) -> list[nodes.Node]:
            return [small(code(f"{other}="), f" is {answer(column)}")]

        return stretched(series, answer, show=show)

    def _asked(self, cases: Sequence[Case], column: Column) -> list[str]:
        """The answers of the questions among cases."""
        return [
            " or ".join(cell.line.get("observed", ()) if cell.line is not None else ())
            or str(cell.status).replace("-", " ")
            for cell in filter(_asks, self._cells(cases, column))
        ]

    def _examples(self) -> Iterator[nodes.Element]:
        for number, case in enumerate(self.examples, 1):
            yield section(
                [nodes.Text(f"Example {number}: "), code(case.id)],
                *self._example(case),
                key=f"{self.page.address}-{case.id}",
            )

    def _example(self, case: Case) -> Iterator[nodes.Node]:
        if case.lines is not None:
            yield small(f"{lines_text(case.lines).capitalize()} of the page. {case.why}".strip())
        if case.call is not None and case.expectation is not None:
            yield _claimed(case.call, case.expectation.choices[0], inferred=case.inferred)
        for said in case.documented:
            yield paragraph("For ", code(said.api), " the page shows:")
            yield _claimed(said.call, said.expectation.choices[0], inferred=case.inferred)
        yield self._endings(case, self.series, claims=True)
        if any(self.measured.cell(case, c) for series in self.others for c in series.columns):
            others = self._endings(case, self.others, claims=False)
            yield folded("The same call on APIs that the page does not speak of", [others])

    def _endings(self, case: Case, series: Sequence[Series], *, claims: bool) -> nodes.Node:
        rows = [row for one in series for row in self._ending_rows(case, one, claims=claims)]
        return table(["Call", "Verdict", "Actual dtype", "Actual result"], rows)

    def _ending_rows(self, case: Case, series: Series, *, claims: bool) -> Iterator[Row]:
        """A row per stretch of versions in which the call ends alike."""

        def cells(column: Column) -> list[Cell]:
            return self._cells([case], column)

        words = claim_words(series, self.page, cells=cells)

        def alike(column: Column) -> tuple[Any, ...] | None:
            cell = self.measured.cell(case, column)
            if cell is None or cell.task is None:
                return None
            return call_text(cell.task), _actual(cell), cell.status

        for stretch in stretches(series, alike):
            cell = self.measured.cell(case, stretch.columns[0])
            if cell is None or cell.task is None:
                continue
            actual = _actual(cell)
            part = Series(series.api, stretch.columns)
            yield [
                [
                    paragraph(code(call_text(cell.task)), classes=["conformance-call"]),
                    small(columns_name(stretch.columns)),
                ],
                claim_nodes(part, words, cells=cells) if claims else status_cell(cell),
                dtypes(actual),
                ending(actual),
            ]


def _actual(cell: Cell) -> dict[str, Any]:
    """What the report says happened."""
    actual: dict[str, Any] = cell.line["actual"] if cell.line is not None else {"end": "not-run"}
    return actual


def _asks(cell: Cell) -> bool:
    """True if the cell's task asks a question: that is no claim of the page."""
    return cell.task is not None and cell.task.expectation.question is not None


def _claimed(call: Call, choice: Choice, *, inferred: Sequence[str]) -> nodes.Node:
    """The inputs and what the page shows for them."""
    data = choice_data(choice)
    pairs: list[tuple[str, Content]] = []
    for name, value in call.arguments:
        text = value_text(value)
        tensor = value.tensor if isinstance(value, LaidOut) else value
        if isinstance(tensor, Tensor):
            layout = f", {value.layout}" if isinstance(value, LaidOut) else ""
            label = f"{name}: {tensor.dtype} {tensor.shape}{layout}"
            pairs.append((label, [block(text)]))
        else:
            pairs.append((name, [paragraph(code(text))]))
    dtype = ", ".join(str(output.get("dtype", "not said")) for output in data.get("outputs", ()))
    if dtype:
        note = " (inferred: the page does not print it)" if "dtype" in inferred else ""
        pairs.append(("Documented dtype", [paragraph(code(dtype), note)]))
    pairs.append(("Documented result", ending(data)))
    return fields(pairs)
