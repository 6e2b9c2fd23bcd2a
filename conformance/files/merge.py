"""Several reports as one: of other targets, of other machines, of the shards of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from conformance.decide.changes import differing_parts
from conformance.files.report import Report, ReportError, counts_data, line_text

Line = Mapping[str, Any]

# What belongs to one report of several; every other key of a header must be the same in all.
_OWN = frozenset({"kind", "format", "time", "targets", "shard", "resume"})


def merged(reports: Sequence[Report]) -> list[dict[str, Any]]:
    """The records of one report that says what all of reports say, each verdict once.

    It began with the first of them; duration_s of the footer is the sum of theirs.
    Raises ReportError, with both places, if two contradict each other, or if a shard is missing.
    """
    _check_shards(reports)
    header = _header(reports)
    verdicts = _verdicts(reports)
    counts = Counter(line["status"] for line in verdicts)
    footer = {
        "kind": "footer",
        "verdicts": len(verdicts),
        "counts": counts_data(counts),
        "time": max(report.footer["time"] for report in reports),
        "duration_s": round(sum(report.footer["duration_s"] for report in reports), 3),
    }
    return [header, *verdicts, footer]


def write_merged(reports: Sequence[Report], path: Path) -> list[dict[str, Any]]:
    """Writes `merged` to path, and returns it. Raises ReportError."""
    records = merged(reports)
    path.parent.mkdir(parents=True, exist_ok=True)
    # A framework's message may hold bytes that are no UTF-8.
    path.write_text(
        "".join(f"{line_text(record)}\n" for record in records), "utf-8", errors="backslashreplace"
    )
    return records


def _header(reports: Sequence[Report]) -> dict[str, Any]:
    first = reports[0]
    targets: dict[str, tuple[Report, dict[str, Any]]] = {}
    for report in reports:
        for key in sorted((report.header.keys() | first.header.keys()) - _OWN):
            _demand_same(first.header, report.header, key=key, what=key, places=(first, report))
        for target in report.header["targets"]:
            other, known = targets.setdefault(target["name"], (report, target))
            for key in known:
                what = f"{key} of the target {target['name']}"
                _demand_same(known, target, key=key, what=what, places=(other, report))
    # What several machines were asked, none can complete.
    left_out = ("shard", "resume")
    header = {key: value for key, value in first.header.items() if key not in left_out}
    header["time"] = min(report.header["time"] for report in reports)
    header["targets"] = [target for _, target in targets.values()]
    return header


def _demand_same(
    one: Line, other: Line, *, key: str, what: str, places: tuple[Report, Report]
) -> None:
    if one.get(key) != other.get(key):
        raise ReportError(
            f"{places[1].path}:1: {what} is {other.get(key)!r}, but {one.get(key)!r} in "
            f"{places[0].path}:1; expected reports of the same: they cannot be merged"
        )


def _verdicts(reports: Iterable[Report]) -> list[dict[str, Any]]:
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    for report in reports:
        for where, line in _placed(report):
            other, known = found.setdefault(line["id"], (where, line))
            if known is line:
                continue
            contradiction = _contradiction(known, line)
            if contradiction:
                raise ReportError(
                    f"{where}: the verdict on {line['id']} contradicts {other}: {contradiction}; "
                    "expected the same outcome: run the task again"
                )
    return [line for _, line in found.values()]


def _placed(report: Report) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every verdict with its file and line."""
    for number, line in enumerate(report.verdicts, 2):
        yield f"{report.path}:{number}", line


def _contradiction(one: Line, other: Line) -> str:
    """What two verdicts on one task do not agree on; '' if they do."""
    parts = list(differing_parts(one, other))
    if one["expected"] != other["expected"]:
        parts.append("expected")
    if len({line["content"] for line in (one, other) if "content" in line}) > 1:
        parts.append("content")
    if "status" in parts:
        return f"{other['status']}, there {one['status']}"
    return f"another {' and '.join(parts)}" if parts else ""


def _check_shards(reports: Sequence[Report]) -> None:
    """Refuses shards of different splits, and a split of which a shard is missing."""
    shards = [(report, report.header["shard"]) for report in reports if "shard" in report.header]
    if not shards:
        return
    first, shard = shards[0]
    for report, other in shards:
        if any(other[key] != shard[key] for key in ("of", "split")):
            raise ReportError(
                f"{report.path}:1: a shard of another split than {first.path}:1, of {other['of']} "
                f"and {shard['of']}; expected shards of the same cases, targets and durations"
            )
    there = {other["index"] for _, other in shards}
    missing = [str(n) for n in range(1, shard["of"] + 1) if n not in there]
    if missing:
        raise ReportError(
            f"{first.path}:1: a shard of {shard['of']}, of which {', '.join(missing)} "
            f"{'is' if len(missing) == 1 else 'are'} missing; expected the reports of all shards"
        )
