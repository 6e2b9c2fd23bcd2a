"""Reading a backend's folder: bindings.yaml, ledger.yaml, environment.toml; adapter.py is named.

Whether the answers of a binding name questions and choices that exist is not known here, because
the questions belong to a suite: `authoring/lint.py` looks at both.
"""

from __future__ import annotations

import re
from pathlib import Path

from conformance.files.binding_entries import read_bindings
from conformance.files.conditions import read_when
from conformance.files.environment_file import read_environment
from conformance.files.fields import closed, mapping, matching, sequence, text, texts, top, word
from conformance.files.ledger_file import read_ledger
from conformance.files.nodes import Map, Node, read_document
from conformance.files.source import Source
from conformance.model.backend import Backend, ErrorRule, Snippet
from conformance.model.case import ERROR_WORDS
from conformance.model.errors import FileError, Place

BINDINGS = "bindings.yaml"
LEDGER = "ledger.yaml"
ENVIRONMENT = "environment.toml"
ADAPTER = "adapter.py"

_BACKEND = re.compile(r"[a-z][a-z0-9_-]*")
_TOP_KEYS = frozenset({"backend", "snippet", "errors", "apis"})


def load_backend(folder: Path) -> Backend:
    """The backend whose files lie in folder. Raises FileError for the first that is wrong."""
    adapter = folder / ADAPTER
    if not adapter.is_file():
        raise FileError(
            Place(adapter.as_posix(), 1, 1),
            "there is no such file",
            expected="the backend's adapter",
            action="write its conversions there",
        )
    document = read_document(folder / BINDINGS)
    source = document.source
    root = top(document, kind="bindings", required=_TOP_KEYS)
    values = root.values
    name = matching(
        source,
        values["backend"],
        at=root.value_at("backend"),
        what="backend",
        pattern=_BACKEND,
        expected="a name in lower case",
    )
    ledger = folder / LEDGER
    environment = read_environment(folder / ENVIRONMENT)
    return Backend(
        name,
        adapter,
        read_bindings(source, root, backend=name),
        _errors(source, root),
        _snippet(source, root),
        read_ledger(read_document(ledger), backend=name) if ledger.exists() else (),
        environment.distribution,
        environment.module,
        environment.default,
        environment.recipes,
        environment.devices,
        environment.modes,
    )


def _snippet(source: Source, root: Map) -> Snippet:
    at = root.value_at("snippet")
    node = mapping(source, root.values["snippet"], at=at, what="snippet")
    keys = {"imports", "tensor", "dtype"}
    values = closed(source, node, required=keys, what="snippet")
    imports = texts(source, values["imports"], at=node.value_at("imports"), what="imports")
    templates = []
    for key, placeholder in (("tensor", "{array}"), ("dtype", "{name}")):
        template_at = node.value_at(key)
        template = text(source, values[key], at=template_at, what=key)
        if placeholder not in template:
            raise source.error(
                template_at, f"{key} is {template!r}", expected=f"{placeholder} somewhere in it"
            )
        templates.append(template)
    return Snippet(imports, *templates)


def _errors(source: Source, root: Map) -> tuple[ErrorRule, ...]:
    at = root.value_at("errors")
    node = sequence(source, root.values["errors"], at=at, what="errors")
    return tuple(
        _error(source, item, at=item_at)
        for item, item_at in zip(node.items, node.marks, strict=True)
    )


def _error(source: Source, node: Node, *, at: int) -> ErrorRule:
    what = "the meaning of an exception"
    rule = mapping(source, node, at=at, what=what)
    required = {"word", "type", "contains"}
    values = closed(source, rule, required=required, optional={"when"}, what=what)
    meaning = word(source, values["word"], at=rule.value_at("word"), what="word", known=ERROR_WORDS)
    exception, contains = (
        text(source, values[key], at=rule.value_at(key), what=key) for key in ("type", "contains")
    )
    return ErrorRule(meaning, exception, contains, read_when(source, rule), source.place(rule.at))
