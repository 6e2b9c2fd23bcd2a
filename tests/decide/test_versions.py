"""Since which of the versions that were run something holds."""

import pytest

from conformance.decide.claims import ClaimStatus
from conformance.decide.versions import Span, holding, spans, without_version

YES, NO, WHO_KNOWS = ClaimStatus.CONFIRMED, ClaimStatus.REFUTED, ClaimStatus.UNVERIFIABLE


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ({}, ""),
        ({"2.13.0": YES}, "holds in 2.13.0"),
        ({"1.8.1": YES, "2.13.0": YES}, "holds in 1.8.1, 2.13.0"),
        ({"1.8.1": YES, "1.13.1": YES, "2.13.0": NO}, "holds in 1.8.1, 1.13.1; fails since 2.13.0"),
        ({"1.8.1": NO, "1.13.1": YES, "2.13.0": YES}, "fails in 1.8.1; holds since 1.13.1"),
        (
            {"1.8.1": YES, "1.13.1": NO, "2.13.0": YES},
            "holds in 1.8.1; fails in 1.13.1; holds since 2.13.0",
        ),
        ({"2.0.0": WHO_KNOWS, "2.7.2": YES}, "cannot be told in 2.0.0; holds since 2.7.2"),
    ],
)
def test_a_claim_holds_in_versions_and_since_a_version(found, text):
    assert holding(found) == text


def test_versions_are_read_as_numbers_whatever_order_they_come_in():
    assert holding({"2.10.0": NO, "2.7.2": YES, "2.0.0": YES}) == (
        "holds in 2.0.0, 2.7.2; fails since 2.10.0"
    )


def test_a_version_that_no_one_can_read_comes_first():
    assert spans([("2.0", 1), ("mine", 2)]) == (
        Span(2, ("mine",)),
        Span(1, ("2.0",), turned=True),
    )


def test_a_build_comes_after_its_release():
    assert spans([("2.0.0+cpu", 1), ("2.0.0", 1)]) == (Span(1, ("2.0.0", "2.0.0+cpu")),)


def test_targets_of_one_backend_share_everything_but_the_version():
    target = {
        "name": "mindspore-2.7.2-graph-cpu", "backend": "mindspore", "version": "2.7.2",
        "device": "cpu", "mode": "graph",
    }  # fmt: skip
    assert without_version(target) == ("mindspore", "graph-cpu", "cpu", "graph")
