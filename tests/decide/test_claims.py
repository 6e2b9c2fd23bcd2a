"""From verdicts to what they say about a claim."""

import pytest

from conformance.decide.claims import ClaimStatus, claim_status
from conformance.model.verdict import Status


def test_a_claim_is_confirmed_where_all_verdicts_passed() -> None:
    assert claim_status([Status.PASSED, Status.PASSED]) is ClaimStatus.CONFIRMED


@pytest.mark.parametrize("status", [Status.FAILED, Status.KNOWN, Status.CHANGED])
def test_one_failure_refutes_a_claim_known_or_not(status: Status) -> None:
    assert claim_status([Status.PASSED, status, Status.NOT_RUN]) is ClaimStatus.REFUTED


@pytest.mark.parametrize(
    "status",
    sorted(set(Status) - {Status.PASSED, Status.FAILED, Status.KNOWN, Status.CHANGED}),
)
def test_whatever_else_happens_proves_nothing(status: Status) -> None:
    assert claim_status([Status.PASSED, status]) is ClaimStatus.UNVERIFIABLE


def test_a_claim_without_verdicts_is_unverifiable() -> None:
    assert claim_status([]) is ClaimStatus.UNVERIFIABLE
