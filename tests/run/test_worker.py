"""What crosses between the suite and a framework, through a real worker."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pytest

from conformance.model.case import (
    Choice,
    DTypeName,
    Expectation,
    ListValue,
    NumpyScalar,
    OutputExpected,
    TupleValue,
)
from conformance.model.dtypes import DTYPES
from conformance.model.outcome import (
    Crashed,
    NotATensor,
    Raised,
    Returned,
    TimedOut,
    Unavailable,
)
from conformance.model.tensor import Tensor
from conformance.run.process import WORKER

TWO = Expectation((Choice("", outputs=(OutputExpected("a"), OutputExpected("b"))),))
UNCHANGED = Expectation((Choice("", outputs=(OutputExpected("a"),)),), inputs_unchanged=True)
SIGNED = Expectation((Choice("", outputs=(OutputExpected("a"),)),), signature=(("x", True),))


def tensors() -> list[Tensor]:
    """Every dtype 0-d, empty and with bytes of every kind: NaN payloads, -0, subnormals."""
    found = []
    for dtype in DTYPES.values():
        generator = np.random.default_rng(0)
        count = 1000
        noise = generator.bytes(count * dtype.numpy.itemsize)
        if dtype.name == "bool":
            noise = bytes(byte & 1 for byte in noise)
        found.append(Tensor(dtype.name, (10, 100), noise))
        found.append(Tensor(dtype.name, (), noise[: dtype.numpy.itemsize]))
        found.append(Tensor(dtype.name, (0, 3), b""))
        found.append(Tensor(dtype.name, (0,), b""))
    return found


def test_every_tensor_crosses_bit_for_bit(misbehaving: Any) -> None:
    given = tensors()
    outcomes = misbehaving.run(*(misbehaving.task("same", x=tensor) for tensor in given))
    assert [outcome.outputs for outcome in outcomes] == [(tensor,) for tensor in given]


def test_a_million_elements_cross_both_ways(misbehaving: Any) -> None:
    big = Tensor("float32", (1000, 1000), np.arange(10**6, dtype="<f4").tobytes())
    outcomes = misbehaving.run(*(misbehaving.task("same", x=big) for _ in range(20)))
    assert [outcome.outputs for outcome in outcomes] == [(big,)] * 20


@pytest.mark.parametrize(
    ("value", "type_name", "text"),
    [
        (None, "NoneType", "None"),
        (True, "bool", "True"),
        (2**80, "int", str(2**80)),
        (-0.0, "float", "-0.0"),
        (float("nan"), "float", "nan"),
        (float("-inf"), "float", "-inf"),
        ("ä\n", "str", r"'ä\n'"),
        (TupleValue((1, TupleValue(()))), "tuple", "(1, ())"),
        (ListValue((1, None)), "list", "[1, None]"),
        (DTypeName("int8"), "Int8DType", "dtype('int8')"),
    ],
)
def test_every_kind_of_value_arrives_as_itself(
    misbehaving: Any, value: Any, type_name: str, text: str
) -> None:
    (outcome,) = misbehaving.run(misbehaving.task("same", x=value))
    assert outcome.outputs == (NotATensor(type_name, text),)


def test_a_numpy_scalar_arrives_as_one(misbehaving: Any) -> None:
    scalar = NumpyScalar("int16", -2)
    (outcome,) = misbehaving.run(misbehaving.task("same", x=scalar))
    assert outcome.outputs == (Tensor("int16", (), b"\xfe\xff"),)


def test_tensors_in_a_tuple_cross_in_their_order(misbehaving: Any) -> None:
    first, second = Tensor("int8", (1,), b"\1"), Tensor("int16", (1,), b"\2\0")
    pair = TupleValue((first, ListValue((second,))))
    (outcome,) = misbehaving.run(misbehaving.task("same", x=pair))
    expected = "(array([1], dtype=int8), [array([2], dtype=int16)])"
    assert outcome.outputs == (NotATensor("tuple", expected),)


AS_BOUND: dict[str, Any] = {
    "parameters": (("input", "x"), ("along", "axis"), ("by", "factor")),
    "positional": ("input", "along"),
}


def test_arguments_go_by_the_names_and_positions_of_the_binding(misbehaving: Any) -> None:
    arguments = {"by": 3, "along": 0, "input": Tensor("int8", (1,), b"\2")}
    (outcome,) = misbehaving.run(misbehaving.task("scale", arguments, **AS_BOUND))
    assert outcome.outputs == (Tensor("int8", (1,), b"\6"),)


def test_a_method_is_looked_up_on_its_object(misbehaving: Any) -> None:
    arguments = {"input": Tensor("int8", (2,), b"\2\3"), "along": 0}
    method: dict[str, Any] = {
        "kind": "method",
        "parameters": (("input", "self"), ("along", "axis"), ("dtype", "dtype")),
    }
    wide = {**arguments, "dtype": DTypeName("int16")}
    summed, cast, absent = misbehaving.run(
        misbehaving.task("cumsum", {**wide, "dtype": DTypeName("int8")}, **method),
        misbehaving.task("cumsum", wide, **method),
        misbehaving.task("cummax", arguments, **method),
    )
    assert summed.outputs == (Tensor("int8", (2,), b"\2\5"),)
    assert cast.outputs == (Tensor("int16", (2,), b"\2\0\5\0"),)
    assert isinstance(absent, Unavailable)
    assert (absent.what, absent.reason) == ("api", "numpy.ndarray has no method 'cummax'")


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("cummax", "there is no fake.cummax (module 'fake' has no attribute 'cummax')"),
        (
            "sub.cummax",
            "there is no fake.sub.cummax (module 'fake' has no attribute 'sub')",
        ),
        ("answer", "fake.answer is not callable"),
    ],
)
def test_a_missing_callable_is_no_api(misbehaving: Any, path: str, reason: str) -> None:
    (outcome,) = misbehaving.run(misbehaving.task(path))
    assert isinstance(outcome, Unavailable)
    assert (outcome.what, outcome.reason) == ("api", reason)


def test_a_dtype_that_is_not_held_is_unavailable(fake: Any) -> None:
    narrow = fake("converts_dtypes")
    tensor, argument, refused = narrow.run(
        narrow.task(x=Tensor("float64", (1,), bytes(8))),
        narrow.task(dtype=DTypeName("float64")),
        narrow.task(x=Tensor("int16", (1,), bytes(2))),
    )
    assert isinstance(tensor, Unavailable)
    assert (tensor.what, tensor.reason) == (
        "dtype",
        "a tensor of dtype float64 becomes float32 in the framework",
    )
    assert isinstance(argument, Unavailable)
    assert (argument.what, argument.reason) == (
        "dtype",
        "the framework has no dtype float64 (no float64 here)",
    )
    assert isinstance(refused, Raised)
    assert (refused.types[0], refused.message, refused.phase) == (
        "TypeError",
        "no int16 here",
        "convert",
    )


def test_overwritten_inputs_are_named_where_it_is_asked(misbehaving: Any) -> None:
    arguments = {"input": Tensor("int8", (2,), b"\2\3"), "value": 9}
    bound: dict[str, Any] = {"parameters": (("input", "x"), ("value", "first"))}
    by_position = {**bound, "positional": ("input",)}
    outcomes = misbehaving.run(
        misbehaving.task("overwrite", arguments, **bound, expectation=UNCHANGED),
        misbehaving.task("overwrite", arguments, **by_position, expectation=UNCHANGED),
        misbehaving.task("overwrite", arguments, **bound),
        misbehaving.task("same", expectation=UNCHANGED),
    )
    assert [outcome.changed for outcome in outcomes] == [("input",), ("input",), (), ()]
    assert outcomes[0].outputs == (Tensor("int8", (2,), b"\x09\3"),)


def test_several_outputs_are_told_from_a_list(misbehaving: Any) -> None:
    several, one, plain = misbehaving.run(
        misbehaving.task("return_two", expectation=TWO),
        misbehaving.task("return_two"),
        misbehaving.task("return_list"),
    )
    assert [output.array().tolist() for output in several.outputs] == [[1, 2, 3], [1, 3, 6]]
    assert [output.type for output in one.outputs] == ["tuple"]
    assert plain.outputs == (NotATensor("list", "[1.0, 2.0, 3.0]"),)


def test_the_layout_of_a_result_does_not_matter(misbehaving: Any) -> None:
    (outcome,) = misbehaving.run(misbehaving.task("return_odd_layout"))
    assert outcome.outputs[0].array().tolist() == [1, 2, 3]
    assert outcome.outputs[0].dtype == "float32"


def test_a_result_of_an_unknown_dtype_is_described(misbehaving: Any) -> None:
    (outcome,) = misbehaving.run(misbehaving.task("return_dates"))
    expected = NotATensor("numpy.ndarray", "a tensor of dtype datetime64[D] and shape [3]")
    assert outcome.outputs == (expected,)


def test_a_signature_is_read_where_it_is_asked(misbehaving: Any) -> None:
    asked, unasked = misbehaving.run(
        misbehaving.task("scale", axis=0, expectation=SIGNED), misbehaving.task("scale", axis=0)
    )
    assert asked.evidence.signature == ("x", "axis", "dtype", "factor")
    assert unasked.evidence.signature is None


def test_exceptions_name_their_bases(misbehaving: Any) -> None:
    (outcome,) = misbehaving.run(misbehaving.task("raise_value_error"))
    assert outcome.types == (
        *("ValueError", "builtins.ValueError", "Exception", "builtins.Exception"),
        *("BaseException", "builtins.BaseException"),
    )
    assert (outcome.message, outcome.phase) == ("no such value", "call")


@pytest.mark.parametrize(
    ("function", "type_name", "message"),
    [
        ("raise_exit", "SystemExit", "the framework wants to leave"),
        ("interrupt", "KeyboardInterrupt", "the framework interrupts"),
        ("raise_unprintable", "UnprintableError", "(no message: str() of it raises TypeError)"),
    ],
)
def test_whatever_a_framework_raises_is_an_exception_of_the_case(
    misbehaving: Any, function: str, type_name: str, message: str
) -> None:
    (outcome,) = misbehaving.run(misbehaving.task(function))
    assert isinstance(outcome, Raised)
    assert (outcome.types[0], outcome.message, outcome.phase) == (type_name, message, "call")


def test_a_result_without_a_text_is_an_error_of_reading_it(misbehaving: Any) -> None:
    (outcome,) = misbehaving.run(misbehaving.task("return_unreadable"))
    assert (outcome.types[0], outcome.message, outcome.phase) == (
        "RuntimeError",
        "no text",
        "realise",
    )


def test_what_is_printed_belongs_to_its_case_and_fails_nothing(misbehaving: Any) -> None:
    before, talked, after = misbehaving.run(
        misbehaving.task(), misbehaving.task("talk", text="words"), misbehaving.task()
    )
    assert isinstance(talked, Returned)
    assert sorted(talked.evidence.printed.splitlines()) == [
        "words from C",
        "words on stderr",
        "words on stdout",
    ]
    assert before.evidence.printed == after.evidence.printed == ""


def test_a_flood_of_output_is_cut(misbehaving: Any) -> None:
    flooded, after = misbehaving.run(
        misbehaving.task("flood", size=3 * 2**20), misbehaving.task("talk", text="words")
    )
    # Its end, or its start if the parent has cut it while the case still ran.
    assert flooded.evidence.printed in ("y" * 4088 + "the end\n", "y" * 4096)
    assert len(after.evidence.printed.splitlines()) == 3


def test_the_last_words_of_a_crash_are_kept(misbehaving: Any) -> None:
    (crashed,) = misbehaving.run(misbehaving.task("talk_and_crash"))
    assert isinstance(crashed, Crashed)
    assert crashed.evidence.printed == "last words\n"


def test_the_output_of_a_running_case_is_bounded(misbehaving: Any) -> None:
    # It does not come back before its output was cut off, three times.
    (outcome,) = misbehaving.run(misbehaving.task("print_much", times=3))
    assert isinstance(outcome, Returned)
    assert outcome.evidence.printed == "z" * 4096


def test_the_end_of_what_a_hang_printed_is_evidence(misbehaving: Any) -> None:
    noisy = misbehaving.task("hang_noisily")
    (outcome,) = misbehaving.run(noisy, timeout_s=2.0, first_case_allowance_s=0)
    assert isinstance(outcome, TimedOut)
    assert outcome.evidence.printed == "z" * 4096


def test_the_worker_keeps_its_own_folder_out_of_reach(misbehaving: Any) -> None:
    listing = misbehaving.task("import_path")
    (outcome,) = misbehaving.run(listing)
    assert isinstance(outcome.outputs[0], NotATensor)
    assert outcome.outputs[0].type == "Path"
    assert WORKER not in outcome.outputs[0].text


def test_the_worker_needs_nothing_of_this_project() -> None:
    """Its imports are the standard library's, numpy's and its own. It is run without the arguments
    that it needs: those come after everything has been imported."""
    script = (
        "import runpy, sys; before = set(sys.modules); sys.argv = ['worker']\n"
        f"try: runpy.run_path({WORKER!r}, run_name='__main__')\n"
        "except ValueError: pass\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))"
    )
    names = subprocess.run(
        [sys.executable, "-I", "-c", script], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in names if name not in sys.stdlib_module_names] == [
        "conformance_worker",
        "numpy",
    ]
