"""Reading the fields of a mapping: each function returns a checked value or raises FileError.

`at` is where the value stands that an error is about. Nothing is converted silently: a text is a
text, a number in its place is refused with the advice to write quotes.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable, Set
from typing import TypeVar

from conformance.files.nodes import Document, Map, Node, Seq
from conformance.files.scalars import Scalar, Written
from conformance.files.source import Source
from conformance.model.errors import FileError

FORMAT = 1

_PLAIN = re.compile(r"[\w.+-]+")
_PLACEHOLDER = re.compile(r"[A-Za-z_][\w-]*")

Name = TypeVar("Name", bound=str)


def described(node: Node) -> str:
    """node in a phrase that an error can hold: its repr, shortened, or what collection it is."""
    if isinstance(node, Map):
        keys = listed(node.values)
        return f"a mapping with the keys {keys}" if node.values else "an empty mapping"
    if isinstance(node, Seq):
        return f"a list of {len(node.items)}"
    if node is None or isinstance(node, bool):
        return {None: "null", True: "true", False: "false"}[node]
    if isinstance(node, Written):
        return node.text
    if isinstance(node, float) and not math.isfinite(node):
        return f"{node}".replace("inf", ".inf").replace("nan", ".nan")
    text = repr(node)
    return text if len(text) <= 60 else f"{text[:56]}...{text[-1]}"


def listed(words: Iterable[str]) -> str:
    """words with commas between them, or '(none)'."""
    return ", ".join(words) or "(none)"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'did you mean ...?' for the nearest known word, else ''."""
    near = difflib.get_close_matches(word, list(known), n=1)
    return f"did you mean {near[0]!r}?" if near else ""


def mapping(source: Source, node: Node, *, at: int, what: str) -> Map:
    """node, which must be a mapping; what: 'a case', 'the source', ..."""
    if isinstance(node, Map):
        return node
    raise source.error(at, f"{what} is {described(node)}", expected="a mapping")


def filled(source: Source, holder: Map, key: str, *, expected: str) -> Map:
    """The mapping under key, which must have an entry."""
    at = holder.value_at(key)
    node = mapping(source, holder.values[key], at=at, what=key)
    if not node.values:
        raise source.error(
            at, f"{key} is an empty mapping", expected=expected, action=f"leave {key} out"
        )
    return node


def sequence(source: Source, node: Node, *, at: int, what: str) -> Seq:
    if isinstance(node, Seq):
        return node
    action = "write it as [...]" if not isinstance(node, Map) else ""
    raise source.error(at, f"{what} is {described(node)}", expected="a list", action=action)


def closed(
    source: Source, node: Map, *, required: Set[str], optional: Set[str] = frozenset(), what: str
) -> dict[str, Node]:
    """The values of a mapping that has every required key, and none beyond these and optional."""
    keys = node.values.keys()
    if not keys - required - optional and required <= keys:
        return node.values
    for key in keys:
        if key not in required and key not in optional:
            raise unknown_key(source, node, key=key, known=required | optional, what=what)
    missing = sorted(required - keys)
    raise source.error(
        node.at,
        f"{what} has no {' and no '.join(map(repr, missing))}",
        expected=f"the keys {listed(sorted(required))}",
        action="add " + ("it" if len(missing) == 1 else "them"),
    )


def unknown_key(
    source: Source, node: Map, *, key: str, known: Iterable[str], what: str
) -> FileError:
    known = sorted(known)
    return source.error(
        node.key_at(key),
        f"{what} has no key {key!r}",
        expected=f"one of: {listed(known)}",
        action=did_you_mean(key, known) or _comma_in_a_text(node, key),
    )


def _comma_in_a_text(node: Map, key: str) -> str:
    """What to do if key is the second half of a text: {why: first half, second half}."""
    return "write a text that holds a comma in quotes" if node.values[key] is None else ""


def text(source: Source, node: Node, *, at: int, what: str) -> str:
    """node, which must be a text that is not empty."""
    if type(node) is str and node:
        return node
    if node is None or node == "":
        raise source.error(at, f"{what} is empty", expected="a text")
    action = quotes_needed(source, node, at=at)
    raise source.error(at, f"{what} is {described(node)}", expected="a text", action=action)


def quotes_needed(source: Source, node: Node, *, at: int) -> str:
    """What to do where a text is expected and YAML reads something else."""
    if isinstance(node, Map):
        name = next(iter(node.values), "")
        alone = list(node.values.values()) == [None] and _PLACEHOLDER.fullmatch(name)
        return f'write "{{{name}}}" in quotes' if alone else ""
    if isinstance(node, (Seq, str)) or node is None:
        return ""
    written = _PLAIN.match(source.text, at)
    return f'write it in quotes: "{written[0] if written else described(node)}"'


