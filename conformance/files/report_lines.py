"""What readers of a report rely on: the keys of every line, and the types of their values."""

from __future__ import annotations

from typing import Any

from conformance.model.verdict import Status

Keys = dict[str, tuple[type, ...]]

_TEXT = (str,)
_HEADER: Keys = {"tool": _TEXT, "time": _TEXT, "targets": (list,)}
_TARGET: Keys = dict.fromkeys(
    ("name", "backend", "version", "interpreter", "platform", "device", "mode"), _TEXT
)
_SHARD: Keys = {"index": (int,), "of": (int,), "split": _TEXT}
_VERDICT: Keys = {
    **dict.fromkeys(("id", "op", "case", "api", "target", "status", "place"), _TEXT),
    **dict.fromkeys(("expected", "actual"), (dict,)),
    "mismatches": (list,),
    "duration_s": (int, float),
}
_MISMATCH: Keys = {"kind": _TEXT, "text": _TEXT, "positions": (list,)}
_ASKED: Keys = {"difference": _TEXT, "declared": (str, type(None)), "observed": (list,)}
_ACCURACY: Keys = {"ulp": (int, float, str), "index": (list,), "class": _TEXT, "curve": (list,)}
_LEDGER: Keys = {"reason": _TEXT, "link": _TEXT}
_FOOTER: Keys = {"verdicts": (int,), "counts": (dict,), "time": _TEXT, "duration_s": (int, float)}


def header_problem(header: dict[str, Any]) -> str:
    """What is wrong with the first line, with what was expected; '' if nothing is."""
    problem = _problem(header, _HEADER, what="the header")
    if problem:
        return problem
    parts = [(target, _TARGET, "a target") for target in header["targets"]]
    if "shard" in header:
        parts.append((header["shard"], _SHARD, "the shard"))
    return next(filter(None, (_problem(part, keys, what=what) for part, keys, what in parts)), "")


def verdict_problem(line: dict[str, Any], targets: frozenset[str]) -> str:
    """What is wrong with a verdict, with what was expected; '' if nothing is.

    targets: the names that the header has.
    """
    problem = _problem(line, _VERDICT, what="the verdict")
    if problem:
        return problem
    for key, known in (("status", tuple(map(str, Status))), ("target", tuple(sorted(targets)))):
        if line[key] not in known:
            return f"unknown {key} {line[key]!r}; expected one of: {', '.join(known)}"
    parts = [(mismatch, _MISMATCH, "a mismatch") for mismatch in line["mismatches"]]
    if "difference" in line:
        parts.append((line, _ASKED, "the verdict on a question"))
    if "speaks_of" in line:
        parts.append((line, {"speaks_of": _TEXT}, "the verdict on a page's claim"))
    if "accuracy" in line:
        parts.append((line["accuracy"], _ACCURACY, "the accuracy"))
    if "reason" in line:
        parts.append((line, _LEDGER, "the verdict with a reason"))
    return next(filter(None, (_problem(part, keys, what=what) for part, keys, what in parts)), "")


def footer_problem(footer: dict[str, Any]) -> str:
    """What is wrong with the last line, with what was expected; '' if nothing is."""
    return _problem(footer, _FOOTER, what="the footer")


def _problem(record: Any, keys: Keys, *, what: str) -> str:
    """What keeps record from being an object with these keys, of these types; '' if nothing."""
    if not isinstance(record, dict):
        return f"{what} is a {type(record).__name__}; expected an object"
    for key, types in keys.items():
        if key not in record:
            expected = f"all of: {', '.join(keys)}"
            return f"{what} has no {key!r}; expected {expected}; run it again with this version"
        # A bool is an int to Python, and no number to a reader.
        if not isinstance(record[key], types) or isinstance(record[key], bool):
            names = " or ".join(_NAMES[each] for each in types)
            return f"{key} of {what} is {record[key]!r}; expected {names}"
    return ""


_NAMES: dict[type, str] = {
    str: "text",
    int: "a whole number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}
