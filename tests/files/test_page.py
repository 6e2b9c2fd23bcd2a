"""The file of a documentation page: its facts, its examples, its table."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from conformance.model.case import (
    Call,
    Case,
    Choice,
    DocumentedApi,
    DTypeName,
    Expectation,
    OutputExpected,
)
from conformance.model.tensor import Tensor

PAGE = """\
format: 1
op: cumsum
source:
  title: A page
  repository: a/docs
  path: a/page.md
  revision: 00bfaa21d564273c16a79a95f67cff249fd2eb3f
  sha256: 1fed16b22c6373902e9387371d5ef67b68c5425dea2077fdf7a0ccbde43e1121
  speaks-of: {torch: "1.8.1", mindspore: "2.0"}
apis:
  torch.cumsum: {backend: torch, parameters: "input, dim, *, dtype=None, out=None", lines: [8, 8]}
  mindspore.ops.cumsum: {backend: mindspore, parameters: "x, axis, dtype=None", lines: [16, 16]}
parameters:
  - {canonical: x, torch: input, mindspore: x, claim: renamed, lines: [29, 29]}
  - {canonical: axis, torch: dim, mindspore: axis, claim: renamed, lines: [30, 30]}
  - {canonical: dtype, torch: dtype, mindspore: dtype, claim: same, lines: [31, 31]}
  - {canonical: out, torch: out, mindspore: null, claim: missing, lines: [32, 33], call: {out: {dtype: int8, shape: [2], fill: 0}}}
cases:
  - id: plain
    lines: [34, 62]
    inferred: [dtype]
    call: {x: {dtype: int8, values: [1, 2]}, axis: 0}
    expect: {dtype: int64, values: [1, 3]}
  - id: with-dtype
    lines: [64, 96]
    call: {x: {dtype: int8, values: [1, 2]}, axis: 0, dtype: int8}
    expect: {dtype: int8, values: [1, 3]}
