"""Small pieces of a document: chips, tables that scroll, folds, sections."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from docutils import nodes
from sphinx.addnodes import only

if TYPE_CHECKING:
    from sphinx.writers.html5 import HTML5Translator

# What a table's cell may hold: text, one node, or several that stand below each other.
Content = str | nodes.Node | Sequence[nodes.Node]
Row = Sequence[Content]

WIDEST_COLUMN = 40


class fold(nodes.General, nodes.Element):  # noqa: N801 (docutils finds visitors by this name)
    """Content that a reader opens: <details> in HTML, everything in sequence elsewhere."""


def visit_fold_html(translator: HTML5Translator, node: fold) -> None:
    translator.body.append(translator.starttag(node, "details", CLASS="conformance-fold"))
    translator.body.append(f"<summary>{translator.encode(node['summary'])}</summary>\n")


def depart_fold_html(translator: HTML5Translator, _: fold) -> None:
    translator.body.append("</details>\n")


def pass_fold(_: nodes.NodeVisitor, __: fold) -> None:
    """Other builders show the content as it is."""


def folded(summary: str, children: Iterable[nodes.Node]) -> fold:
    # Only HTML shows the summary by itself.
    heading = only("", paragraph(nodes.strong("", summary)), expr="not html")
    return fold("", heading, *children, summary=summary)


def chip(word: str, *, look: str = "", note: str = "") -> nodes.inline:
    """A word in a coloured box; look names the colour where it is not the word itself.

    The word always stands there: colour alone says nothing to many readers. note is shown by HTML
    when the pointer rests on it.
    """
    shown: nodes.Node = nodes.Text(word)
    if note:
        shown = nodes.abbreviation("", word, explanation=note)
    return nodes.inline("", "", shown, classes=["conformance-chip", f"conformance-{look or word}"])


def code(text: str) -> nodes.literal:
    return nodes.literal("", text)


def small(*children: str | nodes.Node) -> nodes.paragraph:
    return paragraph(*children, classes=["conformance-note"])


def paragraph(*children: str | nodes.Node, classes: Sequence[str] = ()) -> nodes.paragraph:
    made = [nodes.Text(child) if isinstance(child, str) else child for child in children]
    return nodes.paragraph("", "", *made, classes=list(classes))


def block(text: str, language: str = "text") -> nodes.literal_block:
    return nodes.literal_block(text, text, language=language)


def section(title: str | Sequence[nodes.Node], *children: nodes.Node, key: str) -> nodes.section:
    """A section whose address in the document comes from key."""
    inline = [nodes.Text(title)] if isinstance(title, str) else list(title)
    title_node = nodes.title("", "", *inline)
    made = nodes.section("", title_node, *children, classes=["conformance-section"])
    made["ids"] = [nodes.make_id(key)]
    return made


def fields(pairs: Iterable[tuple[str, Content]]) -> nodes.field_list:
    """A list of labelled facts."""
    made = nodes.field_list(classes=["conformance-facts"])
    for label, content in pairs:
        body = nodes.field_body("", *_cell_nodes(content))
        made += nodes.field("", nodes.field_name("", label), body)
    return made


def table(
    head: Row,
    rows: Iterable[Row],
    *,
    classes: Sequence[str] = (),
) -> nodes.container:
    """A table in a box of its own that scrolls sideways on a narrow screen.

    The first column holds the names of the rows and stays in sight.
    """
    made = nodes.table(classes=["conformance-table", *classes])
    heads, below = _row(head), [_row(row) for row in rows]
    group = nodes.tgroup(cols=len(head))
    # Widths in characters, for builders that cannot see how wide a text is.
    for number, column in enumerate(zip(heads, *below, strict=True)):
        width = min(WIDEST_COLUMN, max(map(_width, column)))
        group += nodes.colspec(colwidth=width, stub=int(number == 0))
    thead, body = nodes.thead("", heads), nodes.tbody("", *below)
    group += [thead, body]
    made += group
    return nodes.container("", made, classes=["conformance-scroll"])


def settle(made: Sequence[nodes.Element], document: nodes.document) -> None:
    """Gives every section an id that is free in document, and mends the references to it.

    Text is shown as it is: quotes in messages are not made pretty.
    """
    renamed = {}
    for root in made:
        root["support_smartquotes"] = False
        for part in root.findall(nodes.section):
            wanted = part["ids"].pop()
            free = _free_id(wanted, document)
            renamed[wanted] = free
            part["ids"].append(free)
            document.set_id(part)
    for root in made:
        for reference in root.findall(nodes.reference):
            if reference.get("refid") in renamed:
                reference["refid"] = renamed[reference["refid"]]


def _free_id(wanted: str, document: nodes.document) -> str:
    number, free = 1, wanted
    while free in document.ids:
        number += 1
        free = f"{wanted}-{number}"
    return free


def _row(cells: Row) -> nodes.row:
    return nodes.row("", *(nodes.entry("", *_cell_nodes(cell)) for cell in cells))


def _width(cell: nodes.Node) -> int:
    """The length of the longest line, with room for the marks that plain text puts around code."""
    return 2 + max(map(len, cell.astext().splitlines()), default=1)


def _cell_nodes(content: Content) -> list[nodes.Node]:
    """content as block nodes: text and inline nodes go into one paragraph."""
    if isinstance(content, str):
        return [paragraph(content)] if content else []
    parts = [content] if isinstance(content, nodes.Node) else list(content)
    blocks: list[nodes.Node] = []
    for part in parts:
        inline = isinstance(part, nodes.Inline | nodes.Text)
        blocks.append(paragraph(part) if inline else part)
    return blocks
