"""A run on disk: JSON lines; a header, one line per verdict as it comes, a footer.

Strict JSON: not-a-number and the infinities are the strings 'nan', 'inf' and '-inf'. A report
without its footer, or with a verdict twice, is refused as incomplete.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from math import isfinite, prod
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

from conformance import __version__
from conformance.decide.answers import Observation, heard
from conformance.decide.explain import explain
from conformance.decide.ledger import Stale
from conformance.decide.memory import is_large, need
from conformance.decide.shard import Shard
from conformance.decide.truth import spoken_version
from conformance.files.report_lines import footer_problem, header_problem, verdict_problem
from conformance.model.backend import Target
from conformance.model.case import Choice, OutputExpected
from conformance.model.errors import ConformanceError
from conformance.model.outcome import NotATensor, Outcome, Raised, Returned, Unstable
from conformance.model.tensor import CHUNK, DigestedTensor, RuleTensor, Tensor, digest_of
from conformance.model.verdict import RED, Status, Verdict

FORMAT = 1
# Results and choices whose plain data are kept, because they come again.
REMEMBERED = 1 << 12
# Elements from which on a report holds a tensor's digest instead of its values.
WHOLE_UP_TO = 1024
SUFFIX = ".jsonl"
# Plain data of ours has no circles.
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False)


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
    """Writes a report to path while the run goes on; the footer when it is left without error.

    shard: the part of a split run that it is about. resume: what it takes to complete the report,
    if it is cut off. kept: verdicts that path has already, with their text; path is then never
    without them.
    """

    def __init__(
        self,
        path: Path,
        targets: Iterable[Target],
        *,
        started: datetime,
        shard: Shard | None = None,
        resume: dict[str, Any] | None = None,
        kept: Iterable[tuple[dict[str, Any], str]] = (),
    ) -> None:
        self.path = path
        self._started = started
        self._counts: Counter[str] = Counter()
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = tuple(kept)
        # What is there stays there until the new file has as much.
        new = path.with_name(f".{path.name}.new") if kept else path
        # A framework's message may hold bytes that are no UTF-8: escaped, not a failed run.
        self._file: TextIO = new.open("w", encoding="utf-8", errors="backslashreplace")
        self._write(line_text(header_data(targets, started=started, shard=shard, resume=resume)))
        for line, text in kept:
            self.add(line, text)
        if kept:
            os.replace(new, path)

    def __enter__(self) -> ReportWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, line: dict[str, Any], text: str = "") -> None:
        """Writes one verdict, as verdict_data gives it, and hands it to the operating system. text:
        its line_text, where that is known."""
        self._counts[line["status"]] += 1
        self._write(text or line_text(line))

    def add_known(self, texts: Iterable[str], counts: Mapping[str, int]) -> None:
        """Writes verdicts that were written before; counts: how many there are of each status."""
        self._counts.update(counts)
        self._file.writelines(f"{text}\n" for text in texts)
        self._file.flush()

    def finish(self, *, ended: datetime, cached: int = 0) -> None:
        """Writes the footer: from here on the report is whole."""
        footer = footer_data(self._counts, started=self._started, ended=ended, cached=cached)
        self._write(line_text(footer))

    def _write(self, text: str) -> None:
        self._file.write(text + "\n")
        self._file.flush()


def line_text(data: dict[str, Any]) -> str:
    """data as a line of a report, without its end."""
    return _ENCODER.encode(data)


def header_data(
    targets: Iterable[Target],
    *,
    started: datetime,
    shard: Shard | None = None,
    resume: dict[str, Any] | None = None,
) -> dict[str, Any]:
    data: dict[str, Any] = {
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
    if shard is not None:
        data["shard"] = {"index": shard.index, "of": shard.of, "split": shard.split}
    if resume is not None:
        data["resume"] = resume
    return data


def counts_data(counts: Mapping[str, int]) -> dict[str, int]:
    """How many verdicts there are of each status that occurs, in the order of the statuses."""
    return {str(status): counts[status] for status in Status if counts.get(status)}


def footer_data(
    counts: Counter[str], *, started: datetime, ended: datetime, cached: int = 0
) -> dict[str, Any]:
    """cached: how many of the verdicts an earlier run has made."""
    data: dict[str, Any] = {
        "kind": "footer",
        "verdicts": counts.total(),
        "counts": counts_data(counts),
        "time": ended.isoformat(timespec="milliseconds"),
        "duration_s": round((ended - started).total_seconds(), 3),
    }
    return data | {"cached": cached} if cached else data


def verdict_data(verdict: Verdict, content: str = "") -> dict[str, Any]:
    """verdict as plain data, the line of a report. content: what it depends on, as a digest."""
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
        **({"content": content} if content else {}),
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
    speaks_of = spoken_version(task)
    if speaks_of is not None:
        data["speaks_of"] = speaks_of
    if is_large(task):
        data["memory_bytes"] = need(task)
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


@lru_cache(REMEMBERED)
def choice_data(choice: Choice) -> dict[str, Any]:
    """{'error': word} or {'outputs': [...]}, with 'choice' where it answers a question.

    Verdicts on the same choice share it: it is nobody's to change.
    """
    data: dict[str, Any] = {"choice": choice.name} if choice.name else {}
    if choice.error is not None:
        data["error"] = choice.error
        if choice.raises:
            data["raises"] = list(choice.raises)
        if choice.raises_not:
            data["raises_not"] = list(choice.raises_not)
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
                {"type": output.type, "text": output.text}
                if isinstance(output, NotATensor)
                else tensor_data(output)
                for output in outcome.outputs
            ]
        }
    if isinstance(outcome, Raised):
        return {"error": outcome.types[0], "message": outcome.message, "phase": outcome.phase}
    if isinstance(outcome, Unstable):
        return {"first": outcome_data(outcome.first), "again": outcome_data(outcome.again)}
    how = getattr(outcome, "how", "") or getattr(outcome, "reason", "") or "no answer"
    return {"end": how}


def tensor_data(tensor: Tensor | RuleTensor | DigestedTensor) -> dict[str, Any]:
    """dtype, shape and values; of a large tensor its digest and its ends instead of the values; of
    one that is never kept whole, one digest for those of its chunks.

    Equal small tensors share it: it is nobody's to change.
    """
    if isinstance(tensor, Tensor) and prod(tensor.shape) <= WHOLE_UP_TO:
        return _whole_data(tensor)
    data: dict[str, Any] = {"dtype": tensor.dtype, "shape": list(tensor.shape)}
    if isinstance(tensor, RuleTensor):
        head, tail = tensor.stretch(0, 4), tensor.stretch(tensor.count - 4, tensor.count)
        return data | _digested(tensor.digests(CHUNK), CHUNK, head=head, tail=tail)
    if isinstance(tensor, DigestedTensor):
        return data | _digested(tensor.digests, tensor.chunk, head=tensor.head, tail=tensor.tail)
    data["digest"] = f"sha256:{sha256(tensor.data).hexdigest()}"
    for name, part in (("head", slice(None, 4)), ("tail", slice(-4, None))):
        ends = tensor.array().reshape(-1)[part]
        data[name] = Tensor.of(ends, tensor.dtype).nested()
    return data


@lru_cache(REMEMBERED)
def _whole_data(tensor: Tensor) -> dict[str, Any]:
    """Of a small tensor, which most APIs of most targets give bit for bit."""
    values = tensor.nested()
    return {"dtype": tensor.dtype, "shape": list(tensor.shape), "values": values}


def _digested(digests: Sequence[str], chunk: int, *, head: Tensor, tail: Tensor) -> dict[str, Any]:
    digest = f"sha256/{chunk}:{digest_of(digests)}"
    return {"digest": digest, "head": head.nested(), "tail": tail.nested()}


def _output_data(output: OutputExpected) -> dict[str, Any]:
    data: dict[str, Any] = {"name": output.name}
    if output.dtype is not None:
        data["dtype"] = output.dtype
    shape = output.shape if output.values is None else output.values.shape
    if shape is not None:
        data["shape"] = list(shape)
    if output.values is not None:
        if isinstance(output.values, Tensor) and not output.dtype:
            data["values"] = output.values.nested()
        else:
            data |= tensor_data(output.values)
    if output.oracle:
        data["oracle"] = "exact"
    return data


def read_report(path: Path) -> Report:
    """The report at path. Raises ReportError, with the line, if it is none or not whole."""
    try:
        # Not splitlines: a message of a framework may hold other ends of lines than ours.
        text = path.read_text("utf-8")
        lines = text.removesuffix("\n").split("\n") if text else []
    except FileNotFoundError:
        raise ReportError(f"{path}: no such file; expected a report of `conformance run`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: cannot be read: {error}") from error
    records: list[dict[str, Any]] = []
    for number, line in enumerate(lines, 1):
        records.append(_record(path, number, text=line, header=records[0] if records else {}))
    if not records or records[0].get("kind") != "header" or records[0].get("format") != FORMAT:
        raise ReportError(
            f"{path}:1: no report header of format {FORMAT}; expected a report of `conformance run`"
        )
    _refuse(f"{path}:1", header_problem(records[0]))
    footer = records[-1]
    if footer.get("kind") != "footer":
        raise ReportError(
            f"{path}:{len(lines)}: the report ends without a footer; "
            f"the run was cut off: {_completion(path, records[0])}"
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


def whole_reports(folder: Path) -> list[Report]:
    """The whole reports in folder, the one with the latest start first.

    A report that was cut off is passed over: an earlier whole one is worth more.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        try:
            found.append(read_report(path))
        except ReportError:
            continue
    return sorted(found, key=lambda report: str(report.header["time"]), reverse=True)


def _record(path: Path, number: int, *, text: str, header: dict[str, Any]) -> dict[str, Any]:
    try:
        record = json.loads(text)
    except ValueError:
        raise ReportError(
            f"{path}:{number}: the line is no JSON; "
            f"the report was cut off or edited: {_completion(path, header)}"
        ) from None
    if not isinstance(record, dict):
        raise ReportError(
            f"{path}:{number}: the line is a {type(record).__name__}; expected an object"
        )
    return record


def _completion(path: Path, header: dict[str, Any]) -> str:
    """How to have a report that is whole."""
    if "resume" in header:
        return f"`conformance run --resume {path}` runs the rest"
    return "run it again"


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
