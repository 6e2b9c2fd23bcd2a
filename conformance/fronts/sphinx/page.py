"""A documentation page as measured: source, signatures, parameter table, examples."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from docutils import nodes

from conformance.decide.claims import ClaimStatus, claim_status
from conformance.decide.snippet import call_text
from conformance.files.report import choice_data
from conformance.fronts.sphinx.columns import api_cell, column_name, measured_text
from conformance.fronts.sphinx.endings import claim_cell, dtypes, ending, status_cell
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
    """The parts of one page. own: the columns of the APIs that the page speaks of."""

    def __init__(self, page: Page, measured: Measured) -> None:
        self.page = page
        self.measured = measured
        self.apis = [api.api for api in page.apis]
        self.own = measured.columns(page.op, self.apis)
        self.others = [c for c in measured.columns(page.op) if c.api not in self.apis]
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
        return fields(
            [
                ("Page", source.title),
                ("Source", where),
                ("Revision", code(source.revision)),
                ("SHA-256", code(source.sha256)),
                ("Speaks of", speaks_of),
                ("Measured", measured_text(self.measured, self.own)),
            ]
        )

    def _overview(self) -> nodes.Element:
        """How many claims hold, per API and target."""
        rows: list[Row] = []
        for column in self.own:
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
        """What Python itself says of the callable, per target."""
        for column in self.own:
            if column.api != api.api:
                continue
            cells = self._cells([case for _, cases in self.rows for case in cases], column)
            lines = [cell.line for cell in cells if cell.line is not None]
            names = next((line["signature"] for line in lines if "signature" in line), None)
            if not lines:
                yield f"{column_name(column)}: not run"
            elif names is None:
                yield f"{column_name(column)}: Python cannot read it, so only calls can tell"
            else:
                yield f"{column_name(column)}, as Python reads it: ({', '.join(names)})"

    def _parameters(self) -> nodes.Node:
        head: Row = [
            "Parameter",
            *map(api_cell, self.own),
            "The page says",
        ]
        return table(head, [self._parameter(row, cases) for row, cases in self.rows])

    def _parameter(self, row: ParameterRow, cases: list[Case]) -> Row:
        names = dict(row.names)
        absent = [api.api for api in self.page.apis if names.get(api.backend) is None]
        claim = CLAIMS[row.claim].format(absent=" and ".join(absent))
        return [
            code(row.canonical),
            *(self._row_cell(row, cases, column=column) for column in self.own),
            [paragraph(claim), small(lines_text(row.lines))],
        ]

    def _row_cell(
        self, row: ParameterRow, cases: list[Case], *, column: Column
    ) -> list[nodes.Node]:
        """The name there, whether the claim holds, what became of the other framework's name."""
        name = dict(row.names).get(column.target.backend)
        other = next((n for b, n in row.names if b != column.target.backend), None)
        cells = self._cells(cases, column)
        said, *why = claim_cell([cell for cell in cells if not _asks(cell)])
        made = [paragraph(code(name) if name else f"no {other}", " ", said), *why]
        for cell in filter(_asks, cells):
            observed = cell.line.get("observed", ()) if cell.line is not None else ()
            answer = " or ".join(observed) or str(cell.status).replace("-", " ")
            made.append(small(code(f"{other}="), f" is {answer}"))
        return made

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
        yield self._endings(case, self.own, claims=True)
        if any(self.measured.cell(case, column) for column in self.others):
            others = self._endings(case, self.others, claims=False)
            yield folded("The same call on APIs that the page does not speak of", [others])

    def _endings(self, case: Case, columns: Sequence[Column], *, claims: bool) -> nodes.Node:
        rows: list[Row] = []
        for column in columns:
            cell = self.measured.cell(case, column)
            if cell is None or cell.task is None:
                continue
            actual = cell.line["actual"] if cell.line is not None else {"end": "not-run"}
            rows.append(
                [
                    [
                        paragraph(code(call_text(cell.task)), classes=["conformance-call"]),
                        small(column_name(column)),
                    ],
                    claim_cell([cell]) if claims else status_cell(cell),
                    dtypes(actual),
                    ending(actual),
                ]
            )
        return table(["Call", "Verdict", "Actual dtype", "Actual result"], rows)


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
