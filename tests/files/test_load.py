"""Loading a folder: every shipped file loads, and every mistake is one message."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from conformance.files.cases_folder import find_cases
from conformance.files.load import check_suite, load_suite
from conformance.model.case import Parameter
from conformance.model.errors import ConformanceError, FileError, UsageError

ROOT = Path(__file__).parents[2]
OP = """\
format: 1
op: cumsum
summary: A sum.
parameters:
  x: {kind: tensor, required: true, about: the tensor}
  axis: {kind: integer}
returns: [result]
"""


def test_every_shipped_case_file_loads() -> None:
    suite = load_suite(ROOT / "cases")
    files = {(case.op, case.file) for case in suite.cases}
    written = {(path.parent.name, path.stem) for path in (ROOT / "cases").glob("*/*.yaml")}
    assert files == {(op, file) for op, file in written if file != "op"}
    assert {(page.op, page.file) for page in suite.pages} == {
        (op, file) for op, file in written if file not in ("op", "behaviour")
    }


def test_addresses_are_unique() -> None:
    addresses = [case.address for case in load_suite(ROOT / "cases").cases]
    assert len(addresses) == len(set(addresses))


def test_the_seed_page_is_read_as_it_is_written() -> None:
    suite = load_suite(ROOT / "cases")
    cases = {case.address: case for case in suite.cases}
    case = cases["cumsum/mindspore-r2.0-torch/dtype-int8"]
    assert case.lines == (64, 96)
    assert case.expectation is not None
    values = case.expectation.choices[0].outputs[0].values
    assert values is not None
    assert values.nested() == [[3, 4, 6, 10], [4, 10, 13, 19], [8, 13, 21, 26], [9, 16, 28, 35]]


def test_files_come_in_the_order_of_their_names(folder: Any) -> None:
    folder.write("abc/op.yaml", OP.replace("cumsum", "abc"))
    folder.write("abc/behaviour.yaml", "format: 1\nop: abc\ncases: []\n")
    folder.write("README.md", "not a case file")
    folder.write(".hidden.yaml", "[")
    assert [op.name for op in folder.load().ops] == ["abc", "cumsum"]


def test_an_operation_has_its_parameters(folder: Any) -> None:
    folder.write("cumsum/op.yaml", OP)
    (op,) = folder.load().ops
    assert op.parameters == (
        Parameter("x", "tensor", True, "the tensor"), Parameter("axis", "integer")
    )  # fmt: skip
    assert (op.returns, op.summary, str(op.place)) == (
        ("result",),
        "A sum.",
        "cases/cumsum/op.yaml:1:1",
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("format: 1", "format: 2", "1:9: format is 2; expected 1; a newer format needs a newer conformance"),
        ("format: 1", 'format: "1"', "1:9: format is '1'; expected 1; a newer format needs a newer conformance"),
        ("format: 1\n", "", "1:1: the op file has no 'format'; expected the keys format, op, parameters, returns, summary; add it"),
        ("op: cumsum", "op: Cumsum", "2:5: op is 'Cumsum'; expected lower-case letters, digits and _"),
        ("A sum.", "", "3:9: summary is empty; expected a text"),
        ("A sum.", "[a]", "3:10: summary is a list of 1; expected a text"),
        ("A sum.", "1.0", '3:10: summary is 1.0; expected a text; write it in quotes: "1.0"'),
        ("kind: integer", "kind: int", "6:16: kind is 'int'; expected one of: tensor, dtype, integer, number, bool, string; did you mean 'integer'?"),
        ("kind: integer", "kind: shape", "6:16: the kind 'shape' is not supported yet; expected one of: tensor, dtype, integer, number, bool, string; leave the operation out until it is"),
        ("required: true", "required: yes", "5:31: required is 'yes'; expected true; leave it out otherwise"),
        ("axis: {kind: integer}", "Axis: {kind: integer}", "6:3: a parameter is 'Axis'; expected lower-case letters, digits and _"),
        ("axis: {kind: integer}", "axis: integer", "6:9: the parameter 'axis' is 'integer'; expected a mapping"),
        ("[result]", "[result, result]", "7:19: 'result' a second time; expected each text once"),
        ("[result]", "result", "7:10: returns is 'result'; expected a list; write it as [...]"),
        ("[result]", "[]", "7:10: returns is an empty list; expected at least one text"),
        ("[result]", "[1]", '7:11: an item of returns is 1; expected a text; write it in quotes: "1"'),
        ("parameters:", "arguments:", "4:1: the op file has no key 'arguments'; expected one of: format, op, parameters, returns, summary; did you mean 'parameters'?"),
    ],
)  # fmt: skip
def test_wrong_operations_are_refused(
    folder: Any, refusal: Callable[..., str], old: str, new: str, message: str
) -> None:
    assert old in OP
    folder.write("cumsum/op.yaml", OP.replace(old, new))
    assert refusal(folder.load) == f"cases/cumsum/op.yaml:{message}"


@pytest.mark.parametrize(
    ("cases", "message"),
    [
        ("  {}\n", "4:3: cases is an empty mapping; expected a list"),
        ("  - 1\n", "4:5: a case is 1; expected a mapping"),
        ("  - {id: a, why: w, call: {}}\n", "4:5: a case has no 'expect'; expected the keys call, expect, id, why; add it"),
        ("  - {id: a, call: {}, expect: {error: axis-type}}\n", "4:5: a case has no 'why'; expected the keys call, expect, id, why; add it"),
        ("  - {id: a, why: '', call: {}, expect: {error: axis-type}}\n", "4:18: why is empty; expected a text"),
        ("  - {id: a, why: w, lines: [1, 2], call: {}, expect: {error: axis-type}}\n", "4:21: a case has no key 'lines'; expected one of: call, expect, for-each, id, repeat, why"),
        ("  - {id: a, why: first half, second half, call: {}, expect: {error: axis-type}}\n", "4:30: a case has no key 'second half'; expected one of: call, expect, for-each, id, repeat, why; write a text that holds a comma in quotes"),
        ("  - {id: A b, why: w, call: {}, expect: {error: axis-type}}\n", "4:10: id is 'A b'; expected lower-case letters, digits, '-' and '.', a letter or digit first"),
        ("  - {id: 1, why: w, call: {}, expect: {error: axis-type}}\n", '4:10: id is 1; expected a text; write it in quotes: "1"'),
        ("  - &a {id: a, why: w, call: {}, expect: {error: axis-type}}\n  - *a\n", "5:5: the id 'a' a second time; expected each id once in a file; the first stands at 4:5; rename one"),
    ],
)  # fmt: skip
def test_wrong_cases_are_refused(
    folder: Any, refusal: Callable[..., str], cases: str, message: str
) -> None:
    assert refusal(folder.behaviour, cases) == f"cases/cumsum/behaviour.yaml:{message}"


def test_a_file_has_a_limit_of_cases(
    folder: Any, refusal: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("conformance.files.behaviour_file.MAX_CASES", 2)
    case = "  - {{id: {id}, why: w, call: {{}}, expect: {{error: axis-type}}}}\n"
    assert len(folder.behaviour("".join(case.format(id=name) for name in "ab"))) == 2
    assert refusal(folder.behaviour, "".join(case.format(id=name) for name in "abc")) == (
        "cases/cumsum/behaviour.yaml:6:5: more than 2 cases; expected fewer; split the file"
    )


def test_operations_that_are_not_asked_for_are_not_read(folder: Any) -> None:
    folder.write("abc/op.yaml", OP.replace("cumsum", "abc"))
    folder.write("abc/behaviour.yaml", "no case file\n")
    asked = load_suite(folder.path, addresses=["cumsum/behaviour"])
    assert [op.name for op in asked.ops] == ["cumsum"]
    for addresses in ((), ["abc"], ["cumsum", "abc"], ["cumsum", "cumsom"]):
        with pytest.raises(FileError) as caught:
            load_suite(folder.path, addresses=addresses)
        assert caught.value.place.file == "cases/abc/behaviour.yaml"


def test_a_folder_without_operations_is_refused(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    assert refusal(load_suite, tmp_path) == (
        f"{tmp_path}:1:1: no operation; expected folders like cumsum/, each with an op.yaml; "
        "name the folder that holds them"
    )
    missing = tmp_path / "missing"
    assert refusal(load_suite, missing) == (
        f"{missing}:1:1: there is no such folder; expected a folder of case files"
    )


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("cumprod.yaml", "cases/cumprod.yaml:1:1: a case file outside the folder of an operation; expected differences.yaml alone; move it into the folder of its operation"),
        ("cumsum/page.yml", "cases/cumsum/page.yml:1:1: a file that ends in .yml; expected .yaml; rename it"),
        ("other/page.yaml", "cases/other/op.yaml:1:1: the file cannot be read: No such file or directory; expected a readable file"),
    ],
)  # fmt: skip
def test_files_in_the_wrong_place_are_not_passed_over(
    folder: Any, refusal: Callable[..., str], name: str, message: str
) -> None:
    folder.write(name, "format: 1\n")
    assert refusal(folder.load) == message


def test_every_file_with_a_mistake_is_one_error(folder: Any) -> None:
    folder.write("cumsum/op.yaml", "format: 1\n")
    folder.write("cumsum/behaviour.yaml", "[")
    folder.write("cumsum/a-page.yaml", "this cannot be judged without the operation")
    folder.write("other/op.yaml", OP)
    suite, errors = check_suite(folder.path)
    assert [str(error.place) for error in errors] == [
        "cases/cumsum/op.yaml:1:1",
        "cases/cumsum/behaviour.yaml:1:2",
        "cases/other/op.yaml:2:5",
    ]
    assert not suite.cases


def test_without_the_questions_cases_are_not_called_wrong(folder: Any) -> None:
    folder.behaviour(
        "  - {id: a, why: w, call: {}, expect: {difference: axis-type}}\n"
    ) if 0 else None
    folder.write("differences.yaml", "format: 1\n")
    folder.write(
        "cumsum/behaviour.yaml",
        "format: 1\nop: cumsum\ncases: [{id: a, why: w, call: {}, expect: {difference: zero-d}}]\n",
    )
    _, errors = check_suite(folder.path)
    assert [str(error.place) for error in errors] == ["cases/differences.yaml:1:1"]


def test_the_garbage_collector_is_as_it_was(folder: Any) -> None:
    folder.load()
    assert gc.isenabled()
    folder.write("cumsum/op.yaml", "[")
    with pytest.raises(ConformanceError):
        folder.load()
    assert gc.isenabled()


def test_an_explicit_folder_comes_first(folder: Any) -> None:
    assert find_cases(folder.path, ROOT) == folder.path


def test_an_explicit_folder_must_exist(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    with pytest.raises(UsageError) as caught:
        find_cases(nowhere, ROOT)
    assert str(caught.value) == f"--cases names '{nowhere}'; expected a folder of case files"


@pytest.mark.usefixtures("folder")
def test_the_project_s_cases_are_found_from_inside_it(tmp_path: Path) -> None:
    inside = tmp_path / "src/deep"
    inside.mkdir(parents=True)
    assert find_cases(None, inside) == tmp_path / "cases"


def test_the_packaged_cases_come_last(tmp_path: Path) -> None:
    assert (find_cases(None, tmp_path) / "differences.yaml").is_file()
