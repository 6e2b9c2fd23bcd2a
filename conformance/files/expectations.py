"""Reading `expect`: what the outputs must be, or which answers a question has.

Each choice of a question is put together from three parts: what its definition says, what the
case says for every choice, and what the case says for that one. The last overrides the others;
the first two must not say different things. A choice that is an error takes nothing of the case's
common part. In the end every choice must be complete: an error, or for each output that is asked
values, a shape or the oracle.

The question stands beside `outputs`, and is then about the call, or inside one of them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from conformance.files.differences import (
    EXPECT_KEYS,
    OUTPUT_KEYS,
    Definition,
    Definitions,
    Field,
    Fields,
    definition_of,
)
from conformance.files.fields import closed, described, listed, mapping, unknown_key, word
from conformance.files.gradients import GRADIENT, differentiated
from conformance.files.nodes import Map, Node
from conformance.files.outputs import Outputs, Subject
from conformance.files.said import Parts, Said
from conformance.files.tensors import MAX_WHOLE, shape_of
from conformance.files.values import Converter
from conformance.model.case import ERROR_WORDS, Call, Choice, Expectation, LaidOut, OutputExpected
from conformance.model.errors import FileError
from conformance.model.tensor import RuleTensor, Tensor

INPUTS = ("unchanged",)


def is_tolerant(node: Node) -> bool:
    """True if an expectation is an error or asks a difference, so that a call may be wrong."""
    if not isinstance(node, Map):
        return False
    values = node.values
    if "error" in values or "difference" in values:
        return True
    outputs = values.get("outputs")
    return isinstance(outputs, Map) and any(map(is_tolerant, outputs.values.values()))


class _Question(NamedTuple):
    """A question as a case asks it.

    part: the mapping that names the difference. output: the output that it is about, None where it
    is about the call. common: what is said of each output whatever the answer is.
    """

    definition: Definition
    part: Map
    output: str | None
    parts: Parts
    common: Said


class Expectations:
    """Reads the expectations of one file. definitions is None where no question may be asked,
    because a page's claim is judged as written."""

    def __init__(self, converter: Converter, definitions: Definitions | None) -> None:
        self.converter = converter
        self.source = converter.source
        self.op = converter.op
        self.outputs = Outputs(converter.op, converter.tensors)
        self.definitions = definitions
        self.of_op = Parts(converter.source, converter.op.name, converter.op.returns)

    def read(self, holder: Map, call: Call, *, repeat: int = 1) -> tuple[Call, Expectation]:
        """The expectation under the key `expect`, and its call, with the gradient that is asked."""
        part = holder.values["expect"]
        if not isinstance(part, Map):
            at = holder.value_at("expect")
            raise self.source.error(at, f"expect is {described(part)}", expected="a mapping")
        unchanged = "inputs" in part.values and self._unchanged(part)
        parts = self.of_op
        if GRADIENT in part.values:
            part, to = differentiated(self.source, part, call)
            call = replace(call, gradient=to)
            parts = Parts(self.source, f"the gradient of {self.op.name}", (GRADIENT,))
        question, choices = self._choices(part, parts, Subject(_dtype_of_x(call), call))
        self._refuse_endless(holder, call, choices, simple=question is None and repeat == 1)
        return call, Expectation(choices, question, unchanged, repeat=repeat)

    def _refuse_endless(
        self, holder: Map, call: Call, choices: tuple[Choice, ...], *, simple: bool
    ) -> None:
        """Raises FileError where a tensor that is never kept whole is asked about in another way
        than by one call with one result. simple: no question and no repetitions are asked."""
        values: list[object] = [value for _, value in call.arguments]
        values += [output.values for choice in choices for output in choice.outputs]
        if not any(isinstance(value, RuleTensor) for value in values):
            return
        if not simple or call.gradient is not None:
            raise self.source.error(
                holder.value_at("expect"),
                f"a tensor of more than {MAX_WHOLE:,} elements",
                expected="no difference, no gradient and no repeat beside it",
                action="ask that of a smaller tensor",
            )

    def _unchanged(self, part: Map) -> bool:
        at = part.value_at("inputs")
        word(self.source, part.values["inputs"], at=at, what="inputs", known=INPUTS)
        return True

    def _choices(
        self, part: Map, parts: Parts, subject: Subject
    ) -> tuple[str | None, tuple[Choice, ...]]:
        """(the difference that is asked, its choices), or None and the only one."""
        output, asking = parts.asking(part)
        if asking is None:
            if not part.values.keys() <= EXPECT_KEYS:
                self._refuse_unknown(part, EXPECT_KEYS)
            if "error" in part.values:
                return None, (Choice("", self._error(parts.fields(part))),)
            said = parts.said(part)
            return None, (self._choice("", said, parts=parts, subject=subject, at=part.at),)
        definition = self._definition(asking)
        words = definition.difference.words
        known = (EXPECT_KEYS if output is None else OUTPUT_KEYS | {"difference"}).union(words)
        if not asking.values.keys() <= known:
            self._refuse_unknown(asking, known)
        if "error" in part.values or "error" in asking.values:
            raise self.source.error(
                (part if "error" in part.values else asking).key_at("error"),
                "an error beside a difference",
                expected="the error inside one of the choices",
            )
        common = parts.said(part, asking=output)
        question = _Question(definition, asking, output, parts, common)
        return definition.difference.name, tuple(
            self._answer(name, question, subject=subject) for name in words
        )

    def _refuse_unknown(self, part: Map, known: frozenset[str]) -> None:
        key = next(key for key in part.values if key not in known)
        raise unknown_key(self.source, part, key=key, known=known, what="expect")

    def _definition(self, asking: Map) -> Definition:
        if self.definitions is None:
            raise self.source.error(
                asking.key_at("difference"),
                "a difference in the file of a page",
                expected="what the page says",
                action="ask it in behaviour.yaml",
            )
        named, at = asking.values["difference"], asking.value_at("difference")
        return definition_of(self.definitions, self.source, named, at=at)

    def _answer(self, name: str, question: _Question, *, subject: Subject) -> Choice:
        """One choice of a question, complete."""
        definition = question.definition
        own, at = self._own(name, question)
        error = definition.errors.get(name)
        if error is not None and not isinstance(own, str):
            if own:
                keys = listed(key for fields, _ in own.values() for key in fields)
                raise self.source.error(
                    at,
                    f"the choice {name!r} with {keys}",
                    expected="nothing, or another error: its definition is the error "
                    f"{error.error}",
                )
            return error
        if isinstance(own, str):
            return Choice(name, own)
        try:
            said = self._merged(definition.fields[name], own, question, subject=subject)
            return self._choice(name, said, parts=question.parts, subject=subject, at=at)
        except FileError as problem:
            action = problem.action
            if name not in question.part.values:
                action = "; ".join(filter(None, (action, f"or write {name}: {{...}} for it")))
            raise FileError(
                problem.place,
                f"{problem.found} (choice {name!r} of {definition.difference.name})",
                expected=problem.expected,
                action=action,
            ) from None

    def _own(self, name: str, question: _Question) -> tuple[Said | str, int]:
        """(what a case says for one choice: of outputs, or an error word; where)."""
        part = question.part
        if name not in part.values:
            return {}, part.at
        at = part.value_at(name)
        what = f"the choice {name!r}"
        node = mapping(self.source, part.values[name], at=at, what=what)
        about_call = question.output is None
        known = OUTPUT_KEYS | {"error", "outputs"} if about_call else OUTPUT_KEYS | {"error"}
        closed(self.source, node, required=frozenset(), optional=known, what=what)
        if "error" in node.values:
            return self._error(question.parts.fields(node)), at
        if question.output is not None:
            fields = question.parts.fields(node)
            return ({question.output: (fields, node.at)} if fields else {}), at
        return question.parts.said(node), at

    def _merged(self, defined: Fields, own: Said, question: _Question, *, subject: Subject) -> Said:
        """What the three parts say together of every output that is asked."""
        common = question.common
        names = [name for name in question.parts.names if name in common or name in own]
        about = question.parts.names if question.output is None else (question.output,)
        if len(about) > 1 and "dtype" in defined:
            raise self.source.error(
                question.part.key_at("difference"),
                "a difference that says a dtype, asked of several outputs",
                expected=f"it inside one of: {listed(about)}",
            )
        merged: Said = {}
        for name in names or about[:1]:
            shared, at = common.get(name, ({}, question.part.at))
            special, special_at = own.get(name, ({}, at))
            general = defined if name in about else {}
            self._refuse_contradiction(general, shared, own=special, subject=subject)
            merged[name] = ({**general, **shared, **special}, special_at)
        return merged

    def _refuse_contradiction(
        self, defined: Fields, common: Fields, *, own: Fields, subject: Subject
    ) -> None:
        for key in sorted(defined.keys() & common.keys() - own.keys()):
            at = common[key].at
            says, here = (
                self._plainly(key, fields[key], subject, at=at) for fields in (defined, common)
            )
            if says != here:
                raise self.source.error(
                    at,
                    f"{key} is {here} for every choice",
                    expected=f"{says}, as the definition says",
                    action=f"leave {key} out, or write it inside the choices",
                )

    def _plainly(self, key: str, field: Field, subject: Subject, *, at: int) -> str:
        if key == "dtype":
            return self.outputs.dtype(field, subject.x, at=at)
        return str(list(shape_of(field.source, field.node, at=field.at)))

    def _choice(self, name: str, said: Said, *, parts: Parts, subject: Subject, at: int) -> Choice:
        if not said:
            raise self.outputs.incomplete({}, at=at)
        return Choice(
            name,
            None,
            tuple(
                self.outputs.output(output, said[output][0], subject=subject, at=said[output][1])
                if output in said
                else OutputExpected(output)
                for output in parts.names
            ),
        )

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
            if isinstance(value, LaidOut):
                return value.tensor.dtype
            return value.dtype if isinstance(value, Tensor | RuleTensor) else None
    return None