"""
X = Tensor("int8", (2,), b"\x01\x02")
OUT = Tensor("int8", (2,), b"\x00\x00")
AS_INT64 = OutputExpected(
    "result", "int64", (2,), Tensor("int64", (2,), bytes([1] + [0] * 7 + [3] + [0] * 7))
)
AS_INT8 = OutputExpected("result", "int8", (2,), Tensor("int8", (2,), b"\x01\x03"))
APIS = ("torch.cumsum", "mindspore.ops.cumsum")


def cases_of(folder: Any, text: str = PAGE) -> dict[str, Case]:
    return {case.id: case for case in folder.page(text).cases}


def documented(case: Case) -> dict[str, tuple[Call, Expectation]]:
    return {said.api: (said.call, said.expectation) for said in case.documented}


def test_the_page_keeps_where_its_claims_come_from(folder: Any) -> None:
    (page,) = folder.page(PAGE).pages
    assert page.address == "cumsum/a-page"
    assert str(page.place) == "cases/cumsum/a-page.yaml:1:1"
    assert page.source.title == "A page"
    assert page.source.speaks_of == (("torch", "1.8.1"), ("mindspore", "2.0"))
    assert page.apis[1] == DocumentedApi(
        "mindspore.ops.cumsum", "mindspore", "x, axis, dtype=None", (16, 16)
    )
    assert [(row.canonical, row.names, row.claim, row.lines) for row in page.rows][3] == (
        "out", (("torch", "out"), ("mindspore", None)), "missing", (32, 33)
    )  # fmt: skip


def test_an_example_keeps_its_lines_and_what_is_inferred(folder: Any) -> None:
    case = cases_of(folder)["plain"]
    assert (case.kind, case.lines, case.inferred) == ("example", (34, 62), ("dtype",))
    assert case.call == Call((("x", X), ("axis", 0)))
    assert case.expectation == Expectation((Choice("", None, (AS_INT64,)),))
    assert str(case.place) == "cases/cumsum/a-page.yaml:19:5"


def test_every_row_of_the_table_is_a_case_and_a_renamed_one_is_two(folder: Any) -> None:
    assert [case.id for case in folder.page(PAGE).cases] == [
        "plain", "with-dtype", "parameter-x", "parameter-x-other-name", "parameter-axis",
        "parameter-axis-other-name", "parameter-dtype", "parameter-out",
    ]  # fmt: skip


def test_a_row_speaks_of_documented_apis_only(folder: Any) -> None:
    case = cases_of(folder)["parameter-axis"]
    assert (case.kind, case.call, case.expectation, case.lines) == (
        "parameter",
        None,
        None,
        (30, 30),
    )
    assert str(case.place) == "cases/cumsum/a-page.yaml:15:5"
    assert tuple(documented(case)) == APIS


def test_a_documented_name_must_be_accepted_and_be_in_the_signature(folder: Any) -> None:
    said = documented(cases_of(folder)["parameter-axis"])
    for api, names in zip(APIS, (("input", "dim"), ("x", "axis")), strict=True):
        call, expectation = said[api]
        assert call == Call(((names[0], X), (names[1], 0)), spelled=True)
        assert expectation == Expectation(
            (Choice("", None, (AS_INT64,)),), signature=((names[1], True),)
        )


def test_the_call_of_a_row_is_the_first_example_that_passes_the_parameter(folder: Any) -> None:
    call, expectation = documented(cases_of(folder)["parameter-dtype"])["torch.cumsum"]
    assert call == Call((("input", X), ("dim", 0), ("dtype", DTypeName("int8"))), spelled=True)
    assert expectation.choices == (Choice("", None, (AS_INT8,)),)


def test_a_missing_parameter_must_be_refused_by_its_name_elsewhere(folder: Any) -> None:
    said = documented(cases_of(folder)["parameter-out"])
    call, expectation = said["torch.cumsum"]
    assert call == Call((("input", X), ("dim", 0), ("out", OUT)), spelled=True)
    assert expectation == Expectation((Choice("", None, (AS_INT64,)),), signature=(("out", True),))
    call, expectation = said["mindspore.ops.cumsum"]
    assert call == Call((("x", X), ("axis", 0), ("out", OUT)), spelled=True)
    assert expectation == Expectation(
        (Choice("", "unexpected-keyword"),), signature=(("out", False),)
    )


def test_whether_the_other_name_is_accepted_is_a_question(folder: Any) -> None:
    said = documented(cases_of(folder)["parameter-axis-other-name"])
    choices = (Choice("accepted", None, (AS_INT64,)), Choice("refused", "unexpected-keyword"))
    for api, names in zip(APIS, (("input", "axis"), ("x", "dim")), strict=True):
        call, expectation = said[api]
        assert call == Call(((names[0], X), (names[1], 0)), spelled=True)
        assert expectation == Expectation(choices, "other-spelling")


HALVES = """\
  - id: halves
    lines: [98, 120]
    as-documented:
      torch.cumsum:
        call: {x: {dtype: int8, values: [1, 2]}, axis: 0}
        expect: {values: [1, 3]}
      mindspore.ops.cumsum:
        call: {x: {dtype: int16, values: [1, 2]}, axis: 0}
        expect: {values: [1, 3]}
