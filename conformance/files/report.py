"""A run on disk: JSON lines; a header, one line per verdict as it comes, a footer.

Strict JSON: not-a-number and the infinities are the strings 'nan', 'inf' and '-inf'. A report
without its footer, or with a verdict twice, is refused as incomplete.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from math import isfinite, prod
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from conformance import __version__
from conformance.decide.answers import Observation, heard
from conformance.decide.explain import explain
from conformance.decide.ledger import Stale
from conformance.files.report_lines import footer_problem, header_problem, verdict_problem
from conformance.model.backend import Target
from conformance.model.case import Choice, OutputExpected
from conformance.model.errors import ConformanceError
from conformance.model.outcome import Outcome, Raised, Returned, Unstable
from conformance.model.tensor import Tensor
from conformance.model.verdict import RED, Status, Verdict

FORMAT = 1
# Elements from which on a report holds a tensor's digest instead of its values.
WHOLE_UP_TO = 1024
SUFFIX = ".jsonl"


class ReportError(ConformanceError):
    """A report that cannot be taken as one."""


@dataclass(frozen=True, slots=True)
class Report:
    """A whole report. targets, verdicts: as written, plain data; see the schema `report`."""

    path: Path
    header: dict[str, Any]
    verdicts: tuple[dict[str, Any], ...]
    footer: dict[str, Any]

    @property
    def red(self) -> bool:
        return any(Status(line["status"]) in RED for line in self.verdicts)


class ReportWriter:
    """Writes a report to path while the run goes on; the footer when it is left without error."""

    def __init__(self, path: Path, targets: Iterable[Target], *, started: datetime) -> None:
        self.path = path
        self._started = started
        self._counts: Counter[str] = Counter()
        path.parent.mkdir(parents=True, exist_ok=True)
        # A framework's message may hold bytes that are no UTF-8: escaped, not a failed run.
        self._file: TextIO = path.open("w", encoding="utf-8", errors="backslashreplace")
        self._write(header_data(targets, started=started))

    def __enter__(self) -> ReportWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, line: dict[str, Any]) -> None:
        """Writes one verdict, as verdict_data gives it, and hands it to the operating system."""
        self._counts[line["status"]] += 1
        self._write(line)

    def finish(self, *, ended: datetime) -> None:
        """Writes the footer: from here on the report is whole."""
        self._write(footer_data(self._counts, started=self._started, ended=ended))

    def _write(self, data: dict[str, Any]) -> None:
        self._file.write(json.dumps(data, ensure_ascii=False, allow_nan=False) + "\n")
        self._file.flush()


def header_data(targets: Iterable[Target], *, started: datetime) -> dict[str, Any]:
    return {
        "kind": "header",
        "format": FORMAT,
        "tool": f"conformance {__version__}",
        "time": started.isoformat(timespec="milliseconds"),
        "targets": [
            {
                "name": target.name,
                "backend": target.backend,
                "version": target.version,
                "interpreter": target.python,
                "platform": target.platform,
                "device": target.device,
                "mode": target.mode,
            }
            for target in targets
        ],
    }


def footer_data(counts: Counter[str], *, started: datetime, ended: datetime) -> dict[str, Any]:
    return {
        "kind": "footer",
        "verdicts": counts.total(),
        "counts": {str(status): counts[status] for status in Status if counts[status]},
        "time": ended.isoformat(timespec="milliseconds"),
        "duration_s": round((ended - started).total_seconds(), 3),
    }


def verdict_data(verdict: Verdict) -> dict[str, Any]:
    """verdict as plain data, the line of a report."""
    task = verdict.task
    data: dict[str, Any] = {
        "kind": "verdict",
        "id": task.id,
        "op": task.case.op,
        "case": task.case.address,
        "api": task.binding.api,
        "target": task.target.name,
        "status": str(verdict.status),
        "expected": choice_data(verdict.choice),
        "actual": outcome_data(verdict.outcome),
        "mismatches": [
            {
                "kind": mismatch.kind,
                "text": mismatch.text,
                "positions": [
                    {"index": list(index), "expected": expected, "actual": actual}
                    for index, expected, actual in mismatch.positions
                ],
            }
            for mismatch in verdict.mismatches
        ],
        "duration_s": round(verdict.duration_s, 7),
        "place": str(task.case.place),
    }
    if task.expectation.question is not None:
        data["difference"] = task.expectation.question
        data["declared"] = task.declared
        data["observed"] = list(verdict.observed)
    if verdict.accuracy is not None:
        data["accuracy"] = {
            # Strict JSON has no infinity.
            "ulp": verdict.accuracy.ulp if isfinite(verdict.accuracy.ulp) else "inf",
            "index": list(verdict.accuracy.index),
            "class": verdict.accuracy.name,
            "curve": [
                [position, ulp if isfinite(ulp) else "inf"]
                for position, ulp in verdict.accuracy.curve
            ],
        }
    if verdict.cause:
        data["cause"] = verdict.cause
    if verdict.mismatches:
        data["explanation"] = explain(verdict)
    if task.known is not None:
        data["reason"] = task.known.reason
        data["link"] = task.known.link
    evidence = verdict.outcome.evidence if verdict.outcome is not None else None
    if evidence is not None and evidence.printed:
        data["printed"] = evidence.printed
    if evidence is not None and evidence.signature is not None:
        data["signature"] = list(evidence.signature)
    return data


def stale_data(stale: Stale) -> dict[str, Any]:
    """A ledger entry that speaks of nothing, as plain data: a verdict line of status stale."""
    return {
        "kind": "verdict",
        "id": stale.id,
        "op": stale.case.partition("/")[0],
        "case": stale.case,
        "api": stale.api,
        "target": stale.target.name,
        "status": str(Status.STALE),
        "expected": {},
        "actual": {"end": "not-run"},
        "mismatches": [{"kind": "ledger", "text": stale.text, "positions": []}],
        "duration_s": 0.0,
        "place": str(stale.entry.place),
        "explanation": stale.text,
        "reason": stale.entry.reason,
        "link": stale.entry.link,
    }


def choice_data(choice: Choice) -> dict[str, Any]:
    """{'error': word} or {'outputs': [...]}, with 'choice' where it answers a question."""
    data: dict[str, Any] = {"choice": choice.name} if choice.name else {}
    if choice.error is not None:
        data["error"] = choice.error
    else:
        data["outputs"] = [_output_data(output) for output in choice.outputs]
    return data


def outcome_data(outcome: Outcome | None) -> dict[str, Any]:
    """What happened: {'outputs': [...]}, {'error': ..., 'message': ...} or {'end': ...}."""
    if outcome is None:
        return {"end": "not-run"}
    if isinstance(outcome, Returned):
        return {
            "outputs": [
                tensor_data(output)
                if isinstance(output, Tensor)
                else {"type": output.type, "text": output.text}
                for output in outcome.outputs
            ]
        }
    if isinstance(outcome, Raised):
        return {"error": outcome.types[0], "message": outcome.message, "phase": outcome.phase}
    if isinstance(outcome, Unstable):
        return {"first": outcome_data(outcome.first), "again": outcome_data(outcome.again)}
    how = getattr(outcome, "how", "") or getattr(outcome, "reason", "") or "no answer"
    return {"end": how}


def tensor_data(tensor: Tensor) -> dict[str, Any]:
    """dtype, shape and values; of a large tensor its digest and its ends instead of the values."""
    data: dict[str, Any] = {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    if prod(tensor.shape) <= WHOLE_UP_TO:
        data["values"] = tensor.nested()
        return data
    data["digest"] = f"sha256:{sha256(tensor.data).hexdigest()}"
    for name, part in (("head", slice(None, 4)), ("tail", slice(-4, None))):
        ends = tensor.array().reshape(-1)[part]
        data[name] = Tensor.of(ends, tensor.dtype).nested()
    return data


def _output_data(output: OutputExpected) -> dict[str, Any]:
    data: dict[str, Any] = {"name": output.name}
    if output.dtype is not None:
        data["dtype"] = output.dtype
    shape = output.shape if output.values is None else output.values.shape
    if shape is not None:
        data["shape"] = list(shape)
    if output.values is not None:
        data |= tensor_data(output.values) if output.dtype else {"values": output.values.nested()}
    if output.oracle:
        data["oracle"] = "exact"
    return data


def read_report(path: Path) -> Report:
    """The report at path. Raises ReportError, with the line, if it is none or not whole."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        raise ReportError(f"{path}: no such file; expected a report of `conformance run`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: cannot be read: {error}") from error
    records = [_record(path, number, text=text) for number, text in enumerate(lines, 1)]
    if not records or records[0].get("kind") != "header" or records[0].get("format") != FORMAT:
        raise ReportError(
            f"{path}:1: no report header of format {FORMAT}; expected a report of `conformance run`"
        )
    _refuse(f"{path}:1", header_problem(records[0]))
    footer = records[-1]
    if footer.get("kind") != "footer":
        raise ReportError(
            f"{path}:{len(lines)}: the report ends without a footer; "
            "the run was cut off: run it again"
        )
    _refuse(f"{path}:{len(lines)}", footer_problem(footer))
    verdicts = records[1:-1]
    targets = frozenset(target["name"] for target in records[0]["targets"])
    _check_verdicts(path, verdicts, footer=footer, targets=targets)
    return Report(path, records[0], tuple(verdicts), footer)


