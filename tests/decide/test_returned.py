"""What is asked of an API that gives some of its operation's outputs only."""

import dataclasses
from pathlib import Path

import pytest

from conformance.decide.judge import judge
from conformance.decide.plan import make_plan
from conformance.model.backend import Backend
from conformance.model.case import Choice, OutputExpected, Suite
from conformance.model.outcome import Returned
from conformance.model.verdict import Status


@pytest.fixture
def plan(make_task):
    """The only task for choices on an API that returns the values alone, or what is said."""

    def planned(*choices, question=None, returns=("values",), gradient=None):
        task = make_task(*choices, question=question)
        call = dataclasses.replace(task.call, gradient=gradient)
        case = dataclasses.replace(task.case, call=call)
        binding = dataclasses.replace(task.binding, returns=returns)
        backend = Backend("torch", Path("adapter.py"), (binding,), task.errors, task.snippet)
        (only,) = make_plan(Suite((), (), (), (case,)), [(backend, task.target)])
        return only

    return planned


@pytest.fixture
def two(make_output):
    """A choice of values and indices; None is not asked."""

    def choice(name, values, indices):
        def one(output, wanted, dtype):
            if wanted is None:
                return OutputExpected(output)
            return dataclasses.replace(make_output(wanted, dtype), name=output)

        return Choice(
            name, outputs=(one("values", values, "int8"), one("indices", indices, "int64"))
        )

    return choice


def test_outputs_that_are_not_returned_are_not_asked(plan, two, make_tensor):
    task = plan(two("", [1, 3], [0, 1]))
    assert [output.name for output in task.expectation.choices[0].outputs] == ["values"]
    assert judge(task, Returned((make_tensor([1, 3], "int8"),))).status is Status.PASSED
    assert judge(task, Returned((make_tensor([1, 2], "int8"),))).status is Status.FAILED


def test_who_returns_more_than_is_said_has_failed(plan, two, make_tensor):
    task = plan(two("", [1, 3], [0, 1]))
    returned = Returned((make_tensor([1, 3], "int8"), make_tensor([0, 1], "int64")))
    (mismatch,) = judge(task, returned).mismatches
    assert mismatch.text == "2 outputs, expected 1"


def test_a_case_about_what_is_not_returned_is_refused(plan, two):
    assert plan(two("", None, [0, 1])).refusal == "torch.cumsum returns no indices"


def test_a_question_about_what_is_not_returned_is_refused(plan, two):
    first, last = two("first", [3, 3], [0, 0]), two("last", [3, 3], [0, 1])
    assert plan(first, last, question="tie-index").refusal == "torch.cumsum returns no indices"


def test_a_question_about_what_is_returned_is_asked(plan, two):
    keep, ignore = two("propagate", [1, 3], [0, 1]), two("ignore", [1, 1], [0, 0])
    task = plan(keep, ignore, question="nan-propagation")
    assert task.refusal == ""
    assert [len(choice.outputs) for choice in task.expectation.choices] == [1, 1]


def test_choices_that_a_case_does_not_tell_apart_anyway_are_asked(plan, two):
    first, ordered = two("equal-first", [0, 0], None), two("ordered", [0, 0], None)
    assert plan(first, ordered, question="zero-order").refusal == ""


def test_an_error_is_asked_of_every_api(plan):
    task = plan(Choice("", error="axis-out-of-range"))
    assert task.refusal == ""
    assert task.expectation.choices[0].error == "axis-out-of-range"


def test_a_gradient_is_asked_whatever_is_returned(plan, make_output):
    choice = Choice("", outputs=(make_output([1, 1], "int8"),))
    task = plan(choice, gradient="x")
    assert task.refusal == ""
    assert task.expectation.choices == (choice,)


def test_an_api_that_gives_every_output_is_asked_for_every_one(plan, two):
    choice = two("", None, [0, 1])
    task = plan(choice, returns=())
    assert task.refusal == ""
    assert task.expectation.choices == (choice,)
