"""Reading the code examples of a documentation page."""

from __future__ import annotations

from conformance.files.behaviour_file import read_id
from conformance.files.expectations import Expectations, is_tolerant
from conformance.files.fields import closed, described, lines, listed, mapping, pairs, words
from conformance.files.nodes import Map, Node
from conformance.files.values import Converter
from conformance.model.case import Call, Case, Documented, DocumentedApi, Expectation

INFERRED = ("dtype", "shape")

_KEYS = frozenset({"call", "expect", "as-documented", "inferred"})


class Examples:
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
            source, node, required={"id", "lines"}, optional=_KEYS, what="a case of a page"
        )
        case_id = read_id(source, node)
        span = lines(source, values["lines"], at=node.value_at("lines"))
        if "as-documented" not in values or "expect" in values:
            keys = {"id", "lines", "call", "expect"}
            closed(source, node, required=keys, optional=_KEYS, what="a case of a page")
        call, expectation = self._expectation(node, self._call(node))
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
    ) -> tuple[Call | None, Expectation | None]:
        holder = self._holder(node, "expect", otherwise)
        if "expect" not in holder.values or call is None:
            return call, None
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
        call, expectation = self._expectation(
            entry, self._call(entry, otherwise=case), otherwise=case
        )
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
