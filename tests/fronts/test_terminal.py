"""The parts of a report on a terminal."""

import io

from rich.console import Console

from conformance.fronts.terminal import print_report

TARGET = "mindspore-2.10.0"
TITLE = "spellings that disagree inside one framework"


def line(api: str, observed: str) -> dict[str, object]:
    case = "cumsum/behaviour/cast-precedes-sum"
    return {
        "kind": "verdict", "id": f"{case}[{api}]", "op": "cumsum", "case": case, "api": api,
        "target": TARGET, "status": "passed", "mismatches": [], "difference": "cast-order",
        "declared": observed, "observed": [observed],
    }  # fmt: skip


def printed(*lines: dict[str, object]) -> list[str]:
    console = Console(file=io.StringIO(), width=160)
    print_report(console, {"targets": [{"name": TARGET}]}, lines)
    assert isinstance(console.file, io.StringIO)
    return [" ".join(text.split()) for text in console.file.getvalue().splitlines()]


def test_spellings_that_disagree_are_listed_by_their_answers() -> None:
    shown = printed(line("a.f", "before"), line("a.m", "after"), line("a.n", "after"))
    start = shown.index(TITLE)
    assert f"cumsum · cast-order {TARGET} before a.f" in shown[start:]
    assert "after a.m, a.n" in shown[start:]


def test_spellings_that_agree_are_not_listed() -> None:
    assert TITLE not in printed(line("a.f", "after"), line("a.m", "after"))
