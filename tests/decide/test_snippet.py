import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from conformance.decide.snippet import call_text, snippet, value_text
from conformance.model.backend import Snippet
from conformance.model.case import Call, Choice, DTypeName, ListValue, NumpyScalar, TupleValue

TORCH = Snippet((), "torch.from_numpy({array})", "torch.{name}")


@pytest.fixture
def task(make_task, make_output):
    return make_task(Choice("", outputs=(make_output([1, 3], "int8"),)))


def test_a_function_is_called_by_its_own_names(task):
    assert snippet(task) == (
        "import numpy as np\n"
        "import torch\n"
        "\n"
        'x = torch.from_numpy(np.array([1, 2], "int8"))\n'
        "actual = torch.cumsum(input=x, dim=0, dtype=torch.int8)\n"
        'print(actual, getattr(actual, "dtype", type(actual)))\n'
    )


def test_a_method_is_called_on_its_object(task):
    binding = dataclasses.replace(
        task.binding, kind="method", path="torch.Tensor.cumsum",
        parameters=(("x", "self"), ("axis", "dim"), ("dtype", "dtype")),
    )  # fmt: skip
    method = dataclasses.replace(task, binding=binding)
    assert call_text(method) == "x.cumsum(dim=0, dtype=torch.int8)"


def test_positional_parameters_come_first_and_in_order(task):
    binding = dataclasses.replace(task.binding, positional=("axis", "x"))
    positional = dataclasses.replace(task, binding=binding)
    assert call_text(positional) == "torch.cumsum(0, x, dtype=torch.int8)"


def test_a_documented_spelling_is_used_as_written(task, make_tensor):
    call = Call((("a", make_tensor([1], "int8")), ("dim", -1)), spelled=True)
    assert call_text(dataclasses.replace(task, call=call)) == "torch.cumsum(a=a, dim=-1)"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"),
        (True, "True"),
        ("0", "'0'"),
        (1.0, "1.0"),
        (float("nan"), "np.nan"),
        (float("-inf"), "-np.inf"),
        (DTypeName("int8"), "torch.int8"),
        (NumpyScalar("int64", 1), "np.int64(1)"),
        (TupleValue((0,)), "(0,)"),
        (TupleValue((0, 1)), "(0, 1)"),
        (ListValue((0, 1)), "[0, 1]"),
    ],
)
def test_every_kind_of_argument_is_python(value, text):
    assert value_text(value, TORCH) == text


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([0.1, -0.0, np.inf, -np.inf, np.nan], "float32"),
        ([[0.1], [1e-8]], "float64"),
        ([65504, 6e-8], "float16"),
        (5.0, "float32"),
        (np.empty((2, 0)), "float32"),
        ([True, False], "bool"),
        ([2**64 - 1], "uint64"),
        ([-(2**63)], "int64"),
        (np.ones((33,)), "int32"),
    ],
)
def test_a_tensor_written_as_python_is_the_same_bit_for_bit(make_tensor, values, dtype):
    tensor = make_tensor(values, dtype)
    text = value_text(tensor, Snippet((), "{array}", ""))
    assert eval(text, {"np": np}).tobytes() == tensor.data
    assert eval(text, {"np": np}).shape == tensor.shape


def test_a_snippet_for_the_reference_runs_in_a_bare_python(task):
    bare = dataclasses.replace(
        task,
        snippet=Snippet(
            ("import numpy as np", "import reference_impl"), "{array}", 'np.dtype("{name}")'
        ),
        binding=dataclasses.replace(
            task.binding, path="reference_impl.cumsum",
            parameters=(("x", "x"), ("axis", "axis"), ("dtype", "dtype")),
        ),
    )  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", snippet(bare)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[1 3] int8\n"
