"""PyYAML's parser: a function that gives one event after the other, and its errors as ours."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.events import ScalarEvent
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner, ScannerError

from conformance.files.source import Source
from conformance.model.errors import FileError

_SURROGATE = re.compile("[\ud800-\udfff]")


def event_reader(text: str, *, pure: bool) -> Callable[[], Any]:
    """A function that gives the next event of text at each call.

    PyYAML's C parser, or its parser in Python where PyYAML was built without the C library, or
    where pure asks for it.
    """
    if yaml.__with_libyaml__ and not pure:
        return yaml.CSafeLoader(text).get_event
    return _PythonParser(text).get_event


class _PythonParser(Reader, Scanner, Parser):
    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def get_event(self) -> Any:
        event = super().get_event()  # type: ignore[no-untyped-call]
        # The C parser refuses the escape of half a character by itself.
        if isinstance(event, ScalarEvent) and _SURROGATE.search(event.value):
            problem = "found invalid Unicode character escape code"
            mark: Any = event.start_mark
            raise ScannerError(problem=problem, problem_mark=mark)
        return event


# Why the parser's own words are not enough: they say what it could not do, not what to write.
_REMEDIES = (
    ("mapping values are not allowed", "write a text that holds ': ' in quotes"),
    ("that cannot start any token", "write a text that starts with it in quotes"),
    ("undefined alias", "write a text that starts with '*' in quotes"),
    ("did not find expected ',' or ']'", "close the list with ']'"),
    ("did not find expected ',' or '}'", "close the mapping with '}'"),
    ("unexpected end of stream", "close the quotes"),
)


def syntax_error(source: Source, error: yaml.MarkedYAMLError) -> FileError:
    """The parser's error as ours, with what to write instead where that is known."""
    mark: Any = error.problem_mark or error.context_mark
    at = 0 if mark is None else mark.index
    found = str(error.problem or error.context or "this is no YAML")
    if error.context and error.problem:
        found += f" {error.context}"
    action = next((remedy for sign, remedy in _REMEDIES if sign in found), "")
    if source.text[at : at + 1] == "\t":
        action = "indent with spaces"
    return source.error(at, found, expected="YAML 1.2", action=action)
