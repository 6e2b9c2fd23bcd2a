"""What the cases of a question leave standing."""

from collections.abc import Callable

import pytest

from conformance.decide.answers import (
    Observation,
    ObservedAnswer,
    Relation,
    answers,
    disagreements,
    observation_of,
    relation,
)
from conformance.decide.judge import decline, judge
from conformance.model.case import Choice
from conformance.model.outcome import Crashed, Returned
from conformance.model.verdict import Task


def observed(
    *words: str,
    case: str = "a",
    api: str = "torch.cumsum",
    target: str = "torch-2.13.0",
    difference: str = "integer-promotion",
    declared: str | None = None,
) -> Observation:
    return Observation(difference, api, target, case, words, declared)


def silent(case: str = "a") -> Observation:
    return Observation("integer-promotion", "torch.cumsum", "torch-2.13.0", case, None)


def answer(*words: str) -> ObservedAnswer:
    (made,) = answers([observed(*words) if words else silent()])
    return made


def test_one_choice_that_all_cases_leave_is_the_answer() -> None:
    (made,) = answers([observed("keep", "default-int"), observed("at-least-32", "default-int")])
    assert (made.kind, made.choices, made.text) == ("one", ("default-int",), "default-int")


def test_several_choices_that_no_case_tells_apart_are_shown_as_such() -> None:
    (made,) = answers([observed("keep", "default-int"), observed("keep", "default-int", "refuse")])
    assert (made.kind, made.text) == ("several", "keep or default-int, not told apart")


def test_cases_that_exclude_each_other_are_mixed() -> None:
    (made,) = answers([observed("keep"), observed("default-int")])
    assert (made.kind, made.choices, made.text) == ("mixed", (), "mixed")


def test_one_case_without_a_matching_choice_makes_the_answer_mixed() -> None:
    (made,) = answers([observed("keep"), observed(case="b")])
    assert made.kind == "mixed"


def test_a_case_that_says_nothing_does_not_count() -> None:
    (made,) = answers([silent("b"), observed("keep")])
    assert (made.kind, made.choices) == ("one", ("keep",))


def test_nothing_but_silence_is_no_answer() -> None:
    (made,) = answers([silent(), silent("b")])
    assert (made.kind, made.choices, made.text) == ("silent", (), "")


@pytest.mark.parametrize("part", ["difference", "api", "target"])
def test_questions_and_apis_and_targets_are_answered_apart(part: str) -> None:
    made = answers([observed("keep"), observed("refuse", **{part: "another"})])
    assert [one.choices for one in made] == [("keep",), ("refuse",)]


def test_what_is_declared_for_the_calls_is_listed_once() -> None:
    first = observed("keep", declared="keep")
    (made,) = answers([first, observed("keep", case="b", declared="refuse"), first])
    assert made.declared == ("keep", "refuse")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([("keep",), ("keep",)], "agree"),
        ([("keep",), ("refuse",)], "differ"),
        ([("keep",), ("keep", "refuse")], "untold"),
        ([("keep", "default-int"), ("refuse",)], "differ"),
        ([("keep", "refuse"), ("keep", "refuse")], "untold"),
        ([("keep",), ()], "agree"),
        ([(), ()], "silent"),
    ],
)
def test_answers_stand_to_each_other(given: list[tuple[str, ...]], expected: Relation) -> None:
    assert relation(answer(*words) for words in given) == expected


def test_a_mixed_answer_differs_even_from_itself() -> None:
    (mixed,) = answers([observed("keep"), observed("refuse")])
    assert relation([mixed]) == "differ"


@pytest.fixture
def asking(
    make_task: Callable[..., Task], make_output: Callable[..., object]
) -> Callable[..., Task]:
    """A task that asks whether int8 is kept."""

    def make(**more: object) -> Task:
        choices = (
            Choice("keep", outputs=(make_output([1, 3], "int8"),)),  # type: ignore[arg-type]
            Choice("default-int", outputs=(make_output([1, 3], "int64"),)),  # type: ignore[arg-type]
        )
        return make_task(*choices, question="integer-promotion", declared="keep", **more)

    return make


