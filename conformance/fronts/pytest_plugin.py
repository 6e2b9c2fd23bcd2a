"""`pytest --backend SPEC`: every task is a test item.

pytest loads this module in every run of every project where the package is installed: without
--backend it must cost nothing, so whatever does something is imported only then.
"""

from __future__ import annotations

import argparse
from collections.abc import Generator
from typing import Any

import pytest


def seconds(text: str) -> float:
    """The number of seconds that text says."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not value > 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no time; expected seconds above 0")
    return value


def memory(text: str) -> int:
    """The size in bytes that text says."""
    from conformance.fronts.sizes import parse_size

    try:
        return parse_size(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


# By destination. The short names are the documented ones; the long ones are always there.
OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "conformance_backends": (
        ("--conformance-backend", "--backend"),
        {
            "action": "append",
            "default": [],
            "metavar": "NAME[@VERSION][:WORD,...]",
            "help": "run the conformance cases on this target; may be given several times. "
            "Arguments that are no paths then select cases: OP, OP/FILE, OP/FILE/CASE, or an "
            "item's id",
        },
    ),
    "conformance_cases": (
        ("--conformance-cases", "--cases"),
        {
            "metavar": "DIR",
            "help": "folder of case files; default: the project's cases/, else the packaged ones",
        },
    ),
    "conformance_timeout_s": (
        ("--conformance-timeout",),
        {
            "type": seconds,
            "metavar": "S",
            "help": "seconds that a call may take; default: [tool.conformance] timeout, else 60",
        },
    ),
    "conformance_memory": (
        ("--conformance-memory", "--memory"),
        {
            "type": memory,
            "metavar": "SIZE",
            "help": "memory that one call may take, such as 12GiB; cases that need more are left "
            "out; default: 1GiB",
        },
    ),
    "conformance_shard": (
        ("--conformance-shard", "--shard"),
        {
            "metavar": "I/N",
            "help": "only the part I of N, as `conformance run --shard` splits it",
        },
    ),
    "conformance_durations": (
        ("--conformance-durations",),
        {
            "metavar": "FILE",
            "help": "an earlier report, or JSON with seconds by task: what --shard balances",
        },
    ),
    "conformance_report": (
        ("--conformance-report",),
        {"metavar": "FILE", "help": "write a report, as `conformance run --report` does"},
    ),
}


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, object, object]:
    """Adds the options after those of the project: a project with a --backend of its own keeps it,
    and can say --conformance-backend."""
    # Until then pytest does not know that the word after an option of ours is no path.
    words = {name for names, _ in OPTIONS.values() for name in names}
    values = {args[at + 1] for at, word in enumerate(args[:-1]) if word in words}
    known = early_config.known_args_namespace
    known.file_or_dir = [path for path in known.file_or_dir if path not in values]
    loaded = yield
    taken = _taken_names(parser)
    group = parser.getgroup("conformance", "conformance: frameworks against their documentation")
    for destination, (names, attributes) in OPTIONS.items():
        free = [name for name in names if name not in taken]
        if free:
            group.addoption(*free, dest=destination, **attributes)
    return loaded


def _taken_names(parser: pytest.Parser) -> set[str]:
    """The names of all options; pytest offers no public way to ask, and a name that is taken twice
    ends every run of a project."""
    groups = (parser._anonymous, *parser._groups)
    return {name for group in groups for option in group.options for name in option.names()}


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("conformance_backends", None):
        from conformance.fronts.pytest_session import ConformanceSession

        config.pluginmanager.register(ConformanceSession(config), "conformance-session")
