"""Making the cases that verify the rows of a page's parameter table.

Every row becomes a case without a call of its own: it speaks of the documented APIs only, each
with a call whose arguments all go by keyword, by the names that the table gives.

- `parameter-CANONICAL`: an API that has the parameter must accept its name, and give what the call
  it is made from gives; an API that has not must refuse the other backend's name. Where the
  signature can be read, the name must be in it, or not.
- `parameter-CANONICAL-other-name`, for renamed parameters: the same call with the other backend's
  name. Whether that is accepted too is the question `other-spelling`.

The call is made from the first example that passes the parameter; a row with a `call` of its own
adds that to the first example.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from conformance.files.differences import Definition, Definitions
from conformance.files.fields import did_you_mean, listed, mapping
from conformance.files.parameter_rows import WrittenRow
from conformance.files.source import Source
from conformance.files.values import Converter
from conformance.model.case import Call, Case, Choice, DocumentedApi, Expectation, Op, Value
from conformance.model.case import Documented as DocumentedCall
from conformance.model.errors import FileError

QUESTION = "other-spelling"
REFUSED = "unexpected-keyword"

Arguments = tuple[tuple[str, Value], ...]


def parameter_cases(
    source: Source,
    rows: Sequence[WrittenRow],
    *,
    op: Op,
    file: str,
    apis: Sequence[DocumentedApi],
    examples: Sequence[Case],
    converter: Converter,
    definitions: Definitions,
) -> list[tuple[WrittenRow, Case]]:
    """The cases of every row, in the order of the table."""
    maker = _Maker(source, op, rows=rows, examples=examples, converter=converter)
    found: list[tuple[WrittenRow, Case]] = []
    for row in rows:
        case_id = f"parameter-{row.row.canonical.replace('_', '-')}"
        documented = tuple(maker.claimed(row, api) for api in apis)
        found.append((row, _case(op, file, case_id, row=row, documented=documented)))
        if row.row.claim == "renamed":
            definition = _question(source, row, definitions)
            documented = tuple(maker.other(row, api, definition=definition) for api in apis)
            other_id = f"{case_id}-other-name"
            found.append((row, _case(op, file, other_id, row=row, documented=documented)))
    return found


def _case(
    op: Op, file: str, case_id: str, *, row: WrittenRow, documented: tuple[DocumentedCall, ...]
) -> Case:
    return Case(
        op.name,
        file,
        case_id,
        "parameter",
        row.row.place,
        documented=documented,
        lines=row.row.lines,
    )


def _question(source: Source, row: WrittenRow, definitions: Definitions) -> Definition:
    if QUESTION in definitions:
        return definitions[QUESTION]
    raise source.error(
        row.at,
        f"a renamed parameter, which asks {QUESTION!r}, and no difference of that name",
        expected=f"{QUESTION!r} in differences.yaml",
        action=did_you_mean(QUESTION, definitions) or "declare it",
    )


class _Maker:
    """Makes the calls by keyword of one page's rows."""

    def __init__(
        self,
        source: Source,
        op: Op,
        *,
        rows: Sequence[WrittenRow],
        examples: Sequence[Case],
        converter: Converter,
    ) -> None:
        self.source = source
        self.op = op
        self.rows = {row.row.canonical: row for row in rows}
        self.examples = examples
        self.converter = converter

    def claimed(self, row: WrittenRow, api: DocumentedApi) -> DocumentedCall:
        """The call that shows what the row claims of that API."""
        arguments, expectation = self._base(row, api)
        name = row.name(api.backend)
        if name is not None:
            call = self._spelled(row, arguments, api, spelling=name)
            return DocumentedCall(api.api, call, replace(expectation, signature=((name, True),)))
        other = row.other_name(api.backend)
        assert other is not None
        call = self._spelled(row, arguments, api, spelling=other)
        refusal = Expectation((Choice("", REFUSED),), signature=((other, False),))
        return DocumentedCall(api.api, call, refusal)

    def other(
        self, row: WrittenRow, api: DocumentedApi, *, definition: Definition
    ) -> DocumentedCall:
        """The call with the parameter under the other backend's name."""
        arguments, expectation = self._base(row, api)
        other = row.other_name(api.backend)
        assert other is not None
        call = self._spelled(row, arguments, api, spelling=other)
        (base,) = expectation.choices
        choices = tuple(
            definition.errors[name]
            if name in definition.errors
            else Choice(name, base.error, base.outputs)
            for name in definition.difference.words
        )
        return DocumentedCall(
            api.api, call, replace(expectation, choices=choices, question=QUESTION)
        )

    def _base(self, row: WrittenRow, api: DocumentedApi) -> tuple[Arguments, Expectation]:
        """(canonical arguments that pass the row's parameter, what they give)."""
        canonical = row.row.canonical
        # A row is about the call; what is shown of its gradient says nothing.
        said = [(call, shown) for call, shown in self._said(api.api) if call.gradient is None]
        if "call" in row.node.values:
            if not said:
                raise self._no_base(row, api)
            added = self._added(row)
            (call, expectation), names = said[0], [name for name, _ in added]
            kept = tuple((name, value) for name, value in call.arguments if name not in names)
            return kept + added, expectation
        for call, expectation in said:
            if any(name == canonical for name, _ in call.arguments):
                return call.arguments, expectation
        raise self._no_base(row, api)

    def _said(self, api: str) -> Iterator[tuple[Call, Expectation]]:
        """What the examples show for an API, in their order."""
        for case in self.examples:
            documented = next((d for d in case.documented if d.api == api), None)
            if documented is not None:
                yield documented.call, documented.expectation
            elif case.call is not None and case.expectation is not None:
                yield case.call, case.expectation

    def _no_base(self, row: WrittenRow, api: DocumentedApi) -> FileError:
        canonical = row.row.canonical
        return self.source.error(
            row.at,
            f"a row for {canonical!r}, which no example passes to {api.api}",
            expected="an example that passes it, or a call of the row's own",
            action=f"add call: {{{canonical}: ...}} to the row",
        )

    def _added(self, row: WrittenRow) -> Arguments:
        at = row.node.value_at("call")
        node = mapping(self.source, row.node.values["call"], at=at, what="call")
        added = self.converter.arguments(node, tolerant=False)
        if all(name != row.row.canonical for name, _ in added):
            raise self.source.error(
                at,
                f"the call of a row adds {listed(name for name, _ in added)}",
                expected=f"{row.row.canonical}, the parameter of the row",
            )
        return added

    def _spelled(
        self, row: WrittenRow, arguments: Arguments, api: DocumentedApi, *, spelling: str
    ) -> Call:
        """The call by the backend's own names, the row's parameter by that spelling."""
        spelled: list[tuple[str, Value]] = []
        for name, value in arguments:
            if name == row.row.canonical:
                spelled.append((spelling, value))
                continue
            known = self.rows[name].name(api.backend) if name in self.rows else None
            if known is None:
                raise self.source.error(
                    row.at,
                    f"a call that passes {name!r}, for which the table has no name in "
                    f"{api.backend}",
                    expected="a row with that name",
                    action="add the row, or give this row an example that does without it",
                )
            spelled.append((known, value))
        return Call(tuple(spelled), spelled=True)
