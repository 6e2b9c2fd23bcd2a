"""Reading where the arguments of an API go: by position, to a constructor, or as tensors."""

from __future__ import annotations

from conformance.files.fields import filled, listed, pairs, texts, word
from conformance.files.nodes import Map
from conformance.files.source import Source
from conformance.model.backend import BindingKind
from conformance.model.dtypes import DTYPES

Parameters = tuple[tuple[str, str], ...]
# What stands for an integer in a tensor.
INTEGERS = tuple(name for name, dtype in DTYPES.items() if dtype.kind in ("signed", "unsigned"))


def read_positional(source: Source, entry: Map, parameters: Parameters) -> tuple[str, ...]:
    """The canonical names of the arguments that go by position, in order."""
    if "positional" not in entry.values:
        return ()
    return _some_of(source, entry, parameters, key="positional")


def read_construct(
    source: Source, entry: Map, parameters: Parameters, *, kind: BindingKind
) -> tuple[str, ...]:
    """The canonical names of the arguments that a primitive is constructed with."""
    if "construct" not in entry.values:
        return ()
    if kind != "primitive":
        raise source.error(
            entry.key_at("construct"),
            f"construct where the kind is {kind}",
            expected="the kind primitive: nothing else is constructed",
        )
    names = _some_of(source, entry, parameters, key="construct")
    for name in read_positional(source, entry, parameters):
        if name in names:
            raise source.error(
                entry.value_at("construct"),
                f"construct names {name!r}, which positional names too",
                expected="each argument in one place: the constructor or the call",
            )
    return names


def read_as_tensor(
    source: Source, entry: Map, parameters: Parameters, *, construct: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """(canonical name, dtype) of the integers that the API takes as tensors without axes."""
    if "as-tensor" not in entry.values:
        return ()
    expected = "the dtype of each integer that is taken as a tensor"
    node = filled(source, entry, "as-tensor", expected=expected)
    known = [canonical for canonical, _ in parameters if canonical not in construct]
    found: list[tuple[str, str]] = []
    for name, value, key_at, value_at in pairs(node):
        if name not in known:
            raise source.error(
                key_at, f"as-tensor names {name!r}", expected=f"some of: {listed(known)}"
            )
        found.append((name, word(source, value, at=value_at, what="dtype", known=INTEGERS)))
    return tuple(found)


def _some_of(source: Source, entry: Map, parameters: Parameters, *, key: str) -> tuple[str, ...]:
    """The canonical names under key, which are some of the parameters."""
    node, at = entry.values[key], entry.value_at(key)
    names = texts(source, node, at=at, what=key)
    known = [canonical for canonical, _ in parameters]
    for name in names:
        if name not in known:
            raise source.error(at, f"{key} names {name!r}", expected=f"some of: {listed(known)}")
    return names
