"""What a verdict depends on is in its digest; what it does not depend on is not."""

from dataclasses import replace
from pathlib import Path

import pytest

from conformance.decide.content import Contents
from conformance.decide.plan import make_plan
from conformance.files.backend_files import load_backend
from conformance.files.load import load_suite
from conformance.model.backend import ErrorRule, Target
from conformance.model.case import Choice
from conformance.model.errors import Place

ROOT = Path(__file__).parents[2]
PAGE = "mindspore-r2.0-torch"


@pytest.fixture(scope="module")
def tasks():
    backend = load_backend(ROOT / "conformance" / "backends" / "torch")
    suite = load_suite(ROOT / "cases")
    return make_plan(suite, [(backend, Target("torch", "2.13.0", None))])


@pytest.fixture
def task(tasks):
    return next(task for task in tasks if task.case.file == PAGE and task.case.lines)


def digest(task):
    return Contents().of(task)


def test_every_task_of_a_target_has_a_content_of_its_own(tasks):
    contents = Contents()
    assert len({contents.of(task) for task in tasks}) == len(tasks)


def test_the_same_task_loaded_again_has_the_same_content(tasks):
    again = load_suite(ROOT / "cases")
    backend = load_backend(ROOT / "conformance" / "backends" / "torch")
    loaded = make_plan(again, [(backend, Target("torch", "2.13.0", None))])
    contents = Contents()
    assert [contents.of(one) for one in loaded] == [contents.of(one) for one in tasks]


def test_where_a_case_and_a_binding_stand_does_not_count(task):
    moved = replace(
        task,
        case=replace(task.case, place=Place("elsewhere.yaml", 7, 1)),
        binding=replace(task.binding, place=Place("elsewhere.yaml", 9, 1)),
    )
    assert digest(moved) == digest(task)


def test_what_a_page_says_of_other_apis_does_not_count(task):
    moved = replace(task, page=replace(task.page, rows=()), case=replace(task.case, documented=()))
    assert digest(moved) == digest(task)


CHANGES = {
    "an argument": lambda t: replace(t, call=replace(t.call, arguments=t.call.arguments[:1])),
    "the expectation": lambda t: replace(
        t, expectation=replace(t.expectation, choices=(Choice("", error="axis-out-of-range"),))
    ),
    "the question": lambda t: replace(t, expectation=replace(t.expectation, question="overflow")),
    "the declared answer": lambda t: replace(t, declared="wrap"),
    "the binding": lambda t: replace(t, binding=replace(t.binding, path="torch.other")),
    "the error data": lambda t: replace(
        t, errors=(ErrorRule("x", "E", "", t.binding.when, t.case.place), *t.errors)
    ),
    "the snippet": lambda t: replace(t, snippet=replace(t.snippet, tensor="other({array})")),
    "the page's revision": lambda t: replace(
        t, page=replace(t.page, source=replace(t.page.source, revision="1"))
    ),
    "the page's lines": lambda t: replace(t, case=replace(t.case, lines=(1, 2))),
    "the reason": lambda t: replace(t, case=replace(t.case, why="because")),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_changes_the_verdict_or_its_words_changes_the_content(task, change):
    assert digest(change(task)) != digest(task)


def test_neighbours_do_not_run_together():
    """('ab', 'c') is not ('a', 'bc')."""
    pieces = [b"".join(Contents()._pieces(value)) for value in (("ab", "c"), ("a", "bc"))]
    assert pieces[0] != pieces[1]


def test_1_is_not_true_and_not_1_point_0():
    pieces = {b"".join(Contents()._pieces(value)) for value in (1, True, 1.0, "1")}
    assert len(pieces) == 4
