"""Reading `expect`: what an output must be, or which answers a question has.

Each choice of a question is put together from three parts: what its definition says, what the
case says for every choice, and what the case says for that one. The last overrides the others;
the first two must not say different things. A choice that is an error takes nothing of the case's
common part. In the end every choice must be complete: an error, or values, or a shape.
"""

from __future__ import annotations

from conformance.files.differences import (
    EXPECT_KEYS,
    OUTPUT_KEYS,
    Definition,
    Definitions,
    Field,
    Fields,
    definition_of,
)
from conformance.files.fields import (
    closed,
    described,
    listed,
    mapping,
    unknown_key,
    word,
)
from conformance.files.nodes import Map, Node
from conformance.files.outputs import Outputs
from conformance.files.tensors import shape_of
from conformance.files.values import Converter
from conformance.model.case import (
    ERROR_WORDS,
    Call,
    Choice,
    Expectation,
)
from conformance.model.errors import FileError
from conformance.model.tensor import Tensor

INPUTS = ("unchanged",)
_CHOICE_KEYS = OUTPUT_KEYS | {"error"}


def is_tolerant(node: Node) -> bool:
    """True if an expectation is an error or a difference, so that a call may be wrong."""
    return isinstance(node, Map) and ("error" in node.values or "difference" in node.values)


class Expectations:
    """Reads the expectations of one file. definitions is None where no question may be asked,
    because a page's claim is judged as written."""

    def __init__(self, converter: Converter, definitions: Definitions | None) -> None:
        self.converter = converter
        self.source = converter.source
        self.op = converter.op
        self.outputs = Outputs(converter.op, converter.tensors)
        self.definitions = definitions

    def read(self, holder: Map, call: Call) -> Expectation:
        """The expectation under the key `expect`, of that call."""
        part = holder.values["expect"]
        if not isinstance(part, Map):
            at = holder.value_at("expect")
            raise self.source.error(at, f"expect is {described(part)}", expected="a mapping")
        values = part.values
        x = _dtype_of_x(call)
        question = None
        if "difference" in values:
            choices, question = self._answers(part, x)
        else:
            if not values.keys() <= EXPECT_KEYS:
                self._refuse_unknown(part, EXPECT_KEYS)
            choices = (self._choice("", self._fields(part), x=x, at=part.at),)
        return Expectation(choices, question, "inputs" in values and self._unchanged(part))

    def _refuse_unknown(self, part: Map, known: frozenset[str]) -> None:
        key = next(key for key in part.values if key not in known)
        raise unknown_key(self.source, part, key=key, known=known, what="expect")

    def _unchanged(self, part: Map) -> bool:
        at = part.value_at("inputs")
        word(self.source, part.values["inputs"], at=at, what="inputs", known=INPUTS)
        return True

    def _fields(self, part: Map) -> Fields:
        source, marks = self.source, part.marks
        return {
            key: Field(source, value, marks[2 * number + 1])
            for number, (key, value) in enumerate(part.values.items())
            if key in _CHOICE_KEYS
        }

    def _answers(self, part: Map, x: str | None) -> tuple[tuple[Choice, ...], str]:
        """(every choice of the difference that an expectation names, its name)."""
        if self.definitions is None:
            raise self.source.error(
                part.key_at("difference"),
                "a difference in the file of a page",
                expected="what the page says",
                action="ask it in behaviour.yaml",
            )
        named = part.values["difference"]
        at = part.value_at("difference")
        definition = definition_of(self.definitions, self.source, named, at=at)
        names = definition.difference.words
        if not part.values.keys() <= EXPECT_KEYS.union(names):
            self._refuse_unknown(part, EXPECT_KEYS.union(names))
        common = self._fields(part)
        if "error" in common:
            raise self.source.error(
                part.key_at("error"),
                "an error beside a difference",
                expected="the error inside one of the choices",
            )
        choices = tuple(
            self._answer(definition, name, part=part, common=common, x=x) for name in names
        )
        return choices, definition.difference.name

    def _answer(
        self, definition: Definition, name: str, *, part: Map, common: Fields, x: str | None
    ) -> Choice:
        """One choice of a question, complete."""
        own, at = self._own(part, name)
        error = definition.errors.get(name)
        if error is not None and "error" not in own:
            if own:
                raise self.source.error(
                    at,
                    f"the choice {name!r} with {listed(own)}",
                    expected=f"nothing, or another error: its definition is the error {error}",
                )
            return Choice(name, error)
        if "error" in own:
            return self._choice(name, own, x=x, at=at)
        defined = definition.fields[name]
        try:
            self._refuse_contradiction(defined, common, own=own, x=x)
            return self._choice(name, {**defined, **common, **own}, x=x, at=at)
        except FileError as problem:
            action = problem.action
            if name not in part.values:
                action = "; ".join(filter(None, (action, f"or write {name}: {{...}} for it")))
            raise FileError(
                problem.place,
                f"{problem.found} (choice {name!r} of {definition.difference.name})",
                expected=problem.expected,
                action=action,
            ) from None

    def _own(self, part: Map, name: str) -> tuple[Fields, int]:
        """(what a case says for one choice, where)."""
        if name not in part.values:
            return {}, part.at
        at = part.value_at(name)
        what = f"the choice {name!r}"
        node = mapping(self.source, part.values[name], at=at, what=what)
        closed(self.source, node, required=frozenset(), optional=_CHOICE_KEYS, what=what)
        return self._fields(node), at

    def _refuse_contradiction(
        self, defined: Fields, common: Fields, *, own: Fields, x: str | None
    ) -> None:
        for key in sorted(defined.keys() & common.keys() - own.keys()):
            at = common[key].at
            says, here = (self._said(key, fields[key], x, at=at) for fields in (defined, common))
            if says != here:
                raise self.source.error(
                    at,
                    f"{key} is {here} for every choice",
                    expected=f"{says}, as the definition says",
                    action=f"leave {key} out, or write it inside the choices",
                )

    def _said(self, key: str, field: Field, x: str | None, *, at: int) -> str:
        if key == "dtype":
            return self.outputs.dtype(field, x, at=at)
        return str(list(shape_of(field.source, field.node, at=field.at)))

    def _choice(self, name: str, fields: Fields, *, x: str | None, at: int) -> Choice:
        if "error" in fields:
            return Choice(name, self._error(fields))
        return Choice(name, None, (self.outputs.output(fields, x=x, at=at),))

    def _error(self, fields: Fields) -> str:
        error = fields["error"]
        other = next((key for key in fields if key != "error"), None)
        if other:
            raise self.source.error(
                fields[other].at, f"{other!r} beside an error", expected="the error alone"
            )
        return word(error.source, error.node, at=error.at, what="error", known=ERROR_WORDS)


def _dtype_of_x(call: Call) -> str | None:
    """The dtype of the tensor called x."""
    for name, value in call.arguments:
        if name == "x":
            return value.dtype if isinstance(value, Tensor) else None
    return None
