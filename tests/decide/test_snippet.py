import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from conformance.decide.expression import array_text, preparation
from conformance.decide.snippet import call_text, snippet, value_text
from conformance.model.backend import ModeSnippet, Snippet
from conformance.model.case import (
    Call,
    Choice,
    DTypeName,
    Expectation,
    LaidOut,
    ListValue,
    NumpyScalar,
    OutputExpected,
    TupleValue,
)
from conformance.model.dtypes import DTYPES
from conformance.model.rules import Alternate, Blocks, Harmonic, Ramp, Uniform
from conformance.model.tensor import RuleTensor, Tensor

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


def of_kind(task, kind, **binding):
    return dataclasses.replace(
        task, binding=dataclasses.replace(task.binding, kind=kind, **binding)
    )


def test_a_call_in_place_is_a_line_of_its_own(task):
    names = (("x", "self"), ("axis", "dim"), ("dtype", "dtype"))
    placed = of_kind(task, "in-place", path="torch.Tensor.cumsum_", parameters=names)
    assert snippet(placed).splitlines()[3:] == [
        'x = torch.from_numpy(np.array([1, 2], "int8"))',
        "x.cumsum_(dim=0, dtype=torch.int8)",
        "actual = x",
        'print(actual, getattr(actual, "dtype", type(actual)))',
    ]


def test_an_out_tensor_is_made_before_the_call(task):
    assert snippet(of_kind(task, "out")).splitlines()[3:] == [
        'x = torch.from_numpy(np.array([1, 2], "int8"))',
        'out = torch.from_numpy(np.empty((2,), "int8"))',
        "torch.cumsum(input=x, dim=0, dtype=torch.int8, out=out)",
        "actual = out",
        'print(actual, getattr(actual, "dtype", type(actual)))',
    ]


def test_several_out_tensors_are_a_tuple(task, make_output):
    pair = (("result", "same-as-x"), ("indices", "int64"))
    two = (make_output([1, 3], "int8"), OutputExpected("indices"))
    asked = dataclasses.replace(task, expectation=Expectation((Choice("", outputs=two),)))
    assert snippet(of_kind(asked, "out", out=pair)).splitlines()[4:] == [
        'out = (torch.from_numpy(np.empty((2,), "int8")), '
        'torch.from_numpy(np.empty((2,), "int64")))',
        "torch.cumsum(input=x, dim=0, dtype=torch.int8, out=out)",
        "actual = out",
        'print(actual, getattr(actual, "dtype", type(actual)))',
    ]


def test_a_primitive_is_constructed_and_called(task):
    primitive = of_kind(
        task, "primitive", path="mindspore.ops.CumSum", constants=(("exclusive", False),)
    )
    assert call_text(primitive) == "mindspore.ops.CumSum(exclusive=False)(x, 0, torch.int8)"


def test_what_a_binding_says_goes_to_the_constructor_of_a_primitive(task):
    primitive = of_kind(
        task, "primitive", path="mindspore.ops.Scan", construct=("dtype", "axis"),
        constants=(("exclusive", False),),
    )  # fmt: skip
    expected = "mindspore.ops.Scan(exclusive=False, dim=0, dtype=torch.int8)(x)"
    assert call_text(primitive) == expected


def test_an_integer_that_goes_as_a_tensor_is_made_one(task):
    primitive = of_kind(task, "primitive", as_tensor=(("axis", "int64"),))
    expected = 'torch.cumsum()(x, torch.from_numpy(np.array(0, "int64")), torch.int8)'
    assert call_text(primitive) == expected


def test_constants_are_among_the_keywords(task):
    constant = of_kind(task, "function", constants=(("exclusive", False),))
    expected = "torch.cumsum(input=x, dim=0, dtype=torch.int8, exclusive=False)"
    assert call_text(constant) == expected


