"""What a run need not do, because an earlier one has: whole answers, and single verdicts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from json import dumps, loads
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.files.verdict_store import NEVER_KEPT, Answer, Known, VerdictStore
from conformance.fronts.request import Request
from conformance.fronts.session import cases_folder
from conformance.model.backend import Backend, Target
from conformance.run.fingerprints import Fingerprint, fingerprint, folder_digest, own_code

if TYPE_CHECKING:
    from conformance.model.verdict import Task

Line = dict[str, Any]
FOLDER = "verdicts"
# Variables that frameworks, their libraries and Python take notice of.
PREFIXES = (
    "ATEN_", "BLIS_", "CUDA_", "DNNL_", "FLAGS_", "GLIBC_TUNABLES", "GLOG_", "GOMP_", "HIP_",
    "JAX_", "KMP_", "LD_", "MKL_", "MINDSPORE_", "MS_", "NPY_", "NUMPY_", "OMP_", "ONEDNN_",
    "OPENBLAS_", "PADDLE_", "PYTHON", "PYTORCH_", "TF_", "TORCH", "VECLIB_", "XLA_",
)  # fmt: skip
# Of these, those that say nothing about a result: make and a shell may differ in them.
WITHOUT_EFFECT = frozenset({"PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONUNBUFFERED"})


class KnownVerdicts:
    """The verdicts of earlier runs that hold for pairs as they are now.

    reads: whether any counts; otherwise none is known. writes: whether any is kept.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[Backend, Target]],
        *,
        home: Path,
        reads: bool = True,
        writes: bool = True,
    ) -> None:
        self._store = VerdictStore(home / FOLDER)
        self._reads = reads
        self._writes = writes
        variables = {
            name: value
            for name, value in os.environ.items()
            if name.startswith(PREFIXES) and name not in WITHOUT_EFFECT
        }
        code = own_code()
        self._backends = {backend.name: backend for backend, _ in pairs}
        self._prints: dict[str, Fingerprint] = {
            target.name: fingerprint(backend, target, code=code, variables=variables)
            for backend, target in pairs
        }
        self._read: dict[str, dict[str, Known]] = {}
        self._fresh: dict[str, dict[str, Known]] = {}

    @property
    def fingerprints(self) -> dict[str, str | None]:
        """What the verdicts of each target depend on beside their content, by its name."""
        return {name: one.digest for name, one in self._prints.items()}

    @property
    def unknown(self) -> list[str]:
        """Why the verdicts of a target are never known, for each of which none is."""
        return [
            f"verdicts on {name} are not kept: {one.unknown}"
            for name, one in self._prints.items()
            if one.unknown
        ]

    def has(self, target: Target) -> bool:
        """Whether some verdict on target is known."""
        digest = self._prints[target.name].digest
        return self._reads and digest is not None and self._store.has(digest)

    def question(self, request: Request) -> str | None:
        """The digest of everything that the answer to request depends on; None if that is not
        known."""
        if not all(self.fingerprints.values()):
            return None
        cases = cases_folder(request.cases)
        facts = [
            dumps(request.question()),
            *(f"{name} {digest}" for name, digest in self.fingerprints.items()),
            *(
                f"{backend.adapter.parent} {folder_digest(backend.adapter.parent)}"
                for backend in self._backends.values()
            ),
            str(cases),
            folder_digest(cases, suffixes=(".yaml", ".yml")),
        ]
        if request.durations is not None and request.durations.is_file():
            facts.append(sha256(request.durations.read_bytes()).hexdigest())
        return text_digest("\n".join(facts))

    def answer(self, question: str | None) -> Answer | None:
        return self._store.answer(question) if self._reads and question else None

    def keep_answer(
        self,
        question: str | None,
        lines: Sequence[tuple[Line, str]],
        *,
        more: Mapping[str, Any],
    ) -> bool:
        """Remember the answer, if the same question would have it again; whether it would."""
        kept = all(line["status"] not in NEVER_KEPT for line, _ in lines)
        if not (self._writes and question is not None and kept):
            return False
        self._store.keep_answer(question, [text for _, text in lines], more=more)
        return True

    def screen(self, question: str | None, look: str) -> str | None:
        """What a terminal that looks like that showed of the answer."""
        return self._store.screen(f"{question}-{text_digest(look)}") if question else None

    def keep_screen(self, question: str | None, look: str, text: str) -> None:
        if self._writes and question is not None:
            self._store.keep_screen(f"{question}-{text_digest(look)}", text)

    def verdict(self, task: Task, content: str) -> str | None:
        """The line of task's verdict as text, if it is known; with the places of today."""
        known = self._of(task.target).get(content)
        return None if known is None else moved(known, places_of(task))

    def add(self, task: Task, line: Line, text: str) -> None:
        """Remember a verdict that was just made: its line, and the text of that."""
        digest = self._prints[task.target.name].digest
        if self._writes and digest is not None and line["status"] not in NEVER_KEPT:
            self._fresh.setdefault(digest, {})[line["content"]] = Known(text, places_of(task))

    @property
    def paces(self) -> dict[str, float]:
        """Seconds that a task took before, by the name of the target."""
        return self._store.paces()

    def save(self, paces: Mapping[str, float]) -> None:
        """Write what was added, and what a task took."""
        self._store.keep_paces(paces)
        for digest, verdicts in self._fresh.items():
            self._store.keep_verdicts(digest, verdicts)
        if self._fresh:
            self._store.prune()
        self._fresh = {}

    def _of(self, target: Target) -> dict[str, Known]:
        digest = self._prints[target.name].digest
        if digest is None or not self._reads:
            return {}
        if digest not in self._read:
            self._read[digest] = self._store.verdicts(digest)
        return self._read[digest]


def text_digest(text: str) -> str:
    return sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def places_of(task: Task) -> tuple[str, ...]:
    """The places that a verdict on task may name: its case's, its binding's, the ledger entry's."""
    known = task.known.place if task.known is not None else ""
    return (str(task.case.place), str(task.binding.place), str(known))


def moved(known: Known, places: Iterable[str]) -> str:
    """The text of a verdict line whose places are elsewhere now."""
    text = known.text
    for before, now in zip(known.places, places, strict=False):
        if before and before != now:
            # JSON has the text of a place as it is, unless its file's name is a strange one.
            pattern = re.escape(dumps(before, ensure_ascii=False)[1:-1]) + r"(?!\d)"
            spelled = dumps(now, ensure_ascii=False)[1:-1].replace("\\", r"\\")
            text = re.sub(pattern, spelled, text)
    return text


def moved_line(line: Line, text: str, task: Task) -> tuple[Line, str]:
    """A verdict line and its text, with the place that its case has now."""
    now = str(task.case.place)
    if line["place"] == now:
        return line, text
    text = moved(Known(text, (line["place"],)), (now,))
    return loads(text), text
