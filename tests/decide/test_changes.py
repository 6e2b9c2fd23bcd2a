"""What has become of tasks between two runs, from the lines of reports."""

from typing import Any

import pytest

from conformance.decide.changes import (
    Change,
    Pairing,
    changes,
    differing_parts,
    is_worse,
    pair_named,
    pair_targets,
)
from conformance.model.errors import UsageError

PAIR = Pairing((("torch-1.8.1", "torch-2.13.0"),))


def target(backend: str, version: str, *words: str, device: str = "cpu") -> dict[str, str]:
    name = "-".join((backend, version, *words))
    return {
        "name": name, "backend": backend, "version": version, "device": device, "mode": "default",
    }  # fmt: skip


def tensor(values: list[Any], dtype: str = "int8") -> dict[str, Any]:
    return {"dtype": dtype, "shape": [len(values)], "values": values}


def line(
    actual: dict[str, Any] | None = None,
    *,
    case: str = "cumsum/behaviour/a",
    on: str = "torch-1.8.1",
    status: str = "passed",
    **more: Any,
) -> dict[str, Any]:
    return {
        "case": case, "api": "torch.cumsum", "target": on, "status": status,
        "actual": actual or {"outputs": [tensor([1, 2])]}, **more,
    }  # fmt: skip


def one(before: dict[str, Any], after: dict[str, Any]) -> Change:
    (change,) = changes([before], [after | {"target": "torch-2.13.0"}], pairing=PAIR)
    return change


def test_a_task_that_ends_alike_in_another_version_has_not_changed():
    assert changes([line()], [line(on="torch-2.13.0")], pairing=PAIR) == ()


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("passed", "failed", "broken"),
        ("unsupported", "crashed", "broken"),
        ("known", "changed", "broken"),
        ("failed", "passed", "fixed"),
        ("timed-out", "unsupported", "fixed"),
        ("passed", "unsupported", "changed"),
        ("failed", "crashed", "changed"),
    ],
)
def test_red_and_not_red_say_what_has_become_of_a_task(before, after, kind):
    change = one(line(status=before), line(status=after))
    assert (change.kind, change.parts) == (kind, ("status",))


@pytest.mark.parametrize(
    ("actual", "parts"),
    [
        ({"outputs": [tensor([1, 2], "int64")]}, ("dtype",)),
        ({"outputs": [tensor([1, 3])]}, ("values",)),
        ({"outputs": [tensor([1, 2, 3], "int64")]}, ("dtype", "shape", "values")),
        ({"outputs": [tensor([1, 2])] * 2}, ("count",)),
        ({"outputs": [{"type": "int", "text": "3"}]}, ("dtype", "shape", "values", "type")),
        ({"error": "IndexError", "message": "", "phase": "call"}, ("ending",)),
        ({"end": "signal SIGSEGV"}, ("ending",)),
    ],
)
def test_another_outcome_is_named_by_what_differs(actual, parts):
    change = one(line(), line(actual))
    assert (change.kind, change.parts) == ("changed", parts)


def test_a_large_result_is_compared_by_its_digest():
    large = {"dtype": "int8", "shape": [9], "head": [1], "tail": [1], "digest": "sha256:a"}
    other = large | {"digest": "sha256:b"}
    assert one(line({"outputs": [large]}), line({"outputs": [other]})).parts == ("values",)


def test_another_message_of_the_same_exception_is_no_change():
    errors = [{"error": "E", "message": text, "phase": "call"} for text in ("a.cpp:1", "a.cpp:2")]
    assert differing_parts(line(errors[0]), line(errors[1])) == ()


def test_the_same_exception_in_another_phase_is_another_error():
    errors = [{"error": "E", "message": "", "phase": phase} for phase in ("call", "realise")]
    assert differing_parts(line(errors[0]), line(errors[1])) == ("error",)


def test_an_unstable_task_is_compared_by_both_of_its_endings():
    ends = [{"first": {"end": "no answer"}, "again": {"outputs": [tensor([n])]}} for n in (1, 2)]
    assert differing_parts(line(ends[0]), line(ends[1])) == ("values",)


