"""Kinds of bindings, layouts, dtypes and gradients of real frameworks, where they are installed."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from conformance.decide.judge import judge
from conformance.fronts.settings import default_home
from conformance.model.backend import ALWAYS, Binding, BindingKind
from conformance.model.case import Call, Case, Choice, Expectation, LaidOut, OutputExpected, Value
from conformance.model.errors import Place
from conformance.model.outcome import NotATensor, Outcome, Raised, Returned, Unavailable
from conformance.model.tensor import Tensor
from conformance.model.verdict import Status, Task
from conformance.run.engine import Workers
from conformance.run.targets import resolve

PLACE = Place("real", 1, 1)
GRID = Tensor("float32", (2, 3), np.arange(6, dtype="<f4").tobytes())
# An identity that no framework has a kernel for.
SAME = ("typing.cast", {"typ": None})


class Real:
    """A backend on the target that its bare name means."""

    def __init__(self, name: str) -> None:
        self.backend, self.target = resolve(name, home=default_home())
        if self.target.interpreter is None:
            pytest.skip(self.target.missing)

    def task(
        self,
        path: str,
        arguments: dict[str, Value],
        *,
        kind: BindingKind = "function",
        outputs: tuple[OutputExpected, ...] = (OutputExpected("result"),),
        constants: tuple[tuple[str, Value], ...] = (),
        gradient: str | None = None,
        repeat: int = 1,
    ) -> Task:
        """A call of path with arguments by the names that they are given."""
        names = tuple((name, name) for name in arguments)
        binding = Binding(
            path, "cumsum", self.backend.name, kind, path, names, (), (), ALWAYS, PLACE,
            constants=constants,
        )  # fmt: skip
        call = Call(tuple(arguments.items()), gradient=gradient)
        expectation = Expectation(
            (Choice("", outputs=outputs),), inputs_unchanged=kind == "function", repeat=repeat
        )
        case = Case("cumsum", "real", path, "behaviour", PLACE, call, expectation)
        errors, snippet = self.backend.errors, self.backend.snippet
        return Task(case, None, binding, self.target, call, expectation, errors, snippet)

    def run(self, *tasks: Task) -> list[Outcome]:
        with Workers([(self.backend, self.target)]) as workers:
            outcomes = {id(task): outcome for task, outcome in workers.run(tasks)}
        return [outcomes[id(task)] for task in tasks]


def values(outcome: Outcome) -> list[Any]:
    assert isinstance(outcome, Returned), outcome
    assert outcome.changed == ()
    return [o.nested() if isinstance(o, Tensor) else o for o in outcome.outputs]


@pytest.fixture(params=["torch", "mindspore"])
def real(request: pytest.FixtureRequest) -> Real:
    return Real(request.param)


@pytest.fixture
def torch() -> Real:
    return Real("torch")


@pytest.fixture
def mindspore() -> Real:
    return Real("mindspore")


SUMMED = [[0.0, 1.0, 3.0], [3.0, 7.0, 12.0]]


def test_a_named_tuple_is_several_outputs(torch: Real, mindspore: Real) -> None:
    two = (OutputExpected("values"), OutputExpected("indices"))
    x = Tensor("float32", (3,), np.array([1, 3, 2], "<f4").tobytes())
    (named,) = torch.run(torch.task("torch.cummax", {"input": x, "dim": 0}, outputs=two))
    (plain,) = mindspore.run(
        mindspore.task("mindspore.ops.cummax", {"input": x, "axis": 0}, outputs=two)
    )
    assert values(named) == values(plain) == [[1.0, 3.0, 3.0], [0, 1, 1]]


def test_torch_sums_in_place_and_into_out(torch: Real) -> None:
    out = (OutputExpected("result", "float32", shape=(2, 3)),)
    placed, written = torch.run(
        torch.task("torch.Tensor.cumsum_", {"self": GRID, "dim": 1}, kind="in-place"),
        torch.task("torch.cumsum", {"input": GRID, "dim": 1}, kind="out", outputs=out),
    )
    assert values(placed) == values(written) == [SUMMED]


def test_a_primitive_of_mindspore_is_constructed_and_called(mindspore: Real) -> None:
    def primitive(**constants: bool) -> Task:
        given: dict[str, Value] = {"x": GRID, "axis": 1}
        fixed = tuple(constants.items())
        return mindspore.task("mindspore.ops.CumSum", given, kind="primitive", constants=fixed)

    plain, exclusive = mindspore.run(primitive(), primitive(exclusive=True))
    assert values(plain) == [SUMMED]
    assert values(exclusive) == [[[0.0, 0.0, 1.0], [0.0, 3.0, 7.0]]]


ROWS = Tensor("float32", (2, 3), np.array([[1, 2, 3]] * 2, "<f4").tobytes())


@pytest.mark.parametrize(
    ("layout", "strides"),
    [("transposed", "(1, 2)"), ("every-other", "(6, 2)"), ("broadcast", "(0, 1)")],
)
def test_a_layout_reaches_torch(torch: Real, layout: Any, strides: str) -> None:
    half = Tensor("bfloat16", (2, 3), (np.array([[1, 2, 3]] * 2, "<f4").view("<u4") >> 16)
                  .astype("<u2").tobytes())  # fmt: skip
    for rows in (ROWS, half):
        x = LaidOut(rows, layout)
        summed, told = torch.run(
            torch.task("torch.cumsum", {"input": x, "dim": 1}),
            torch.task("torch.Tensor.stride", {"self": x}, kind="method"),
        )
        assert values(summed) == [[[1.0, 3.0, 6.0]] * 2]
        assert values(told) == [NotATensor("tuple", strides)]


def test_torch_declines_negative_strides(torch: Real) -> None:
    task = torch.task("torch.cumsum", {"input": LaidOut(GRID, "reversed"), "dim": 1})
    (outcome,) = torch.run(task)
    assert isinstance(outcome, Raised)
    assert outcome.phase == "convert"
    verdict = judge(task, outcome)
    assert verdict.status is Status.UNSUPPORTED
    assert verdict.cause.startswith("error: unsupported-layout: At least one stride")


@pytest.mark.parametrize("layout", ["transposed", "every-other", "reversed", "broadcast"])
def test_mindspore_takes_the_elements_of_every_layout(mindspore: Real, layout: Any) -> None:
    x = LaidOut(ROWS, layout)
    (outcome,) = mindspore.run(mindspore.task("mindspore.ops.cumsum", {"x": x, "axis": 1}))
    assert values(outcome) == [[[1.0, 3.0, 6.0]] * 2]


@pytest.mark.parametrize("dtype", ["bfloat16", "complex64", "complex128"])
def test_every_bit_pattern_crosses(real: Real, dtype: str) -> None:
    """All of bfloat16's, NaN payloads and subnormals included; random ones of complex numbers."""
    path, more = SAME
    size = {"bfloat16": 2, "complex64": 8, "complex128": 16}[dtype]
    noise = np.arange(2**16, dtype="<u2").tobytes()
    if dtype != "bfloat16":
        noise = np.random.default_rng(0).bytes(2**17)
    given = [
        Tensor(dtype, (len(noise) // size // 2, 2), noise),
        Tensor(dtype, (), noise[-size:]),
        Tensor(dtype, (0, 3), b""),
    ]
    outcomes = real.run(*(real.task(path, {**more, "val": x}) for x in given))
    for expected, outcome in zip(given, outcomes, strict=True):
        assert isinstance(outcome, Returned), outcome
        assert outcome.outputs == (expected,)
        assert outcome.changed == ()


def test_a_conjugate_view_of_torch_is_read(torch: Real) -> None:
    x = Tensor("complex64", (1,), np.array([1 + 2j], "<c8").tobytes())
    (outcome,) = torch.run(torch.task("torch.conj", {"input": x}))
    assert values(outcome) == [["1-2j"]]


@pytest.mark.parametrize(
    ("name", "path", "arguments", "expected"),
    [
        ("torch", "torch.cumsum", ("input", "dim"), [3.0, 2.0, 1.0]),
        ("torch", "torch.cumprod", ("input", "dim"), [7.0, 4.0, 1.5]),
        ("torch", "torch.cummax", ("input", "dim"), [1.0, 1.0, 1.0]),
        ("mindspore", "mindspore.ops.cumsum", ("x", "axis"), [3.0, 2.0, 1.0]),
        ("mindspore", "mindspore.ops.cumprod", ("input", "dim"), [7.0, 4.0, 1.5]),
    ],
)
def test_a_gradient_is_the_frameworks_own(
    name: str, path: str, arguments: tuple[str, str], expected: list[float]
) -> None:
    real = Real(name)
    x = Tensor("float32", (3,), np.array([1, 1.5, 3], "<f4").tobytes())
    given: dict[str, Value] = dict(zip(arguments, (x, 0), strict=True))
    (outcome,) = real.run(real.task(path, given, gradient=arguments[0]))
    assert values(outcome) == [expected]


def test_a_gradient_by_the_object_of_a_method(real: Real) -> None:
    axis = {"torch": "dim", "mindspore": "axis"}[real.backend.name]
    x = Tensor("float32", (3,), np.array([1, 1.5, 3], "<f4").tobytes())
    path = f"{real.backend.name}.Tensor.cumsum"
    (outcome,) = real.run(real.task(path, {"self": x, axis: 0}, kind="method", gradient="self"))
    assert values(outcome) == [[3.0, 2.0, 1.0]]


def test_a_gradient_of_the_reference_is_unsupported() -> None:
    reference = Real("reference")
    task = reference.task("reference_impl.cumsum", {"x": GRID, "axis": 0}, gradient="x")
    (outcome,) = reference.run(task)
    assert isinstance(outcome, Unavailable)
    assert judge(task, outcome).status is Status.UNSUPPORTED
    assert outcome == dataclasses.replace(
        outcome, what="api", reason="the reference backend has no gradients"
    )


def test_calls_repeat_bit_for_bit(real: Real) -> None:
    path, x, axis = {
        "torch": ("torch.cumsum", "input", "dim"),
        "mindspore": ("mindspore.ops.cumsum", "x", "axis"),
    }[real.backend.name]
    (outcome,) = real.run(real.task(path, {x: GRID, axis: 1}, repeat=50))
    assert values(outcome) == [SUMMED]
    assert isinstance(outcome, Returned)
    assert outcome.differing is None
