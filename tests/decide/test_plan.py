import dataclasses
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from conformance.decide.plan import Selection, make_plan
from conformance.model.backend import (
    ALWAYS,
    Answer,
    Backend,
    Condition,
    LongestAxis,
    Target,
)
from conformance.model.case import Call, Choice, Documented, Expectation, LaidOut, Suite
from conformance.model.errors import Place, UsageError

HERE = Place("bindings.yaml", 1, 1)


@pytest.fixture
def task(make_task, make_output):
    return make_task(Choice("", outputs=(make_output([1, 3], "int8"),)))


@pytest.fixture
def backend(task):
    return Backend("torch", Path("adapter.py"), (task.binding,), task.errors, task.snippet)


def plan(task, backend, *, case=None, selection=None, target=None):
    suite = Suite((), (), (), (case or task.case,))
    return make_plan(suite, [(backend, target or task.target)], selection=selection or Selection())


def test_a_task_is_named_by_case_api_and_target(task, backend):
    (planned,) = plan(task, backend)
    assert planned.id == "cumsum/behaviour/a-case[torch.cumsum-torch-2.13.0]"


def test_words_of_a_target_are_in_the_id(task, backend):
    target = dataclasses.replace(task.target, words=("graph",))
    (planned,) = plan(task, backend, target=target)
    assert planned.id == "cumsum/behaviour/a-case[torch.cumsum-torch-2.13.0-graph]"


def test_a_missing_parameter_is_refused_by_the_plan(task, backend):
    binding = dataclasses.replace(task.binding, parameters=(("x", "input"), ("axis", "dim")))
    (planned,) = plan(task, dataclasses.replace(backend, bindings=(binding,)))
    assert planned.refusal == "torch.cumsum has no parameter for dtype"


@pytest.mark.parametrize(
    ("condition", "declared"),
    [
        (ALWAYS, "keep"),
        (Condition(version=SpecifierSet(">=2")), "keep"),
        (Condition(version=SpecifierSet("<2")), None),
        (Condition(dtype=("int8",)), "keep"),
        (Condition(dtype=("int16",)), None),
        (Condition(device=("cuda",)), None),
        (Condition(mode=("default",), device=("cpu",)), "keep"),
    ],
)
def test_an_answer_is_declared_under_its_condition(task, backend, condition, declared):
    answer = Answer("integer-promotion", "keep", condition, HERE)
    binding = dataclasses.replace(task.binding, answers=(answer,))
    asking = dataclasses.replace(
        task.case,
        expectation=dataclasses.replace(task.expectation, question="integer-promotion"),
    )
    (planned,) = plan(task, dataclasses.replace(backend, bindings=(binding,)), case=asking)
    assert planned.declared == declared


def test_a_documented_api_is_judged_by_its_own_words(task, backend):
    own = Expectation((Choice("", error="unexpected-keyword"),))
    call = Call((("dim", 0),), spelled=True)
    case = dataclasses.replace(task.case, documented=(Documented("torch.cumsum", call, own),))
    (planned,) = plan(task, backend, case=case)
    assert (planned.call, planned.expectation) == (call, own)


def test_a_claim_about_one_api_alone_is_no_task_of_another(task, backend):
    own = Documented("mindspore.ops.cumsum", task.call, task.expectation)
    case = dataclasses.replace(task.case, call=None, expectation=None, documented=(own,))
    assert plan(task, backend, case=case) == ()


@pytest.mark.parametrize("address", ["cumsum", "cumsum/behaviour", "cumsum/behaviour/a-case"])
def test_cases_are_selected_by_address(task, backend, address):
    assert len(plan(task, backend, selection=Selection((address,)))) == 1


def test_an_address_that_names_nothing_is_a_wrong_question(task, backend):
    with pytest.raises(UsageError) as caught:
        plan(task, backend, selection=Selection(("cumsum", "cumprod")))
    assert str(caught.value) == (
        "no case matches 'cumprod'; expected OP, OP/FILE or OP/FILE/CASE, where OP is one of: "
        "cumsum; `conformance list` prints every case"
    )


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        (("cumsum/behavior",), "'cumsum/behavior'; "),
        (
            ("cumsum/behaviour/a-cas", "cumsum/nope"),
            "'cumsum/behaviour/a-cas', 'cumsum/nope'; nearly that: cumsum/behaviour/a-case; ",
        ),
    ],
)
def test_a_wrong_address_in_an_operation_is_told_its_files(task, backend, addresses, said):
    with pytest.raises(UsageError) as caught:
        plan(task, backend, selection=Selection(addresses))
    assert str(caught.value) == (
        f"no case matches {said}expected cumsum/FILE or cumsum/FILE/CASE, where FILE is one of: "
        "behaviour; `conformance list --op cumsum` prints every case"
    )