def word(source: Source, node: Node, *, at: int, what: str, known: Iterable[Name]) -> Name:
    """The known word that node is."""
    known = tuple(known)
    if isinstance(node, str):
        for name in known:
            if name == node:
                return name
    action = quotes_needed(source, node, at=at) if isinstance(node, Map) else ""
    if isinstance(node, str):
        placeholder = node.startswith("{") and node.endswith("}")
        action = f"list {node[1:-1]} in for-each" if placeholder else did_you_mean(node, known)
    raise source.error(
        at, f"{what} is {described(node)}", expected=f"one of: {listed(known)}", action=action
    )


def matching(
    source: Source, node: Node, *, at: int, what: str, pattern: re.Pattern[str], expected: str
) -> str:
    """node, which must be a text that the whole pattern matches."""
    found = text(source, node, at=at, what=what)
    if pattern.fullmatch(found):
        return found
    raise source.error(at, f"{what} is {found!r}", expected=expected)


def texts(source: Source, node: Node, *, at: int, what: str) -> tuple[str, ...]:
    """A list of texts, none of them twice, at least one."""
    items = sequence(source, node, at=at, what=what)
    if not items.items:
        raise source.error(at, f"{what} is an empty list", expected="at least one text")
    found: list[str] = []
    for item, item_at in zip(items.items, items.marks, strict=True):
        one = text(source, item, at=item_at, what=f"an item of {what}")
        if one in found:
            raise source.error(item_at, f"{one!r} a second time", expected="each text once")
        found.append(one)
    return tuple(found)


def words(
    source: Source, node: Node, *, at: int, what: str, known: Iterable[Name]
) -> tuple[Name, ...]:
    """A list of known words."""
    items = sequence(source, node, at=at, what=what)
    known = tuple(known)
    texts(source, node, at=at, what=what)
    return tuple(
        word(source, item, at=item_at, what=f"an item of {what}", known=known)
        for item, item_at in zip(items.items, items.marks, strict=True)
    )


def integer(source: Source, node: Node, *, at: int, what: str, least: int = 0) -> int:
    """node, which must be an integer of at least that."""
    if isinstance(node, int) and not isinstance(node, bool) and node >= least:
        return int(node)
    raise source.error(
        at, f"{what} is {described(node)}", expected=f"an integer of at least {least}"
    )


def true(source: Source, node: Node, *, at: int, what: str) -> bool:
    """True; a flag that is not set is left out."""
    if node is True:
        return True
    raise source.error(
        at, f"{what} is {described(node)}", expected="true", action="leave it out otherwise"
    )


def lines(source: Source, node: Node, *, at: int) -> tuple[int, int]:
    """The first and the last line of a span, both inclusive, from 1."""
    items = node.items if isinstance(node, Seq) else []
    if len(items) == 2 and all(type(item) is int and item > 0 for item in items):
        first, last = (int(item) for item in items if isinstance(item, int))
        if first <= last:
            return first, last
    shown = described(node)
    if isinstance(node, Seq) and not any(isinstance(item, (Map, Seq)) for item in items):
        shown = f"[{', '.join(described(item) for item in items)}]"
    raise source.error(
        at, f"lines is {shown}", expected="[first, last], counted from 1, first no later than last"
    )


def version(source: Source, node: Node, *, at: int, what: str) -> str:
    """A version, which is a text: without quotes 2.10 is the number 2.1."""
    if isinstance(node, (int, float)) and type(node) is not bool:
        raise source.error(
            at,
            f"{what} is {described(node)}, which YAML reads as a number",
            expected="a version as a text",
            action=quotes_needed(source, node, at=at),
        )
    return text(source, node, at=at, what=what)


def top(
    document: Document, *, kind: str, required: Set[str], optional: Set[str] = frozenset()
) -> Map:
    """The mapping at the top of a file of that kind, with its format and its keys checked."""
    source, what = document.source, f"the {kind} file"
    root = mapping(source, document.root, at=document.at, what=what)
    # The format comes first: it tells what the other keys may be.
    number = root.values.get("format", FORMAT)
    if type(number) is not int or number != FORMAT:
        raise source.error(
            root.value_at("format"),
            f"format is {described(number)}",
            expected=str(FORMAT),
            action="a newer format needs a newer conformance",
        )
    closed(source, root, required=required | {"format"}, optional=optional, what=what)
    return root


def pairs(node: Map) -> Iterable[tuple[str, Node, int, int]]:
    """(key, value, place of the key, place of the value) of each entry."""
    marks = node.marks
    for number, (key, value) in enumerate(node.values.items()):
        yield key, value, marks[2 * number], marks[2 * number + 1]


def native(node: Scalar) -> Scalar:
    """A scalar as a plain Python value."""
    if isinstance(node, Written):
        return float(node)
    return int(node) if type(node) is not bool and isinstance(node, int) else node
