"""How much memory this machine has to give."""

from __future__ import annotations

from conformance.decide.memory import GIB, in_gib
from conformance.model.errors import UsageError


def available_memory() -> int:
    """Bytes that processes can have now without making others wait for the disk."""
    import psutil

    return int(psutil.virtual_memory().available)


def resident_memory(pid: int) -> int:
    """Bytes that a process holds in memory; 0 if there is none."""
    import psutil

    try:
        return int(psutil.Process(pid).memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def check_budget(budget: int, available: int) -> None:
    """Raises UsageError where a call may take more memory than there is."""
    if budget > available:
        raise UsageError(
            f"--memory is {in_gib(budget)}, but {available / GIB:.1f} GiB are available here; "
            "expected at most that"
        )
