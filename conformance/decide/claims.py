"""What a verdict says about a claim of a documentation page."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from conformance.model.verdict import Status


class ClaimStatus(str, Enum):
    """A claim is confirmed or refuted by what was measured; otherwise it stays unverifiable."""

    CONFIRMED = "confirmed"
    REFUTED = "refuted"
    UNVERIFIABLE = "unverifiable"

    def __str__(self) -> str:
        return self.value


_REFUTING = frozenset({Status.FAILED, Status.KNOWN, Status.CHANGED})


def claim_status(statuses: Iterable[Status]) -> ClaimStatus:
    """Refuted if any verdict refutes, confirmed if there are verdicts and all passed.

    Everything else (a crash, a declined call, nothing run) proves nothing either way.
    """
    found = set(statuses)
    if found & _REFUTING:
        return ClaimStatus.REFUTED
    return ClaimStatus.CONFIRMED if found == {Status.PASSED} else ClaimStatus.UNVERIFIABLE
