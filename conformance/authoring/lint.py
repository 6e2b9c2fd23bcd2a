"""Checking case files and backend data together, without starting anything.

The files layer says whether each file is right by itself; here is what only shows when they are
laid side by side: questions that nobody asks, answers to questions that do not exist, ledger
entries about cases that do not exist, APIs without a binding.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from conformance.authoring.questions import asked_questions, differentiates
from conformance.files.backend_files import BINDINGS, LEDGER
from conformance.files.cases_folder import packaged_cases
from conformance.files.fields import did_you_mean, listed
from conformance.files.load import case_files, check_suite
from conformance.files.schemas import schema_file
from conformance.model.backend import Backend, Binding, LedgerEntry
from conformance.model.case import Op, Suite
from conformance.model.errors import FileError, Place

_SCHEMA_LINE = re.compile(r"# yaml-language-server: \$schema=(\S+)")


def lint(cases: Path, backends: Iterable[Backend]) -> list[FileError]:
    """Everything that is wrong with a folder of case files and with backends, sorted by place.

    A file that cannot be read is one finding; what depends on it is then not judged.
    """
    suite, findings = check_suite(cases)
    complete = not findings
    for path, kind in case_files(cases):
        findings.extend(_schema_line(path, kind))
    backends = list(backends)
    for backend in backends:
        folder = backend.adapter.parent
        findings.extend(_schema_line(folder / BINDINGS, "bindings"))
        if (folder / LEDGER).exists():
            findings.extend(_schema_line(folder / LEDGER, "ledger"))
    if complete:
        checks = _Checks(suite, backends)
        findings.extend(checks.findings())
    return sorted(findings, key=lambda finding: (finding.place, str(finding)))


def _schema_line(path: Path, kind: str) -> Iterator[FileError]:
    """What is wrong with the first line, which tells editors the schema of the file."""
    try:
        with path.open(encoding="utf-8-sig") as stream:
            first = stream.readline(1000).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        return
    schema = schema_file(kind)
    named = _SCHEMA_LINE.fullmatch(first)
    if named is not None and _leads_to(named[1], schema, folder=path.parent):
        return
    found = "no schema" if named is None else f"the schema {named[1]!r}"
    near = Path(os.path.relpath(schema.resolve(), path.parent.resolve())).as_posix()
    yield FileError(
        Place(path.as_posix(), 1, 1),
        f"the first line names {found}",
        expected=f"# yaml-language-server: $schema={near}",
        action=f"editors check the file by it; `conformance schema {kind}` prints it",
    )


def _leads_to(named: str, schema: Path, *, folder: Path) -> bool:
    """True if named is the address of a schema of that kind, or the path of one that exists."""
    if Path(named).name != schema.name:
        return False
    if named.startswith(("https://", "http://")):
        return True
    # The case files that came inside the package name the schema from where they were written.
    return (folder / named).is_file() or packaged_cases() in folder.resolve().parents


class _Checks:
    """What shows when a suite and backends lie side by side."""

    def __init__(self, suite: Suite, backends: list[Backend]) -> None:
        self.suite = suite
        self.backends = backends
        self.ops = {op.name: op for op in suite.ops}
        self.questions = {difference.name: difference for difference in suite.differences}
        self.asked = asked_questions(suite.cases)
        self.differentiating = {backend.name for backend in backends if differentiates(backend)}
        self.known = {
            (case, api)
            for backend in backends
            for entry in backend.ledger
            for case in entry.cases
            for api in entry.apis
        }
        self.addresses = {case.address for case in suite.cases}

    def findings(self) -> Iterator[FileError]:
        yield from self._unused_questions()
        yield from self._pages()
        for backend in self.backends:
            for binding in backend.bindings:
                yield from self._binding(binding)
            yield from self._ledger(backend)

    def _unused_questions(self) -> Iterator[FileError]:
        used = {asking.expectation.question for asking in self.asked}
        for difference in self.suite.differences:
            if difference.name not in used:
                yield FileError(
                    difference.place,
                    f"the difference {difference.name!r}, which no case asks",
                    expected="a case that asks it",
                    action="add one, or remove the difference",
                )

    def _pages(self) -> Iterator[FileError]:
        """APIs of pages that a given backend does not bind."""
        for page in self.suite.pages:
            for documented in page.apis:
                backend = next((b for b in self.backends if b.name == documented.backend), None)
                if backend is None:
                    continue
                apis = [binding.api for binding in backend.bindings if binding.op == page.op]
                if documented.api not in apis:
                    yield FileError(
                        page.place,
                        f"the API {documented.api!r}, which {backend.name} does not bind",
                        expected=f"one of: {listed(apis)}",
                        action=f"add it to {(backend.adapter.parent / BINDINGS).as_posix()}",
                    )

    def _binding(self, binding: Binding) -> Iterator[FileError]:
        op = self.ops.get(binding.op)
        if op is None:
            yield FileError(
                binding.place,
                f"{binding.api} is bound to the operation {binding.op!r}, which has no op.yaml",
                expected=f"one of: {listed(self.ops)}",
                action=did_you_mean(binding.op, self.ops),
            )
            return
        yield from _parameters(binding, op)
        yield from self._answers(binding)

    def _answers(self, binding: Binding) -> Iterator[FileError]:
        for answer in binding.answers:
            difference = self.questions.get(answer.question)
            if difference is None:
                yield FileError(
                    answer.place,
                    f"an answer to {answer.question!r}, which is no difference",
                    expected=f"one of: {listed(self.questions)}",
                    action=did_you_mean(answer.question, self.questions),
                )
            elif answer.choice not in difference.words:
                yield FileError(
                    answer.place,
                    f"the answer {answer.choice!r} to {answer.question!r}",
                    expected=f"one of: {listed(difference.words)}",
                    action=did_you_mean(answer.choice, difference.words),
                )
        if binding.unanswered:
            return
        answered = {answer.question for answer in binding.answers}
        for question in self._asked_of(binding):
            if question not in answered:
                yield FileError(
                    binding.place,
                    f"{binding.api} has no answer to {question!r}, which it is asked",
                    expected="an answer to every question, or the reason as unanswered: ...",
                    action=f"add {{question: {question}, choice: ...}}",
                )

    def _asked_of(self, binding: Binding) -> list[str]:
        """The questions of the cases that this API can be asked, in the order of their file. Where
        the ledger says what happens, that is the answer."""
        able = binding.backend in self.differentiating
        asked = {
            one.expectation.question
            for one in self.asked
            if one.can_ask(binding, with_gradients=able)
            and (one.address, binding.api) not in self.known
        }
        return [name for name in self.questions if name in asked]

    def _ledger(self, backend: Backend) -> Iterator[FileError]:
        apis = [binding.api for binding in backend.bindings]
        for entry in backend.ledger:
            for kind, names, known in (
                ("case", entry.cases, self.addresses),
                ("API", entry.apis, apis),
            ):
                for name in names:
                    if name not in known:
                        yield _unknown(entry.place, kind, name=name, known=known)
            yield from self._outputs(entry)

    def _outputs(self, entry: LedgerEntry) -> Iterator[FileError]:
        """Outputs of an entry that are not those of its cases."""
        names = tuple(output.name for output in entry.outcome.outputs)
        if len(names) < 2:
            return
        for case in self.suite.cases:
            expected = self.ops[case.op].returns
            if case.address in entry.cases and names != expected:
                yield FileError(
                    entry.place,
                    f"the outputs {listed(names)} of {case.address}",
                    expected=f"those of {case.op}, in their order: {listed(expected)}",
                )


def _unknown(place: Place, kind: str, *, name: str, known: Collection[str]) -> FileError:
    return FileError(
        place,
        f"a known failure of the {kind} {name!r}, which does not exist",
        expected="one that exists",
        action=did_you_mean(name, known) or "remove the entry",
    )


def _parameters(binding: Binding, op: Op) -> Iterator[FileError]:
    names = [parameter.name for parameter in op.parameters]
    for canonical, _ in binding.parameters:
        if canonical not in names:
            yield FileError(
                binding.place,
                f"{binding.api} binds the parameter {canonical!r}, which {op.name} does not have",
                expected=f"some of: {listed(names)}",
                action=did_you_mean(canonical, names),
            )
    if binding.returns and not _fewer(binding.returns, op.returns):
        yield FileError(
            binding.place,
            f"{binding.api} returns {listed(binding.returns)}",
            expected=f"some of the outputs of {op.name}, in their order: {listed(op.returns)}",
            action="leave returns out if it gives all of them",
        )
    outs = tuple(name for name, _ in binding.out)
    if outs and outs != op.returns:
        yield FileError(
            binding.place,
            f"{binding.api} writes into {listed(outs)}",
            expected=f"the outputs of {op.name}, in their order: {listed(op.returns)}",
        )
    for parameter in op.parameters:
        if parameter.kind == "tensor" and parameter.name in binding.construct:
            yield FileError(
                binding.place,
                f"{binding.api} is constructed with {parameter.name!r}, which is a tensor",
                expected="dtypes, numbers, bools, texts and lists of them",
                action="leave it out of construct: tensors go to the call",
            )
        if parameter.required and binding.spelled(parameter.name) is None:
            yield FileError(
                binding.place,
                f"{binding.api} does not bind {parameter.name!r}, which {op.name} requires",
                expected="every required parameter",
                action=f"add {parameter.name}: and its name there",
            )


def _fewer(names: tuple[str, ...], all_names: tuple[str, ...]) -> bool:
    """True if names are some of all_names, not all, in the same order."""
    return names != all_names and names == tuple(name for name in all_names if name in names)
