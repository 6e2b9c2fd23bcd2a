"""YAML text as mappings and sequences that know where each of their parts stands.

Built from the events of PyYAML's C parser: composing PyYAML's own nodes is several times slower.
A scalar is a bare Python value; its position lies in the list `marks` of the collection that holds
it, as an index into the text, so that reading costs no object per scalar. The pure-Python parser,
which gives the same events, steps in where PyYAML was built without the C library.

What YAML can do and a case file may not is refused here: tags, several documents, duplicate keys,
merge keys, keys that are no text, and aliases that expand to more than a million values.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from conformance.files.events import event_reader, syntax_error
from conformance.files.scalars import PlainScalars, Scalar, UnreadableScalarError
from conformance.files.source import Source, read_source
from conformance.model.errors import FileError

MAX_ALIASED_VALUES = 1_000_000
MAX_DEPTH = 50


class Map:
    """A YAML mapping. at: where it stands; marks: where its first key, its first value, its second
    key, ... stand."""

    __slots__ = ("at", "marks", "values")

    def __init__(self, at: int) -> None:
        self.at = at
        self.values: dict[str, Node] = {}
        self.marks: list[int] = []

    def key_at(self, key: str) -> int:
        return self.marks[2 * list(self.values).index(key)]

    def value_at(self, key: str) -> int:
        return self.marks[2 * list(self.values).index(key) + 1]


class Seq:
    """A YAML sequence. at: where it stands; marks: where each of its items stands."""

    __slots__ = ("at", "items", "marks")

    def __init__(self, at: int) -> None:
        self.at = at
        self.items: list[Node] = []
        self.marks: list[int] = []


Node = Map | Seq | Scalar


class Document:
    """One YAML file: its source, the node at its top and where that stands."""

    __slots__ = ("at", "root", "source")

    def __init__(self, source: Source, root: Node, at: int) -> None:
        self.source = source
        self.root = root
        self.at = at


def read_document(path: Path) -> Document:
    """The YAML document in a file. Raises FileError for whatever else it holds."""
    return parse_document(read_source(path))


def parse_document(source: Source, *, pure: bool = False) -> Document:
    """The one YAML document of a text. pure: with PyYAML's parser in Python."""
    reader = _Reader(source, event_reader(source.text, pure=pure))
    try:
        return reader.document()
    except UnreadableScalarError as error:
        raise source.error(reader.at, error.found, expected=error.expected) from None
    except yaml.MarkedYAMLError as error:
        raise syntax_error(source, error) from None
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise source.error(
            reader.at,
            f"after this the text is no YAML: {error}".splitlines()[0],
            expected="YAML 1.2",
        ) from None