def asked(task, *, gradient=None, repeat=1, lines=(), array=""):
    more = {"gradient": lines, "array": array}
    return dataclasses.replace(
        task,
        call=dataclasses.replace(task.call, gradient=gradient),
        expectation=dataclasses.replace(task.expectation, repeat=repeat),
        snippet=dataclasses.replace(task.snippet, **more),
    )


def test_what_the_data_of_a_backend_cannot_say_is_a_comment(task):
    assert snippet(asked(task, gradient="x", repeat=20)).splitlines()[4:7] == [
        "# made 20 times in one process",
        "# asked is the gradient of the sum of this by x",
        "actual = torch.cumsum(input=x, dim=0, dtype=torch.int8)",
    ]


def test_a_gradient_is_written_by_its_template(task):
    template = ("{tensor}.requires_grad_()", "{call}.sum().backward()", "actual = {tensor}.grad")
    assert snippet(asked(task, gradient="x", lines=template)).splitlines()[4:7] == [
        "x.requires_grad_()",
        "torch.cumsum(input=x, dim=0, dtype=torch.int8).sum().backward()",
        "actual = x.grad",
    ]


REFERENCE = Snippet(
    ("import numpy as np", "import reference_impl"),
    "{array}",
    'np.dtype("{name}")',
    array="{tensor}",
)


def runs(task):
    """What the script of task prints in a bare Python."""
    done = subprocess.run(
        [sys.executable, "-c", snippet(task)], capture_output=True, text=True, check=True
    )
    return done.stdout


def test_repetitions_are_compared_and_the_first_other_one_is_told(task):
    steady = dataclasses.replace(
        asked(task, repeat=3),
        snippet=REFERENCE,
        binding=dataclasses.replace(
            task.binding, path="reference_impl.cumsum", parameters=(("x", "x"), ("axis", "axis"))
        ),
        call=dataclasses.replace(task.call, arguments=task.call.arguments[:2]),
    )
    assert runs(steady) == "[1 3] int64\n"
    script = snippet(steady).replace("    elements =", "    actual += number > 1\n    elements =")
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[0] == "not the same in call 2"


def test_a_call_in_place_is_repeated_with_a_tensor_of_its_own(task):
    names = (("x", "self"), ("axis", "dim"), ("dtype", "dtype"))
    placed = of_kind(task, "in-place", path="torch.Tensor.cumsum_", parameters=names)
    assert snippet(asked(placed, repeat=2, array="{tensor}.numpy()")).splitlines()[3:] == [
        "for number in range(1, 3):",
        '    x = torch.from_numpy(np.array([1, 2], "int8"))',
        "    x.cumsum_(dim=0, dtype=torch.int8)",
        "    actual = x",
        "    elements = [np.asarray(output.numpy()).tobytes() for output in (actual,)]",
        "    first = elements if number == 1 else first",
        "    if elements != first:",
        '        print("not the same in call", number)',
        "        break",
        'print(actual, getattr(actual, "dtype", type(actual)))',
    ]


def evaluated(value):
    """The array that the script of a call with value makes."""
    names = {"np": np}
    exec("\n".join(preparation(value)), names)
    return eval(array_text(value), names)


COMPUTED = {
    "int8": [Ramp(3, -2), Uniform(7, -1, 1)],
    "int64": [Ramp(3, -2), Ramp(2**62, 1), Uniform(7, -(2**63), 2**63 - 1)],
    "uint64": [Ramp(2**63 + 5, 3), Uniform(3, 0, 2**64 - 1), Uniform(2**64 - 1, 5, 100)],
    "float16": [Ramp(0.5, 0.1), Harmonic(), Uniform(7, -1, 1)],
    "float32": [Ramp(0.5, 0.1), Ramp(1, 3), Harmonic(), Uniform(7, 0.1, 0.7)],
    "float64": [Ramp(0.5, 0.1), Harmonic(), Uniform(7, 0.1, 0.7)],
    "complex64": [Uniform(7, -1, 1)],
    "complex128": [Uniform(7, -1, 1)],
}


