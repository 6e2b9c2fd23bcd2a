"""Kinds of bindings, layouts, dtypes and gradients of real frameworks, where they are installed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import Any

import numpy as np
import pytest

from conformance.decide.judge import judge
from conformance.fronts.settings import default_home
from conformance.model.backend import ALWAYS, Binding, BindingKind
from conformance.model.case import (
    Call,
    Case,
    Choice,
    DTypeName,
    Expectation,
    LaidOut,
    OutputExpected,
    Value,
)
from conformance.model.errors import Place
from conformance.model.outcome import NotATensor, Outcome, Raised, Returned, Unavailable
from conformance.model.tensor import Tensor
from conformance.model.verdict import Status, Task
from conformance.run.engine import Workers
from conformance.run.targets import resolve

pytestmark = pytest.mark.slow

PLACE = Place("real", 1, 1)
GRID = Tensor("float32", (2, 3), np.arange(6, dtype="<f4").tobytes())
# An identity that no framework has a kernel for.
SAME = ("typing.cast", {"typ": None})


class Real:
    """A backend on the target that a name means, which is started once for all that is run."""

    def __init__(self, name: str) -> None:
        self.backend, self.target = resolve(name, home=default_home())
        self.workers = Workers([(self.backend, self.target)])

    def task(
        self,
        path: str,
        arguments: dict[str, Value],
        *,
        kind: BindingKind = "function",
        outputs: tuple[OutputExpected, ...] = (OutputExpected("result"),),
        constants: tuple[tuple[str, Value], ...] = (),
        construct: tuple[str, ...] = (),
        gradient: str | None = None,
        repeat: int = 1,
    ) -> Task:
        """A call of path with arguments by the names that they are given."""
        names = tuple((name, name) for name in arguments)
        binding = Binding(
            path, "cumsum", self.backend.name, kind, path, names, (), (), ALWAYS, PLACE,
            constants=constants, construct=construct,
        )  # fmt: skip
        call = Call(tuple(arguments.items()), gradient=gradient)
        expectation = Expectation(
            (Choice("", outputs=outputs),), inputs_unchanged=kind == "function", repeat=repeat
        )
        case = Case("cumsum", "real", path, "behaviour", PLACE, call, expectation)
        errors, snippet = self.backend.errors, self.backend.snippet
        return Task(case, None, binding, self.target, call, expectation, errors, snippet)

    def run(self, *tasks: Task) -> list[Outcome]:
        outcomes = {id(task): outcome for task, outcome in self.workers.run(tasks)}
        return [outcomes[id(task)] for task in tasks]


Reals = Callable[[str], Real]


@pytest.fixture(scope="module")
def reals() -> Iterator[Reals]:
    """By name; skips the test if it is not installed."""
    with ExitStack() as opened:

        @cache
        def started(name: str) -> Real:
            real = Real(name)
            if real.target.interpreter is not None:
                opened.enter_context(real.workers)
            return real

        def find(name: str) -> Real:
            real = started(name)
            if real.target.interpreter is None:
                pytest.skip(real.target.missing)
            return real

        yield find


def values(outcome: Outcome) -> list[Any]:
    assert isinstance(outcome, Returned), outcome
    assert outcome.changed == ()
    return [o.nested() if isinstance(o, Tensor) else o for o in outcome.outputs]


@pytest.fixture(params=["torch", "mindspore", "tensorflow", "paddle"])
def real(request: pytest.FixtureRequest, reals: Reals) -> Real:
    return reals(request.param)


@pytest.fixture
def torch(reals: Reals) -> Real:
    return reals("torch")


@pytest.fixture
def mindspore(reals: Reals) -> Real:
    return reals("mindspore")


@pytest.fixture
def tensorflow(reals: Reals) -> Real:
    return reals("tensorflow")


@pytest.fixture
def paddle(reals: Reals) -> Real:
    return reals("paddle")


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


def test_a_primitive_of_mindspore_is_constructed_for_each_call(mindspore: Real) -> None:
    def scan(**options: Value) -> Task:
        given: dict[str, Value] = {"x": GRID, "axis": 1, **options}
        names = tuple(options)
        return mindspore.task("mindspore.ops.CumSum", given, kind="primitive", construct=names)

    plain, reverse, both, wrong = mindspore.run(
        scan(), scan(reverse=True), scan(exclusive=True, reverse=True), scan(exclusive=2)
    )
    assert values(plain) == [SUMMED]
    assert values(reverse) == [[[3.0, 3.0, 2.0], [12.0, 9.0, 5.0]]]
    assert values(both) == [[[3.0, 2.0, 0.0], [9.0, 5.0, 0.0]]]
    assert isinstance(wrong, Raised)
    assert (wrong.types[0], wrong.phase) == ("TypeError", "call")


def test_a_primitive_of_mindspore_that_is_not_given_its_axis_raises(mindspore: Real) -> None:
    two = (OutputExpected("values"), OutputExpected("indices"))

    def cummax(**axis: Value) -> Task:
        given: dict[str, Value] = {"input": GRID, **axis}
        return mindspore.task(
            "mindspore.ops.Cummax", given, kind="primitive", construct=tuple(axis), outputs=two
        )

    along, without = mindspore.run(cummax(axis=-1), cummax())
    assert values(along) == [GRID.nested(), [[0, 1, 2], [0, 1, 2]]]
    assert isinstance(without, Raised)
    assert (without.message, without.phase) == ("missing a required argument: 'axis'", "call")


def test_paddle_sums_in_place(paddle: Real) -> None:
    (placed,) = paddle.run(
        paddle.task("paddle.Tensor.cumsum_", {"self": GRID, "axis": 1}, kind="in-place")
    )
    assert values(placed) == [SUMMED]


def test_paddle_sums_into_out_and_returns_another_object_for_it(paddle: Real) -> None:
    out = (OutputExpected("result", "float32", shape=(2, 3)),)
    (written,) = paddle.run(
        paddle.task("paddle.cumsum", {"x": GRID, "axis": 1}, kind="out", outputs=out)
    )
    assert values(written) == [SUMMED]


def test_a_named_tuple_of_paddle_is_several_outputs(paddle: Real) -> None:
    two = (OutputExpected("values"), OutputExpected("indices"))
    (pair,) = paddle.run(paddle.task("paddle.cummax", {"x": GRID, "axis": 1}, outputs=two))
    assert values(pair) == [GRID.nested(), [[0, 1, 2], [0, 1, 2]]]


def test_a_raw_operator_of_tensorflow_takes_keywords(tensorflow: Real) -> None:
    given: dict[str, Value] = {"x": GRID, "axis": 1, "exclusive": True, "reverse": True}
    (both,) = tensorflow.run(tensorflow.task("tensorflow.raw_ops.Cumsum", given))
    assert values(both) == [[[3.0, 2.0, 0.0], [9.0, 5.0, 0.0]]]


@pytest.mark.parametrize(
    ("mode", "eager", "partial_sums"),
    [("default", "True", "half"), ("function", "False", "half"), ("xla", "False", "single")],
)
def test_tensorflow_compiles_where_it_is_asked_to(
    reals: Reals, mode: str, eager: str, partial_sums: str
) -> None:
    real = reals(f"tensorflow:{mode}")
    x = Tensor("float16", (3,), np.array([60000, 60000, -60000], "<f2").tobytes())
    asked, summed = real.run(
        real.task("tensorflow.executing_eagerly", {}),
        real.task("tensorflow.raw_ops.Cumsum", {"x": x, "axis": 0}),
    )
    (flag,) = values(asked)
    assert str(flag.text if isinstance(flag, NotATensor) else flag) == eager
    last = {"half": "inf", "single": 60000.0}[partial_sums]
    assert values(summed) == [[60000.0, "inf", last]]


@pytest.mark.parametrize("dtype", ["uint32", "uint64"])
def test_paddle_holds_wide_unsigned_integers(paddle: Real, dtype: str) -> None:
    path, more = SAME
    greatest = Tensor(dtype, (1, 1), b"\xff" * {"uint32": 4, "uint64": 8}[dtype])
    (outcome,) = paddle.run(paddle.task(path, {**more, "val": greatest}))
    assert isinstance(outcome, Returned), outcome
    assert outcome.outputs == (greatest,)


def test_paddle_has_no_uint16(paddle: Real) -> None:
    path, more = SAME
    given = Tensor("uint16", (1,), b"\x80\x3f")
    made, named = paddle.run(
        paddle.task(path, {**more, "val": given}),
        paddle.task(path, {**more, "val": DTypeName("uint16")}),
    )
    assert isinstance(made, Unavailable)
    assert made.reason == "a tensor of dtype uint16 becomes bfloat16 in the framework"
    assert isinstance(named, Unavailable)
    assert named.reason == ("the framework has no dtype uint16 (paddle.uint16 is paddle.bfloat16)")


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


@pytest.mark.parametrize("path", ["mindspore.ops.cumsum", "tensorflow.cumsum", "paddle.cumsum"])
@pytest.mark.parametrize("layout", ["transposed", "every-other", "reversed", "broadcast"])
def test_the_elements_of_every_layout_are_taken(reals: Reals, path: str, layout: Any) -> None:
    real = reals(path.partition(".")[0])
    (outcome,) = real.run(real.task(path, {"x": LaidOut(ROWS, layout), "axis": 1}))
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
        ("tensorflow", "tensorflow.math.cumsum", ("x", "axis"), [3.0, 2.0, 1.0]),
        ("tensorflow", "tensorflow.math.cumprod", ("x", "axis"), [7.0, 4.0, 1.5]),
        ("jax", "jax.numpy.cumsum", ("a", "axis"), [3.0, 2.0, 1.0]),
        ("jax:jit", "jax.lax.cumprod", ("operand", "axis"), [7.0, 4.0, 1.5]),
        ("paddle", "paddle.cumsum", ("x", "axis"), [3.0, 2.0, 1.0]),
        ("paddle", "paddle.cumprod", ("x", "dim"), [7.0, 4.0, 1.5]),
        ("paddle", "paddle.cummax", ("x", "axis"), [1.0, 1.0, 1.0]),
    ],
)
def test_a_gradient_is_the_frameworks_own(
    reals: Reals, name: str, path: str, arguments: tuple[str, str], expected: list[float]
) -> None:
    real = reals(name)
    x = Tensor("float32", (3,), np.array([1, 1.5, 3], "<f4").tobytes())
    given: dict[str, Value] = dict(zip(arguments, (x, 0), strict=True))
    (outcome,) = real.run(real.task(path, given, gradient=arguments[0]))
    assert values(outcome) == [expected]


@pytest.mark.parametrize(
    ("name", "axis"), [("torch", "dim"), ("mindspore", "axis"), ("paddle", "axis")]
)
def test_a_gradient_by_the_object_of_a_method(reals: Reals, name: str, axis: str) -> None:
    real = reals(name)
    x = Tensor("float32", (3,), np.array([1, 1.5, 3], "<f4").tobytes())
    path = f"{name}.Tensor.cumsum"
    (outcome,) = real.run(real.task(path, {"self": x, axis: 0}, kind="method", gradient="self"))
    assert values(outcome) == [[3.0, 2.0, 1.0]]


def test_a_gradient_of_the_reference_is_unsupported(reals: Reals) -> None:
    reference = reals("reference")
    task = reference.task("reference_impl.cumsum", {"x": GRID, "axis": 0}, gradient="x")
    (outcome,) = reference.run(task)
    assert isinstance(outcome, Unavailable)
    assert judge(task, outcome).status is Status.UNSUPPORTED
    assert outcome == dataclasses.replace(
        outcome, what="gradient", reason="the reference backend has no gradients"
    )


def test_calls_repeat_bit_for_bit(real: Real) -> None:
    path, x, axis = {
        "torch": ("torch.cumsum", "input", "dim"),
        "mindspore": ("mindspore.ops.cumsum", "x", "axis"),
        "tensorflow": ("tensorflow.math.cumsum", "x", "axis"),
        "paddle": ("paddle.cumsum", "x", "axis"),
    }[real.backend.name]
    (outcome,) = real.run(real.task(path, {x: GRID, axis: 1}, repeat=50))
    assert values(outcome) == [SUMMED]
    assert isinstance(outcome, Returned)
    assert outcome.differing is None


@pytest.mark.parametrize(
    ("spec", "dtype"),
    [
        ("numpy", "complex64"),
        ("numpy", "float16"),
        ("array-api-strict", "complex128"),
        ("array-api-strict", "uint16"),
        ("jax", "bfloat16"),
        ("jax", "complex64"),
        ("jax:x64", "complex128"),
        ("jax:jit", "uint32"),
    ],
)
def test_every_bit_pattern_crosses_to_an_array_library(reals: Reals, spec: str, dtype: str) -> None:
    path, more = SAME
    stored = np.dtype("<u2" if dtype == "bfloat16" else dtype)
    noise = np.arange(2**16, dtype="<u2").tobytes()
    given = Tensor(dtype, (len(noise) // stored.itemsize // 2, 2), noise)
    real = reals(spec)
    (outcome,) = real.run(real.task(path, {**more, "val": given}))
    assert isinstance(outcome, Returned), outcome
    assert outcome.outputs == (given,)
    assert outcome.changed == ()


@pytest.mark.parametrize("layout", ["transposed", "every-other", "reversed", "broadcast"])
def test_the_elements_of_every_layout_reach_an_array_library(reals: Reals, layout: Any) -> None:
    x = LaidOut(ROWS, layout)
    for spec, path, parameter in (
        ("numpy", "numpy.add.accumulate", "array"),
        ("jax", "jax.numpy.cumsum", "a"),
    ):
        real = reals(spec)
        (outcome,) = real.run(real.task(path, {parameter: x, "axis": 1}))
        assert values(outcome) == [[[1.0, 3.0, 6.0]] * 2]


def test_numpy_takes_the_strides_as_they_are(reals: Reals) -> None:
    numpy = reals("numpy")
    plain, across = numpy.run(
        numpy.task("numpy.isfortran", {"a": GRID}),
        numpy.task("numpy.isfortran", {"a": LaidOut(GRID, "transposed")}),
    )
    assert values(plain) == [NotATensor("bool", "False")]
    assert values(across) == [NotATensor("bool", "True")]


def test_numpy_accumulates_into_out(reals: Reals) -> None:
    numpy = reals("numpy")
    out = (OutputExpected("result", "float32", shape=(2, 3)),)
    given: dict[str, Value] = {"array": GRID, "axis": 1}
    (written,) = numpy.run(numpy.task("numpy.add.accumulate", given, kind="out", outputs=out))
    assert values(written) == [SUMMED]


@pytest.mark.parametrize(
    ("spec", "dtype", "reason"),
    [
        ("numpy", "bfloat16", "a tensor of dtype bfloat16 becomes uint16 in the framework"),
        (
            "array-api-strict",
            "float16",
            "the framework has no dtype float16 "
            "(module 'array_api_strict' has no attribute 'float16')",
        ),
        ("jax", "float64", "a tensor of dtype float64 becomes float32 in the framework"),
    ],
)
def test_a_dtype_that_an_array_library_does_not_hold_is_unavailable(
    reals: Reals, spec: str, dtype: str, reason: str
) -> None:
    path, more = SAME
    real = reals(spec)
    size = {"bfloat16": 2, "float16": 2, "float64": 8}[dtype]
    (outcome,) = real.run(real.task(path, {**more, "val": Tensor(dtype, (1,), b"\0" * size)}))
    assert isinstance(outcome, Unavailable)
    assert outcome.reason == reason


def test_jax_has_64_bits_where_they_are_asked_for(reals: Reals) -> None:
    given: dict[str, Value] = {"a": GRID, "axis": 1, "dtype": DTypeName("float64")}
    narrow, wide = reals("jax"), reals("jax:x64")
    (declined,) = narrow.run(narrow.task("jax.numpy.cumsum", given))
    assert isinstance(declined, Unavailable)
    assert declined.reason == (
        "the framework has no dtype float64 (without x64 it is taken for float32)"
    )
    (summed,) = wide.run(wide.task("jax.numpy.cumsum", given))
    assert values(summed) == [SUMMED]
    assert isinstance(summed, Returned)
    (result,) = summed.outputs
    assert isinstance(result, Tensor)
    assert result.dtype == "float64"


def test_jax_compiles_where_it_is_asked_to(reals: Reals) -> None:
    """A shape that depends on the elements cannot be compiled."""
    eager, jit = reals("jax"), reals("jax:jit")
    (returned,) = eager.run(eager.task("jax.numpy.unique", {"ar": GRID}))
    assert values(returned) == [[0.0, 1.0, 2.0, 3.0, 4.0, 5.0]]
    (raised,) = jit.run(jit.task("jax.numpy.unique", {"ar": GRID}))
    assert isinstance(raised, Raised)
    assert "ConcretizationTypeError" in raised.types


def test_a_method_of_jax_is_compiled_with_its_axis(reals: Reals) -> None:
    jit = reals("jax:jit")
    given: dict[str, Value] = {"self": GRID, "axis": 1}
    (outcome,) = jit.run(jit.task("jax.Array.cumsum", given, kind="method", repeat=3))
    assert values(outcome) == [SUMMED]
