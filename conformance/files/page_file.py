"""Reading the file of a documentation page: its source, signatures, table and examples."""

from __future__ import annotations

import re

from conformance.files.behaviour_file import Ids, read_id
from conformance.files.differences import Definitions
from conformance.files.expectations import Expectations, is_tolerant
from conformance.files.fields import (
    closed,
    described,
    lines,
    listed,
    mapping,
    matching,
    pairs,
    sequence,
    text,
    top,
    version,
    words,
)
from conformance.files.nodes import Document, Map, Node
from conformance.files.op_file import op_name
from conformance.files.parameter_rows import parameter_cases, read_rows
from conformance.files.source import Source
from conformance.files.values import Converter
from conformance.model.case import (
    Call,
    Case,
    Documented,
    DocumentedApi,
    Expectation,
    Op,
    Page,
)
from conformance.model.case import Source as PageSource

INFERRED = ("dtype", "shape")

_API = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_BACKEND = re.compile(r"[a-z][a-z0-9_-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TOP_KEYS = frozenset({"op", "source", "apis", "parameters", "cases"})
_CASE_KEYS = frozenset({"call", "expect", "as-documented", "inferred"})


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
    reader = _Examples(file, converter, apis)
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


class _Examples:
    """Reads the code examples of one page."""

    def __init__(self, file: str, converter: Converter, apis: tuple[DocumentedApi, ...]) -> None:
        self.op = converter.op
        self.file = file
        self.source = converter.source
        self.converter = converter
        self.expectations = Expectations(converter, None)
        self.apis = tuple(api.api for api in apis)

    def case(self, node: Map) -> Case:
        source = self.source
        values = closed(
            source, node, required={"id", "lines"}, optional=_CASE_KEYS, what="a case of a page"
        )
        case_id = read_id(source, node)
        span = lines(source, values["lines"], at=node.value_at("lines"))
        if "as-documented" not in values or "expect" in values:
            keys = {"id", "lines", "call", "expect"}
            closed(source, node, required=keys, optional=_CASE_KEYS, what="a case of a page")
        call = self._call(node)
        expectation = self._expectation(node, call)
        documented: tuple[Documented, ...] = ()
        if "as-documented" in values:
            documented = self._documented(node)
        return Case(
            self.op.name,
            self.file,
            case_id,
            "example",
            source.place(node.at),
            call,
            expectation,
            documented=documented,
            lines=span,
            inferred=self._inferred(node),
        )

    def _call(self, node: Map, *, otherwise: Map | None = None) -> Call | None:
        """The call of node, or of the case around it."""
        holder = node if "call" in node.values or otherwise is None else otherwise
        if "call" not in holder.values:
            return None
        tolerant = is_tolerant(self._holder(node, "expect", otherwise).values.get("expect"))
        return self.converter.call(holder, tolerant=tolerant)

    def _expectation(
        self, node: Map, call: Call | None, *, otherwise: Map | None = None
    ) -> Expectation | None:
        holder = self._holder(node, "expect", otherwise)
        if "expect" not in holder.values or call is None:
            return None
        return self.expectations.read(holder, call)

    @staticmethod
    def _holder(node: Map, key: str, otherwise: Map | None) -> Map:
        return node if key in node.values or otherwise is None else otherwise

    def _documented(self, case: Map) -> tuple[Documented, ...]:
        at = case.value_at("as-documented")
        node = mapping(self.source, case.values["as-documented"], at=at, what="as-documented")
        if not node.values:
            raise self.source.error(at, "as-documented is an empty mapping", expected="an API")
        return tuple(
            self._documented_api(case, api, value, key_at=key_at, at=value_at)
            for api, value, key_at, value_at in pairs(node)
        )

    def _documented_api(
        self, case: Map, api: str, node: Node, *, key_at: int, at: int
    ) -> Documented:
        if api not in self.apis:
            raise self.source.error(
                key_at, f"as-documented names {api!r}", expected=f"one of: {listed(self.apis)}"
            )
        entry = mapping(self.source, node, at=at, what=f"what {api} documents")
        keys = frozenset({"call", "expect"})
        missing = {key for key in keys if key not in case.values}
        closed(
            self.source,
            entry,
            required=missing,
            optional=keys,
            what=f"what {api} documents",
        )
        call = self._call(entry, otherwise=case)
        expectation = self._expectation(entry, call, otherwise=case)
        assert call is not None
        assert expectation is not None
        return Documented(api, call, expectation)

    def _inferred(self, case: Map) -> tuple[str, ...]:
        if "inferred" not in case.values:
            return ()
        at = case.value_at("inferred")
        inferred = words(
            self.source, case.values["inferred"], at=at, what="inferred", known=INFERRED
        )
        written = _written_keys(case)
        for key in inferred:
            if key not in written:
                raise self.source.error(
                    at,
                    f"inferred names {described(key)}, which expect does not have",
                    expected="a part of the expectation that the page does not print",
                    action=f"write {key} into expect",
                )
        return inferred


def _written_keys(case: Map) -> set[str]:
    """The keys of every expectation of a case."""
    holders = [case]
    documented = case.values.get("as-documented")
    if isinstance(documented, Map):
        holders += [node for node in documented.values.values() if isinstance(node, Map)]
    found: set[str] = set()
    for holder in holders:
        expect = holder.values.get("expect")
        if isinstance(expect, Map):
            found |= expect.values.keys()
    return found
