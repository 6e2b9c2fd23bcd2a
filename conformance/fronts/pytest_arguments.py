"""Which command-line arguments are paths, and which tasks the others select."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.decide.plan import Selection, make_plan
from conformance.model.backend import Backend, Target
from conformance.model.case import Suite
from conformance.model.errors import UsageError
from conformance.model.verdict import Task


@dataclass(frozen=True, slots=True)
class Arguments:
    """paths: pytest's own business. addresses: `op`, `op/file`, `op/file/case`. ids: of tasks."""

    paths: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


def sort_arguments(arguments: Sequence[str], *, start: Path, cases: Path) -> Arguments:
    """The arguments as paths, addresses and ids.

    What exists below start is a path, and so is what only pytest can mean ('::', '.py'). A path to
    case files, with or without its suffix, is the address that they stand for.
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
    return Arguments(tuple(paths), tuple(addresses), tuple(ids))


def select_tasks(
    suite: Suite, targets: Iterable[tuple[Backend, Target]], *, arguments: Arguments
) -> tuple[Task, ...]:
    """The tasks that addresses and ids select, in the order of the plan; all if there are none.

    Raises UsageError if one of them selects nothing.
    """
    cases_of_ids = tuple(_case_address(task_id) for task_id in arguments.ids)
    selection = Selection((*arguments.addresses, *cases_of_ids))
    tasks = make_plan(suite, targets, selection=selection)
    if not arguments.ids:
        return tasks
    for task_id in arguments.ids:
        _check_id(task_id, tasks)
    return tuple(task for task in tasks if _is_selected(task, arguments))


def _inside(path: Path, cases: Path) -> str | None:
    """The address that an existing path below the folder of cases stands for."""
    if not path.exists() or not path.resolve().is_relative_to(cases.resolve()):
        return None
    relative = path.resolve().relative_to(cases.resolve())
    if relative == Path():
        return None
    return relative.with_suffix("").as_posix() if path.is_file() else relative.as_posix()


def _case_address(task_id: str) -> str:
    return task_id.partition("[")[0]


def _is_selected(task: Task, arguments: Arguments) -> bool:
    case = task.case
    names = {case.op, f"{case.op}/{case.file}", case.address}
    return task.id in arguments.ids or not names.isdisjoint(arguments.addresses)


def _check_id(task_id: str, tasks: Sequence[Task]) -> None:
    if any(task.id == task_id for task in tasks):
        return
    address = _case_address(task_id)
    others = [task.id for task in tasks if task.case.address == address]
    raise UsageError(
        f"no item has the id {task_id!r}; the case has on the targets of --backend: "
        f"{', '.join(others) or '(none)'}"
    )
