"""Reports on a terminal: tables of verdicts, failures in full, counts. Works on report lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.table import Table

from conformance.model.verdict import RED, Status

Line = dict[str, Any]

STYLES = {
    Status.PASSED: "green",
    Status.OBSERVED: "cyan",
    Status.KNOWN: "yellow",
    Status.UNSUPPORTED: "bright_black",
}
MARKS = {
    Status.PASSED: "✓",
    Status.OBSERVED: "?",
    Status.KNOWN: "≈",
    Status.UNSUPPORTED: "–",
}


# Where there is no terminal there is no width; tables are not to be folded at 80 columns there.
FILE_WIDTH = 140


def make_console() -> Console:
    """A console on standard output."""
    console = Console()
    return console if console.is_terminal else Console(width=FILE_WIDTH)


def print_report(console: Console, header: Line, verdicts: Sequence[Line]) -> None:
    """The verdicts of each operation as a table of cases by APIs, what is red in full, counts."""
    for op in dict.fromkeys(line["op"] for line in verdicts):
        for table in _matrices(op, [line for line in verdicts if line["op"] == op], header=header):
            console.print(table)
    for line in verdicts:
        if Status(line["status"]) in RED:
            console.print(Rule(style="red"))
            console.print(_explanation(line), markup=False, highlight=False, soft_wrap=True)
    console.print(_counts(header, verdicts))
    _print_known(console, verdicts)
    _print_causes(console, verdicts)


def _matrices(op: str, verdicts: Sequence[Line], *, header: Line) -> Iterator[Table]:
    """One table per target: cases down, the target's APIs across."""
    for target in header["targets"]:
        lines = [line for line in verdicts if line["target"] == target["name"]]
        apis = list(dict.fromkeys(line["api"] for line in lines))
        if not apis:
            continue
        title = f"{op} · {target['backend']} {target['version']}"
        table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", title_style="bold")
        table.add_column("case", overflow="fold")
        for api in apis:
            table.add_column(escape(api), overflow="fold")
        cells = {(line["case"], line["api"]): _cell(line) for line in lines}
        for case in dict.fromkeys(line["case"] for line in lines):
            name = escape(case.removeprefix(f"{op}/"))
            table.add_row(name, *(cells.get((case, api), "") for api in apis))
        yield table


def _cell(line: Line) -> str:
    """`✓ keep`: a mark and the answer, or the status where there is none."""
    status = Status(line["status"])
    style = STYLES.get(status, "bold red")
    word = " or ".join(line.get("observed", ())) or str(status)
    return f"[{style}]{MARKS.get(status, '✗')} {escape(word)}[/]"


def _explanation(line: Line) -> str:
    return str(line.get("explanation") or f"{line['id']}: {line['status']}, {line.get('cause')}")


def _counts(header: Line, verdicts: Sequence[Line]) -> Table:
    """Verdicts per target and status."""
    present = [s for s in Status if any(line["status"] == s for line in verdicts)]
    table = Table(box=box.SIMPLE_HEAD, title="verdicts", title_justify="left", title_style="bold")
    table.add_column("target")
    for status in present:
        table.add_column(str(status), justify="right", style=STYLES.get(status, "bold red"))
    for target in header["targets"]:
        counts = Counter(line["status"] for line in verdicts if line["target"] == target["name"])
        table.add_row(escape(target["name"]), *(str(counts[s] or "") for s in present))
    return table


def _print_known(console: Console, verdicts: Iterable[Line]) -> None:
    known: dict[tuple[str, str], list[str]] = {}
    for line in verdicts:
        if "reason" in line:
            key = (line["reason"], line["link"])
            known.setdefault(key, []).append(line["id"])
    for (reason, link), ids in known.items():
        console.print(f"ledger: {reason} ({link})", markup=False, highlight=False)
        for task in ids:
            console.print(f"  {task}", markup=False, highlight=False)


def _print_causes(console: Console, verdicts: Iterable[Line]) -> None:
    """Why tasks are unsupported or not run: one line per target, API and cause."""
    causes = Counter(
        (line["status"], line["target"], line["api"], line["cause"])
        for line in verdicts
        if line.get("cause")
    )
    for (status, target, api, cause), count in causes.items():
        times = "" if count == 1 else f" ({count} cases)"
        console.print(f"{status}: {api} on {target}{times}: {cause}", markup=False, highlight=False)
