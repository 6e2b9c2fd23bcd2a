"""Large tables on a terminal. rich lays out a thousand cells in a second; this takes a fiftieth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.segment import Segment, Segments
from rich.style import Style

# Blanks on both sides of a cell, and one between two cells.
MARGIN = 3
BOLD = Style(bold=True)
PLAIN = Style()


@dataclass(frozen=True, slots=True)
class Cell:
    """One text, which may have several lines, in one style."""

    text: str
    style: Style = PLAIN


EMPTY = Cell("")


class Grid:
    """A table with a title, heads, and rows as wide as the heads.

    Columns that do not fit are narrowed, the widest first, and their texts folded; the first one
    stays as wide as it is.
    """

    def __init__(self, title: str, heads: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
        self.title = title
        self.heads = [Cell(head, BOLD) for head in heads]
        self.rows = [list(row) for row in rows]
        columns = [{cell.text for cell in column} for column in zip(*self._all(), strict=True)]
        self._natural = [max(map(_longest_line, texts)) for texts in columns]
        self._least = [max(map(_longest_word, texts)) for texts in columns]
        self._least[0] = self._natural[0]
        self._folded: dict[tuple[str, int], list[str]] = {}

    @property
    def least_width(self) -> int:
        """Columns of a terminal that it needs to break no word."""
        return sum(self._least) + MARGIN * len(self._least) + 1

    def segments(self, width: int) -> Segments:
        """The table on a terminal of that width."""
        return Segments(list(self._segments(self._widths(width - MARGIN * len(self.heads) - 1))))

    def _all(self) -> list[list[Cell]]:
        return [self.heads, *self.rows]

    def _widths(self, room: int) -> list[int]:
        widths = _narrowed(self._natural, self._least, room)
        first, *others = widths
        return [first, *_narrowed(others, [1] * len(others), room - first)]

    def _segments(self, widths: Sequence[int]) -> Iterator[Segment]:
        yield Segment(f"{self.title}\n", BOLD)
        yield Segment("\n")
        yield from self._row(self.heads, widths)
        rule = "─" * (sum(widths) + MARGIN * len(widths) - 1)
        yield Segment(f" {rule} \n")
        for row in self.rows:
            yield from self._row(row, widths)
        yield Segment("\n")

    def _row(self, cells: Sequence[Cell], widths: Sequence[int]) -> Iterator[Segment]:
        columns = [self._fold(cell.text, width) for cell, width in zip(cells, widths, strict=True)]
        for number in range(max(map(len, columns))):
            for cell, lines, width in zip(cells, columns, widths, strict=True):
                text = lines[number] if number < len(lines) else ""
                yield Segment("  ")
                yield Segment(text, cell.style)
                yield Segment(" " * (width - len(text) + 1))
            yield Segment("\n")

    def _fold(self, text: str, width: int) -> list[str]:
        key = (text, width)
        if key not in self._folded:
            self._folded[key] = [part for line in text.split("\n") for part in _folded(line, width)]
        return self._folded[key]


def _narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """widths, the widest made narrower until all fit into room, none below its least."""
    cap = max(widths, default=0)
    while cap > 1 and sum(_capped(widths, least, cap)) > room:
        cap -= 1
    return _capped(widths, least, cap)


def _capped(widths: Sequence[int], least: Sequence[int], cap: int) -> list[int]:
    return [max(low, min(width, cap)) for width, low in zip(widths, least, strict=True)]


def _longest_line(text: str) -> int:
    return max(map(len, text.split("\n")))


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _folded(line: str, width: int) -> Iterator[str]:
    """Pieces of at most width, broken at blanks where there are some."""
    while len(line) > width:
        end = line.rfind(" ", 0, width + 1)
        piece, line = (line[:end], line[end + 1 :]) if end > 0 else (line[:width], line[width:])
        yield piece
    yield line
