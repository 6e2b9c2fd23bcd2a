import dataclasses

import numpy as np
import pytest

from conformance.decide.judge import decline, judge
from conformance.model.backend import ALWAYS, ErrorRule
from conformance.model.case import Call, Choice, OutputExpected
from conformance.model.errors import Place
from conformance.model.outcome import (
    Crashed,
    Evidence,
    NotATensor,
    Raised,
    Returned,
    TimedOut,
    Unavailable,
    Unstable,
)
from conformance.model.verdict import Status
from reference_impl import cumsum

INDEX_ERROR = Raised(("IndexError", "LookupError", "Exception"), "dim out of range", "call")
NO_KERNEL = Raised(("NotImplementedError", "RuntimeError", "Exception"), "no 'Bool'", "call")
REFUSE = Choice("refuse", error="unsupported-dtype")


@pytest.fixture
def sums(make_output):
    """The choice without a question: int8 [1, 3]."""
    return Choice("", outputs=(make_output([1, 3], "int8"),))


@pytest.fixture
def keep(make_output):
    return Choice("keep", outputs=(make_output([1, 3], "int8"),))


@pytest.fixture
def widen(make_output):
    return Choice("widen", outputs=(make_output([1, 3], "int64"),))


def test_what_was_expected_passes(make_task, make_tensor, sums):
    verdict = judge(make_task(sums), Returned((make_tensor([1, 3], "int8"),)))
    assert (verdict.status, verdict.mismatches) == (Status.PASSED, ())


def test_all_mismatches_are_reported(make_task, make_tensor, sums):
    verdict = judge(make_task(sums), Returned((make_tensor([1, 4], "int64"),)))
    assert verdict.status is Status.FAILED
    assert [m.kind for m in verdict.mismatches] == ["dtype", "values"]


def test_two_outputs_instead_of_one_fail(make_task, make_tensor, sums):
    actual = make_tensor([1, 3], "int8")
    verdict = judge(make_task(sums), Returned((actual, actual)))
    assert [m.text for m in verdict.mismatches] == ["2 outputs, expected 1"]


def test_a_list_fails(make_task, sums):
    verdict = judge(make_task(sums), Returned((NotATensor("list", "[1, 3]"),)))
    assert verdict.status is Status.FAILED


def test_an_exception_instead_of_a_result_fails(make_task, sums):
    verdict = judge(make_task(sums), INDEX_ERROR)
    assert verdict.status is Status.FAILED
    assert [m.text for m in verdict.mismatches] == [
        "raised IndexError (axis-out-of-range), expected a result: dim out of range"
    ]


def test_the_expected_error_passes(make_task):
    verdict = judge(make_task(Choice("", error="axis-out-of-range")), INDEX_ERROR)
    assert verdict.status is Status.PASSED


def test_another_error_than_the_expected_one_fails(make_task):
    verdict = judge(make_task(Choice("", error="axis-type")), INDEX_ERROR)
    assert [m.text for m in verdict.mismatches] == [
        "raised IndexError (axis-out-of-range), expected the error axis-type: dim out of range"
    ]


def test_an_unclassified_exception_is_not_the_expected_error(make_task):
    raised = Raised(("ValueError", "Exception"), "bad argument", "call")
    verdict = judge(make_task(Choice("", error="axis-out-of-range")), raised)
    assert verdict.status is Status.FAILED
    assert [m.text for m in verdict.mismatches] == [
        "raised ValueError, expected the error axis-out-of-range: bad argument"
    ]


def test_a_result_instead_of_an_error_fails(make_task, make_tensor):
    task = make_task(Choice("", error="axis-out-of-range"))
    verdict = judge(task, Returned((make_tensor([1, 3], "int8"),)))
    assert [m.text for m in verdict.mismatches] == [
        "returned a result, expected the error axis-out-of-range"
    ]


def test_a_declined_call_is_unsupported_never_passed(make_task, sums):
    verdict = judge(make_task(sums), NO_KERNEL)
    assert (verdict.status, verdict.cause) == (
        Status.UNSUPPORTED, "error: unsupported-dtype: no 'Bool'",
    )  # fmt: skip


def test_a_declined_call_does_not_satisfy_another_expected_error(make_task):
    verdict = judge(make_task(Choice("", error="axis-out-of-range")), NO_KERNEL)
    assert verdict.status is Status.UNSUPPORTED


def test_an_error_rule_holds_under_its_condition_only(make_task, sums):
    verdict = judge(make_task(sums), Raised(("RuntimeError",), "late", "realise"))
    assert verdict.status is Status.FAILED


