"""Reading op.yaml: an operation's canonical parameters and what it returns."""

from __future__ import annotations

import re

from conformance.files.fields import closed, mapping, matching, pairs, text, texts, top, true, word
from conformance.files.nodes import Document, Map, Node
from conformance.files.source import Source
from conformance.model.case import PARAMETER_KINDS, Op, Parameter

PARAMETER_KINDS_NOT_YET = ("tensors", "shape")

_NAME = re.compile(r"[a-z][a-z0-9_]*")


def read_op(document: Document, *, folder: str) -> Op:
    """The operation, whose name must be its folder's."""
    source = document.source
    root = top(document, kind="op", required={"op", "summary", "parameters", "returns"})
    name = op_name(source, root, folder=folder)
    values = root.values
    summary = text(source, values["summary"], at=root.value_at("summary"), what="summary")
    at = root.value_at("parameters")
    node = mapping(source, values["parameters"], at=at, what="parameters")
    parameters = tuple(
        _parameter(source, name, value, key_at=key_at, at=value_at)
        for name, value, key_at, value_at in pairs(node)
    )
    returns = texts(source, values["returns"], at=root.value_at("returns"), what="returns")
    return Op(name, summary, parameters, returns, source.place(root.at))


def op_name(source: Source, root: Map, *, folder: str) -> str:
    """The operation that a file names, which must be its folder's name."""
    at = root.value_at("op")
    name = matching(
        source,
        root.values["op"],
        at=at,
        what="op",
        pattern=_NAME,
        expected="lower-case letters, digits and _",
    )
    if name != folder:
        raise source.error(
            at,
            f"op is {name!r}, but the file lies in the folder {folder!r}",
            expected="the same name",
            action="rename one of them",
        )
    return name


def _parameter(source: Source, name: str, node: Node, *, key_at: int, at: int) -> Parameter:
    expected = "lower-case letters, digits and _"
    matching(source, name, at=key_at, what="a parameter", pattern=_NAME, expected=expected)
    what = f"the parameter {name!r}"
    entry = mapping(source, node, at=at, what=what)
    values = closed(source, entry, required={"kind"}, optional={"required", "about"}, what=what)
    kind_at = entry.value_at("kind")
    if values["kind"] in PARAMETER_KINDS_NOT_YET:
        raise source.error(
            kind_at,
            f"the kind {values['kind']!r} is not supported yet",
            expected=f"one of: {', '.join(PARAMETER_KINDS)}",
            action="leave the operation out until it is",
        )
    kind = word(source, values["kind"], at=kind_at, what="kind", known=PARAMETER_KINDS)
    required = "required" in values and true(
        source, values["required"], at=entry.value_at("required"), what="required"
    )
    about = ""
    if "about" in values:
        about = text(source, values["about"], at=entry.value_at("about"), what="about")
    return Parameter(name, kind, required, about)
