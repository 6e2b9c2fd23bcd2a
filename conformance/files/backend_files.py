"""Reading a backend's folder: bindings.yaml, ledger.yaml, environment.toml; adapter.py is named.

Whether the answers of a binding name questions and choices that exist is not known here, because
the questions belong to a suite: `authoring/lint.py` looks at both.
"""

from __future__ import annotations

import re
from pathlib import Path

from conformance.files.conditions import read_when
from conformance.files.environment_file import read_environment
from conformance.files.fields import (
    closed,
    described,
    listed,
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
from conformance.model.backend import (
    BINDING_KINDS,
    Answer,
    Backend,
    Binding,
    BindingKind,
    ErrorRule,
    Snippet,
)
from conformance.model.case import ERROR_WORDS
from conformance.model.errors import FileError, Place

BINDINGS = "bindings.yaml"
LEDGER = "ledger.yaml"
ENVIRONMENT = "environment.toml"
ADAPTER = "adapter.py"

KINDS: tuple[BindingKind, ...] = ("function", "method")
KINDS_NOT_YET = ("module", *(kind for kind in BINDING_KINDS if kind not in KINDS))

_BACKEND = re.compile(r"[a-z][a-z0-9_-]*")
_API = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_TOP_KEYS = frozenset({"backend", "snippet", "errors", "apis"})
_API_KEYS = frozenset({"op", "kind", "parameters"})
_API_OPTIONS = frozenset({"path", "positional", "answers", "unanswered", "when"})


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
        _bindings(source, root, backend=name),
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


def _bindings(source: Source, root: Map, *, backend: str) -> tuple[Binding, ...]:
    node = mapping(source, root.values["apis"], at=root.value_at("apis"), what="apis")
    return tuple(
        _binding(source, api, value, key_at=key_at, at=at, backend=backend)
        for api, value, key_at, at in pairs(node)
    )


def _binding(
    source: Source, api: str, node: Node, *, key_at: int, at: int, backend: str
) -> Binding:
    expected = "a dotted name like torch.cumsum"
    matching(source, api, at=key_at, what="an API", pattern=_API, expected=expected)
    what = f"the API {api!r}"
    entry = mapping(source, node, at=at, what=what)
    values = closed(source, entry, required=_API_KEYS, optional=_API_OPTIONS, what=what)
    kind = _kind(source, entry)
    parameters = _parameters(source, entry, kind=kind)
    path = api
    if "path" in values:
        path = matching(
            source,
            values["path"],
            at=entry.value_at("path"),
            what="path",
            pattern=_API,
            expected="the dotted path of a callable",
        )
    unanswered = ""
    if "unanswered" in values:
        unanswered_at = entry.value_at("unanswered")
        unanswered = text(source, values["unanswered"], at=unanswered_at, what="unanswered")
    answers = _answers(source, entry) if "answers" in values else ()
    return Binding(
        api,
        text(source, values["op"], at=entry.value_at("op"), what="op"),
        backend,
        kind,
        path,
        parameters,
        _positional(source, entry, parameters),
        answers,
        read_when(source, entry),
        source.place(key_at),
        unanswered,
    )


def _kind(source: Source, entry: Map) -> BindingKind:
    kind, at = entry.values["kind"], entry.value_at("kind")
    if kind in KINDS_NOT_YET:
        raise source.error(
            at,
            f"the kind {kind!r} is not supported yet",
            expected=f"one of: {listed(KINDS)}",
            action="leave the API out until it is",
        )
    return word(source, kind, at=at, what="kind", known=KINDS)


def _parameters(source: Source, entry: Map, *, kind: BindingKind) -> tuple[tuple[str, str], ...]:
    at = entry.value_at("parameters")
    node = mapping(source, entry.values["parameters"], at=at, what="parameters")
    parameters: list[tuple[str, str]] = []
    for canonical, value, _, value_at in pairs(node):
        spelled = text(source, value, at=value_at, what=f"the name of {canonical}")
        if spelled in (name for _, name in parameters):
            raise source.error(
                value_at, f"the name {spelled!r} a second time", expected="each name once"
            )
        parameters.append((canonical, spelled))
    has_self = any(name == "self" for _, name in parameters)
    if has_self != (kind == "method"):
        found = "a method without" if kind == "method" else "a function with"
        raise source.error(
            at,
            f"{found} a parameter called self",
            expected="self for the object of a method, and nowhere else",
        )
    return tuple(parameters)


def _positional(
    source: Source, entry: Map, parameters: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    if "positional" not in entry.values:
        return ()
    node, at = entry.values["positional"], entry.value_at("positional")
    names = texts(source, node, at=at, what="positional")
    known = [canonical for canonical, _ in parameters]
    for name in names:
        if name not in known:
            raise source.error(
                at, f"positional names {name!r}", expected=f"some of: {listed(known)}"
            )
    return names


def _answers(source: Source, entry: Map) -> tuple[Answer, ...]:
    node = sequence(source, entry.values["answers"], at=entry.value_at("answers"), what="answers")
    answers: list[Answer] = []
    always: set[str] = set()
    for item, at in zip(node.items, node.marks, strict=True):
        answer = mapping(source, item, at=at, what="an answer")
        required = {"question", "choice"}
        values = closed(source, answer, required=required, optional={"when"}, what="an answer")
        question, choice = (
            text(source, values[key], at=answer.value_at(key), what=key)
            for key in ("question", "choice")
        )
        if question in always:
            raise source.error(
                at,
                f"an answer to {described(question)} after one that always holds",
                expected="the answer without `when` last",
                action="it would never be looked at: move or remove it",
            )
        if "when" not in values:
            always.add(question)
        place = source.place(answer.at)
        answers.append(Answer(question, choice, read_when(source, answer), place))
    return tuple(answers)
