"""Reading the entries of bindings.yaml: how each API is called and what it answers."""

from __future__ import annotations

import re

from conformance.files.capabilities import read_lacks
from conformance.files.conditions import read_when
from conformance.files.fields import (
    closed,
    described,
    filled,
    listed,
    mapping,
    matching,
    native,
    pairs,
    sequence,
    text,
    texts,
    word,
)
from conformance.files.nodes import Map, Node, Seq
from conformance.files.out_dtypes import read_out
from conformance.files.placing import read_as_tensor, read_construct, read_positional
from conformance.files.source import Source
from conformance.model.backend import (
    BINDING_KINDS,
    DEFAULT_WORKSPACE,
    Answer,
    Binding,
    BindingKind,
)
from conformance.model.case import DTypeName, ListValue, TupleValue, Value
from conformance.model.dtypes import DTYPES

KINDS = BINDING_KINDS
KINDS_NOT_YET = ("module",)

# More of it is a slip of the pen.
MAX_WORKSPACE = 100

_API = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+")
_API_KEYS = frozenset({"op", "kind", "parameters"})
_API_OPTIONS = frozenset(
    {
        "path", "positional", "constants", "construct", "as-tensor", "answers", "lacks", "out",
        "unanswered", "returns", "when", "workspace",
    }
)  # fmt: skip


def read_bindings(source: Source, root: Map, *, backend: str) -> tuple[Binding, ...]:
    """The bindings under the key `apis`, in the order of the file."""
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
    construct = read_construct(source, entry, parameters, kind=kind)
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
        read_positional(source, entry, parameters),
        answers,
        read_when(source, entry),
        source.place(key_at),
        unanswered,
        _constants(source, entry, parameters),
        lacks=read_lacks(source, entry, of_api=True) or (),
        out=read_out(source, entry, kind=kind),
        construct=construct,
        as_tensor=read_as_tensor(source, entry, parameters, construct=construct),
        returns=_returns(source, entry),
        workspace=_workspace(source, entry),
    )


def _workspace(source: Source, entry: Map) -> float:
    """What a call takes while it computes, as a multiple of what it is given and gives."""
    if "workspace" not in entry.values:
        return DEFAULT_WORKSPACE
    node, at = entry.values["workspace"], entry.value_at("workspace")
    if isinstance(node, int | float) and not isinstance(node, bool) and 0 <= node <= MAX_WORKSPACE:
        return float(node)
    raise source.error(
        at, f"workspace is {described(node)}", expected=f"a number from 0 to {MAX_WORKSPACE}"
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


def _constants(
    source: Source, entry: Map, parameters: tuple[tuple[str, str], ...]
) -> tuple[tuple[str, Value], ...]:
    """(the API's own name, value) of the arguments that are always passed."""
    if "constants" not in entry.values:
        return ()
    node = filled(source, entry, "constants", expected="arguments that are always passed")
    taken = {spelled: canonical for canonical, spelled in parameters}
    constants: list[tuple[str, Value]] = []
    for name, value, key_at, value_at in pairs(node):
        if name in taken:
            raise source.error(
                key_at,
                f"the constant {name!r}, which is the parameter {taken[name]!r} too",
                expected="each name once",
            )
        constants.append((name, _constant(source, value, at=value_at)))
    return tuple(constants)


def _constant(source: Source, node: Node, *, at: int) -> Value:
    """A value that is no tensor, as a case writes its arguments; a dtype is {dtype: int8}."""
    if isinstance(node, Seq):
        return TupleValue(_items(source, node))
    if not isinstance(node, Map):
        return native(node)
    if node.values.keys() == {"list"}:
        items = sequence(source, node.values["list"], at=node.value_at("list"), what="list")
        return ListValue(_items(source, items))
    if node.values.keys() == {"dtype"}:
        dtype_at = node.value_at("dtype")
        return DTypeName(
            word(source, node.values["dtype"], at=dtype_at, what="dtype", known=DTYPES)
        )
    raise source.error(
        at, described(node), expected="a number, a text, a list, {list: [...]} or {dtype: ...}"
    )


def _items(source: Source, node: Seq) -> tuple[Value, ...]:
    return tuple(
        _constant(source, item, at=at) for item, at in zip(node.items, node.marks, strict=True)
    )


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
    is_method = kind in ("method", "in-place")
    if has_self != is_method:
        article = "an" if kind[0] in "io" else "a"
        raise source.error(
            at,
            f"{article} {kind} {'without' if is_method else 'with'} a parameter called self",
            expected="self for the object of a method or of an in-place one, and nowhere else",
        )
    if kind == "out" and any(name == "out" for _, name in parameters):
        raise source.error(
            at,
            "a parameter called out where the kind is out",
            expected="the other parameters",
            action="leave it out: the tensor to write into is made for every call",
        )
    return tuple(parameters)


def _returns(source: Source, entry: Map) -> tuple[str, ...]:
    """The outputs that the API gives; () where it gives all of its operation."""
    if "returns" not in entry.values:
        return ()
    return texts(source, entry.values["returns"], at=entry.value_at("returns"), what="returns")


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
