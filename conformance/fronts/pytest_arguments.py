"""Which command-line arguments are paths, and what the others select."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.decide.ledger import Stale, stale_entries
from conformance.decide.memory import DEFAULT_BUDGET, fitting, left_out_text
from conformance.decide.plan import Selection, make_plan
from conformance.model.backend import Backend, Target
from conformance.model.case import Suite
from conformance.model.errors import UsageError
from conformance.model.verdict import Task

Pair = tuple[Backend, Target]
# What the folder of cases itself stands for, relative to itself.
EVERYTHING = "."


@dataclass(frozen=True, slots=True)
class Arguments:
    """paths: pytest's own business. addresses: `op`, `op/file`, `op/file/case`. ids: of tasks."""

    paths: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """The tasks, in the order of the plan, and the ledger entries that speak of nothing. left_out:
    what needs more memory than a call may take, in words."""

    tasks: tuple[Task, ...] = ()
    stale: tuple[Stale, ...] = ()
    left_out: str = ""

    @property
    def ids(self) -> frozenset[str]:
        return frozenset([t.id for t in self.tasks] + [s.id for s in self.stale])


def sort_arguments(arguments: Sequence[str], *, start: Path, cases: Path) -> Arguments:
    """The arguments as paths, addresses and ids.

    What exists below start is a path, and so is what only pytest can mean ('::', '.py'). A path to
    case files, with or without its suffix, is the address that they stand for; the folder of cases
    is all of them.
    """
    paths, addresses, ids = [], [], []
    for argument in arguments:
        inside = _inside(start / argument, cases)
        if inside is not None:
            addresses.append(inside)
        elif "[" in argument and "::" not in argument:
            ids.append(argument)
        elif "::" in argument or argument.endswith(".py") or (start / argument).exists():
            paths.append(argument)
        else:
            addresses.append(argument.rstrip("/"))
    if EVERYTHING in addresses:
        return Arguments(tuple(paths))
    return Arguments(tuple(paths), tuple(addresses), tuple(ids))


def select(
    suite: Suite, pairs: Sequence[Pair], *, arguments: Arguments, memory: int = DEFAULT_BUDGET
) -> Selected:
    """What addresses and ids select, of what takes at most so many bytes; everything if there are
    none.

    Raises UsageError if one of them selects nothing, or if all of it needs more memory.
    """
    stale = tuple(entry for pair in pairs for entry in stale_entries(suite, *pair))
    ids = [task_id for task_id in arguments.ids if all(entry.id != task_id for entry in stale)]
    selection = Selection((*arguments.addresses, *map(_address, ids)))
    tasks = make_plan(suite, pairs, selection=selection)
    for task_id in ids:
        _check_id(task_id, tasks)
    if arguments.ids or arguments.addresses:
        tasks = tuple(task for task in tasks if _is_selected(task.id, arguments))
        stale = tuple(entry for entry in stale if _is_selected(entry.id, arguments))
    kept, beyond = fitting(tasks, memory)
    if beyond and not kept and not stale:
        raise UsageError(f"nothing to run: {left_out_text(beyond)}")
    return Selected(kept, stale, left_out_text(beyond))


def _inside(path: Path, cases: Path) -> str | None:
    """The address that a path below the folder of cases stands for; None elsewhere."""
    path, cases = path.resolve(), cases.resolve()
    file = next((f for f in (path, path.parent) if f.with_name(f"{f.name}.yaml").is_file()), None)
    if not path.is_relative_to(cases) or not (path.exists() or file):
        return None
    relative = path.relative_to(cases).as_posix()
    return relative.removesuffix(".yaml")


def _address(task_id: str) -> str:
    return task_id.partition("[")[0]


def _is_selected(task_id: str, arguments: Arguments) -> bool:
    op, file, case = _address(task_id).split("/")
    names = {op, f"{op}/{file}", f"{op}/{file}/{case}"}
    return task_id in arguments.ids or not names.isdisjoint(arguments.addresses)


def _check_id(task_id: str, tasks: Sequence[Task]) -> None:
    if any(task.id == task_id for task in tasks):
        return
    address = _address(task_id)
    others = [task.id for task in tasks if task.case.address == address]
    raise UsageError(
        f"no item has the id {task_id!r}; the case has on the targets of --backend: "
        f"{', '.join(others) or '(none)'}"
    )
