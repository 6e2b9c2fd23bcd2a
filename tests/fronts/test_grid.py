"""Large tables on a terminal."""

import io

import pytest
from rich.console import Console
from rich.style import Style

from conformance.fronts.grid import Cell, Grid

RED = Style(color="red")


def printed(grid: Grid, width: int, **options: object) -> str:
    console = Console(file=io.StringIO(), width=width, **options)  # type: ignore[arg-type]
    console.print(grid.segments(width))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def grid(*words: str) -> Grid:
    return Grid("title", ["case", "torch\n2.13"], [[Cell("row"), Cell(word)] for word in words])


def test_columns_are_as_wide_as_what_is_in_them() -> None:
    assert [line.rstrip() for line in printed(grid("✓ keep"), 80).splitlines()] == [
        "title",
        "",
        "  case   torch",
        "         2.13",
        " " + "─" * 15,
        "  row    ✓ keep",
        "",
    ]


def test_what_does_not_fit_is_folded_at_blanks() -> None:
    lines = [line.rstrip() for line in printed(grid("✓ keep it all"), 20).splitlines()]
    assert lines[5:7] == ["  row    ✓ keep it", "         all"]


def test_a_word_that_does_not_fit_is_broken() -> None:
    lines = [line.rstrip() for line in printed(grid("abcdefghijkl"), 17).splitlines()]
    assert lines[-3:-1] == ["  row    abcdef", "         ghijkl"]


@pytest.mark.parametrize("width", [20, 30, 60])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    wide = Grid("t", ["c", *"abc"], [[Cell("r"), *(Cell("word " * 5) for _ in "abc")]])
    assert max(map(len, printed(wide, width).splitlines())) <= width


def test_the_least_width_breaks_no_word() -> None:
    one = grid("✓ default-int")
    lines = printed(one, one.least_width).splitlines()
    assert max(map(len, lines)) <= one.least_width
    assert any("default-int" in line for line in lines)


def test_a_style_colours_its_cell_alone() -> None:
    one = Grid("t", ["case", "a"], [[Cell("row"), Cell("bad", RED)]])
    text = printed(one, 80, force_terminal=True, color_system="standard")
    assert "\x1b[31mbad\x1b[0m" in text
    assert text.count("\x1b[31m") == 1
