"""How much memory a call takes, before it is made."""

import dataclasses

import pytest

from conformance.decide.memory import GIB, fitting, is_large, left_out_text, need
from conformance.model.case import Call, Choice, OutputExpected
from conformance.model.rules import Alternate
from conformance.model.tensor import RuleTensor

N = 1 << 31
HUGE = RuleTensor("int8", (N,), Alternate(b"\x01"))


@pytest.fixture
def task(make_task):
    choice = Choice("", outputs=(OutputExpected("result", "int8", (N,), HUGE),))
    made = make_task(choice)
    return dataclasses.replace(made, call=Call((("x", HUGE), ("axis", 0))))


def with_outputs(task, *outputs, workspace=0.25):
    choices = (Choice("", outputs=outputs),)
    return dataclasses.replace(
        task,
        expectation=dataclasses.replace(task.expectation, choices=choices),
        binding=dataclasses.replace(task.binding, workspace=workspace),
    )


def test_inputs_and_outputs_count_twice_and_the_workspace_comes_on_top(task):
    assert need(task) == (2 * N + 2 * N) * 1.25
    assert need(with_outputs(task, task.expectation.choices[0].outputs[0], workspace=2)) == 12 * N


def test_a_wider_output_counts_as_wide_as_it_is(task):
    wide = OutputExpected("result", "int64", (N,))
    assert need(with_outputs(task, wide, workspace=0)) == 2 * N + 16 * N


def test_an_output_that_is_not_asked_may_be_as_large_and_wide_as_can_be(task):
    assert need(with_outputs(task, OutputExpected("indices"), workspace=0)) == 2 * N + 16 * N


def test_what_needs_more_than_the_budget_is_left_out_with_the_option_that_includes_it(
    task, make_task, make_output
):
    small = make_task(Choice("", outputs=(make_output([1, 3], "int8"),)))
    assert (is_large(task), is_large(small)) == (True, False)
    kept, left_out = fitting((small, task, small), GIB)
    assert (kept, left_out) == ((small, small), (task,))
    assert left_out_text(left_out) == "1 task needs 10.0 GiB of memory: run with --memory 10GiB"
    assert left_out_text((task, task)) == (
        "2 tasks need up to 10.0 GiB of memory: run with --memory 10GiB"
    )
    assert fitting((task,), 10 * GIB) == ((task,), ())
    assert fitting((task,), 10 * GIB - 1) == ((), (task,))


def test_what_the_plan_declines_takes_nothing(task):
    declined = dataclasses.replace(task, refusal="no such parameter")
    assert fitting((declined,), GIB) == ((declined,), ())


def test_nothing_is_left_out_without_a_word():
    assert left_out_text(()) == ""
