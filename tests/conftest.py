"""What the tests rely on, however the run was started."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest


@pytest.fixture(scope="session", autouse=True)
def _interrupts_are_heeded() -> Iterator[None]:
    """A shell has what it starts in the background ignore SIGINT, and whatever that starts inherits
    it: the processes that tests interrupt, too."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
