"""Tasks by hand: real values of the model, no doubles."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from packaging.specifiers import SpecifierSet

from conformance.model.backend import ALWAYS, Binding, Condition, ErrorRule, Snippet, Target
from conformance.model.case import Call, Case, Choice, DTypeName, Expectation, OutputExpected
from conformance.model.errors import Place
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task

PLACE = Place("cases/cumsum/behaviour.yaml", 7, 5)
BINDINGS = Place("conformance/backends/torch/bindings.yaml", 20, 9)


def tensor(values: object, dtype: str) -> Tensor:
    return Tensor.of(np.array(values, dtype), dtype)


def output(values: object, dtype: str, **more: object) -> OutputExpected:
    return OutputExpected("result", dtype=dtype, values=tensor(values, dtype), **more)  # type: ignore[arg-type]


def task_of(
    *choices: Choice,
    question: str | None = None,
    declared: str | None = None,
    inputs_unchanged: bool = False,
    signature: tuple[tuple[str, bool], ...] = (),
    x: Tensor | None = None,
    **more: object,
) -> Task:
    call = Call((("x", x or tensor([1, 2], "int8")), ("axis", 0), ("dtype", DTypeName("int8"))))
    expectation = Expectation(
        choices, question, inputs_unchanged=inputs_unchanged, signature=signature
    )
    case = Case("cumsum", "behaviour", "a-case", "behaviour", PLACE, call, expectation, why="so")
    binding = Binding(
        "torch.cumsum", "cumsum", "torch", "function", "torch.cumsum",
        (("x", "input"), ("axis", "dim"), ("dtype", "dtype")), (), (), ALWAYS, BINDINGS,
    )  # fmt: skip
    errors = (
        ErrorRule("axis-out-of-range", "IndexError", "out of range", ALWAYS, BINDINGS),
        ErrorRule("unsupported-dtype", "NotImplementedError", "", ALWAYS, BINDINGS),
        ErrorRule("no-kernel", "RuntimeError", "", Condition(version=SpecifierSet("<2")), BINDINGS),
    )
    snippet = Snippet(
        ("import numpy as np", "import torch"), "torch.from_numpy({array})", "torch.{name}"
    )
    target = Target("torch", "2.13.0", Path("python"))
    return Task(
        case,
        None,
        binding,
        target,
        call,
        expectation,
        errors,
        snippet,
        declared=declared,
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def make_task() -> Callable[..., Task]:
    return task_of


@pytest.fixture
def make_tensor() -> Callable[[object, str], Tensor]:
    return tensor


@pytest.fixture
def make_output() -> Callable[..., OutputExpected]:
    return output
