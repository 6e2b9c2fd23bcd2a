"""Reports on a terminal: tables of verdicts, failures in full, counts. Works on report lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.rule import Rule
from rich.style import Style
from rich.table import Table

from conformance.decide.answers import answers, disagreements
from conformance.files.report import observation_in
from conformance.fronts.grid import EMPTY, Cell, Grid
from conformance.fronts.terminal_truth import print_truths
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
FILE_WIDTH = 180

# Failures that are explained in full; a broken backend has hundreds.
EXPLAINED = 10


def make_console() -> Console:
    """A console on standard output."""
    console = Console()
    return console if console.is_terminal else Console(width=FILE_WIDTH)


def print_report(console: Console, header: Line, verdicts: Sequence[Line]) -> None:
    """The verdicts of each operation as a table of cases by APIs, what is red in full, counts."""
    for op in dict.fromkeys(line["op"] for line in verdicts):
        for table in _tables(console, op, [line for line in verdicts if line["op"] == op]):
            console.print(table.segments(console.width))
    _print_red(console, [line for line in verdicts if Status(line["status"]) in RED])
    console.print(_counts(header, verdicts))
    print_truths(console, header, verdicts)
    _print_disagreements(console, verdicts)
    _print_known(console, verdicts)
    _print_causes(console, verdicts)


def _tables(console: Console, op: str, verdicts: Sequence[Line]) -> Iterator[Grid]:
    """One table of all targets where that fits, otherwise one per target."""
    whole = _table(op, verdicts, title=op)
    if whole.least_width <= console.width:
        yield whole
        return
    for target in dict.fromkeys(line["target"] for line in verdicts):
        lines = [line for line in verdicts if line["target"] == target]
        yield _table(op, lines, title=f"{op} · {target}")


def _table(op: str, verdicts: Sequence[Line], *, title: str) -> Grid:
    """Cases down, APIs on their targets across."""
    heads = ["case"]
    columns = list(dict.fromkeys((line["api"], line["target"]) for line in verdicts))
    for api, target in columns:
        package, _, rest = api.partition(".")
        heads.append(f"{package}\n{target.partition('-')[2]}\n{rest}")
    cells = {(line["case"], line["api"], line["target"]): _cell(line) for line in verdicts}
    rows = (
        [Cell(case.removeprefix(f"{op}/")), *(cells.get((case, *c), EMPTY) for c in columns)]
        for case in dict.fromkeys(line["case"] for line in verdicts)
    )
    return Grid(title, heads, rows)


def _print_red(console: Console, lines: Sequence[Line]) -> None:
    for line in lines[:EXPLAINED]:
        console.print(Rule(style="red"))
        console.print(_explanation(line), markup=False, highlight=False, soft_wrap=True)
    for line in lines[EXPLAINED:]:
        text = f"{line['status']}: {_explanation(line).splitlines()[0]}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if len(lines) > EXPLAINED:
        rest = len(lines) - EXPLAINED
        console.print(f"{rest} more are explained in the report (--report FILE)", highlight=False)


def _cell(line: Line) -> Cell:
    """`✓ keep`: a mark and the answer, the declared one if it may be, or the status."""
    status = Status(line["status"])
    style = STYLES.get(status, "bold red")
    observed = line.get("observed", [])
    word = " or ".join(observed) or str(status)
    if line.get("declared") in observed:
        word = line["declared"]
    return Cell(f"{MARKS.get(status, '✗')} {word}", Style.parse(style))


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


def _print_disagreements(console: Console, verdicts: Iterable[Line]) -> None:
    """Spellings of one operation inside one framework that answer one question differently."""
    observations = filter(None, map(observation_in, verdicts))
    found = disagreements(answers(observations))
    if not found:
        return
    title = "spellings that disagree inside one framework"
    table = Table(box=box.SIMPLE_HEAD, title=title, title_justify="left", title_style="bold")
    for head in ("question", "target", "answer", "APIs"):
        table.add_column(head, overflow="fold")
    for one in found:
        first = (f"{one.op} · {one.difference}", one.target)
        for number, (says, apis) in enumerate(one.sides):
            row = (*(first if number == 0 else ("", "")), says, ", ".join(apis))
            table.add_row(*map(escape, row))
    console.print(table)


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
