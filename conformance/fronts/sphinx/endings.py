"""How a call ended, or should have: the `expected` and `actual` of a report as nodes."""

from __future__ import annotations

from typing import Any

from docutils import nodes

from conformance.fronts.sphinx.markup import block, chip, code, paragraph, small
from conformance.fronts.sphinx.measured import Cell
from conformance.fronts.sphinx.values import data_text, dtype_and_shape
from conformance.model.case import ERROR_WORDS
from conformance.model.verdict import Status


def ending(data: dict[str, Any]) -> list[nodes.Node]:
    """data is {'outputs': ...}, {'error': ...}, {'first': ..., 'again': ...} or {'end': ...}."""
    if "outputs" in data:
        return [node for output in data["outputs"] for node in _output(output)]
    if "error" in data:
        return [_error(data)]
    if "first" in data:
        return [
            small("first:"), *ending(data["first"]), small("again, alone:"), *ending(data["again"]),
        ]  # fmt: skip
    return [paragraph(str(data.get("end", "no answer")).replace("-", " "))]


def dtypes(data: dict[str, Any]) -> list[nodes.Node]:
    """The dtype and shape of every output; nothing for what is no result."""
    lines: list[nodes.Node] = []
    for output in data.get("outputs", ()):
        dtype, shape = dtype_and_shape(output)
        lines.append(paragraph(code(dtype)))
        lines.append(small(shape))
    return lines


def status_cell(cell: Cell | None, *, brief: bool = False) -> list[nodes.Node]:
    """The status and why; a dash where the case does not speak of the API.

    brief: the reasons are shown when the pointer rests on the status.
    """
    if cell is None:
        return [absent()]
    if brief:
        return [chip(str(cell.status), note="; ".join(cell.notes))]
    made: list[nodes.Node] = [chip(str(cell.status)), *map(small, cell.notes)]
    if cell.line is not None and cell.line.get("link"):
        made.append(small(nodes.reference("", "more about it", refuri=cell.line["link"])))
    return made


def reasons(cell: Cell) -> tuple[str, ...]:
    """Why cell does not confirm a claim; () if it does."""
    if cell.status is Status.PASSED:
        return ()
    return cell.notes or (str(cell.status).replace("-", " "),)


def accuracy(cell: Cell | None) -> list[nodes.Node]:
    """How far the result is from the exact one, where that was asked."""
    if cell is None or cell.line is None or "accuracy" not in cell.line:
        return []
    ulp = cell.line["accuracy"]["ulp"]
    shown = ulp if isinstance(ulp, str) else f"{ulp:.3g}"
    return [small(f"{shown} ULP off at {cell.line['accuracy']['index']}")]


def _output(output: dict[str, Any]) -> list[nodes.Node]:
    if "values" in output or "text" in output or "digest" in output:
        return [block(data_text(output))]
    if "oracle" in output:
        return [paragraph("the exact result, rounded once")]
    shape = dtype_and_shape(output)[1]
    return [paragraph("shape ", code(shape))] if shape else [paragraph("not asked")]


def _error(data: dict[str, Any]) -> nodes.paragraph:
    """A word of the suite, or an exception with its message."""
    word = str(data["error"])
    if "message" in data:
        where = "" if data.get("phase") == "call" else f" (phase {data.get('phase')})"
        message = str(data["message"]).strip().partition("\n")[0]
        return paragraph(code(word), f"{where}: {message}")
    classes: list[str] = [*data.get("raises", ()), *(f"no {c}" for c in data.get("raises_not", ()))]
    end = f" ({', '.join(classes)})" if classes else ""
    return paragraph("the error ", code(word), f": {ERROR_WORDS.get(word, word)}{end}")


def absent() -> nodes.paragraph:
    """What stands where a case does not speak of an API."""
    return paragraph("—", classes=["conformance-absent"])
