"""Reading behaviour.yaml: cases beyond any page, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.files.differences import Definitions
from conformance.files.expectations import Expectations, is_tolerant
from conformance.files.fields import closed, described, mapping, sequence, text, top
from conformance.files.nodes import Document, Map
from conformance.files.op_file import op_name
from conformance.files.source import Source
from conformance.files.templates import Templates
from conformance.files.values import Converter
from conformance.model.case import Case, Op
from conformance.model.errors import FileError, Place

MAX_CASES = 100_000
MAX_REPETITIONS = 1000

_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")
_KEYS = frozenset({"id", "why", "call", "expect"})


def read_behaviour(
    document: Document, *, op: Op, file: str, definitions: Definitions
) -> tuple[Case, ...]:
    """The cases in the order of the file, for-each expanded."""
    source = document.source
    root = top(document, kind="behaviour", required={"op", "cases"})
    op_name(source, root, folder=op.name)
    node = sequence(source, root.values["cases"], at=root.value_at("cases"), what="cases")
    reader = _Reader(file, Expectations(Converter(source, op), definitions))
    taken = Ids(source)
    cases: list[Case] = []
    for item, at in zip(node.items, node.marks, strict=True):
        written = mapping(source, item, at=at, what="a case")
        for case in reader.cases(written):
            # Behind an alias the id stands where it was first written.
            id_at = written.value_at("id") if at == written.at else at
            taken.add(case.id, at=id_at, place=case.place)
            cases.append(case)
            if len(cases) > MAX_CASES:
                raise source.error(
                    at, f"more than {MAX_CASES:,} cases", expected="fewer", action="split the file"
                )
    return tuple(cases)


class _Reader:
    """Reads the cases of one behaviour file."""

    def __init__(self, file: str, expectations: Expectations) -> None:
        self.file = file
        self.expectations = expectations
        self.converter = expectations.converter
        self.source = expectations.source
        self.op = expectations.op
        self.templates = Templates(expectations.source)

    def cases(self, written: Map) -> Iterator[Case]:
        place = self.source.place(written.at)
        if "for-each" not in written.values:
            yield self.case(written, place)
            return
        for filled in self.templates.expanded(written):
            try:
                yield self.case(filled, place)
            except FileError as error:
                raise FileError(
                    error.place,
                    f"{error.found} (in the case {filled.values.get('id')!r})",
                    expected=error.expected,
                    action=error.action,
                ) from None

    def case(self, node: Map, place: Place) -> Case:
        source, values = self.source, node.values
        if values.keys() != _KEYS:
            closed(source, node, required=_KEYS, optional={"for-each", "repeat"}, what="a case")
        case_id = read_id(source, node)
        why = values["why"]
        if type(why) is not str or not why:
            why = text(source, why, at=node.value_at("why"), what="why")
        call = self.converter.call(node, tolerant=is_tolerant(values["expect"]))
        repeat = 1
        if "repeat" in values:
            repeat = _repetitions(source, node)
        call, expectation = self.expectations.read(node, call, repeat=repeat)
        return Case(
            self.op.name, self.file, case_id, "behaviour", place, call, expectation, why=why
        )


def _repetitions(source: Source, node: Map) -> int:
    """How often the call of a case is made."""
    number, at = node.values["repeat"], node.value_at("repeat")
    if type(number) is int and 2 <= number <= MAX_REPETITIONS:
        return number
    raise source.error(
        at,
        f"repeat is {described(number)}",
        expected=f"an integer from 2 to {MAX_REPETITIONS}",
        action="leave it out for a single call" if type(number) is int and number == 1 else "",
    )


class Ids:
    """The ids of one file, each of them once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.places: dict[str, Place] = {}

    def add(self, case_id: str, *, at: int, place: Place) -> None:
        first = self.places.get(case_id)
        if first is not None:
            raise self.source.error(
                at,
                f"the id {case_id!r} a second time",
                expected="each id once in a file",
                action=f"the first stands at {first.line}:{first.column}; rename one",
            )
        self.places[case_id] = place


def read_id(source: Source, node: Map) -> str:
    """The id of a case."""
    case_id = node.values["id"]
    if type(case_id) is str and _ID.fullmatch(case_id):
        return case_id
    at = node.value_at("id")
    case_id = text(source, case_id, at=at, what="id")
    action = "list the word of each placeholder in for-each" if "{" in case_id else ""
    raise source.error(
        at,
        f"id is {case_id!r}",
        expected="lower-case letters, digits, '-' and '.', a letter or digit first",
        action=action,
    )
