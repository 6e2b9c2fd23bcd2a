"""Reading the file of a documentation page: its source, signatures, table and examples."""

from __future__ import annotations

import re

from conformance.files.behaviour_file import Ids
from conformance.files.differences import Definitions
from conformance.files.fields import (
    closed,
    lines,
    mapping,
    matching,
    pairs,
    sequence,
    text,
    top,
    version,
)
from conformance.files.nodes import Document, Map, Node
from conformance.files.op_file import op_name
from conformance.files.page_examples import Examples
from conformance.files.parameter_cases import parameter_cases
from conformance.files.parameter_rows import read_rows
from conformance.files.source import Source
from conformance.files.values import Converter
from conformance.model.case import (
    Case,
    DocumentedApi,
    Op,
    Page,
)
from conformance.model.case import Source as PageSource

_API = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_BACKEND = re.compile(r"[a-z][a-z0-9_-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOP_KEYS = frozenset({"op", "source", "apis", "parameters", "cases"})


def read_page(
    document: Document, *, op: Op, file: str, definitions: Definitions
) -> tuple[Page, tuple[Case, ...]]:
    """The page and its cases: the examples in the order of the file, then the table's rows."""
    source = document.source
    root = top(document, kind="page", required=_TOP_KEYS)
    op_name(source, root, folder=op.name)
    page_source = _read_source(source, root)
    apis = _read_apis(source, root)
    rows = read_rows(source, root, op=op, apis=apis)
    converter = Converter(source, op)
    reader = Examples(file, converter, apis)
    at = root.value_at("cases")
    node = sequence(source, root.values["cases"], at=at, what="cases")
    taken = Ids(source)
    examples: list[Case] = []
    for item, item_at in zip(node.items, node.marks, strict=True):
        case = reader.case(mapping(source, item, at=item_at, what="a case"))
        assert isinstance(item, Map)
        taken.add(case.id, at=item.value_at("id"), place=case.place)
        examples.append(case)
    from_rows = parameter_cases(
        source,
        rows,
        op=op,
        file=file,
        apis=apis,
        examples=examples,
        converter=converter,
        definitions=definitions,
    )
    for row, case in from_rows:
        taken.add(case.id, at=row.at, place=case.place)
    page = Page(
        op.name, file, page_source, apis, tuple(row.row for row in rows), source.place(root.at)
    )
    return page, (*examples, *(case for _, case in from_rows))


def _read_source(source: Source, root: Map) -> PageSource:
    node = mapping(source, root.values["source"], at=root.value_at("source"), what="source")
    keys = {"title", "repository", "path", "revision", "sha256", "speaks-of"}
    values = closed(source, node, required=keys, what="source")
    title, repository, path = (
        text(source, values[key], at=node.value_at(key), what=key)
        for key in ("title", "repository", "path")
    )
    revision = matching(
        source,
        values["revision"],
        at=node.value_at("revision"),
        what="revision",
        pattern=_COMMIT,
        expected="the 40 hexadecimal digits of a commit",
    )
    sha256 = matching(
        source,
        values["sha256"],
        at=node.value_at("sha256"),
        what="sha256",
        pattern=_SHA256,
        expected="the 64 hexadecimal digits of the file's SHA-256",
    )
    at = node.value_at("speaks-of")
    spoken = mapping(source, values["speaks-of"], at=at, what="speaks-of")
    speaks_of = tuple(
        (backend, version(source, value, at=value_at, what=f"the version of {backend}"))
        for backend, value, _, value_at in pairs(spoken)
    )
    return PageSource(title, repository, path, revision, sha256, speaks_of)


def _read_apis(source: Source, root: Map) -> tuple[DocumentedApi, ...]:
    at = root.value_at("apis")
    node = mapping(source, root.values["apis"], at=at, what="apis")
    if not node.values:
        raise source.error(at, "apis is an empty mapping", expected="the APIs of the page")
    return tuple(
        _api(source, name, value, key_at=key_at, at=value_at)
        for name, value, key_at, value_at in pairs(node)
    )


def _api(source: Source, name: str, node: Node, *, key_at: int, at: int) -> DocumentedApi:
    expected = "a dotted name like torch.cumsum"
    matching(source, name, at=key_at, what="an API", pattern=_API, expected=expected)
    what = f"the API {name!r}"
    entry = mapping(source, node, at=at, what=what)
    values = closed(source, entry, required={"backend", "parameters", "lines"}, what=what)
    backend = matching(
        source,
        values["backend"],
        at=entry.value_at("backend"),
        what="backend",
        pattern=_BACKEND,
        expected="a backend's name in lower case",
    )
    parameters = values["parameters"]
    if parameters != "":
        parameters = text(source, parameters, at=entry.value_at("parameters"), what="parameters")
    span = lines(source, values["lines"], at=entry.value_at("lines"))
    assert isinstance(parameters, str)
    return DocumentedApi(name, backend, parameters, span)
