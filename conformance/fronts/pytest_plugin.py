"""`pytest --backend SPEC`: every task is a test item.

pytest loads this module in every run of every project where the package is installed: without
--backend it must cost nothing, so whatever does something is imported only then.
"""

from __future__ import annotations

import argparse

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


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("conformance", "conformance: frameworks against their documentation")
    group.addoption(
        "--backend",
        action="append",
        default=[],
        dest="conformance_backends",
        metavar="NAME[@VERSION][:WORD,...]",
        help="run the conformance cases on this target; may be given several times. Arguments that "
        "are no paths then select cases: OP, OP/FILE, OP/FILE/CASE, or an item's id",
    )
    group.addoption(
        "--cases",
        default=None,
        dest="conformance_cases",
        metavar="DIR",
        help="folder of case files; default: the project's cases/, else the packaged ones",
    )
    group.addoption(
        "--conformance-timeout",
        type=seconds,
        default=None,
        dest="conformance_timeout_s",
        metavar="S",
        help="seconds that a call may take (default: 60, or [tool.conformance] timeout)",
    )
    group.addoption(
        "--conformance-report",
        default=None,
        dest="conformance_report",
        metavar="FILE",
        help="write a report, as `conformance run --report` does",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("conformance_backends"):
        from conformance.fronts.pytest_session import ConformanceSession

        config.pluginmanager.register(ConformanceSession(config), "conformance-session")
