"""One case ends badly: it gets one outcome, and every other case its own."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.model.backend import ALWAYS, ErrorRule
from conformance.model.dtypes import DTYPES
from conformance.model.errors import Place
from conformance.model.outcome import Crashed, Raised, Returned, TimedOut, Unstable
from conformance.run.dispatch import _kind
from conformance.run.servers import SILENCE

PLACE = Place("fake.yaml", 1, 1)
ONE_OUTPUT = '{"id": 2, "end": "returned", "outputs": [{"dtype": %s}]}'


def assert_harmed_nobody(before: Any, after: Any) -> None:
    for outcome in (before, after):
        assert isinstance(outcome, Returned)
        np.testing.assert_array_equal(outcome.outputs[0].array(), [1, 3, 6])


@pytest.mark.parametrize(
    ("function", "arguments", "how"),
    [
        ("segfault", {}, "signal SIGSEGV"),
        ("abort", {}, "signal SIGABRT"),
        ("leave", {"status": 0}, "exit status 0"),
        ("leave", {"status": 3}, "exit status 3"),
        ("kill_itself", {}, "signal SIGKILL"),
        ("kill_zygote", {}, "signal SIGKILL of its worker process"),
        ("close_connection", {}, "silence: the connection was closed without an answer"),
        ("close_everything", {}, "silence: the connection was closed without an answer"),
        (
            "write_garbage",
            {},
            "garbage reply: a header of 1651663207 bytes, expected at most 16777216",
        ),
        (
            "claim_lengths",
            {"header": 2**24 + 1, "body": 0},
            "garbage reply: a header of 16777217 bytes, expected at most 16777216",
        ),
        (
            "claim_lengths",
            {"header": 2, "body": 2**34 + 1},
            "garbage reply: a body of 17179869185 bytes, expected at most 17179869184",
        ),
    ],
)
def test_a_crash_is_one_outcome_and_harms_nobody(
    misbehaving: Any, function: str, arguments: dict[str, Any], how: str
) -> None:
    broken = misbehaving.task(function, **arguments)
    before, crashed, after = misbehaving.run(misbehaving.task(), broken, misbehaving.task())
    assert isinstance(crashed, Crashed)
    assert crashed.how == how
    assert_harmed_nobody(before, after)


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("{", "b'{' is no JSON"),
        ("[1]", "a header of type list, expected an object"),
        ('{"end": "returned", "outputs": []}', "a reply to request None, expected 2"),
        ('{"id": 3, "end": "returned", "outputs": []}', "a reply to request 3, expected 2"),
        ('{"id": 2, "outputs": []}', "end is nothing, expected str"),
        (
            '{"id": 2, "end": "won"}',
            "end is 'won', expected one of: returned, raised, unavailable",
        ),
        ('{"id": 2, "end": "returned"}', "outputs is nothing, expected list"),
        (
            '{"id": 2, "end": "returned", "outputs": [1]}',
            "an output of type int, expected an object",
        ),
        (
            ONE_OUTPUT % '"quad", "shape": [], "bytes": 0',
            f"an output of dtype 'quad', expected one of: {', '.join(DTYPES)}",
        ),
        (
            ONE_OUTPUT % '"int8", "shape": [2], "bytes": 1',
            "int8 of shape [2] in 1 bytes, body has 0",
        ),
        (
            ONE_OUTPUT % '"int8", "shape": [1], "bytes": 1',
            "int8 of shape [1] in 1 bytes, body has 0",
        ),
        (
            ONE_OUTPUT % '"int8", "shape": [-1], "bytes": 0',
            "an output of shape [-1]",
        ),
        (
            '{"id": 2, "end": "raised", "types": [], "message": "", "phase": "call"}',
            "types are [], expected class names",
        ),
        (
            '{"id": 2, "end": "raised", "types": ["E"], "message": "", "phase": "home"}',
            "phase is 'home', expected one of: convert, call, realise",
        ),
        (
            '{"id": 2, "end": "unavailable", "what": "target", "reason": ""}',
            "what is 'target', expected one of: dtype, api, gradient",
        ),
    ],
)
def test_a_reply_that_cannot_be_read_is_a_crash(misbehaving: Any, header: str, found: str) -> None:
    broken = misbehaving.task("write_frame", header=header)
    before, crashed, after = misbehaving.run(misbehaving.task(), broken, misbehaving.task())
    assert isinstance(crashed, Crashed)
    assert crashed.how == f"garbage reply: {found}"
    assert_harmed_nobody(before, after)


def test_a_hang_ends_at_the_time_limit(misbehaving: Any) -> None:
    hang = misbehaving.task("hang")
    before, hung, after = misbehaving.run(
        misbehaving.task(), hang, misbehaving.task(), timeout_s=1.0, first_case_allowance_s=1.5
    )
    assert isinstance(hung, TimedOut)
    assert hung.limit_s == 1.0
    assert_harmed_nobody(before, after)


def test_a_time_limit_is_for_one_case_not_for_a_row(misbehaving: Any) -> None:
    slow = [misbehaving.task("slow", seconds=0.4) for _ in range(5)]
    outcomes = misbehaving.run(*slow, timeout_s=1.5)
    assert [type(outcome) for outcome in outcomes] == [Returned] * 5


def test_the_first_case_of_a_server_has_an_allowance(misbehaving: Any) -> None:
    slow = [misbehaving.task("slow", seconds=0.8) for _ in range(2)]
    limits = {"timeout_s": 0.3, "first_case_allowance_s": 5.0}
    first, second = misbehaving.run(*slow, **limits)
    assert isinstance(first, Returned)
    # The second one is too slow behind the first, and not when it is the first of its own server.
    assert isinstance(second, Unstable)
    assert isinstance(second.first, TimedOut)


def test_a_hang_in_a_fresh_server_costs_little_where_others_have_answered(
    misbehaving: Any,
) -> None:
    began = time.monotonic()
    unknown = misbehaving.task("raise_runtime_error")  # after it comes a fresh server
    tasks = [misbehaving.task(), unknown, misbehaving.task("hang"), misbehaving.task()]
    *_, hung, after = misbehaving.run(*tasks, timeout_s=0.3, first_case_allowance_s=30.0)
    assert hung == TimedOut(0.3 + 1.0)
    assert isinstance(after, Returned)
    assert time.monotonic() - began < 15


def test_a_hang_that_comes_first_has_the_allowance_until_something_answers(
    misbehaving: Any,
) -> None:
    tasks = [misbehaving.task("hang"), misbehaving.task("hang")]
    outcomes = misbehaving.run(*tasks, timeout_s=0.3, first_case_allowance_s=1.5)
    assert outcomes == [TimedOut(0.3 + 1.5)] * 2


def test_a_signal_and_then_another_one_is_unstable(misbehaving: Any, tmp_path: Path) -> None:
    marker = str(tmp_path / "ran")
    turns = misbehaving.task("abort_then_segfault", marker=marker)
    before, unstable, after = misbehaving.run(misbehaving.task(), turns, misbehaving.task())
    assert isinstance(unstable, Unstable)
    assert isinstance(unstable.first, Crashed)
    assert isinstance(unstable.again, Crashed)
    assert (unstable.first.how, unstable.again.how) == ("signal SIGABRT", "signal SIGSEGV")
    assert_harmed_nobody(before, after)


@pytest.mark.parametrize(
    ("first", "again", "same"),
    [
        ("signal SIGSEGV", "signal SIGSEGV", True),
        ("signal SIGSEGV", "signal SIGABRT", False),
        ("signal SIGKILL of its worker process", "signal SIGKILL", True),
        ("signal SIGKILL of its worker process", "signal SIGABRT", False),
        ("exit status 3", "exit status 3", True),
        ("exit status 3", "exit status 4", False),
        ("exit status 3", "signal SIGABRT", False),
        ("garbage reply: b'{' is no JSON", "garbage reply: an output of shape [-1]", True),
        ("garbage reply: b'{' is no JSON", SILENCE, False),
        (SILENCE, SILENCE, True),
    ],
)
def test_two_ends_are_the_same_if_they_are_the_same_signal_or_status(
    first: str, again: str, same: bool
) -> None:
    assert (_kind(Crashed(first)) == _kind(Crashed(again))) is same


def test_two_different_pieces_of_garbage_are_garbage(misbehaving: Any, tmp_path: Path) -> None:
    garbage = misbehaving.task("garbage_then_other_garbage", marker=str(tmp_path / "ran"))
    before, crashed, after = misbehaving.run(misbehaving.task(), garbage, misbehaving.task())
    assert isinstance(crashed, Crashed)
    assert crashed.how == "garbage reply: b'{' is no JSON"
    assert_harmed_nobody(before, after)


def test_a_pause_of_the_consumer_is_nobodys_time(misbehaving: Any) -> None:
    tasks = [misbehaving.task("slow", seconds=0.02) for _ in range(20)]
    outcomes = []
    with misbehaving.workers(timeout_s=0.5, first_case_allowance_s=5.0) as workers:
        for _, outcome in workers.run(tasks):
            if not outcomes:
                time.sleep(1.5)
            outcomes.append(outcome)
    assert [type(outcome) for outcome in outcomes] == [Returned] * 20


def test_an_answer_that_is_there_beats_the_time_limit(misbehaving: Any) -> None:
    with misbehaving.workers(timeout_s=0.3) as workers:
        list(workers.run([misbehaving.task()]))
        (dispatcher,) = workers._dispatchers.values()
        dispatcher.add([misbehaving.task()])
        time.sleep(0.6)
        dispatcher.tick(time.monotonic())
        ((_, outcome),) = workers._finished
    assert isinstance(outcome, Returned)


def test_cases_behind_a_lost_server_keep_their_order(misbehaving: Any) -> None:
    tasks = [misbehaving.task(), misbehaving.task("raise_runtime_error")]
    tasks += [misbehaving.task("same") for _ in range(50)]
    with misbehaving.workers() as workers:
        ended = [task for task, _ in workers.run(tasks)]
    assert [id(task) for task in ended] == [id(task) for task in tasks]


def test_a_crash_that_does_not_come_again_is_unstable(misbehaving: Any, tmp_path: Path) -> None:
    flaky = misbehaving.task("crash_the_first_time", marker=str(tmp_path / "ran"))
    before, unstable, after = misbehaving.run(misbehaving.task(), flaky, misbehaving.task())
    assert isinstance(unstable, Unstable)
    assert isinstance(unstable.first, Crashed)
    assert unstable.first.how == "signal SIGABRT"
    assert isinstance(unstable.again, Returned)
    assert_harmed_nobody(before, after)


def test_a_hang_that_does_not_come_again_is_unstable(misbehaving: Any, tmp_path: Path) -> None:
    flaky = misbehaving.task("hang_the_first_time", marker=str(tmp_path / "ran"))
    before, unstable, after = misbehaving.run(
        misbehaving.task(), flaky, misbehaving.task(), timeout_s=1.0
    )
    assert isinstance(unstable, Unstable)
    assert isinstance(unstable.first, TimedOut)
    assert isinstance(unstable.again, Returned)
    assert_harmed_nobody(before, after)


def test_every_case_may_crash(misbehaving: Any) -> None:
    outcomes = misbehaving.run(*(misbehaving.task("abort") for _ in range(6)))
    assert [outcome.how for outcome in outcomes] == ["signal SIGABRT"] * 6


def test_cases_that_kill_the_worker_process_take_nobody_along(misbehaving: Any) -> None:
    tasks = [misbehaving.task(name) for name in ("cumsum", "kill_zygote", "abort", "cumsum") * 2]
    outcomes = misbehaving.run(*tasks)
    ends = [o.how if isinstance(o, Crashed) else type(o).__name__ for o in outcomes]
    assert (
        ends
        == ["Returned", "signal SIGKILL of its worker process", "signal SIGABRT", "Returned"] * 2
    )


def test_cases_that_kill_the_worker_process_one_after_the_other_are_to_blame(
    misbehaving: Any,
) -> None:
    """With two at a time running they are tried one by one, with no answer in between."""
    tasks = [misbehaving.task("kill_zygote") for _ in range(5)]
    outcomes = misbehaving.run(*tasks, misbehaving.task())
    assert [getattr(o, "how", None) for o in outcomes] == [
        *["signal SIGKILL of its worker process"] * 5, None,
    ]  # fmt: skip


def test_a_late_error_lands_on_the_case_that_caused_it(misbehaving: Any) -> None:
    late = misbehaving.task("fail_late")
    before, raised, after = misbehaving.run(misbehaving.task(), late, misbehaving.task())
    assert isinstance(raised, Raised)
    assert (raised.types[0], raised.message, raised.phase) == (
        "RuntimeError",
        "kernel failed",
        "realise",
    )
    assert_harmed_nobody(before, after)


@pytest.mark.parametrize(
    ("function", "same"),
    [
        ("fail_late", False),
        ("raise_runtime_error", False),
        ("raise_value_error", True),
        ("cumsum", True),
    ],
)
def test_an_exception_that_nobody_knows_retires_the_server(
    misbehaving: Any, function: str, same: bool
) -> None:
    process = misbehaving.task("process")
    first, _, then = misbehaving.run(
        process, misbehaving.task(function), misbehaving.task("process")
    )
    assert isinstance(first, Returned)
    assert isinstance(then, Returned)
    assert (first.outputs == then.outputs) is same


@pytest.mark.parametrize(
    ("function", "given", "contains", "settled", "same"),
    [
        ("fail_late", {}, "kernel failed", True, True),
        ("fail_late", {}, "something else", True, False),
        ("fail_late_again", {"times": 2}, "kernel failed", True, True),
        ("fail_late_again", {"times": 3}, "kernel failed", False, False),
        ("fail_late_again", {"times": 1, "error": "bad"}, "kernel failed", True, True),
        ("fail_late_again", {"times": 2, "error": "bad"}, "kernel failed", False, False),
        ("fail_late_in_checking", {}, "kernel failed", True, False),
        ("raise_runtime_error", {}, "", True, True),
    ],
)
def test_a_server_stays_after_an_exception_if_nothing_is_pending(
    misbehaving: Any, function: str, given: dict[str, Any], contains: str, settled: bool, same: bool
) -> None:
    known = (ErrorRule("no-kernel", "RuntimeError", contains, ALWAYS, PLACE),)
    first, raised, then = misbehaving.run(
        misbehaving.task("process"),
        misbehaving.task(function, errors=known, **given),
        misbehaving.task("process"),
    )
    assert isinstance(raised, Raised)
    assert raised.settled is settled
    assert (first.outputs == then.outputs) is same


def test_a_late_error_retires_a_server_that_cannot_wait(fake: Any) -> None:
    impatient = fake("cannot_wait")
    known = (ErrorRule("no-kernel", "RuntimeError", "kernel failed", ALWAYS, PLACE),)
    first, raised, then = impatient.run(
        impatient.task("process"),
        impatient.task("fail_when_read", errors=known),
        impatient.task("process"),
    )
    assert isinstance(raised, Raised)
    assert (raised.phase, raised.settled) == ("realise", None)
    assert first.outputs != then.outputs


def test_a_child_that_comes_back_answers_nothing(misbehaving: Any) -> None:
    before, forked, after = misbehaving.run(
        misbehaving.task("process"),
        misbehaving.task("fork_and_return"),
        misbehaving.task("process"),
    )
    assert isinstance(forked, Returned)
    assert before.outputs == after.outputs


@pytest.mark.parametrize("crash", [False, True])
def test_a_child_that_survives_its_server_is_ended(misbehaving: Any, crash: bool) -> None:
    children = misbehaving.task("fork_a_child", seconds=60, crash=crash)
    before, forked, after = misbehaving.run(misbehaving.task(), children, misbehaving.task())
    assert isinstance(forked, Crashed if crash else Returned)
    assert_harmed_nobody(before, after)
