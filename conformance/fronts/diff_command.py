"""`conformance diff`: what has become of tasks between two reports, or two targets of one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.decide.changes import (
    CHANGE_KINDS,
    Change,
    Line,
    Pairing,
    changes,
    is_worse,
    pair_named,
    pair_targets,
)
from conformance.files.report import Report, read_report
from conformance.model.errors import UsageError
from conformance.model.verdict import RED, Status

# What an outcome may take of a line.
WIDTH = 100


@dataclass(frozen=True, slots=True)
class Diff:
    """Two reports, or one twice, and what differs between them."""

    old: Report
    new: Report
    pairing: Pairing
    changes: tuple[Change, ...]

    @property
    def worse(self) -> bool:
        return is_worse(self.changes, self.pairing)


def diff_of(old: Path, new: Path | None, *, names: tuple[str, str] | None) -> Diff:
    """The difference of two reports; with names, of these two targets alone.

    Raises UsageError if it is not said which targets of one report are to be compared.
    """
    before = read_report(old)
    after = before if new is None else read_report(new)
    targets = before.header["targets"], after.header["targets"]
    if names is None and new is None:
        known = ", ".join(target["name"] for target in targets[0])
        raise UsageError(
            f"diff has one report, {old}; expected a second one, or --from and --to with two of "
            f"its targets: {known}"
        )
    pairing = pair_named(*targets, names=names) if names else pair_targets(*targets)
    if not pairing.pairs:
        raise UsageError(
            f"no target of {after.path} stands for one of {before.path}; expected the same names, "
            "or one target of a backend in each; --from and --to name two targets; "
            f"the first has: {', '.join(pairing.gone) or '(none)'}; "
            f"the second: {', '.join(pairing.added) or '(none)'}"
        )
    return Diff(before, after, pairing, changes(before.verdicts, after.verdicts, pairing=pairing))


def as_data(diff: Diff) -> dict[str, Any]:
    """diff as plain data, for --format json."""
    counts = Counter(change.kind for change in diff.changes)
    return {
        "old": str(diff.old.path),
        "new": str(diff.new.path),
        "targets": [list(pair) for pair in diff.pairing.pairs],
        "targets_gone": list(diff.pairing.gone),
        "targets_added": list(diff.pairing.added),
        "counts": {kind: counts[kind] for kind in CHANGE_KINDS},
        "changes": [
            {
                "kind": change.kind,
                "case": change.line["case"],
                "api": change.line["api"],
                "parts": list(change.parts),
                "before": _side_data(change.before),
                "after": _side_data(change.after),
            }
            for change in diff.changes
        ],
    }


def as_text(diff: Diff) -> str:
    """diff in lines: the worst first, target by target, then the counts."""
    lines: list[str] = []
    for pair in diff.pairing.pairs:
        of_pair = [change for change in diff.changes if _is_of(change, pair)]
        for kind in CHANGE_KINDS:
            lines += _block(kind, [c for c in of_pair if c.kind == kind], pair=pair)
    for word, names, report in (
        ("gone", diff.pairing.gone, diff.old),
        ("added", diff.pairing.added, diff.new),
    ):
        for name in names:
            count = sum(line["target"] == name for line in report.verdicts)
            plural = "" if count == 1 else "s"
            lines.append(f"{word}: the target {name} with {count} verdict{plural}")
    counts = Counter(change.kind for change in diff.changes)
    lines.append(", ".join(f"{counts[kind]} {kind}" for kind in CHANGE_KINDS))
    return "\n".join(lines)


def _block(kind: str, found: Sequence[Change], *, pair: tuple[str, str]) -> list[str]:
    if not found:
        return []
    where = pair[0] if pair[0] == pair[1] else f"{pair[0]} -> {pair[1]}"
    lines = [f"{kind} ({len(found)}), {where}"]
    alike: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for change in found:
        what = change.line["case"], tuple(_change_lines(change))
        alike.setdefault(what, []).append(change.line["api"])
    for (case, (first, *sides)), apis in alike.items():
        lines += [f"  {case} · {', '.join(apis)}: {first}", *sides]
    return [*lines, ""]


def _change_lines(change: Change) -> Iterator[str]:
    """What has changed, then both sides; APIs of a case of which the same is said are one entry."""
    if change.before is None or change.after is None:
        red = ", red" if Status(change.line["status"]) in RED else ""
        yield f"{change.line['status']}{red}"
        return
    yield ", ".join(change.parts)
    for line in (change.before, change.after):
        yield f"      {line['status']:<11} {_outcome_text(line)}"


def _is_of(change: Change, pair: tuple[str, str]) -> bool:
    if change.after is not None:
        return bool(change.after["target"] == pair[1])
    return bool(change.line["target"] == pair[0])


def _side_data(line: Line | None) -> dict[str, Any] | None:
    if line is None:
        return None
    keys = ("id", "target", "status", "actual", "observed", "accuracy", "cause")
    return {key: line[key] for key in keys if key in line}


def _outcome_text(line: Line) -> str:
    """What happened in one line: `int64 (3,) [1, 3, 6], answers default-int`."""
    text = _cut(_actual_text(line["actual"]))
    if line.get("observed"):
        text += f", answers {' or '.join(line['observed'])}"
    if "accuracy" in line:
        ulp = line["accuracy"]["ulp"]
        shown = ulp if isinstance(ulp, str) else f"{ulp:.3g}"
        text += f", {line['accuracy']['class']} ({shown} ULP)"
    return text


def _actual_text(actual: Line) -> str:
    if "outputs" in actual:
        return ", ".join(map(_output_text, actual["outputs"])) or "no output"
    if "error" in actual:
        # Some frameworks begin their messages with a line of hyphens.
        lines = str(actual["message"]).splitlines()
        said = next((line.strip() for line in lines if any(map(str.isalnum, line))), "")
        return f"{actual['error']}: {said}" if said else str(actual["error"])
    if "first" in actual:
        return f"{_actual_text(actual['first'])}; again {_actual_text(actual['again'])}"
    return str(actual.get("end", "no answer"))


def _output_text(output: Line) -> str:
    if "type" in output:
        return f"a {output['type']}: {output['text']}"
    shape = f"({', '.join(map(str, output['shape']))}{',' * (len(output['shape']) == 1)})"
    if "values" in output:
        return f"{output['dtype']} {shape} {_plain(output['values'])}"
    ends = f"{_plain(output['head'])[:-1]}, ..., {_plain(output['tail'])[1:]}"
    return f"{output['dtype']} {shape} {ends} {output['digest'][:14]}"


def _plain(values: Any) -> str:
    return str(values).replace("'", "")


def _cut(text: str) -> str:
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."
