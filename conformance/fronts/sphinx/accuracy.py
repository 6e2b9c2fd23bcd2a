"""How far the results of an operation are from the exact ones: a table, and plots."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from string import ascii_uppercase
from typing import Any

from docutils import nodes

from conformance.fronts.sphinx.columns import measured_text
from conformance.fronts.sphinx.endings import status_cell
from conformance.fronts.sphinx.markup import (
    Content,
    Row,
    chip,
    code,
    folded,
    paragraph,
    small,
    table,
)
from conformance.fronts.sphinx.measured import Cell, Column, Measured
from conformance.fronts.sphinx.plot import Line, error_plot, number_text
from conformance.fronts.sphinx.series import (
    Series,
    columns_name,
    series_cell,
    series_of,
    stretched,
    stretches,
)
from conformance.model.case import Case, LaidOut, Op
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import Tensor
from conformance.model.verdict import Status

# Class -> (its name in words, what it says), the best first.
CLASSES: dict[str, tuple[str, str]] = {
    "correctly-rounded": ("correctly rounded", "no result of the dtype is nearer to the exact one"),
    "within-1-ulp": ("within 1 ULP", "one of the two neighbours of the exact result"),
    "blocked": ("blocked", "within the bound for sums in blocks or trees: grows with log n"),
    "sequential": (
        "sequential",
        "within the bound for one rounding per element: grows with n",
    ),
    "stalls": ("stalls", "from some element on, what is added is too small to change the result"),
    "overflows-early": (
        "overflows early",
        "not finite, though the exact result can be held by the dtype",
    ),
    "beyond-bounds": ("beyond bounds", "no order of the same operations explains the error"),
    "inexact": ("inexact", "not the exact result rounded once; there is no ULP for the dtype"),
}
FINE = frozenset({Status.PASSED, Status.OBSERVED})


def accuracy_nodes(op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
    """Greatest error and class per case with an oracle and API, and the errors over positions."""
    cases = sorted(filter(asks_oracle, measured.cases(op.name)), key=_order)
    if not cases:
        return [paragraph(f"No case of {op.name} asks how far floats are from the exact result.")]
    columns = measured.columns(op.name, apis)
    series = series_of(columns)
    head: Row = ["n, dtype, input", *map(series_cell, series)]
    cells = {(c.address, column): measured.cell(c, column) for c in cases for column in columns}
    rows = [
        [_name(case), *(_of_series(case, one, cells=cells) for one in series)] for case in cases
    ]
    made: list[nodes.Element] = [
        small(f"Measured: {measured_text(measured, columns)}."),
        table(head, rows, classes=["conformance-accuracy"]),
    ]
    classes = {_accuracy(cell)["class"] for cell in cells.values() if _accuracy(cell)}
    if classes:
        made.append(_meanings(classes))
    return [*made, *_plots(op, cases, columns=columns, measured=measured)]


def asks_oracle(case: Case) -> bool:
    """True if the exact result is what the case expects, and x has a dtype that rounds."""
    expectation = case.expectation
    return (
        expectation is not None
        and any(output.oracle for choice in expectation.choices for output in choice.outputs)
        and DTYPES[_x(case).dtype].kind in ("float", "complex")
    )


def _x(case: Case) -> Tensor:
    """The tensor whose scan is judged: the loader lets no other call have an oracle."""
    assert case.call is not None
    x = dict(case.call.arguments)["x"]
    tensor = x.tensor if isinstance(x, LaidOut) else x
    assert isinstance(tensor, Tensor)
    return tensor


def _length(case: Case) -> int:
    """The number of elements along the axis."""
    assert case.call is not None
    axis = dict(case.call.arguments)["axis"]
    assert isinstance(axis, int)
    return _x(case).shape[axis]


def _order(case: Case) -> tuple[int, int, str]:
    dtype = DTYPES[_x(case).dtype]
    return _length(case), dtype.bits, dtype.name


def _name(case: Case) -> list[nodes.Node]:
    x = _x(case)
    shape = f"shape {x.shape}: " if len(x.shape) > 1 else ""
    about = case.why or case.id
    return [
        paragraph(nodes.strong("", f"n = {number_text(_length(case))}"), ", ", code(x.dtype)),
        small(code(case.id), f": {shape}{about}"),
    ]


def _of_series(
    case: Case, series: Series, *, cells: dict[tuple[str, Column], Cell | None]
) -> Content:  # fmt: skip
    def show(column: Column) -> list[nodes.Node]:
        return _cell(cells[case.address, column])

    def alike(column: Column) -> object:
        return [node.astext() for node in show(column)]

    return stretched(series, alike, show=show)


def _cell(cell: Cell | None) -> list[nodes.Node]:
    data = _accuracy(cell)
    if cell is None or not data:
        return status_cell(cell)
    word = str(data["class"])
    made: list[nodes.Node] = [
        paragraph(f"{number_text(_ulp(data['ulp']))} ULP"),
        chip(CLASSES[word][0] if word in CLASSES else word, look=f"class-{word}"),
    ]
    return made if cell.status in FINE else [*made, *status_cell(cell)]


def _accuracy(cell: Cell | None) -> dict[str, Any]:
    found: dict[str, Any] = cell.line.get("accuracy", {}) if cell is not None and cell.line else {}
    return found


def _ulp(value: float | str) -> float:
    """Strict JSON has no infinity: it stands there as a text."""
    return math.inf if isinstance(value, str) else float(value)


def _meanings(classes: set[str]) -> nodes.Element:
    """What the classes that occur mean, the best first."""
    made = nodes.definition_list(classes=["conformance-choices"])
    for name, (words, means) in CLASSES.items():
        if name in classes:
            term = nodes.term("", "", chip(words, look=f"class-{name}"))
            made += nodes.definition_list_item("", term, nodes.definition("", paragraph(means)))
    return made


def _plots(
    op: Op, cases: Sequence[Case], *, columns: Sequence[Column], measured: Measured
) -> Iterator[nodes.Element]:
    """A plot of the longest input per dtype; those of shorter ones are folded."""
    plotted = [(case, _lines(case, columns=columns, measured=measured)) for case in cases]
    plotted = [(case, lines) for case, lines in plotted if lines]
    longest: dict[str, int] = {}
    for case, _ in plotted:
        dtype = _x(case).dtype
        longest[dtype] = max(longest.get(dtype, 0), _length(case))
    rest = []
    for case, lines in plotted:
        plot = _plot(op, case, lines=lines)
        if _length(case) == longest[_x(case).dtype]:
            yield plot
        else:
            rest.append(plot)
    if rest:
        yield folded(f"The same for shorter inputs ({len(rest)})", rest)


def _plot(op: Op, case: Case, *, lines: Sequence[Line]) -> nodes.Element:
    title = (
        f"Greatest error over the position: {op.name} of {number_text(_length(case))} elements "
        f"in {_x(case).dtype} ({case.id})"
    )
    key = f"conformance-plot-{nodes.make_id(case.address)}"
    return nodes.raw("", error_plot(lines, key=key, title=title), format="html")


def _lines(case: Case, *, columns: Sequence[Column], measured: Measured) -> list[Line]:
    """The curves of a case; APIs with the very same errors share one."""
    found: dict[tuple[tuple[int, float], ...], list[str]] = {}

    def points(column: Column) -> tuple[tuple[int, float], ...]:
        curve = _accuracy(measured.cell(case, column)).get("curve", ())
        return tuple((position, _ulp(error)) for position, error in curve)

    for series in series_of(columns):
        for stretch in stretches(series, points):
            if stretch.what:
                label = f"{series.api} on {columns_name(stretch.columns)}"
                found.setdefault(stretch.what, []).append(label)
    return [
        Line(tuple(labels), points, _letter(number))
        for number, (points, labels) in enumerate(found.items())
    ]


def _letter(number: int) -> str:
    """A, B, ..., Z, AA, AB, ..."""
    more, last = divmod(number, len(ascii_uppercase))
    return (_letter(more - 1) if more else "") + ascii_uppercase[last]
