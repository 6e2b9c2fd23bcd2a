"""What `conformance run` prints when all verdicts are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from conformance.run.fingerprints import folder_digest

Line = dict[str, Any]
FRONTS = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Output:
    """What there is to show: the lines of a report, in order, as text; what is said below them.

    texts, lines: make them, if need be. screen: what a terminal that looks like that showed of just
    this, if it is known; keep_screen: remembers it. Ten thousand verdicts take a second to be read
    and laid out.
    """

    header: Line
    texts: Callable[[], Sequence[str]]
    footer: Line
    remarks: Sequence[str]
    lines: Callable[[], Sequence[Line]]
    screen: Callable[[str], str | None]
    keep_screen: Callable[[str, str], None]


def show(output: Output, *, as_json: bool) -> None:
    """Print output, as tables for people or as the lines of a report."""
    if as_json:
        from conformance.files.report import line_text

        rows = (line_text(output.header), *output.texts(), line_text(output.footer))
        click.echo("\n".join(rows))
        return
    click.echo(_screen(output), nl=False, color=True)
    for remark in output.remarks:
        click.echo(remark)


def _screen(output: Output) -> str:
    from conformance.fronts.terminal import make_console, print_report

    console = make_console()
    code = folder_digest(FRONTS, suffixes=(".py",))
    look = f"{console.width} {console.color_system} {console.encoding} {code}"
    known = output.screen(look)
    if known is not None:
        return known
    with console.capture() as capture:
        print_report(console, output.header, output.lines())
    output.keep_screen(look, capture.get())
    return capture.get()


def summary(count: int, seconds: float, *, origins: Mapping[str, int], shard: Any = None) -> str:
    """`1573 verdicts in 4.2 s; 1400 known from before`. origins: how many come from where."""
    where = f"shard {shard}: " if shard is not None else ""
    parts = [f"{where}{count} verdicts in {seconds:.1f} s"]
    parts += [f"{number} {origin}" for origin, number in origins.items() if number]
    return "; ".join(parts)


def summary_of_known(count: int, *, shard: Any = None) -> str:
    where = f"shard {shard}: " if shard is not None else ""
    return (
        f"{where}{count} verdicts, all known from before; nothing was started; "
        "--no-cache runs everything anew"
    )