def test_a_crash_satisfies_no_expected_error(make_task):
    verdict = judge(make_task(Choice("", error="axis-out-of-range")), Crashed("signal SIGSEGV"))
    assert verdict.status is Status.CRASHED
    assert verdict.mismatches[0].text == "signal SIGSEGV, expected an answer"


def test_no_answer_in_time_is_timed_out(make_task, sums):
    verdict = judge(make_task(sums), TimedOut(2.0))
    assert verdict.status is Status.TIMED_OUT
    assert verdict.mismatches[0].text == "no answer within 2 s, expected one"


def test_two_different_ends_are_unstable(make_task, make_tensor, sums):
    returned = Returned((make_tensor([1, 3], "int8"),))
    verdict = judge(make_task(sums), Unstable(Crashed("signal SIGABRT"), returned))
    assert verdict.status is Status.UNSTABLE
    assert verdict.mismatches[0].text == (
        "first: signal SIGABRT; again, alone: returned; expected the same end twice"
    )


def test_a_dtype_that_the_framework_does_not_hold_is_unsupported(make_task, sums):
    verdict = judge(make_task(sums), Unavailable("dtype", "int8 becomes int32"))
    assert (verdict.status, verdict.cause) == (Status.UNSUPPORTED, "dtype: int8 becomes int32")


def test_a_target_that_does_not_start_is_not_run(make_task, sums):
    verdict = judge(make_task(sums), Unavailable("target", "not installed"))
    assert (verdict.status, verdict.cause) == (Status.NOT_RUN, "target: not installed")


def test_a_task_that_the_plan_refuses_is_unsupported(make_task, sums):
    verdict = decline(make_task(sums, refusal="torch.cumsum has no parameter for out"))
    assert (verdict.status, verdict.cause) == (
        Status.UNSUPPORTED, "plan: torch.cumsum has no parameter for out",
    )  # fmt: skip


def test_the_declared_answer_passes(make_task, make_tensor, keep, widen):
    task = make_task(keep, widen, question="integer-promotion", declared="keep")
    verdict = judge(task, Returned((make_tensor([1, 3], "int8"),)))
    assert (verdict.status, verdict.observed) == (Status.PASSED, ("keep",))


def test_an_answer_that_nobody_declared_is_observed(make_task, make_tensor, keep, widen):
    task = make_task(keep, widen, question="integer-promotion")
    verdict = judge(task, Returned((make_tensor([1, 3], "int64"),)))
    assert (verdict.status, verdict.observed) == (Status.OBSERVED, ("widen",))


def test_another_answer_than_the_declared_one_fails(make_task, make_tensor, keep, widen):
    task = make_task(keep, widen, question="integer-promotion", declared="keep")
    verdict = judge(task, Returned((make_tensor([1, 3], "int64"),)))
    assert verdict.status is Status.FAILED
    assert [m.text for m in verdict.mismatches] == [
        "answer to integer-promotion is widen, "
        "declared in conformance/backends/torch/bindings.yaml:20:9: keep",
        "dtype is int64, expected int8",
    ]


def test_no_matching_answer_is_shown_against_the_nearest(make_task, make_tensor, keep, widen):
    task = make_task(keep, widen, question="integer-promotion", declared="widen")
    verdict = judge(task, Returned((make_tensor([1, 4], "int8"),)))
    assert verdict.status is Status.FAILED
    assert [m.text for m in verdict.mismatches] == [
        "no answer to integer-promotion (keep, widen); nearest: keep",
        "1 of 2 values differ, greatest difference 1 at [1]",
    ]


def test_a_refusal_that_is_a_choice_is_an_answer_not_unsupported(make_task, keep):
    task = make_task(keep, REFUSE, question="bool-input", declared="refuse")
    verdict = judge(task, NO_KERNEL)
    assert (verdict.status, verdict.observed) == (Status.PASSED, ("refuse",))


def test_several_matching_choices_are_all_observed(make_task, make_tensor, keep):
    same = Choice("same", outputs=keep.outputs)
    verdict = judge(
        make_task(keep, same, question="cast-order"), Returned((make_tensor([1, 3], "int8"),))
    )
    assert verdict.observed == ("keep", "same")


def test_a_changed_input_fails_where_the_case_asks(make_task, make_tensor, sums):
    returned = Returned((make_tensor([1, 3], "int8"),), changed=("x",))
    assert judge(make_task(sums), returned).status is Status.PASSED
    verdict = judge(make_task(sums, inputs_unchanged=True), returned)
    assert [m.text for m in verdict.mismatches] == [
        "the call changed x, expected it to come back unchanged"
    ]