def test_a_verdict_says_what_matches(
    asking: Callable[..., Task], make_tensor: Callable[..., object]
) -> None:
    verdict = judge(asking(), Returned((make_tensor([1, 3], "int64"),)))  # type: ignore[arg-type]
    assert observation_of(verdict) == Observation(
        "integer-promotion",
        "torch.cumsum",
        "torch-2.13.0",
        "cumsum/behaviour/a-case",
        ("default-int",),
        "keep",
    )


def test_a_result_that_is_no_answer_says_that_none_matches(
    asking: Callable[..., Task], make_tensor: Callable[..., object]
) -> None:
    verdict = judge(asking(), Returned((make_tensor([1, 3], "int16"),)))  # type: ignore[arg-type]
    observation = observation_of(verdict)
    assert observation is not None
    assert observation.observed == ()


def test_a_crash_says_nothing(asking: Callable[..., Task]) -> None:
    observation = observation_of(judge(asking(), Crashed("signal SIGSEGV")))
    assert observation is not None
    assert observation.observed is None


def test_a_declined_task_says_nothing(asking: Callable[..., Task]) -> None:
    observation = observation_of(decline(asking(refusal="no such parameter")))
    assert observation is not None
    assert observation.observed is None


def test_a_case_without_a_question_is_no_observation(
    make_task: Callable[..., Task], make_output: Callable[..., object]
) -> None:
    task = make_task(Choice("", outputs=(make_output([1, 3], "int8"),)))  # type: ignore[arg-type]
    assert observation_of(judge(task, Crashed("signal SIGSEGV"))) is None


CASE = "cumsum/behaviour/a"


def spelling(api: str, *words: str, case: str = CASE, target: str = "ms-2") -> Observation:
    return observed(*words, case=case, api=api, target=target)


def test_two_spellings_that_exclude_each_other_disagree() -> None:
    given = answers([spelling("f", "keep"), spelling("m", "refuse"), spelling("n", "keep")])
    (one,) = disagreements(given)
    assert (one.op, one.difference, one.target) == ("cumsum", "integer-promotion", "ms-2")
    assert (one.case, one.sides) == (CASE, (("keep", ("f", "n")), ("refuse", ("m",))))
    assert one.answers == given


def test_spellings_that_may_agree_do_not_disagree() -> None:
    given = answers([spelling("f", "keep"), spelling("m", "keep", "refuse")])
    assert disagreements(given) == ()


def test_apis_of_two_frameworks_do_not_disagree_inside_one() -> None:
    given = answers([spelling("f", "keep"), spelling("m", "refuse", target="torch-2")])
    assert disagreements(given) == ()


def test_apis_of_two_operations_do_not_disagree() -> None:
    other = spelling("m", "refuse", case="cumprod/behaviour/a")
    assert disagreements(answers([spelling("f", "keep"), other])) == ()


def test_none_of_the_choices_is_a_side_of_its_own() -> None:
    (one,) = disagreements(answers([spelling("f", "keep"), spelling("m")]))
    assert one.sides == (("keep", ("f",)), ("none of these", ("m",)))


def test_spellings_that_are_mixed_in_the_same_way_do_not_disagree() -> None:
    second = "cumsum/behaviour/b"
    given = [
        spelling(api, word, case=case)
        for api in ("f", "m")
        for case, word in ((CASE, "keep"), (second, "refuse"))
    ]
    assert disagreements(answers(given)) == ()


def test_the_case_that_tells_most_sides_apart_is_shown() -> None:
    second = "cumsum/behaviour/b"
    words = {"f": ("keep", "keep"), "m": ("refuse", "refuse"), "n": ("keep", "default-int")}
    given = [
        spelling(api, word, case=case)
        for api, pair in words.items()
        for case, word in zip((CASE, second), pair, strict=True)
    ]
    (one,) = disagreements(answers(given))
    assert (one.case, len(one.sides)) == (second, 3)


def test_spellings_without_a_common_case_disagree_by_what_is_left() -> None:
    given = [spelling("f", "keep"), spelling("m", "refuse", case="cumsum/behaviour/b")]
    (one,) = disagreements(answers(given))
    assert (one.case, one.sides) == ("", (("keep", ("f",)), ("refuse", ("m",))))
