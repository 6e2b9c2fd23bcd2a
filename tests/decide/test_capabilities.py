import dataclasses
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from conformance.decide.judge import judge
from conformance.decide.plan import Selection, make_plan
from conformance.model.backend import ALWAYS, Backend, Condition, Lack
from conformance.model.case import Call, Choice, DTypeName, LaidOut, Suite
from conformance.model.errors import Place
from conformance.model.outcome import Raised, Returned, Unavailable
from conformance.model.verdict import Status

HERE = Place("bindings.yaml", 30, 5)
NO_KERNEL = Raised(("NotImplementedError",), "not implemented for Char", "call")


@pytest.fixture
def task(make_task, make_output):
    return make_task(Choice("", outputs=(make_output([1, 3], "int8"),)))


@pytest.fixture
def sums(make_tensor):
    return Returned((make_tensor([1, 3], "int8"),))


def planned(task, *lacks, declares=True, of_api=(), call=None, when=ALWAYS):
    """task as it is planned for a backend that declares these."""
    binding = dataclasses.replace(task.binding, lacks=tuple(of_api), when=when)
    backend = Backend(
        "torch", Path("adapter.py"), (binding,), task.errors, task.snippet,
        lacks=lacks if declares else None,
    )  # fmt: skip
    case = dataclasses.replace(task.case, call=call or task.call)
    (only,) = make_plan(Suite((), (), (), (case,)), [(backend, task.target)], selection=Selection())
    return only


def lack(**parts):
    return Lack("it has none", parts.pop("when", ALWAYS), HERE, **parts)


def test_what_is_declined_and_declared_is_unsupported(task):
    verdict = judge(planned(task, lack(dtypes=("int8",))), NO_KERNEL)
    assert verdict.status is Status.UNSUPPORTED
    assert verdict.cause == "error: unsupported-dtype: not implemented for Char"


def test_what_is_declined_and_not_declared_has_failed(task):
    verdict = judge(planned(task), NO_KERNEL)
    assert verdict.status is Status.FAILED
    assert [(m.kind, m.text) for m in verdict.mismatches] == [
        (
            "capability",
            "declined (error: unsupported-dtype: not implemented for Char), expected an answer: "
            "no entry under `lacks` speaks of this call",
        )
    ]


def test_what_is_declared_and_returns_has_failed(task, sums):
    verdict = judge(planned(task, lack(dtypes=("int8",))), sums)
    assert verdict.status is Status.FAILED
    assert [(m.kind, m.text) for m in verdict.mismatches] == [
        ("capability", "returned, expected it to be declined: it has none (bindings.yaml:30:5)")
    ]


def test_what_is_declared_may_be_refused_for_another_reason(make_task):
    refusing = make_task(Choice("", error="axis-out-of-range"))
    raised = Raised(("IndexError",), "out of range", "call")
    assert judge(planned(refusing, lack(dtypes=("int8",))), raised).status is Status.PASSED


def test_a_backend_that_declares_nothing_is_not_held_to_it(task, sums):
    undeclared = planned(task, declares=False)
    assert judge(undeclared, NO_KERNEL).status is Status.UNSUPPORTED
    assert judge(undeclared, sums).status is Status.PASSED


def test_a_dtype_that_the_framework_does_not_hold_is_to_be_declared(task):
    absent = Unavailable("dtype", "the framework has no dtype int8")
    assert judge(planned(task), absent).status is Status.FAILED
    assert judge(planned(task, lack(dtypes=("int8",))), absent).status is Status.UNSUPPORTED


def test_that_an_adapter_has_no_gradients_needs_no_declaration(task):
    verdict = judge(planned(task), Unavailable("gradient", "it has no gradients"))
    assert (verdict.status, verdict.cause) == (
        Status.UNSUPPORTED, "gradient: it has no gradients",
    )  # fmt: skip


def test_an_api_that_exists_though_its_versions_are_others_has_failed(task, sums):
    absent = planned(task, when=Condition(version=SpecifierSet("<2")))
    assert absent.refusal == ""
    verdict = judge(absent, sums)
    assert verdict.status is Status.FAILED
    assert verdict.mismatches[0].text == (
        "returned, expected it to be declined: torch-2.13.0 has no torch.cumsum "
        "(conformance/backends/torch/bindings.yaml:20:9)"
    )


def test_an_api_that_is_missing_as_declared_is_unsupported(task):
    absent = planned(task, when=Condition(version=SpecifierSet("<2")))
    missing = Unavailable("api", "there is no torch.cumsum")
    assert judge(absent, missing).status is Status.UNSUPPORTED
    assert judge(planned(task), missing).status is Status.FAILED


def test_an_api_that_is_missing_may_not_even_get_its_tensors(task):
    absent = planned(task, when=Condition(version=SpecifierSet("<2")))
    verdict = judge(absent, Raised(("ValueError",), "can not contain zero dimension", "convert"))
    assert (verdict.status, verdict.cause) == (
        Status.UNSUPPORTED, "inputs: can not contain zero dimension",
    )  # fmt: skip


def test_an_api_of_another_mode_is_not_asked(task):
    elsewhere = planned(task, when=Condition(mode=("graph",)))
    assert elsewhere.refusal == "torch-2.13.0 has no torch.cumsum"


@pytest.mark.parametrize(
    ("parts", "declined"),
    [
        ({"dtypes": ("int8",)}, True),
        ({"dtypes": ("int16",)}, False),
        ({"layouts": ("reversed",)}, False),
        ({"results": ("int8",)}, True),
        ({"results": ("int64",)}, False),
        ({"results": ("another-dtype",)}, False),
        ({"gradient": True}, False),
        ({"dtypes": ("int8",), "gradient": True}, False),
        ({"dtypes": ("int8",), "when": Condition(version=SpecifierSet("<2"))}, False),
        ({"when": Condition(dtype=("int8",))}, True),
        ({"when": Condition(dtype=("int16",))}, False),
        ({}, True),
    ],
)
def test_every_part_must_be_true_of_the_call(task, parts, declined):
    assert bool(planned(task, of_api=(lack(**parts),)).declined) is declined


def test_a_dtype_argument_counts(task, make_tensor):
    call = Call((("x", make_tensor([1], "int32")), ("axis", 0), ("dtype", DTypeName("int8"))))
    assert planned(task, lack(dtypes=("int8",)), call=call).declined
    assert planned(task, lack(results=("another-dtype",)), call=call).declined


def test_a_layout_and_a_gradient_count(task, make_tensor):
    x = LaidOut(make_tensor([[1, 2]], "float32"), "reversed")
    call = Call((("x", x), ("axis", 0)), gradient="x")
    assert planned(task, lack(layouts=("reversed",)), call=call).declined
    assert planned(task, lack(gradient=True), call=call).declined
    assert not planned(task, lack(layouts=("transposed",)), call=call).declined


def test_the_ledger_does_not_speak_of_an_api_that_is_missing(task):
    from conformance.model.backend import KnownOutcome, LedgerEntry

    entry = LedgerEntry(
        (task.case.address,), ("torch.cumsum",), KnownOutcome(ends="signal SIGSEGV"), "", "",
        ALWAYS, HERE,
    )  # fmt: skip
    for when, known in ((ALWAYS, entry), (Condition(version=SpecifierSet("<2")), None)):
        binding = dataclasses.replace(task.binding, when=when)
        backend = Backend(
            "torch", Path("adapter.py"), (binding,), task.errors, task.snippet, ledger=(entry,)
        )
        suite = Suite((), (), (), (task.case,))
        (only,) = make_plan(suite, [(backend, task.target)])
        assert only.known is known