def listing(dtype):
    """Rules over three, one and two elements of dtype."""
    data, width = bytes(range(1, 49)), DTYPES[dtype].numpy.itemsize
    return Alternate(data[: 3 * width]), Alternate(data[:width]), Blocks(data[: 2 * width])


@pytest.mark.parametrize(
    ("dtype", "rule"),
    [
        (dtype, rule)
        for dtype, computed in COMPUTED.items()
        for rule in (*listing(dtype), *computed)
    ],
)
def test_a_long_tensor_is_written_by_its_rule_bit_for_bit(dtype, rule):
    kind = DTYPES[dtype]
    tensor = Tensor(dtype, (8, 6), rule.elements(kind, 48), rule)
    actual = evaluated(tensor)
    assert (actual.shape, actual.dtype) == (tensor.shape, kind.numpy)
    assert actual.tobytes() == tensor.data
    if rule in COMPUTED[dtype]:
        assert len(array_text(tensor)) < 120


def test_a_tensor_too_large_to_be_kept_is_written_by_its_rule():
    listed = np.array([1, 1, -2], "i1").tobytes()
    alternate, blocks = (RuleTensor("int8", (3, 40), r(listed)) for r in (Alternate, Blocks))
    assert array_text(RuleTensor("int8", (3, 720000000), Alternate(listed))) == (
        'np.tile(np.array([1, 1, -2], "int8"), 720000000)[:2160000000].reshape((3, 720000000))'
    )
    for tensor in (alternate, blocks):
        assert evaluated(tensor).tobytes() == tensor.stretch(0, 120).data


def test_bfloat16_is_written_by_its_elements_where_numpy_would_round_twice():
    rule = Uniform(1, 0, 1)
    tensor = Tensor("bfloat16", (20,), rule.elements(DTYPES["bfloat16"], 20), rule)
    assert preparation(tensor) == []
    assert evaluated(tensor).tobytes() == tensor.numbers().tobytes()


