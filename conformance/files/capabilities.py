"""Reading `lacks`: the calls that a target declines."""

from __future__ import annotations

from conformance.files.conditions import read_when
from conformance.files.fields import closed, mapping, sequence, text, words
from conformance.files.nodes import Map, Node
from conformance.files.source import Source
from conformance.model.backend import ALWAYS, ANOTHER_DTYPE, Lack
from conformance.model.case import LAYOUTS
from conformance.model.dtypes import DTYPES

PARTS = ("dtype", "layout", "result", "gradient")


def read_lacks(source: Source, holder: Map, *, of_api: bool = False) -> tuple[Lack, ...] | None:
    """The entries under the key `lacks`, None without it. Only an API may decline every call."""
    if "lacks" not in holder.values:
        return None
    at = holder.value_at("lacks")
    node = sequence(source, holder.values["lacks"], at=at, what="lacks")
    entries = zip(node.items, node.marks, strict=True)
    return tuple(_lack(source, item, at=item_at, of_api=of_api) for item, item_at in entries)


def _lack(source: Source, node: Node, *, at: int, of_api: bool) -> Lack:
    what = "an entry of lacks"
    entry = mapping(source, node, at=at, what=what)
    optional = {*PARTS, "when"}
    values = closed(source, entry, required={"reason"}, optional=optional, what=what)
    when = read_when(source, entry)
    if not of_api and not values.keys() & {*PARTS} and when == ALWAYS:
        raise source.error(
            at,
            "an entry of lacks that is true of every call",
            expected=f"one of: {', '.join(PARTS)}, when",
            action="say which calls are declined",
        )
    dtypes: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    if "dtype" in values:
        dtype_at = entry.value_at("dtype")
        dtypes = words(source, values["dtype"], at=dtype_at, what="dtype", known=DTYPES)
    if "layout" in values:
        layout_at = entry.value_at("layout")
        layouts = words(source, values["layout"], at=layout_at, what="layout", known=LAYOUTS)
    if "result" in values:
        result_at = entry.value_at("result")
        known = (*DTYPES, ANOTHER_DTYPE)
        results = words(source, values["result"], at=result_at, what="result", known=known)
    if values.get("gradient", True) is not True:
        at = entry.value_at("gradient")
        raise source.error(at, "gradient is not true", expected="true", action="or leave it out")
    reason = text(source, values["reason"], at=entry.value_at("reason"), what="reason")
    place = source.place(entry.at)
    return Lack(reason, when, place, dtypes, layouts, results, "gradient" in values)