"""


def test_a_page_may_show_different_calls(folder: Any) -> None:
    case = cases_of(folder, PAGE + HALVES)["halves"]
    assert (case.call, case.expectation) == (None, None)
    said = documented(case)
    assert [call.tensor_dtype() for call, _ in said.values()] == ["int8", "int16"]
    assert said["torch.cumsum"][1].choices[0].outputs[0].dtype is None


def test_what_one_api_shows_differently_overrides_the_case(folder: Any) -> None:
    text = PAGE.replace(
        "    expect: {dtype: int8, values: [1, 3]}\n",
        "    expect: {dtype: int8, values: [1, 3]}\n"
        "    as-documented: {torch.cumsum: {expect: {dtype: int8, values: [1, 4]}}}\n",
    )
    case = cases_of(folder, text)["with-dtype"]
    (said,) = case.documented
    assert said.call == case.call
    assert said.expectation.choices[0].outputs[0].values == Tensor("int8", (2,), b"\x01\x04")


def test_the_rows_of_an_api_are_made_of_what_the_page_shows_for_it(folder: Any) -> None:
    head, _, _ = PAGE.partition("  - id: plain")
    rows = head.replace(
        "  - {canonical: dtype, torch: dtype, mindspore: dtype, claim: same, lines: [31, 31]}\n", ""
    )
    said = documented(cases_of(folder, rows + HALVES)["parameter-x"])
    assert [call.tensor_dtype() for call, _ in said.values()] == ["int8", "int16"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("op: cumsum", "op: cumprod", "2:5: op is 'cumprod', but the file lies in the folder 'cumsum'; expected the same name; rename one of them"),
        ("  title: A page\n", "", "4:3: source has no 'title'; expected the keys path, repository, revision, sha256, speaks-of, title; add it"),
        ("00bfaa21d564273c16a79a95f67cff249fd2eb3f", "r2.0", "7:13: revision is 'r2.0'; expected the 40 hexadecimal digits of a commit"),
        ("00bfaa21d564273c16a79a95f67cff249fd2eb3f", "0" * 39 + "1", f'7:13: revision is 1; expected a text; write it in quotes: "{"0" * 39}1"'),
        ("1fed16b2", "1fed", "8:11: sha256 is '1fed2c6373902e9387371d5ef67b68c5425dea2077fdf7a0ccbde43e1121'; expected the 64 hexadecimal digits of the file's SHA-256"),
        ('mindspore: "2.0"}', "mindspore: 2.0}", '9:42: the version of mindspore is 2.0, which YAML reads as a number; expected a version as a text; write it in quotes: "2.0"'),
        ('torch: "1.8.1"', "torch: null", "9:22: the version of torch is empty; expected a text"),
        ("torch.cumsum: {backend: torch,", "cumsum: {backend: torch,", "11:3: an API is 'cumsum'; expected a dotted name like torch.cumsum"),
        ("backend: torch,", "backend: Torch,", "11:27: backend is 'Torch'; expected a backend's name in lower case"),
        ("lines: [8, 8]", "lines: [8, 7]", "11:92: lines is [8, 7]; expected [first, last], counted from 1, first no later than last"),
        ("lines: [8, 8]", "lines: 8", "11:92: lines is 8; expected [first, last], counted from 1, first no later than last"),
        ("lines: [8, 8]", "lines: [0, 8]", "11:92: lines is [0, 8]; expected [first, last], counted from 1, first no later than last"),
        ("canonical: axis,", "canonical: dim,", "15:17: canonical is 'dim'; expected one of: x, axis, dtype, out"),
        ("canonical: axis,", "canonical: x,", "15:17: a second row for 'x'; expected one row for each parameter"),
        ("torch: dim, ", "", "15:5: a row of the table has no 'torch'; expected the keys canonical, claim, lines, mindspore, torch; add it"),
        ("torch: dim, ", "jax: dim, ", "15:23: a row of the table has no key 'jax'; expected one of: call, canonical, claim, lines, mindspore, torch"),
        ("torch: dim, ", "torch: the dim, ", "15:30: the name in torch is 'the dim'; expected a parameter's name, or null"),
        ("claim: same", "claim: equal", "16:63: claim is 'equal'; expected one of: same, renamed, missing"),
        ("claim: same", "claim: renamed", "16:63: claim is 'renamed' for the names 'dtype' and 'dtype'; expected 'same'; mend the claim or the names"),
        ("claim: missing", "claim: renamed", "17:58: claim is 'renamed' for the names 'out' and null; expected 'missing'; mend the claim or the names"),
        ("torch: out, mindspore: null", "torch: null, mindspore: null", "17:5: a row in which no backend has a name; expected a name"),
        (", call: {out: {dtype: int8, shape: [2], fill: 0}}", "", "17:5: a row for 'out', which no example passes to torch.cumsum; expected an example that passes it, or a call of the row's own; add call: {out: ...} to the row"),
        ("call: {out: {dtype: int8, shape: [2], fill: 0}}", "call: {dtype: int8}", "17:90: the call of a row adds dtype; expected out, the parameter of the row"),
        ("  - {canonical: axis, torch: dim, mindspore: axis, claim: renamed, lines: [30, 30]}\n", "", "14:5: a call that passes 'axis', for which the table has no name in torch; expected a row with that name; add the row, or give this row an example that does without it"),
        ("backend: mindspore", "backend: torch", "14:3: a table, but the APIs are of torch; expected the APIs of two backends, which the table compares"),
        ("    lines: [34, 62]\n", "", "19:5: a case of a page has no 'lines'; expected the keys id, lines; add it"),
        ("    lines: [34, 62]\n", "    lines: [34, 62]\n    why: w\n", "21:5: a case of a page has no key 'why'; expected one of: as-documented, call, expect, id, inferred, lines"),
        ("    expect: {dtype: int64, values: [1, 3]}\n", "", "19:5: a case of a page has no 'expect'; expected the keys call, expect, id, lines; add it"),
        ("inferred: [dtype]", "inferred: [values]", "21:16: an item of inferred is 'values'; expected one of: dtype, shape"),
        ("inferred: [dtype]", "inferred: [shape]", "21:15: inferred names 'shape', which expect does not have; expected a part of the expectation that the page does not print; write shape into expect"),
        ("inferred: [dtype]", "inferred: []", "21:15: inferred is an empty list; expected at least one text"),
        ("expect: {dtype: int64, values: [1, 3]}", "expect: {difference: integer-promotion, values: [1, 3]}", "23:14: a difference in the file of a page; expected what the page says; ask it in behaviour.yaml"),
        ("id: with-dtype", "id: plain", "24:9: the id 'plain' a second time; expected each id once in a file; the first stands at 19:5; rename one"),
        ("id: with-dtype", "id: parameter-x", "14:5: the id 'parameter-x' a second time; expected each id once in a file; the first stands at 24:5; rename one"),
        ("id: with-dtype", "as-documented: {}\n    id: with-dtype", "24:20: as-documented is an empty mapping; expected an API"),
        ("id: with-dtype", "as-documented: {jax.cumsum: {expect: {}}}\n    id: with-dtype", "24:21: as-documented names 'jax.cumsum'; expected one of: torch.cumsum, mindspore.ops.cumsum"),
        ("cases:\n", "case:\n", "18:1: the page file has no key 'case'; expected one of: apis, cases, format, op, parameters, source; did you mean 'cases'?"),
    ],
)  # fmt: skip
def test_wrong_pages_are_refused(
    folder: Any, refusal: Callable[..., str], old: str, new: str, message: str
) -> None:
    assert old in PAGE
    actual = refusal(folder.page, PAGE.replace(old, new, 1))
    assert actual == f"cases/cumsum/a-page.yaml:{message}"


def test_an_api_that_shows_nothing_else_needs_a_call_and_an_expectation(
    folder: Any, refusal: Callable[..., str]
) -> None:
    text = PAGE + HALVES.replace("        expect: {values: [1, 3]}\n", "", 1)
    assert refusal(folder.page, text) == (
        "cases/cumsum/a-page.yaml:32:9: what torch.cumsum documents has no 'expect'; "
        "expected the keys call, expect; add it"
    )


def test_a_renamed_parameter_needs_the_question_of_the_other_name(
    folder: Any, refusal: Callable[..., str]
) -> None:
    folder.write("differences.yaml", "format: 1\ndifferences: {}\n")
    assert refusal(folder.page, PAGE) == (
        "cases/cumsum/a-page.yaml:14:5: a renamed parameter, which asks 'other-spelling', and no "
        "difference of that name; expected 'other-spelling' in differences.yaml; declare it"
    )