def test_an_unknown_api_is_a_wrong_question(task, backend):
    with pytest.raises(UsageError) as caught:
        plan(task, backend, selection=Selection(apis=("torch.sum",)))
    assert str(caught.value) == (
        "no selected backend has the API 'torch.sum'; expected one of: torch.cumsum"
    )


def test_ids_do_not_depend_on_what_else_is_selected(task, backend):
    other = Target("torch", "1.8.1", Path("python"))
    suite = Suite((), (), (), (task.case,))
    both = {t.id for t in make_plan(suite, [(backend, task.target), (backend, other)])}
    assert {t.id for t in make_plan(suite, [(backend, other)])} < both


def bound(task, backend, kind, **binding):
    """The plan's only task for the case on an API of that kind."""
    changed = dataclasses.replace(task.binding, kind=kind, **binding)
    return dataclasses.replace(backend, bindings=(changed,))


def asking(task, *choices, question=None):
    return dataclasses.replace(task.case, expectation=Expectation(choices, question))


NOTHING_DECLARED = "out= needs to know the dtype beforehand: nothing is declared"


def test_out_is_refused_where_the_dtype_is_not_known(task, backend, make_output):
    untyped = Choice("", outputs=(dataclasses.replace(make_output([1], "int8"), dtype=None),))
    out = bound(task, backend, "out")
    (planned,) = plan(task, out, case=asking(task, untyped))
    assert planned.refusal == NOTHING_DECLARED


@pytest.mark.parametrize("declared", [None, "keep", "refuse"])
def test_out_needs_a_declared_answer(task, backend, make_output, declared):
    keep = Choice("keep", outputs=(make_output([1, 3], "int8"),))
    case = asking(task, keep, Choice("refuse", error="axis-type"), question="axis-float")
    answers = [Answer("axis-float", choice, ALWAYS, HERE) for choice in (declared,) if choice]
    out = bound(task, backend, "out", answers=tuple(answers))
    (planned,) = plan(task, out, case=case)
    assert planned.refusal == ("" if declared else NOTHING_DECLARED)


def test_out_of_several_outputs_needs_their_dtypes(task, backend, make_output):
    two = Choice("", outputs=(make_output([1], "int8"), make_output([0], "int64")))
    (planned,) = plan(task, bound(task, backend, "out"), case=asking(task, two))
    assert planned.refusal == "torch.cumsum does not say the dtypes of several tensors"


@pytest.mark.parametrize("kind", ["in-place", "out"])
def test_no_gradient_is_asked_of_what_writes_into_a_tensor(task, backend, kind):
    case = dataclasses.replace(task.case, call=dataclasses.replace(task.call, gradient="x"))
    (planned,) = plan(task, bound(task, backend, kind), case=case)
    assert planned.refusal == "torch.cumsum writes into a tensor: no gradient is asked of it"


def test_a_primitive_with_a_gap_among_its_positions_is_refused(task, backend):
    names = (("x", "x"), ("axis", "axis"), ("dtype", "dtype"))
    primitive = bound(task, backend, "primitive", parameters=names)
    given = dict(task.call.arguments)
    gap = Call((("x", given["x"]), ("dtype", given["dtype"])))
    end = Call((("x", given["x"]), ("axis", 0)))
    (refused,) = plan(task, primitive, case=dataclasses.replace(task.case, call=gap))
    (planned,) = plan(task, primitive, case=dataclasses.replace(task.case, call=end))
    assert refused.refusal == "torch.cumsum takes dtype by position: nothing stands for axis"
    assert planned.refusal == ""


def test_no_tensor_goes_to_the_constructor_of_a_primitive(task, backend):
    primitive = bound(task, backend, "primitive", construct=("x",))
    (refused,) = plan(task, primitive)
    assert refused.refusal == "torch.cumsum is constructed with input: no tensor goes there"
    spelled = Call((("input", LaidOut(dict(task.call.arguments)["x"], "reversed")),), spelled=True)
    (refused,) = plan(task, primitive, case=dataclasses.replace(task.case, call=spelled))
    assert refused.refusal == "torch.cumsum is constructed with input: no tensor goes there"


@pytest.mark.parametrize(
    ("axis", "longest", "refused"), [(0, 1, True), (-1, 1, True), (0, 2, False), (1, 1, False)]
)
def test_an_axis_longer_than_the_backend_is_asked_for_is_refused(
    task, backend, axis, longest, refused
):
    limited = dataclasses.replace(backend, longest_axis=LongestAxis(longest, "it is slow"))
    call = dataclasses.replace(task.call, arguments=(task.call.arguments[0], ("axis", axis)))
    case = dataclasses.replace(task.case, call=call)
    (planned,) = plan(task, limited, case=case)
    reason = "an axis of 2 elements: torch is asked for at most 1, because it is slow"
    assert planned.refusal == (reason if refused else "")
