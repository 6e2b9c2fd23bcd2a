"""`conformance-differences`: who answers what."""

import numpy as np
import pytest
from docutils import nodes

from conformance.model.outcome import Crashed, Returned
from conformance.model.tensor import Tensor

pytestmark = pytest.mark.slow

DIFFERENCES = ".. conformance-differences:: cumsum"
PAIR = f"{DIFFERENCES}\n   :apis: torch.cumsum, mindspore.ops.cumsum"
TORCH, MINDSPORE = "torch.cumsum", "mindspore.ops.cumsum"
# What else asks about integer-promotion: as if it had not run.
SILENT = dict.fromkeys(
    (name, TORCH) for name in ("int8-beyond-int16", "int16-beyond-int32", "int32-beyond-int32")
)
CASTS = (
    "cast-precedes-sum",
    "dtype-float64-beyond-float32",
    *(f"dtype-int64-widens-{dtype}" for dtype in ("int8", "uint8", "uint16", "uint32")),
)


def returned(values: object, dtype: str) -> Returned:
    return Returned((Tensor.of(np.array(values, dtype), dtype),))


def questions(built, title: str) -> list[str]:
    """The names of the questions in the section of that title."""
    for section in built.doctree().findall(nodes.section):
        if section.children[0].astext() == title:
            inner = [part for part in section.children if isinstance(part, nodes.section)]
            return [part.children[0].astext() for part in inner]
    return []


def answers(built, question: str) -> list[list[str]]:
    """The table of answers in the section of a question."""
    for section in built.doctree().findall(nodes.section):
        if section.children[0].astext() == question:
            table = next(iter(section.findall(nodes.table)))
            rows = list(table.findall(nodes.row))[1:]
            return [
                [" ".join(cell.astext().split()) for cell in row.findall(nodes.entry)]
                for row in rows
            ]
    raise AssertionError(question)


def test_questions_on_which_apis_differ_come_before_those_on_which_they_agree(site):
    site.report()
    site.index(PAIR)
    built = site.build()
    differing = questions(built, "Where they differ")
    assert "integer-promotion" in differing
    assert "cast-order" in questions(built, "Where they agree")
    assert differing[0] == "integer-promotion"
    assert questions(built, "Not run") == []


def test_without_a_report_every_question_is_not_run(site):
    site.index(PAIR)
    built = site.build()
    assert built.warnings == []
    assert questions(built, "Where they differ") == questions(built, "Where they agree") == []
    assert len(questions(built, "Not run")) > 10
    cells = {cell for row in built.table("Question", name="index") for cell in row[1:]}
    assert cells == {"not-run"}


def test_a_question_says_why_it_matters_and_what_to_write_instead(site):
    site.index(PAIR)
    text = site.build().doctree().astext()
    assert "Which dtype has the result for signed integers when no dtype is given?" in text
    assert "A port can overflow silently, or need twice to eight times the memory." in text
    assert "Give dtype explicitly in both frameworks." in text


def test_every_answer_stands_beside_the_declared_one(site):
    site.report()
    site.index(PAIR)
    assert answers(site.build(), "integer-promotion") == [
        ["torch.cumsum torch 2.13.0", "default-int", "default-int"],
        ["mindspore.ops.cumsum mindspore 2.10.0", "keep", "keep"],
    ]


def test_another_answer_than_the_declared_one_is_marked(site):
    changed = {
        (f"integer-input-{dtype}", TORCH): returned([1, 3, 6], dtype)
        for dtype in ("int8", "int16", "int32")
    }
    site.report(changed | SILENT)
    site.index(PAIR)
    built = site.build()
    assert answers(built, "integer-promotion")[0] == [
        "torch.cumsum torch 2.13.0",
        "keep",
        "default-int, contradicted",
    ]
    assert questions(built, "Where they agree")[0] == "integer-promotion"


def test_cases_that_exclude_each_other_are_shown_case_by_case(site):
    mixed = {
        ("integer-input-int8", TORCH): returned([1, 3, 6], "int8"),
        ("integer-input-int16", TORCH): returned([1, 3, 6], "float32"),
    }
    site.report(mixed | SILENT)
    site.index(PAIR)
    assert answers(site.build(), "integer-promotion")[0][1] == (
        "mixed integer-input-int8: keep integer-input-int16: none of these "
        "integer-input-int32: default-int "
        "integer-input-int64: keep or default-int or at-least-32"
    )


def test_choices_that_no_case_tells_apart_are_not_decided(site):
    silent = dict.fromkeys((f"integer-input-int{bits}", TORCH) for bits in (8, 16, 32))
    site.report(silent | SILENT)
    site.index(PAIR)
    built = site.build()
    assert answers(built, "integer-promotion")[0][1] == (
        "keep or default-int or at-least-32, not told apart"
    )
    assert "integer-promotion" in questions(built, "Not told apart")


def test_an_api_whose_calls_all_crash_answers_nothing(site):
    site.report({(case, TORCH): Crashed("signal SIGSEGV") for case in CASTS})
    site.index(PAIR)
    assert answers(site.build(), "cast-order")[0][:2] == ["torch.cumsum torch 2.13.0", "crashed"]


def test_an_answer_that_nobody_declared_is_said_to_be_undeclared(site):
    site.report()
    site.index(DIFFERENCES)
    row = next(r for r in answers(site.build(), "cast-order") if "mint" in r[0])
    assert row[2] == "not declared"


def test_each_answer_has_a_script_that_shows_it(site):
    site.report()
    site.index(PAIR)
    blocks = [block.astext() for block in site.build().doctree().findall(nodes.literal_block)]
    assert blocks[0] == (
        "import numpy as np\n"
        "import torch\n"
        "\n"
        'x = torch.from_numpy(np.array([1, 2, 3], "int8"))\n'
        "actual = torch.cumsum(input=x, dim=0)\n"
        'print(actual, getattr(actual, "dtype", type(actual)))\n'
    )
    assert blocks[1] == "[1, 3, 6]"
    assert "mindspore.ops.cumsum(x=x, axis=0)" in blocks[2]


def test_apis_are_shown_in_the_order_in_which_they_are_named(site):
    site.index(f"{DIFFERENCES}\n   :apis: torch.cumsum torch.Tensor.cumsum mindspore.ops.cumsum",
               f"{DIFFERENCES}\n   :apis: mindspore.ops.cumsum torch.cumsum")  # fmt: skip
    heads = [row for table in site.build().tables() for row in table if row[0] == "Question"]
    assert [head[1:] for head in heads] == [
        ["torch.cumsum torch", "torch.Tensor.cumsum torch", "mindspore.ops.cumsum mindspore"],
        ["mindspore.ops.cumsum mindspore", "torch.cumsum torch"],
    ]


def test_an_operation_without_questions_says_so(site):
    site.write("cases/absolute/op.yaml", (
        "format: 1\nop: absolute\nsummary: The absolute value.\n"
        "parameters:\n  x: {kind: tensor, required: true}\nreturns: [result]\n"
    ))  # fmt: skip
    site.index(".. conformance-differences:: absolute")
    assert "No case of absolute asks a question." in site.build().doctree().astext()
