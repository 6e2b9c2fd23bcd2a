"""Reading a backend's folder: bindings.yaml, ledger.yaml, environment.toml; adapter.py is named.

Whether the answers of a binding name questions and choices that exist is not known here, because
the questions belong to a suite: `authoring/lint.py` looks at both.
"""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from conformance.files.binding_entries import read_bindings
from conformance.files.capabilities import read_lacks
from conformance.files.conditions import read_when
from conformance.files.environment_file import read_environment
from conformance.files.fields import (
    closed,
    integer,
    mapping,
    matching,
    pairs,
    sequence,
    text,
    texts,
    top,
    word,
)
from conformance.files.ledger_file import read_ledger
from conformance.files.nodes import Map, Node, read_document
from conformance.files.source import Source
from conformance.model.backend import Backend, ErrorRule, LongestAxis, ModeSnippet, Snippet
from conformance.model.case import ERROR_WORDS
from conformance.model.errors import FileError, Place

BINDINGS = "bindings.yaml"
LEDGER = "ledger.yaml"
ENVIRONMENT = "environment.toml"
ADAPTER = "adapter.py"

_BACKEND = re.compile(r"[a-z][a-z0-9_-]*")
_TOP_KEYS = frozenset({"backend", "snippet", "errors", "apis"})
_TEMPLATES = (
    ("tensor", ("{array}",)),
    ("dtype", ("{name}",)),
    ("cast", ("{tensor}", "{dtype}")),
    ("array", ("{tensor}",)),
)


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
    root = top(document, kind="bindings", required=_TOP_KEYS, optional={"lacks", "longest-axis"})
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
        _snippet(source, root, modes=environment.modes),
        read_ledger(read_document(ledger), backend=name) if ledger.exists() else (),
        environment.distributions,
        environment.module,
        environment.default,
        environment.recipes,
        environment.devices,
        environment.modes,
        read_lacks(source, root),
        _longest_axis(source, root) if "longest-axis" in values else None,
    )


def _longest_axis(source: Source, root: Map) -> LongestAxis:
    what = "longest-axis"
    node = mapping(source, root.values[what], at=root.value_at(what), what=what)
    values = closed(source, node, required={"elements", "reason"}, what=what)
    elements = integer(
        source, values["elements"], at=node.value_at("elements"), what="elements", least=1
    )
    reason = text(source, values["reason"], at=node.value_at("reason"), what="reason")
    return LongestAxis(elements, reason)


def _snippet(source: Source, root: Map, *, modes: tuple[str, ...]) -> Snippet:
    at = root.value_at("snippet")
    node = mapping(source, root.values["snippet"], at=at, what="snippet")
    keys = {"imports", "tensor", "dtype"}
    optional = {"cast", "array", "gradient", "modes"}
    values = closed(source, node, required=keys, optional=optional, what="snippet")
    imports = texts(source, values["imports"], at=node.value_at("imports"), what="imports")
    templates = [_template(source, node, key=k, placeholders=given) for k, given in _TEMPLATES]
    tensor, dtype, cast, array = templates
    assert tensor is not None
    assert dtype is not None
    made = Snippet(
        imports,
        tensor,
        dtype,
        array=array or "",
        gradient=_gradient(source, node),
        modes=_modes(source, node, known=modes),
    )
    return made if cast is None else replace(made, cast=cast)


def _modes(source: Source, node: Map, *, known: tuple[str, ...]) -> tuple[ModeSnippet, ...]:
    """How a script asks for each mode; () where nobody says."""
    if "modes" not in node.values:
        return ()
    listed = mapping(source, node.values["modes"], at=node.value_at("modes"), what="modes")
    return tuple(
        _mode(source, mode, value, at=at, known=known, key_at=key_at)
        for mode, value, key_at, at in pairs(listed)
    )


def _mode(
    source: Source, mode: str, value: Node, *, at: int, key_at: int, known: tuple[str, ...]
) -> ModeSnippet:
    word(source, mode, at=key_at, what="mode", known=known)
    what = f"mode {mode!r}"
    node = mapping(source, value, at=at, what=what)
    values = closed(source, node, required=set(), optional={"settings", "decorator"}, what=what)
    settings: tuple[str, ...] = ()
    if "settings" in values:
        settings = texts(source, values["settings"], at=node.value_at("settings"), what="settings")
    decorator = ""
    if "decorator" in values:
        at = node.value_at("decorator")
        decorator = text(source, values["decorator"], at=at, what="decorator")
    return ModeSnippet(mode, settings, decorator)


def _gradient(source: Source, node: Map) -> tuple[str, ...]:
    """The lines of a gradient's template; () without one."""
    if "gradient" not in node.values:
        return ()
    at = node.value_at("gradient")
    lines = texts(source, node.values["gradient"], at=at, what="gradient")
    absent = [word for word in ("{tensor}", "{call}", "actual =") if word not in "".join(lines)]
    if absent:
        raise source.error(
            at, f"gradient is {list(lines)}", expected=f"{' and '.join(absent)} somewhere in it"
        )
    return lines


def _template(source: Source, node: Map, *, key: str, placeholders: tuple[str, ...]) -> str | None:
    """The template under key, None without it."""
    if key not in node.values:
        return None
    at = node.value_at(key)
    template = text(source, node.values[key], at=at, what=key)
    for placeholder in placeholders:
        if placeholder not in template:
            raise source.error(
                at, f"{key} is {template!r}", expected=f"{placeholder} somewhere in it"
            )
    return template


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
