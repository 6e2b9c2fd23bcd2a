"""Tensors too large to be kept: rules cross the wire, digests come back."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest

from conformance.decide.judge import judge
from conformance.model.case import Choice, DTypeName, Expectation, OutputExpected
from conformance.model.dtypes import DTYPES
from conformance.model.outcome import Crashed, Returned, TimedOut
from conformance.model.rules import Alternate, Blocks
from conformance.model.tensor import CHUNK, DigestedTensor, RuleTensor, Tensor
from conformance.model.verdict import Status
from conformance.run.worker.elements import by_rule, digests

N = CHUNK + 8
X = RuleTensor("int8", (N,), Alternate(np.array([1, 1, -2], "i1").tobytes()))
SUMS = RuleTensor("int8", (N,), Alternate(np.array([1, 2, 0], "i1").tobytes()))


def expecting(values: RuleTensor, *, unchanged: bool = False) -> Expectation:
    output = OutputExpected("result", values.dtype, values.shape, values)
    return Expectation((Choice("", outputs=(output,)),), inputs_unchanged=unchanged)


def scan(fake: Any, function: str, x: RuleTensor = X, expected: RuleTensor = SUMS) -> Any:
    return fake.task(
        function, x=x, axis=0, dtype=DTypeName("int8"), expectation=expecting(expected)
    )


@pytest.mark.parametrize("dtype", sorted(DTYPES))
@pytest.mark.parametrize("rule", [Alternate, Blocks])
def test_the_worker_follows_a_rule_bit_for_bit(dtype: str, rule: Any) -> None:
    width = DTYPES[dtype].numpy.itemsize
    listed = np.random.default_rng(1).bytes(3 * width)
    if dtype == "bool":
        listed = bytes(byte & 1 for byte in listed)
    tensor = RuleTensor(dtype, (3, 70_001), rule(listed))
    flat = np.frombuffer(listed, DTYPES[dtype].numpy)
    made = by_rule(flat, rule.__name__.lower(), shape=list(tensor.shape))
    assert made.tobytes() == tensor.stretch(0, tensor.count).data
    assert made.shape == tensor.shape
    assert digests(made, dtype, 1000) == list(tensor.digests(1000))


def test_a_right_scan_comes_back_as_digests(misbehaving: Any) -> None:
    task = scan(misbehaving, "right_scan")
    (outcome,) = misbehaving.run(task)
    assert isinstance(outcome, Returned)
    (output,) = outcome.outputs
    assert isinstance(output, DigestedTensor)
    assert (output.dtype, output.shape, output.differing) == ("int8", (N,), None)
    assert (output.head.nested(), output.tail.nested()) == ([1, 2, 0, 1], [0, 1, 2, 0])
    assert judge(task, outcome).status is Status.PASSED


def test_a_scan_with_short_offsets_is_caught_in_the_chunk_that_it_leaves_out(
    misbehaving: Any,
) -> None:
    task = scan(misbehaving, "scan_in_20_bits")
    (outcome,) = misbehaving.run(task)
    verdict = judge(task, outcome)
    assert verdict.status is Status.FAILED
    assert [mismatch.text for mismatch in verdict.mismatches] == [
        f"1 of 2 chunks of {CHUNK:,} values differ; in the first of them 5 of 8, "
        f"greatest difference 2 at [{CHUNK}]"
    ]


def test_blocks_along_the_first_axis_cross_as_well(misbehaving: Any) -> None:
    x = RuleTensor("int8", (3, N), Blocks(b"\x01\x02\x04"))
    sums = RuleTensor("int8", (3, N), Blocks(b"\x01\x03\x07"))
    task = scan(misbehaving, "right_scan", x, sums)
    (outcome,) = misbehaving.run(task)
    assert judge(task, outcome).status is Status.PASSED


def test_a_result_that_does_not_lie_in_one_piece_is_digested_all_the_same(
    misbehaving: Any,
) -> None:
    task = misbehaving.task("every_other", x=X, expectation=expecting(X))
    (outcome,) = misbehaving.run(task)
    assert judge(task, outcome).status is Status.PASSED


@pytest.mark.parametrize(("function", "changed"), [("same", ()), ("write_at_the_end", ("x",))])
def test_a_large_input_that_is_changed_is_told(
    misbehaving: Any, function: str, changed: tuple[str, ...]
) -> None:
    task = misbehaving.task(function, x=X, expectation=expecting(X, unchanged=True))
    (outcome,) = misbehaving.run(task)
    assert outcome.changed == changed


def test_large_calls_run_after_all_others_and_one_at_a_time(fake: Any) -> None:
    one, other = fake("healthy"), fake("misbehaving")
    large = [scan(other, "right_scan"), scan(other, "scan_in_20_bits")]
    small = [one.task("cumsum"), other.task("same")]
    with one.workers(other) as workers:
        ended = [task for task, _ in workers.run([*large, *small])]
    assert {id(task) for task in ended[:2]} == {id(task) for task in small}
    assert [id(task) for task in ended[2:]] == [id(task) for task in large]


def test_a_large_call_has_a_server_of_its_own(misbehaving: Any) -> None:
    before, after = misbehaving.task("process"), misbehaving.task("process")
    large = misbehaving.task("process", x=X, expectation=expecting(X))
    with misbehaving.workers() as workers:
        pids = {}
        for task, outcome in workers.run([before, large, after]):
            (output,) = outcome.outputs
            tensor = output if isinstance(output, Tensor) else output.head
            pids[id(task)] = tensor.array().reshape(-1)[0]
    assert pids[id(before)] == pids[id(after)] != pids[id(large)]


def test_a_large_call_has_more_time(misbehaving: Any) -> None:
    small = misbehaving.task("hang")
    large = misbehaving.task("hang", x=X, expectation=expecting(X))
    began = time.monotonic()
    outcomes = misbehaving.run(small, large, timeout_s=0.5, first_case_allowance_s=0.0)
    limits = [outcome.limit_s for outcome in outcomes if isinstance(outcome, TimedOut)]
    assert limits[0] == 0.5
    assert limits[1] == pytest.approx(0.5 + 60 * 5 * N / 2**30)
    assert time.monotonic() - began < 60


def test_a_call_that_takes_more_memory_than_it_was_said_to_need_is_ended(
    misbehaving: Any,
) -> None:
    task = misbehaving.task("take_memory", x=X, expectation=expecting(X))
    (outcome,) = misbehaving.run(task)
    assert isinstance(outcome, Crashed)
    assert outcome.how == "took more than the 0.1 GiB of memory that it was said to need"
