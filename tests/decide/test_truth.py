"""What became of a page's claims in the versions that were run."""

from typing import Any

import pytest

from conformance.decide.claims import ClaimStatus
from conformance.decide.truth import is_own, truths, truths_in

YES, NO, WHO_KNOWS = ClaimStatus.CONFIRMED, ClaimStatus.REFUTED, ClaimStatus.UNVERIFIABLE


@pytest.mark.parametrize("version", ["2.0", "2.0.0", "2.0.1", "2.0.0+cpu", "2.0.0rc1", "2"])
def test_a_version_with_two_numbers_means_all_of_its_patches(version):
    assert is_own(version, "2.0")


@pytest.mark.parametrize("version", ["2.1.0", "1.9", "20.0", "mine"])
def test_another_version_is_not_the_pages_own(version):
    assert not is_own(version, "2.0")


def test_a_version_that_no_one_can_read_is_compared_as_text():
    assert is_own("r2.0", "r2.0")
    assert not is_own("2.0", "r2.0")


@pytest.mark.parametrize(
    ("found", "texts"),
    [
        ({"1.8.1": YES}, ["right when written"]),
        ({"1.8.1": NO}, ["wrong when written"]),
        ({"1.8.1": WHO_KNOWS}, ["unverifiable when written"]),
        ({"1.8.1": YES, "2.13.0": YES}, ["right when written", "still true"]),
        ({"1.8.1": YES, "2.13.0": NO}, ["right when written", "no longer true"]),
        (
            {"1.8.1": YES, "1.13.1": NO, "2.13.0": YES},
            ["right when written", "no longer true", "true again"],
        ),
        ({"1.8.1": NO, "2.13.0": NO}, ["wrong when written", "still wrong"]),
        (
            {"1.8.1": NO, "1.13.1": YES, "2.13.0": YES},
            ["wrong when written", "true since 1.13.1", "true since 1.13.1"],
        ),
        (
            {"1.8.1": NO, "1.13.1": YES, "2.0.0": NO, "2.13.0": YES},
            ["wrong when written", "true since 1.13.1", "wrong again", "true since 2.13.0"],
        ),
        ({"1.8.1": YES, "2.13.0": WHO_KNOWS}, ["right when written", "unverifiable"]),
        (
            {"1.8.1": YES, "1.13.1": WHO_KNOWS, "2.13.0": YES},
            ["right when written", "unverifiable", "still true"],
        ),
        ({"1.8.1": WHO_KNOWS, "2.13.0": NO}, ["unverifiable when written", "not true"]),
        ({"1.13.1": YES, "2.13.0": NO}, ["true", "not true"]),
        ({"1.4.0": NO, "1.8.1": YES}, ["not true before", "right when written"]),
        ({"1.4.0": YES, "1.8.1": NO, "2.0.0": NO},
         ["true before", "wrong when written", "still wrong"]),
    ],
)  # fmt: skip
def test_what_became_of_a_claim_is_said_for_every_version(found, texts):
    assert [truth.text for truth in truths(found, "1.8.1")] == texts


def test_the_newest_own_version_that_tells_is_what_was_written():
    found = {"2.0.0": NO, "2.0.1": YES, "2.0.2": WHO_KNOWS, "2.7.2": YES}
    assert [truth.text for truth in truths(found, "2.0")] == [
        "wrong when written", "right when written", "unverifiable when written", "still true",
    ]  # fmt: skip


def target(version: str, *words: str) -> dict[str, str]:
    name = "-".join(("torch", version, *words))
    return {
        "name": name, "backend": "torch", "version": version, "device": "cpu", "mode": "default",
    }  # fmt: skip


def line(on: dict[str, str], status: str = "passed", **more: Any) -> dict[str, Any]:
    return {
        "case": "cumsum/page/a", "api": "torch.cumsum", "target": on["name"], "status": status,
        "speaks_of": "1.8.1", **more,
    }  # fmt: skip


def test_the_truths_are_read_from_the_lines_of_a_report():
    targets = [target("2.13.0"), target("1.8.1")]
    (found,) = truths_in(targets, [line(targets[0], "failed"), line(targets[1])])
    assert (found.page, found.api, found.speaks_of) == ("cumsum/page", "torch.cumsum", "1.8.1")
    assert [(t.version, t.text) for t in found.truths] == [
        ("1.8.1", "right when written"),
        ("2.13.0", "no longer true"),
    ]
    assert found.written


def test_without_the_version_that_the_page_speaks_of_nothing_is_said_of_when_it_was_written():
    only = target("2.13.0")
    (found,) = truths_in([only], [line(only)])
    assert not found.written
    assert [truth.text for truth in found.truths] == ["true"]


def test_other_words_are_another_story():
    targets = [target("1.8.1", "graph"), target("2.13.0")]
    found = truths_in(targets, [line(on) for on in targets])
    assert [(one.words, [t.text for t in one.truths]) for one in found] == [
        ("graph", ["right when written"]),
        ("", ["true"]),
    ]


def test_a_question_and_a_case_beyond_the_page_are_no_claims():
    only = target("1.8.1")
    asked, beyond = line(only, difference="other-spelling"), line(only)
    del beyond["speaks_of"]
    assert truths_in([only], [asked, beyond]) == ()