def test_another_answer_and_another_class_of_accuracy_are_changes():
    before = line(observed=["keep"], accuracy={"class": "sequential", "ulp": 3})
    after = line(observed=["default-int"], accuracy={"class": "blocked", "ulp": 3})
    assert differing_parts(before, after) == ("answer", "accuracy")


def test_tasks_that_only_one_run_has_are_gone_or_added():
    old = [line(case="cumsum/behaviour/old")]
    new = [line(case="cumsum/behaviour/new", on="torch-2.13.0")]
    found = changes(old, new, pairing=PAIR)
    assert [(change.kind, change.line["case"]) for change in found] == [
        ("gone", "cumsum/behaviour/old"),
        ("added", "cumsum/behaviour/new"),
    ]


def test_targets_that_are_not_paired_are_left_out():
    other = line(on="torch-1.13.1", status="failed")
    assert changes([line(), other], [line(on="torch-2.13.0"), other], pairing=PAIR) == ()


@pytest.mark.parametrize(
    ("kind", "worse"),
    [("broken", True), ("gone", True), ("changed", False), ("fixed", False), ("added", False)],
)
def test_only_what_is_broken_or_gone_is_worse(kind, worse):
    assert is_worse([Change(kind, line(), line())], PAIR) is worse


def test_a_target_that_is_gone_is_worse():
    assert is_worse([], Pairing((), gone=("torch-1.8.1",)))


def test_targets_of_the_same_name_are_a_pair():
    both = [target("torch", "1.8.1"), target("torch", "2.13.0")]
    assert pair_targets(both, both[::-1]) == Pairing(
        (("torch-1.8.1", "torch-1.8.1"), ("torch-2.13.0", "torch-2.13.0"))
    )


def test_one_target_of_a_backend_on_each_side_is_a_pair_whatever_its_version():
    old = [target("torch", "1.8.1"), target("mindspore", "2.10.0"), target("numpy", "1.26.0")]
    new = [target("mindspore", "2.10.0"), target("torch", "2.13.0"), target("jax", "0.10.2")]
    assert pair_targets(old, new) == Pairing(
        (("mindspore-2.10.0", "mindspore-2.10.0"), ("torch-1.8.1", "torch-2.13.0")),
        gone=("numpy-1.26.0",),
        added=("jax-0.10.2",),
    )


def test_two_versions_against_one_are_no_pair():
    old = [target("torch", "1.8.1"), target("torch", "1.13.1")]
    found = pair_targets(old, [target("torch", "2.13.0")])
    assert found == Pairing((), gone=("torch-1.8.1", "torch-1.13.1"), added=("torch-2.13.0",))


def test_another_mode_is_another_target():
    old, new = [target("mindspore", "2.7.2")], [target("mindspore", "2.10.0", "graph")]
    assert pair_targets(old, new).pairs == ()


@pytest.mark.parametrize("name", ["torch-1.8.1-cpu", "torch@1.8.1:cpu"])
def test_a_target_is_named_as_in_a_report_or_as_for_a_run(name):
    targets = [target("torch", "1.8.1", "cpu"), target("torch", "2.13.0")]
    found = pair_named(targets, targets, names=(name, "torch-2.13.0"))
    assert found == Pairing((("torch-1.8.1-cpu", "torch-2.13.0"),))


def test_a_target_that_is_not_there_is_refused_with_those_that_are():
    targets = [target("torch", "1.8.1"), target("torch", "2.13.0")]
    with pytest.raises(UsageError) as caught:
        pair_named(targets, targets, names=("torch-1.8", "torch-2.13.0"))
    assert str(caught.value) == (
        "no target 'torch-1.8' in the report; expected one of: torch-1.8.1, torch-2.13.0"
    )


def test_targets_of_two_backends_are_refused():
    targets = [target("torch", "1.8.1"), target("mindspore", "2.0.0")]
    with pytest.raises(UsageError) as caught:
        pair_named(targets, targets, names=("torch-1.8.1", "mindspore-2.0.0"))
    assert str(caught.value) == (
        "torch-1.8.1 and mindspore-2.0.0 are targets of two backends, which have no task in "
        "common; expected two targets of one"
    )