def observation_in(line: dict[str, Any]) -> Observation | None:
    """What a verdict's line says about the question of its case; None if the case asks none."""
    if "difference" not in line:
        return None
    return Observation(
        line["difference"],
        line["api"],
        line["target"],
        line["case"],
        heard(line["observed"], (mismatch["kind"] for mismatch in line["mismatches"])),
        line["declared"],
    )


def newest_report(folder: Path) -> Report | None:
    """The whole report in folder with the latest start; None if there is none.

    A report that was cut off is passed over: an earlier whole one is worth more.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found.append(read_report(path))
        except ReportError:
            continue
    return max(found, key=lambda report: str(report.header["time"]), default=None)


def _record(path: Path, number: int, *, text: str) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except ValueError:
        raise ReportError(
            f"{path}:{number}: the line is no JSON; the report was cut off or edited: run it again"
        ) from None
    if not isinstance(record, dict):
        raise ReportError(
            f"{path}:{number}: the line is a {type(record).__name__}; expected an object"
        )
    return record


def _check_verdicts(
    path: Path,
    verdicts: list[dict[str, Any]],
    *,
    footer: dict[str, Any],
    targets: frozenset[str],
) -> None:
    seen: dict[str, int] = {}
    for number, line in enumerate(verdicts, 2):
        where = f"{path}:{number}"
        if line.get("kind") != "verdict":
            raise ReportError(f"{where}: the line is no verdict")
        _refuse(where, verdict_problem(line, targets))
        if line["id"] in seen:
            raise ReportError(
                f"{where}: a second verdict on {line['id']}; "
                f"the first is in line {seen[line['id']]}"
            )
        seen[line["id"]] = number
    if footer["verdicts"] != len(verdicts):
        raise ReportError(
            f"{path}: {len(verdicts)} verdicts, but the footer counts {footer['verdicts']}; "
            "lines are missing: run it again"
        )


def _refuse(where: str, problem: str) -> None:
    if problem:
        raise ReportError(f"{where}: {problem}")