class _Reader:
    """Builds nodes out of events. at: where the newest event stands."""

    def __init__(self, source: Source, next_event: Callable[[], Any]) -> None:
        self.source = source
        self.next_event = next_event
        self.plain = PlainScalars()
        self.anchors: dict[str, Node] = {}
        self.open: set[str] = set()
        self.aliased = 0
        self.sizes: dict[Node, int] = {}
        self.at = 0

    def document(self) -> Document:
        kind, event = self.step()
        while kind is not DocumentStartEvent:
            if kind is StreamEndEvent:
                raise self.source.error(
                    0, "the file is empty", expected="a mapping that starts with 'format: 1'"
                )
            kind, event = self.step()
        _, event = self.step()
        at = event.start_mark.index
        root = self.value(event, 0)
        self.step()
        kind, event = self.step()
        if kind is DocumentStartEvent:
            raise self.source.error(
                event.start_mark.index,
                "a second YAML document",
                expected="one document in a file",
                action="move it to a file of its own",
            )
        return Document(self.source, root, at)

    def step(self) -> tuple[type, Any]:
        """The next event, after its type."""
        event = self.next_event()
        return type(event), event

    def value(self, event: Any, depth: int) -> Node:
        """The node that starts with event; depth: of the collections around it."""
        kind = type(event)
        self.at = event.start_mark.index
        if kind is AliasEvent:
            return self.alias(event.anchor)
        if event.tag is not None:
            raise self.source.error(
                self.at,
                f"the tag {event.tag!r}",
                expected="a value without a tag",
                action="remove the tag; a text is written in quotes",
            )
        anchor = event.anchor
        if kind is ScalarEvent:
            node: Node = event.value if event.style else self.plain[event.value]
        else:
            if anchor is not None:
                self.open.add(anchor)
            read = self.sequence if kind is SequenceStartEvent else self.mapping
            node = read(event, depth + 1)
        if anchor is not None:
            self.anchors[anchor] = node
            self.open.discard(anchor)
        return node

    # The two loops below take plain scalars, which are most of a file, by a short way. It does for
    # them what value() does for everything.

    def sequence(self, event: Any, depth: int) -> Seq:
        self.at = event.start_mark.index
        node = Seq(self.at)
        if depth > MAX_DEPTH:
            raise self.too_deep()
        add, mark, plain = node.items.append, node.marks.append, self.plain
        next_event = self.next_event
        while True:
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent and not event.style and event.tag is event.anchor is None:
                try:
                    value: Node = plain[event.value]
                except UnreadableScalarError:
                    self.at = event.start_mark.index
                    raise
            elif kind is SequenceEndEvent:
                return node
            else:
                value = self.value(event, depth)
            add(value)
            mark(event.start_mark.index)

    def mapping(self, event: Any, depth: int) -> Map:
        self.at = event.start_mark.index
        node = Map(self.at)
        if depth > MAX_DEPTH:
            raise self.too_deep()
        values, mark, plain = node.values, node.marks.append, self.plain
        next_event = self.next_event
        while True:
            event = next_event()
            kind = type(event)
            if kind is MappingEndEvent:
                return node
            self.at = key_at = event.start_mark.index
            if kind is ScalarEvent and not event.style and event.tag is event.anchor is None:
                key: Node = plain[event.value]
            else:
                key = self.value(event, depth)
            if type(key) is not str or key in values or key == "<<":
                raise self.bad_key(node, key, at=key_at)
            mark(key_at)
            event = next_event()
            kind = type(event)
            if kind is ScalarEvent and not event.style and event.tag is event.anchor is None:
                self.at = at = event.start_mark.index
                value: Node = plain[event.value]
            else:
                at = event.start_mark.index
                value = self.value(event, depth)
            values[key] = value
            mark(at)

    def too_deep(self) -> FileError:
        return self.source.error(
            self.at,
            f"more than {MAX_DEPTH} collections inside each other",
            expected="a file that is nested less",
        )

    def alias(self, name: str) -> Node:
        if name in self.open:
            raise self.source.error(
                self.at, f"the alias *{name} inside the value it names", expected="a finite value"
            )
        if name not in self.anchors:
            raise self.source.error(
                self.at,
                f"the alias *{name}, but no anchor &{name} stands before it",
                expected=f"one of: {', '.join(f'*{known}' for known in self.anchors) or '(none)'}",
                action="write a text that starts with '*' in quotes",
            )
        node = self.anchors[name]
        self.aliased += self.size(node)
        if self.aliased > MAX_ALIASED_VALUES:
            raise self.source.error(
                self.at,
                f"aliases that expand to more than {MAX_ALIASED_VALUES:,} values",
                expected="fewer",
                action="write large tensors by a rule (fill)",
            )
        return node

    def size(self, node: Node) -> int:
        """Number of values in node, aliases counted as often as they stand."""
        if not isinstance(node, (Map, Seq)):
            return 1
        known = self.sizes.get(node)
        if known is None:
            children = node.items if isinstance(node, Seq) else node.values.values()
            known = self.sizes[node] = 1 + sum(map(self.size, children))
        return known

    def bad_key(self, node: Map, key: Node, *, at: int) -> FileError:
        if key == "<<":
            return self.source.error(
                at,
                "the merge key '<<', which YAML 1.2 does not have",
                expected="keys written out",
                action="give the whole value by an alias, or write the keys here",
            )
        if isinstance(key, str):
            first = self.source.place(node.key_at(key))
            return self.source.error(
                at,
                f"the key {key!r} a second time",
                expected="each key once",
                action=f"the first stands at {first.line}:{first.column}; remove one",
            )
        kind = "a collection" if isinstance(key, (Map, Seq)) else repr(key)
        return self.source.error(
            at, f"{kind} as a key", expected="a text", action="write the key in quotes"
        )
