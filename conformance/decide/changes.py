"""What has become of tasks between two runs: pure functions on the lines of reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from conformance.decide.versions import without_version
from conformance.model.errors import UsageError
from conformance.model.verdict import RED, Status

Line = Mapping[str, Any]

# What has become of a task, the worst first: it turned red; it is no longer there; its outcome is
# another one; it is no longer red; it is new.
ChangeKind = Literal["broken", "gone", "changed", "fixed", "added"]
CHANGE_KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
WORSE: frozenset[ChangeKind] = frozenset({"broken", "gone"})


@dataclass(frozen=True, slots=True)
class Change:
    """A task whose verdict or outcome is not what it was.

    before, after: the lines of the two reports; one is None where the task is added or gone.
    parts: what differs, each word once: 'status', 'ending', 'count', 'dtype', 'shape', 'values',
    'type', 'error', 'end', 'answer', 'accuracy'; () where the task is added or gone.
    """

    kind: ChangeKind
    before: Line | None
    after: Line | None
    parts: tuple[str, ...] = ()

    @property
    def line(self) -> Line:
        """The line after, else the one before."""
        line = self.after if self.after is not None else self.before
        assert line is not None
        return line


@dataclass(frozen=True, slots=True)
class Pairing:
    """Which target of one run stands for which of the other.

    pairs: (before, after) names. gone, added: the names of targets that only one of them has.
    """

    pairs: tuple[tuple[str, str], ...]
    gone: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


def pair_targets(old: Sequence[Line], new: Sequence[Line]) -> Pairing:
    """The targets of two headers, paired by name; what is left is paired where each side has one
    target of a backend, with the same words, in another version."""
    names = {target["name"] for target in new}
    same = [target["name"] for target in old if target["name"] in names]
    left = [target for target in old if target["name"] not in same]
    right = [target for target in new if target["name"] not in same]
    pairs = [(name, name) for name in same]
    for one in left:
        alike = [other for other in left if without_version(other) == without_version(one)]
        others = [other for other in right if without_version(other) == without_version(one)]
        if len(alike) == len(others) == 1:
            pairs.append((one["name"], others[0]["name"]))
    paired = {name for pair in pairs for name in pair}
    gone = tuple(target["name"] for target in left if target["name"] not in paired)
    added = tuple(target["name"] for target in right if target["name"] not in paired)
    return Pairing(tuple(pairs), gone, added)


def pair_named(old: Sequence[Line], new: Sequence[Line], *, names: tuple[str, str]) -> Pairing:
    """The pairing of the two targets of these names alone.

    Raises UsageError if one of them is not there, or they are of two backends.
    """
    before, after = _named(old, names[0]), _named(new, names[1])
    if before["backend"] != after["backend"]:
        raise UsageError(
            f"{before['name']} and {after['name']} are targets of two backends, which have no "
            "task in common; expected two targets of one"
        )
    return Pairing(((before["name"], after["name"]),))


def changes(old: Iterable[Line], new: Iterable[Line], *, pairing: Pairing) -> tuple[Change, ...]:
    """Every task of the paired targets whose verdict or outcome has changed.

    In the order of old, then what is added in the order of new. A task is its case on its API: the
    version of the target is no part of it.
    """
    renamed = dict(pairing.pairs)
    later = {_task(line, line["target"]): line for line in new}
    found = []
    for line in old:
        if line["target"] not in renamed:
            continue
        after = later.pop(_task(line, renamed[line["target"]]), None)
        change = _change(line, after)
        if change is not None:
            found.append(change)
    paired = set(renamed.values())
    found += [Change("added", None, line) for line in later.values() if line["target"] in paired]
    return tuple(found)


def is_worse(found: Iterable[Change], pairing: Pairing) -> bool:
    """True if something turned red, or is no longer there."""
    return bool(pairing.gone) or any(change.kind in WORSE for change in found)


def differing_parts(before: Line, after: Line) -> tuple[str, ...]:
    """What differs between the verdicts and outcomes of two lines on one task; () if nothing.

    The words of an exception's message are not compared: frameworks name places in their source.
    """
    parts = ["status"] if before["status"] != after["status"] else []
    parts += _outcome_parts(before["actual"], after["actual"])
    if before.get("observed") != after.get("observed"):
        parts.append("answer")
    classes = {line["accuracy"]["class"] for line in (before, after) if "accuracy" in line}
    if len(classes) > 1:
        parts.append("accuracy")
    return tuple(dict.fromkeys(parts))


def _change(before: Line, after: Line | None) -> Change | None:
    if after is None:
        return Change("gone", before, None)
    parts = differing_parts(before, after)
    if not parts:
        return None
    red = [Status(line["status"]) in RED for line in (before, after)]
    kinds: dict[tuple[bool, bool], ChangeKind] = {(False, True): "broken", (True, False): "fixed"}
    return Change(kinds.get((red[0], red[1]), "changed"), before, after, parts)


def _outcome_parts(before: Line, after: Line) -> list[str]:
    ways = [
        next((w for w in ("outputs", "error", "first") if w in actual), "end")
        for actual in (before, after)
    ]
    if ways[0] != ways[1]:
        return ["ending"]
    if ways[0] == "outputs":
        return _output_parts(before["outputs"], after["outputs"])
    if ways[0] == "error":
        keys = ("error", "phase")
        return ["error"] if any(before.get(k) != after.get(k) for k in keys) else []
    if ways[0] == "first":
        return [p for k in ("first", "again") for p in _outcome_parts(before[k], after[k])]
    return ["end"] if before.get("end") != after.get("end") else []


def _output_parts(before: Sequence[Line], after: Sequence[Line]) -> list[str]:
    if len(before) != len(after):
        return ["count"]
    keys = {"dtype": ("dtype",), "shape": ("shape",), "values": ("values", "digest"),
            "type": ("type", "text")}  # fmt: skip
    return [
        part
        for one, other in zip(before, after, strict=True)
        for part, names in keys.items()
        if any(one.get(name) != other.get(name) for name in names)
    ]


def _task(line: Line, target: str) -> tuple[str, str, str]:
    return line["case"], line["api"], target


def _named(targets: Sequence[Line], name: str) -> Line:
    """The target of that name; `torch@1.8.1:cpu` means `torch-1.8.1-cpu`."""
    plain = name.replace("@", "-").replace(":", "-").replace(",", "-")
    found = next((target for target in targets if target["name"] == plain), None)
    if found is None:
        known = ", ".join(target["name"] for target in targets) or "(none)"
        raise UsageError(f"no target {name!r} in the report; expected one of: {known}")
    return found