def test_a_changed_input_fails_whatever_the_answer(make_task, make_tensor, keep):
    task = make_task(keep, question="integer-promotion", declared="keep", inputs_unchanged=True)
    returned = Returned((make_tensor([1, 3], "int8"),), changed=("x",))
    assert judge(task, returned).status is Status.FAILED


def test_a_signature_that_lists_a_missing_parameter_fails(make_task):
    task = make_task(Choice("", error="axis-out-of-range"), signature=(("out", False),))
    evidence = Evidence(signature=("x", "axis", "out"))
    raised = Raised(("IndexError",), "out of range", "call", evidence=evidence)
    assert [m.text for m in judge(task, raised).mismatches] == [
        "signature is (x, axis, out), expected no parameter out"
    ]


def test_a_signature_that_cannot_be_read_says_nothing(make_task, make_tensor, sums):
    task = make_task(sums, signature=(("dim", True),))
    assert judge(task, Returned((make_tensor([1, 3], "int8"),))).status is Status.PASSED


@pytest.fixture
def accurate(make_task, make_tensor):
    """A task that asks the oracle about the running sum of a thousand float32 tenths."""
    x = make_tensor(np.full(1000, 0.1), "float32")
    expected = OutputExpected("result", dtype="float32", shape=(1000,), oracle=True)
    task = make_task(Choice("", outputs=(expected,)))
    return dataclasses.replace(task, call=Call((("x", x), ("axis", 0))))


def tenths(accumulator):
    return np.cumsum(np.full(1000, 0.1, np.float32), dtype=accumulator).astype(np.float32)


def test_accuracy_is_measured_not_tolerated(accurate, make_tensor):
    wide = judge(accurate, Returned((make_tensor(tenths(np.float64), "float32"),)))
    assert (wide.status, wide.accuracy.name) == (Status.PASSED, "correctly-rounded")
    assert wide.accuracy.ulp <= 0.5
    narrow = judge(accurate, Returned((make_tensor(tenths(np.float32), "float32"),)))
    assert narrow.status is Status.PASSED
    assert narrow.accuracy.ulp > 1


def test_the_error_is_told_along_the_axis(accurate, make_tensor):
    verdict = judge(accurate, Returned((make_tensor(tenths(np.float32), "float32"),)))
    positions = [position for position, _ in verdict.accuracy.curve]
    assert (positions[0], positions[-1]) == (0, 999)
    assert positions == sorted(set(positions))
    assert max(ulp for _, ulp in verdict.accuracy.curve) == pytest.approx(
        verdict.accuracy.ulp, rel=1e-2
    )


def test_an_error_that_rounding_cannot_explain_fails(accurate, make_tensor):
    values = tenths(np.float64)
    values[7] *= 1.001
    verdict = judge(accurate, Returned((make_tensor(values, "float32"),)))
    assert verdict.status is Status.FAILED
    assert verdict.accuracy.index == (7,)
    assert [m.kind for m in verdict.mismatches] == ["accuracy"]


@pytest.mark.parametrize("exclusive", [False, True])
@pytest.mark.parametrize("reverse", [False, True])
def test_an_exclusive_or_reverse_scan_is_measured_as_what_it_is(
    accurate, make_tensor, exclusive, reverse
):
    options = {"exclusive": exclusive, "reverse": reverse}
    call = Call((*accurate.call.arguments, *options.items()))
    task = dataclasses.replace(accurate, call=call)
    right = cumsum(
        np.full(1000, 0.1, np.float32), 0, accumulator=lambda _: np.dtype("f8"), **options
    )
    judged = judge(task, Returned((make_tensor(right, "float32"),)))
    assert (judged.status, judged.accuracy.name) == (Status.PASSED, "correctly-rounded")
    other = make_tensor(right[::-1], "float32")
    assert judge(task, Returned((other,))).status is Status.FAILED
    plain = judge(accurate, Returned((make_tensor(right, "float32"),))).status
    assert plain is (Status.FAILED if exclusive or reverse else Status.PASSED)


def test_a_wrong_dtype_is_not_measured(accurate, make_tensor):
    verdict = judge(accurate, Returned((make_tensor(tenths(np.float64), "float64"),)))
    assert (verdict.status, verdict.accuracy) == (Status.FAILED, None)


def test_a_call_that_gives_something_else_the_seventh_time_is_unstable(
    make_task, make_tensor, sums
):
    first, again = make_tensor([1, 3], "int8"), make_tensor([1, 4], "int8")
    verdict = judge(make_task(sums), Returned((first,), differing=(7, (again,))))
    assert verdict.status is Status.UNSTABLE
    assert [m.text for m in verdict.mismatches] == [
        "call 7 in one process: 1 of 2 values differ, greatest difference 1 at [1]"
    ]


