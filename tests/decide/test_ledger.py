import dataclasses

import pytest

from conformance.decide.judge import judge
from conformance.decide.ledger import stale_entries
from conformance.model.backend import ALWAYS, Backend, KnownOutcome, LedgerEntry
from conformance.model.case import Choice, Suite
from conformance.model.errors import Place
from conformance.model.outcome import (
    Crashed,
    Raised,
    Returned,
    TimedOut,
    Unavailable,
    Unstable,
)
from conformance.model.verdict import Status

LEDGER = Place("ledger.yaml", 5, 5)


@pytest.fixture
def known(make_task, make_output):
    """A task whose ledger entry knows an outcome."""

    def known(**outcome):
        entry = LedgerEntry(
            ("cumsum/behaviour/a-case",), ("torch.cumsum",), KnownOutcome(**outcome),
            "a reason", "https://example.org/1", ALWAYS, LEDGER,
        )  # fmt: skip
        return make_task(Choice("", outputs=(make_output([1, 3], "int8"),)), known=entry)

    return known


def test_a_failure_as_the_ledger_says_is_known(known, make_output, make_tensor):
    task = known(outputs=(make_output([1, 3], "int32"),))
    verdict = judge(task, Returned((make_tensor([1, 3], "int32"),)))
    assert verdict.status is Status.KNOWN
    assert [m.text for m in verdict.mismatches] == ["dtype is int32, expected int8"]


@pytest.mark.parametrize(("values", "dtype"), [([1, 4], "int32"), ([1, 3], "int64")])
def test_a_failure_in_another_way_is_changed(known, make_output, make_tensor, values, dtype):
    task = known(outputs=(make_output([1, 3], "int32"),))
    verdict = judge(task, Returned((make_tensor(values, dtype),)))
    assert verdict.status is Status.CHANGED
    assert verdict.mismatches[0].text == "not the outcome that ledger.yaml:5:5 knows"


def test_a_pass_where_a_failure_is_known_is_fixed(known, make_output, make_tensor):
    task = known(outputs=(make_output([1, 3], "int32"),))
    verdict = judge(task, Returned((make_tensor([1, 3], "int8"),)))
    assert verdict.status is Status.FIXED
    assert [m.text for m in verdict.mismatches] == [
        "passes, but ledger.yaml:5:5 knows it to fail: remove the entry"
    ]


def test_a_known_exception_needs_its_class_and_its_text(known):
    task = known(raises=("TypeError", "no axis"))
    assert judge(task, Raised(("TypeError",), "no axis here", "call")).status is Status.KNOWN
    assert judge(task, Raised(("TypeError",), "another", "call")).status is Status.CHANGED
    assert judge(task, Raised(("ValueError",), "no axis here", "call")).status is Status.CHANGED


def test_a_known_crash_needs_its_signal(known):
    task = known(ends="signal SIGSEGV")
    assert judge(task, Crashed("signal SIGSEGV")).status is Status.KNOWN
    assert judge(task, Crashed("signal SIGABRT")).status is Status.CHANGED


def test_a_known_hang_is_no_known_crash(known):
    assert judge(known(ends="no answer"), TimedOut(1.0)).status is Status.KNOWN
    assert judge(known(ends="signal SIGSEGV"), TimedOut(1.0)).status is Status.CHANGED


def test_several_known_outputs_must_all_be_as_known(known, make_output, make_tensor):
    task = known(outputs=(make_output([3], "int8"), make_output([0], "int64")))
    values, indices = make_tensor([3], "int8"), make_tensor([0], "int64")
    assert judge(task, Returned((values, indices))).status is Status.KNOWN
    assert judge(task, Returned((values, make_tensor([1], "int64")))).status is Status.CHANGED
    assert judge(task, Returned((values, make_tensor([0], "int32")))).status is Status.CHANGED
    assert judge(task, Returned((values,))).status is Status.CHANGED
    assert judge(task, Returned((indices, values))).status is Status.CHANGED


