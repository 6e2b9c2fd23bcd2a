"""Reading differences.yaml: questions, and what each choice of an answer says about an output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from conformance.files.fields import (
    closed,
    described,
    did_you_mean,
    listed,
    mapping,
    matching,
    pairs,
    text,
    texts,
    top,
    word,
)
from conformance.files.nodes import Document, Map, Node
from conformance.files.source import Source
from conformance.files.tensors import shape_of
from conformance.model.case import ERROR_WORDS, Choice, Difference
from conformance.model.dtypes import DTYPES, SAME_AS_X

ELSE = "else"
NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")

# What a case says of its outputs. A choice cannot be called so: it stands beside them.
OUTPUT_KEYS = frozenset(
    {"dtype", "values", "shape", "decimals", "tolerance", "signed-zero", "oracle"}
)
EXPECT_KEYS = OUTPUT_KEYS | {"error", "inputs", "difference", "outputs", "gradient"}
# A choice stands beside these.
_RESERVED = EXPECT_KEYS | {"of", "to"}

_PART_KEYS = frozenset({"dtype", "shape", "error", "raises", "raises-not"})
_EXCEPTION = re.compile(r"[A-Z][A-Za-z0-9]*")


class Field(NamedTuple):
    """One value of an expectation, with the file in which it stands."""

    source: Source
    node: Node
    at: int


Fields = dict[str, Field]


@dataclass(frozen=True, slots=True)
class Definition:
    """A difference, and for each of its choices what the definition itself says: an error, or
    fields of the output."""

    difference: Difference
    errors: Mapping[str, Choice]
    fields: Mapping[str, Fields]


Definitions = Mapping[str, Definition]


def read_differences(document: Document) -> dict[str, Definition]:
    """name -> definition, in the order of the file."""
    source = document.source
    root = top(document, kind="differences", required={"differences"})
    at = root.value_at("differences")
    node = mapping(source, root.values["differences"], at=at, what="differences")
    return {
        name: _definition(source, name, value, key_at=key_at, at=value_at)
        for name, value, key_at, value_at in pairs(node)
    }


def _definition(source: Source, name: str, node: Node, *, key_at: int, at: int) -> Definition:
    what = "the name of a difference"
    matching(source, name, at=key_at, what=what, pattern=NAME, expected="words like cast-order")
    entry = mapping(source, node, at=at, what=f"the difference {name!r}")
    required = {"asks", "why", "port", "choices"}
    values = closed(source, entry, required=required, what=f"the difference {name!r}")
    asks, why, port = (
        text(source, values[key], at=entry.value_at(key), what=key)
        for key in ("asks", "why", "port")
    )
    choices_at = entry.value_at("choices")
    choices = mapping(source, values["choices"], at=choices_at, what="choices")
    if len(choices.values) < 2:
        raise source.error(
            choices_at,
            f"a question with the choices {listed(choices.values)}",
            expected="at least two",
        )
    means: list[tuple[str, str]] = []
    errors: dict[str, Choice] = {}
    fields: dict[str, Fields] = {}
    for choice, value, choice_at, value_at in pairs(choices):
        _check_choice_name(source, choice, at=choice_at)
        part = mapping(source, value, at=value_at, what=f"the choice {choice!r}")
        said = closed(
            source, part, required={"means"}, optional=_PART_KEYS, what=f"the choice {choice!r}"
        )
        meaning = text(source, said["means"], at=part.value_at("means"), what="means")
        means.append((choice, meaning))
        if said.keys() & {"error", "raises", "raises-not"}:
            errors[choice] = _error(source, choice, part)
            _check_exclusive(source, errors[choice], errors.values(), at=choice_at)
        fields[choice] = dict(_output_fields(source, part))
    place = source.place(key_at)
    difference = Difference(name, asks, tuple(means), why, port, place)
    return Definition(difference, errors, fields)


def _check_choice_name(source: Source, name: str, *, at: int) -> None:
    what = "the name of a choice"
    matching(source, name, at=at, what=what, pattern=NAME, expected="words like default-int")
    if name in _RESERVED:
        raise source.error(
            at,
            f"a choice called {name!r}",
            expected="another name",
            action="in a case it would stand beside the key of that name",
        )


def _error(source: Source, name: str, part: Map) -> Choice:
    """The choice of that name, which is an error."""
    for key in ("raises", "raises-not"):
        if key in part.values and "error" not in part.values:
            raise source.error(
                part.key_at(key),
                f"{key!r} without an error",
                expected="error: and the word that says what the exception means",
                action="add it",
            )
    raises, raises_not = (_exceptions(source, part, key) for key in ("raises", "raises-not"))
    return Choice(name, _error_word(source, part), raises=raises, raises_not=raises_not)


def _exceptions(source: Source, part: Map, key: str) -> tuple[str, ...]:
    """The classes of exceptions under key."""
    if key not in part.values:
        return ()
    at = part.value_at(key)
    names = texts(source, part.values[key], at=at, what=key)
    for name in names:
        expected = "the name of a class, such as IndexError"
        what = f"an exception of {key}"
        matching(source, name, at=at, what=what, pattern=_EXCEPTION, expected=expected)
    return names


def _check_exclusive(source: Source, mine: Choice, others: Iterable[Choice], *, at: int) -> None:
    """Raises FileError if one exception could be two choices."""
    for other in others:
        apart = not (
            {*mine.raises}.isdisjoint(other.raises_not)
            and {*other.raises}.isdisjoint(mine.raises_not)
        )
        if other.name != mine.name and other.error == mine.error and not apart:
            raise source.error(
                at,
                f"the choices {other.name!r} and {mine.name!r}, which one exception can both be",
                expected="a class in raises of the one and in raises-not of the other",
            )


def _error_word(source: Source, part: Map) -> str:
    other = next((key for key in ("dtype", "shape") if key in part.values), None)
    if other:
        raise source.error(
            part.key_at(other),
            f"{other!r} in a choice that is an error",
            expected="the error alone",
        )
    at = part.value_at("error")
    return word(source, part.values["error"], at=at, what="error", known=ERROR_WORDS)


def _output_fields(source: Source, part: Map) -> Iterator[tuple[str, Field]]:
    for key, value, _, at in pairs(part):
        if key == "dtype":
            check_dtype_rule(source, value, at=at)
        if key == "shape":
            shape_of(source, value, at=at)
        if key in OUTPUT_KEYS:
            yield key, Field(source, value, at)


def check_dtype_rule(source: Source, node: Node, *, at: int) -> None:
    """Raises FileError unless node is a dtype, same-as-x, or a mapping from dtypes to these."""
    if not isinstance(node, Map):
        _check_dtype_word(source, node, at=at, what="dtype", known=(*DTYPES, SAME_AS_X))
        return
    if not node.values:
        raise source.error(at, "dtype is an empty mapping", expected="at least one dtype")
    for key, value, key_at, value_at in pairs(node):
        _check_dtype_word(source, key, at=key_at, what="a dtype of x", known=(*DTYPES, ELSE))
        _check_dtype_word(source, value, at=value_at, what="dtype", known=(*DTYPES, SAME_AS_X))


def _check_dtype_word(
    source: Source, node: Node, *, at: int, what: str, known: tuple[str, ...]
) -> None:
    word(source, node, at=at, what=what, known=known)


def dtype_by_rule(field: Field, x: str | None, *, where: tuple[Source, int]) -> str:
    """The dtype that a rule gives where the tensor x has that dtype; where: of the case."""
    node = field.node
    if type(node) is str and node in DTYPES:
        return node
    check_dtype_rule(field.source, node, at=field.at)
    source, at = where
    if x is None:
        raise source.error(
            at,
            "dtype depends on x, but the call has no tensor x",
            expected="a dtype by name",
        )
    if isinstance(node, Map):
        node = node.values.get(x, node.values.get(ELSE))
        if node is None:
            raise source.error(
                at,
                f"dtype has no entry for {x}, the dtype of x",
                expected=f"{x}: ... or else: ...",
            )
    return x if node == SAME_AS_X else str(node)


def definition_of(definitions: Definitions, source: Source, node: Node, *, at: int) -> Definition:
    """The definition that an expectation names."""
    if isinstance(node, str) and node in definitions:
        return definitions[node]
    raise source.error(
        at,
        f"expect names difference {described(node)}, which is not declared",
        expected=f"one of: {listed(definitions)}",
        action=(did_you_mean(node, definitions) if isinstance(node, str) else "")
        or "declare it in differences.yaml",
    )
