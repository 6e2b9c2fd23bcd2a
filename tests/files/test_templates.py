"""for-each: one written case as several."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

CASE = """\
  - id: {id}
    why: {why}
    for-each: {lists}
    call: {{x: {{dtype: {dtype}, values: {values}}}, axis: {axis}}}
    expect: {{shape: [2]}}
"""


def written(**parts: str) -> str:
    defaults = {
        "id": '"a-{d}"', "why": "w", "lists": "{d: [int8]}", "dtype": "int8", "values": "[1, 2]",
        "axis": "0",
    }  # fmt: skip
    return CASE.format_map({**defaults, **parts})


def test_there_is_a_case_for_every_combination_the_last_list_varying_fastest(folder: Any) -> None:
    cases = folder.behaviour(written(id="a-{d}-{n}", lists="{d: [x, y], n: [1, -2]}"))
    assert [case.id for case in cases] == ["a-x-1", "a-x--2", "a-y-1", "a-y--2"]


def test_a_placeholder_alone_takes_the_word_as_it_is(folder: Any) -> None:
    (case,) = folder.behaviour(
        written(lists="{d: [int16], n: [7]}", id="'{d}-{n}'", dtype="'{d}'", values="['{n}', 2]")
    )
    (_, x), _ = case.call.arguments
    assert (x.dtype, x.array().tolist()) == ("int16", [7, 2])


def test_a_placeholder_inside_a_text_is_replaced(folder: Any) -> None:
    lists = "{d: [int8, -1, 0.50, true, .inf]}"
    cases = folder.behaviour(written(id="a-{d}", lists=lists, why="of {d}, and {d}"))
    assert [case.why for case in cases] == [
        "of int8, and int8", "of -1, and -1", "of 0.50, and 0.50", "of true, and true", "of .inf, and .inf",
    ]  # fmt: skip


def test_minus_zero_stays_minus_zero(folder: Any) -> None:
    (case,) = folder.behaviour(written(lists="{d: [-0]}", dtype="float32", values="['{d}', 1]"))
    assert case.call.arguments[0][1].data[:4] == b"\x00\x00\x00\x80"


def test_several_cases_may_share_a_pattern_of_ids(folder: Any) -> None:
    cases = folder.behaviour(written(lists="{d: [x]}") + written(lists="{d: [y]}"))
    assert [case.id for case in cases] == ["a-x", "a-y"]


def test_every_case_stands_where_it_is_written(folder: Any) -> None:
    cases = folder.behaviour(written(lists="{d: [x, y]}"))
    assert [str(case.place) for case in cases] == ["cases/cumsum/behaviour.yaml:4:5"] * 2


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"id": "a"}, "4:9: for-each lists 'd', but id is 'a'; expected {d} in the id; the ids of the cases must differ"),
        ({"lists": "{d: [x, x]}"}, "4:9: the id 'a-x' a second time; expected each id once in a file; the first stands at 4:5; rename one"),
        ({"lists": "[d]"}, "6:15: for-each is a list of 1; expected a mapping"),
        ({"lists": "{}"}, "6:15: for-each is an empty mapping; expected at least one list"),
        ({"lists": "{d: x}"}, "6:19: for-each's d is 'x'; expected a list; write it as [...]"),
        ({"lists": "{d: []}"}, "6:19: for-each lists no d; expected at least one"),
        ({"lists": "{d: [[x]]}"}, "6:20: for-each lists a list of 1; expected numbers and texts of at most 100 characters"),
        ({"lists": "{D: [x]}"}, "6:16: for-each lists 'D'; expected a name of lower-case letters"),
        ({"axis": "'{e}'"}, "7:52: the placeholder {e}, which for-each does not list; expected one of: {d}"),
        ({"id": "'{d}'", "lists": "{d: [X]}"}, "4:9: id is 'X' (in the case 'X'); expected lower-case letters, digits, '-' and '.', a letter or digit first"),
        ({"values": "['{d}', 2]", "lists": "{d: [1, 300]}"}, "7:38: 300, which does not fit int8 (in the case 'a-300'); expected an integer from -128 to 127"),
        ({"lists": f"{{d: [{', '.join(map(str, range(101)))}], e: [{', '.join(map(str, range(101)))}]}}", "id": "'{d}-{e}'"}, "6:15: for-each stands for 10,201 cases; expected at most 10,000"),
        ({"why": "'" + "{d}" * 400 + "'"}, "5:10: a text of 1200 characters with a placeholder; expected at most 1000"),
    ],
)  # fmt: skip
def test_wrong_templates_are_refused(
    folder: Any, refusal: Callable[..., str], parts: dict[str, str], message: str
) -> None:
    assert refusal(folder.behaviour, written(**parts)) == f"cases/cumsum/behaviour.yaml:{message}"


def test_what_for_each_makes_has_a_limit(folder: Any, refusal: Callable[..., str]) -> None:
    words = ", ".join("a" * 96 + f"{n:04}" for n in range(10_000))
    text = written(lists=f"{{d: [{words}]}}", why="'" + "{d}" * 33 + "'")
    assert refusal(folder.behaviour, text) == (
        "cases/cumsum/behaviour.yaml:4:5: for-each makes more than 20,000,000 characters and "
        "values; expected fewer in one file; split the file"
    )


def test_a_placeholder_without_for_each_is_refused(
    folder: Any, refusal: Callable[..., str]
) -> None:
    text = "  - {id: 'a-{d}', why: w, call: {x: {dtype: int8, values: [1]}, axis: 0}, expect: {shape: [1]}}\n"
    assert refusal(folder.behaviour, text) == (
        "cases/cumsum/behaviour.yaml:4:10: id is 'a-{d}'; expected lower-case letters, digits, '-' "
        "and '.', a letter or digit first; list the word of each placeholder in for-each"
    )