HERE = Place("bindings.yaml", 1, 1)
CLASSES = (
    Choice("index", "axis-out-of-range", raises=("IndexError",), raises_not=("ValueError",)),
    Choice("value", "axis-out-of-range", raises=("ValueError",), raises_not=("IndexError",)),
    Choice("both", "axis-out-of-range", raises=("IndexError", "ValueError")),
    Choice("neither", "axis-out-of-range", raises_not=("IndexError", "ValueError")),
)


@pytest.mark.parametrize(
    ("types", "observed"),
    [
        (("IndexError", "LookupError"), "index"),
        (("MyError", "IndexError"), "index"),
        (("AxisError", "ValueError", "IndexError"), "both"),
    ],
)
def test_the_class_of_an_exception_answers_a_question(make_task, types, observed):
    rules = (ErrorRule("axis-out-of-range", types[0], "range", ALWAYS, HERE),)
    task = dataclasses.replace(make_task(*CLASSES, question="axis-exception"), errors=rules)
    verdict = judge(task, Raised(types, "dim out of range", "call"))
    assert (verdict.status, verdict.observed) == (Status.OBSERVED, (observed,))


def test_an_exception_of_another_class_than_declared_fails(make_task):
    rules = (ErrorRule("axis-out-of-range", "AxisError", "range", ALWAYS, HERE),)
    made = make_task(*CLASSES, question="axis-exception", declared="index")
    raised = Raised(("AxisError", "ValueError", "IndexError"), "dim out of range", "call")
    verdict = judge(dataclasses.replace(made, errors=rules), raised)
    assert verdict.status is Status.FAILED
    assert [m.text for m in verdict.mismatches] == [
        f"answer to axis-exception is both, declared in {made.binding.place}: index",
        "raised AxisError, expected it to be no ValueError: dim out of range",
    ]


def test_an_exception_of_another_meaning_is_no_answer_whatever_its_class(make_task):
    task = make_task(*CLASSES, question="axis-exception", declared="index")
    verdict = judge(task, Raised(("IndexError",), "list assignment", "call"))
    assert verdict.status is Status.FAILED
    assert verdict.mismatches[0].kind == "no-choice"


@pytest.fixture
def ordered(make_task, make_tensor):
    """A task that asks in which order a thousand float32 tenths are added: one after the other, or
    in any order within the oracle's bounds. declared: what the binding says."""
    x = make_tensor(np.full(1000, 0.1), "float32")
    stated = OutputExpected("result", "float32", (1000,), make_tensor(tenths("f4"), "float32"))
    bounded = OutputExpected("result", dtype="float32", shape=(1000,), oracle=True)

    def task(declared=None):
        one = Choice("sequential", outputs=(stated,)), Choice("another", outputs=(bounded,))
        made = make_task(*one, question="order", declared=declared)
        return dataclasses.replace(made, call=Call((("x", x), ("axis", 0))))

    return task


def test_an_order_that_no_choice_states_is_within_the_bounds_of_any(ordered, make_tensor):
    verdict = judge(ordered(), Returned((make_tensor(tenths("f8"), "float32"),)))
    assert (verdict.status, verdict.observed) == (Status.OBSERVED, ("another",))


def test_what_a_choice_states_is_not_another_order(ordered, make_tensor):
    verdict = judge(ordered(), Returned((make_tensor(tenths("f4"), "float32"),)))
    assert (verdict.status, verdict.observed) == (Status.OBSERVED, ("sequential",))


def test_another_order_may_come_to_what_a_choice_states(ordered, make_tensor):
    verdict = judge(ordered("another"), Returned((make_tensor(tenths("f4"), "float32"),)))
    assert verdict.status is Status.PASSED


def test_beyond_the_bounds_of_any_order_nothing_is_answered(ordered, make_tensor):
    verdict = judge(ordered(), Returned((make_tensor(tenths("f8") * np.float32(1.1), "float32"),)))
    assert verdict.status is Status.FAILED
    assert verdict.mismatches[0].kind == "no-choice"


def test_a_result_in_the_memory_of_an_input_or_of_an_earlier_one_has_failed(accurate, make_tensor):
    expectation = dataclasses.replace(accurate.expectation, inputs_unchanged=True)
    task = dataclasses.replace(accurate, expectation=expectation)
    result = (make_tensor(tenths(np.float32), "float32"),)
    shared = judge(task, Returned(result, shared=("input",)))
    assert [m.text for m in shared.mismatches] == [
        "the result lies in the memory of input, expected its own"
    ]
    reused = judge(task, Returned(result, reused=3))
    assert [m.text for m in reused.mismatches] == [
        "call 3 in one process gave a result in the memory of the first, expected its own"
    ]