@pytest.mark.parametrize(
    ("layout", "strides"),
    [("transposed", (1, 2)), ("every-other", (6, 2)), ("reversed", (3, -1)), ("broadcast", (0, 1))],
)
def test_a_layout_is_a_numpy_expression(make_tensor, layout, strides):
    tensor = make_tensor([[1, 2, 3], [1, 2, 3]], "int32")
    actual = eval(value_text(LaidOut(tensor, layout), Snippet((), "{array}", "")), {"np": np})
    assert tuple(step // 4 for step in actual.strides) == strides
    assert (actual.dtype, actual.shape, actual.tobytes()) == (np.int32, (2, 3), tensor.data)


def test_what_lies_between_every_other_element_is_none_of_them(make_tensor):
    one = LaidOut(make_tensor([0, 0], "float32"), "every-other")
    text = value_text(one, Snippet((), "{array}", ""))
    assert text == (
        'np.stack([np.array([0.0, 0.0], "float32"), np.full((2,), 77, "float32")], axis=-1)'
        ".reshape((4,))[..., ::2]"
    )
    assert eval(text, {"np": np}).base.tolist() == [[0.0, 77.0], [0.0, 77.0]]


@pytest.mark.parametrize("layout", ["transposed", "every-other", "reversed", "broadcast"])
def test_a_number_can_lie_in_one_way_only(make_tensor, layout):
    assert value_text(LaidOut(make_tensor(5, "int8"), layout), TORCH) == (
        'torch.from_numpy(np.array(5, "int8"))'
    )


def in_mode(task, mode, *modes):
    return dataclasses.replace(
        task,
        target=dataclasses.replace(task.target, mode=mode),
        snippet=dataclasses.replace(task.snippet, modes=modes),
    )


COMPILE = ModeSnippet("compile", decorator="torch.compile")


def test_a_mode_that_compiles_shows_what_is_compiled(task):
    assert snippet(in_mode(task, "compile", COMPILE)) == (
        "import numpy as np\n"
        "import torch\n"
        "\n"
        'x = torch.from_numpy(np.array([1, 2], "int8"))\n'
        "\n"
        "@torch.compile\n"
        "def program(x):\n"
        "    return torch.cumsum(input=x, dim=0, dtype=torch.int8)\n"
        "\n"
        "\n"
        "actual = program(x)\n"
        'print(actual, getattr(actual, "dtype", type(actual)))\n'
    )


def test_the_usual_mode_shows_the_plain_call(task):
    assert snippet(in_mode(task, "default", COMPILE)) == snippet(task)


def test_the_settings_of_a_mode_stand_after_the_imports(task):
    wide = in_mode(task, "x64", ModeSnippet("x64", ("torch.use_x64()",)))
    assert snippet(wide).splitlines()[1:4] == ["import torch", "torch.use_x64()", ""]
    assert "program" not in snippet(wide)


def test_a_mode_that_no_script_shows_is_a_comment(task):
    assert snippet(in_mode(task, "graph", COMPILE)).splitlines()[1:4] == [
        "import torch",
        "# measured in mode graph, which is not shown here",
        "",
    ]


def test_a_program_writes_into_the_tensor_that_it_is_given(task):
    assert snippet(of_kind(in_mode(task, "compile", COMPILE), "out")).splitlines()[4:12] == [
        "",
        "@torch.compile",
        "def program(x, out):",
        "    return torch.cumsum(input=x, dim=0, dtype=torch.int8, out=out)",
        "",
        "",
        'out = torch.from_numpy(np.empty((2,), "int8"))',
        "program(x, out)",
    ]


def test_a_numpy_scalar_is_made_before_the_program(task):
    numbered = dataclasses.replace(
        task,
        call=dataclasses.replace(
            task.call, arguments=(task.call.arguments[0], ("axis", NumpyScalar("int64", 0)))
        ),
    )
    assert snippet(in_mode(numbered, "compile", COMPILE)).splitlines()[4:9] == [
        "axis = np.int64(0)",
        "",
        "@torch.compile",
        "def program(x):",
        "    return torch.cumsum(input=x, dim=axis)",
    ]
    assert call_text(numbered) == "torch.cumsum(input=x, dim=np.int64(0))"


def test_an_integer_that_goes_as_a_tensor_is_an_argument_of_the_program(task):
    taken = of_kind(task, "function", as_tensor=(("axis", "int64"),))
    assert snippet(in_mode(taken, "compile", COMPILE)).splitlines()[4:8] == [
        'axis = torch.from_numpy(np.array(0, "int64"))',
        "",
        "@torch.compile",
        "def program(x, axis):",
    ]


def test_a_program_is_defined_once_however_often_it_is_called(task):
    placed = of_kind(
        task, "in-place", path="torch.Tensor.cumsum_",
        parameters=(("x", "self"), ("axis", "dim"), ("dtype", "dtype")),
    )  # fmt: skip
    repeated = asked(placed, repeat=2, array="{tensor}.numpy()")
    assert snippet(in_mode(repeated, "compile", COMPILE)).splitlines()[4:12] == [
        "@torch.compile",
        "def program(x):",
        "    return x.cumsum_(dim=0, dtype=torch.int8)",
        "",
        "",
        "for number in range(1, 3):",
        '    x = torch.from_numpy(np.array([1, 2], "int8"))',
        "    program(x)",
    ]


def test_a_gradient_is_that_of_the_program(task):
    template = ("actual = gradient_of(lambda {tensor}: {call})({tensor})",)
    compiled = in_mode(asked(task, gradient="x", lines=template), "compile", COMPILE)
    assert snippet(compiled).splitlines()[-2] == ("actual = gradient_of(lambda x: program(x))(x)")