def test_another_result_of_the_same_call_is_known_as_unstable_only(known, make_tensor, make_output):
    first, other = make_tensor([1, 3], "int8"), make_tensor([0, 0], "int8")
    drifting = Returned((first,), differing=(5, (other,)))
    assert judge(known(ends="unstable"), drifting).status is Status.KNOWN
    right_at_first = known(ends="unstable", outputs=(make_output([1, 3], "int8"),))
    assert judge(right_at_first, drifting).status is Status.KNOWN
    wrong_at_first = known(ends="unstable", outputs=(make_output([0, 0], "int8"),))
    assert judge(wrong_at_first, drifting).status is Status.CHANGED
    steady = known(outputs=(make_output([1, 3], "int8"),))
    assert judge(steady, drifting).status is Status.CHANGED


def test_what_comes_and_goes_is_known_where_it_does_not_come(known, make_tensor):
    verdict = judge(known(ends="unstable"), Returned((make_tensor([1, 3], "int8"),)))
    assert verdict.status is Status.KNOWN
    assert [mismatch.kind for mismatch in verdict.mismatches] == ["stability"]
    assert "passes this time" in verdict.mismatches[0].text


def test_a_steady_failure_is_no_known_unstable_one(known, make_tensor):
    task = known(ends="unstable")
    assert judge(task, Returned((make_tensor([1, 4], "int8"),))).status is Status.CHANGED
    assert judge(task, Crashed("signal SIGSEGV")).status is Status.CHANGED


def test_two_different_ends_are_known_as_unstable_only(known, make_tensor, make_output):
    crash = Crashed("signal SIGSEGV")
    both = Unstable(crash, Returned((make_tensor([1, 3], "int8"),)))
    assert judge(known(ends="unstable"), both).status is Status.KNOWN
    assert judge(known(ends="signal SIGSEGV"), both).status is Status.CHANGED
    first = known(ends="unstable", outputs=(make_output([1, 3], "int8"),))
    assert judge(first, both).status is Status.CHANGED
    assert judge(first, Unstable(both.again, crash)).status is Status.KNOWN


def test_a_declined_call_is_not_the_known_failure(known, make_output):
    task = known(outputs=(make_output([1, 3], "int32"),))
    declined = Raised(("NotImplementedError",), "no", "call")
    assert judge(task, declined).status is Status.CHANGED


def test_what_was_not_run_stays_not_run(known, make_output):
    task = known(outputs=(make_output([1, 3], "int32"),))
    assert judge(task, Unavailable("target", "not installed")).status is Status.NOT_RUN


def test_an_entry_about_what_does_not_exist_is_stale(known, make_output):
    task = known(outputs=(make_output([1, 3], "int32"),))
    suite = Suite((), (), (), (task.case,))
    backend = Backend("torch", task.case.place, (task.binding,), (), task.snippet, (task.known,))  # type: ignore[arg-type]
    assert list(stale_entries(suite, backend, task.target)) == []

    renamed = dataclasses.replace(task.case, id="renamed")
    (stale,) = stale_entries(Suite((), (), (), (renamed,)), backend, task.target)
    assert stale.id == "cumsum/behaviour/a-case[torch.cumsum-torch-2.13.0]"
    assert stale.text == (
        "ledger.yaml:5:5 speaks of cumsum/behaviour/a-case on torch.cumsum, which is not there; "
        "expected a case and an API that exist: mend the entry or remove it"
    )

    without_api = dataclasses.replace(backend, bindings=())
    (stale,) = stale_entries(suite, without_api, task.target)
    assert stale.id == "cumsum/behaviour/a-case[torch.cumsum-torch-2.13.0]"

    other_file = dataclasses.replace(task.case, file="other")
    for one in (backend, without_api):
        assert list(stale_entries(Suite((), (), (), (other_file,)), one, task.target)) == []
