"""for-each: one written case as several, each with one word of every list in its place."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator

from conformance.files.fields import described, listed, mapping, pairs, sequence
from conformance.files.nodes import Map, Node, Seq
from conformance.files.scalars import Scalar, Written
from conformance.files.source import Source

MAX_CASES = 10_000
MAX_WORD = 100
MAX_TEXT = 1000
# Of all that for-each makes in one file: a character counts one, so does any other value.
MAX_EXPANSION = 20_000_000

_NAME = r"[a-z][a-z0-9-]*"
_VARIABLE = re.compile(rf"\{{({_NAME})\}}")
Words = dict[str, Scalar]


class Templates:
    """Expands the cases of one file."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.spent = 0

    def expanded(self, case: Map) -> Iterator[Map]:
        """The cases that a case with `for-each` stands for, in the order of its lists, the last
        varying fastest; none of them has the key."""
        lists = _lists(self.source, case)
        _check_id(self.source, case, lists)
        plain = Map(case.at)
        for key, value, key_at, at in pairs(case):
            if key != "for-each":
                plain.values[key] = value
                plain.marks += (key_at, at)
        templates: set[Node] = set()
        _collect(plain, templates)
        for chosen in itertools.product(*lists.values()):
            words = dict(zip(lists, chosen, strict=True))
            filler = _Filler(self.source, words, templates=templates)
            filled = filler.fill(plain, at=case.at)
            self.spent += filler.spent
            if self.spent > MAX_EXPANSION:
                raise self.source.error(
                    case.at,
                    f"for-each makes more than {MAX_EXPANSION:,} characters and values",
                    expected="fewer in one file",
                    action="split the file",
                )
            assert isinstance(filled, Map)
            yield filled


def _lists(source: Source, case: Map) -> dict[str, list[Scalar]]:
    at = case.value_at("for-each")
    node = mapping(source, case.values["for-each"], at=at, what="for-each")
    if not node.values:
        raise source.error(at, "for-each is an empty mapping", expected="at least one list")
    lists: dict[str, list[Scalar]] = {}
    for name, value, key_at, value_at in pairs(node):
        if not re.fullmatch(_NAME, name):
            raise source.error(
                key_at, f"for-each lists {name!r}", expected="a name of lower-case letters"
            )
        items = sequence(source, value, at=value_at, what=f"for-each's {name}")
        lists[name] = []
        for item, item_at in zip(items.items, items.marks, strict=True):
            if isinstance(item, (Map, Seq)) or len(spelled(item)) > MAX_WORD:
                raise source.error(
                    item_at,
                    f"for-each lists {described(item)}",
                    expected=f"numbers and texts of at most {MAX_WORD} characters",
                )
            lists[name].append(item)
        if not lists[name]:
            raise source.error(value_at, f"for-each lists no {name}", expected="at least one")
    count = math.prod(map(len, lists.values()))
    if count > MAX_CASES:
        raise source.error(
            at, f"for-each stands for {count:,} cases", expected=f"at most {MAX_CASES:,}"
        )
    return lists


def _check_id(source: Source, case: Map, lists: dict[str, list[Scalar]]) -> None:
    pattern = case.values.get("id")
    for name in lists:
        if not isinstance(pattern, str) or f"{{{name}}}" not in pattern:
            raise source.error(
                case.value_at("id") if "id" in case.values else case.at,
                f"for-each lists {name!r}, but id is {described(pattern)}",
                expected=f"{{{name}}} in the id",
                action="the ids of the cases must differ",
            )


def _collect(node: Node, templates: set[Node]) -> bool:
    """True if some text in node holds a '{'; such collections are added to templates."""
    if isinstance(node, str):
        return "{" in node
    if not isinstance(node, (Map, Seq)):
        return False
    if node in templates:
        return True
    children = node.items if isinstance(node, Seq) else list(node.values.values())
    found = [_collect(child, templates) for child in children]
    if any(found):
        templates.add(node)
    return any(found)


class _Filler:
    """Puts the words of one case into its texts. templates: the collections that hold some; every
    other stays the same node, so that it is converted once for all cases."""

    def __init__(self, source: Source, words: Words, *, templates: set[Node]) -> None:
        self.source = source
        self.words = words
        self.templates = templates
        self.spent = 0

    def fill(self, node: Node, *, at: int) -> Node:
        if isinstance(node, str):
            return self._text(node, at=at) if "{" in node else node
        if node not in self.templates or not isinstance(node, (Map, Seq)):
            return node
        self.spent += len(node.marks)
        if isinstance(node, Seq):
            filled = Seq(node.at)
            filled.marks = node.marks
            filled.items = [
                self.fill(item, at=item_at)
                for item, item_at in zip(node.items, node.marks, strict=True)
            ]
            return filled
        copy = Map(node.at)
        copy.marks = node.marks
        copy.values = {
            key: self.fill(value, at=value_at) for key, value, _, value_at in pairs(node)
        }
        return copy

    def _text(self, text: str, *, at: int) -> Scalar:
        """text with its placeholders replaced; a placeholder alone takes the word as it is."""
        alone = _VARIABLE.fullmatch(text)
        if alone:
            return self._word(alone, at=at)
        if len(text) > MAX_TEXT:
            raise self.source.error(
                at,
                f"a text of {len(text)} characters with a placeholder",
                expected=f"at most {MAX_TEXT}",
            )
        filled = _VARIABLE.sub(lambda match: spelled(self._word(match, at=at)), text)
        self.spent += len(filled)
        return filled

    def _word(self, match: re.Match[str], *, at: int) -> Scalar:
        if match[1] in self.words:
            return self.words[match[1]]
        raise self.source.error(
            at,
            f"the placeholder {match[0]}, which for-each does not list",
            expected=f"one of: {listed(f'{{{name}}}' for name in self.words)}",
        )


def spelled(word: Scalar) -> str:
    """word as it stands inside a text."""
    if isinstance(word, Written):
        return word.text
    return word if isinstance(word, str) else described(word)
