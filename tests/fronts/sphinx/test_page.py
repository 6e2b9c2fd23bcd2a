"""`conformance-page`: what a documentation page says, beside what was measured."""

import numpy as np
import pytest
from docutils import nodes

from conformance.model.outcome import Crashed, Evidence, Raised, Returned
from conformance.model.tensor import Tensor

pytestmark = pytest.mark.slow

PAGE_FILE = "cases/cumsum/mindspore-r2.0-torch.yaml"
PAGE = ".. conformance-page:: cumsum/mindspore-r2.0-torch"
TORCH, MINDSPORE = "torch.cumsum", "mindspore.ops.cumsum"
GRID = [[3, 4, 6, 10], [4, 10, 13, 19], [8, 13, 21, 26], [9, 16, 28, 35]]


def int64_grid() -> Returned:
    return Returned((Tensor.of(np.array(GRID, "int64"), "int64"),))


def field(document: nodes.document, name: str) -> str:
    """The first field of that name."""
    return next(
        found.children[1].astext()
        for found in document.findall(nodes.field)
        if found.children[0].astext() == name
    )


def test_the_source_is_named_with_revision_and_hash(site):
    site.index(PAGE)
    page = site.build().doctree()
    assert [field(page, name) for name in ("Page", "Source", "Revision", "SHA-256")] == [
        "Function Differences with torch.cumsum",
        "docs/mindspore/source_en/note/api_mapping/pytorch_diff/cumsum.md in mindspore/docs",
        "00bfaa21d564273c16a79a95f67cff249fd2eb3f",
        "1fed16b22c6373902e9387371d5ef67b68c5425dea2077fdf7a0ccbde43e1121",
    ]
    assert field(page, "Speaks of") == "torch 1.8.1, mindspore 2.0"


def test_without_a_report_nothing_is_confirmed(site):
    site.index(PAGE)
    built = site.build()
    assert built.warnings == []
    assert field(built.doctree(), "Measured") == "not run"
    assert built.table("API", "confirmed", "refuted", "unverifiable") == [
        ["torch.cumsum torch", "0", "0", "6"],
        ["mindspore.ops.cumsum mindspore", "0", "0", "6"],
    ]


def test_a_report_says_when_and_on_what_was_measured(site):
    site.report()
    site.index(PAGE)
    measured = field(site.build().doctree(), "Measured")
    assert (
        measured == "torch 2.13.0, mindspore 2.10.0; 2026-05-04 08:30 +00:00 by conformance 0.1.0"
    )


def test_claims_that_hold_are_confirmed(site):
    site.report()
    site.index(PAGE)
    assert site.build().table("API", "confirmed", "refuted", "unverifiable") == [
        ["torch.cumsum torch 2.13.0", "6", "0", "0"],
        ["mindspore.ops.cumsum mindspore 2.10.0", "6", "0", "0"],
    ]


def test_signatures_stand_as_documented(site):
    site.index(PAGE)
    blocks = [block.astext() for block in site.build().doctree().findall(nodes.literal_block)]
    assert blocks[:2] == [
        "torch.cumsum(input, dim, *, dtype=None, out=None)",
        "mindspore.ops.cumsum(x, axis, dtype=None)",
    ]


def test_a_signature_that_python_can_read_stands_below_the_documented_one(site):
    tensor = Tensor.of(np.array([[1.0]], "float32"), "float32")
    evidence = Evidence(signature=("x", "axis", "dtype"))
    site.report({("parameter-x", MINDSPORE): Returned((tensor,), evidence=evidence)})
    site.index(PAGE)
    text = site.build().doctree().astext()
    assert (
        "As documented for mindspore, line 16 of the page. "
        "mindspore 2.10.0, as Python reads it: (x, axis, dtype)." in text
    )
    assert "torch 2.13.0: Python cannot read it, so only calls can tell." in text


def test_every_row_of_the_parameter_table_has_its_claim_in_words(site):
    site.report()
    site.index(PAGE)
    assert site.build().table("Parameter") == [
        [
            "x",
            "input confirmed x= is accepted",
            "x confirmed input= is refused",
            "the same parameter, another name line 29",
        ],
        [
            "axis",
            "dim confirmed axis= is accepted",
            "axis confirmed dim= is refused",
            "the same parameter, another name line 30",
        ],
        [
            "dtype",
            "dtype confirmed",
            "dtype confirmed",
            "the same parameter, the same name line 31",
        ],
        [
            "out",
            "out confirmed",
            "no out confirmed",
            "no such parameter in mindspore.ops.cumsum line 32",
        ],
    ]


def test_a_row_that_does_not_hold_is_refuted_with_the_reason(site):
    raised = Raised(("TypeError",), "cumsum() got an unexpected keyword argument 'dim'", "call")
    site.report({("parameter-axis", TORCH): raised})
    site.index(PAGE)
    axis = site.build().table("Parameter")[1]
    assert axis[1] == (
        "dim refuted raised TypeError (unexpected-keyword), expected a result: "
        "cumsum() got an unexpected keyword argument 'dim' axis= is accepted"
    )


def test_what_becomes_of_the_other_name_is_no_claim_of_the_page(site):
    raised = Raised(("TypeError",), "cumsum() got an unexpected keyword argument 'x'", "call")
    site.report({("parameter-x-other-name", TORCH): raised})
    site.index(PAGE)
    built = site.build()
    assert built.table("Parameter")[0][1] == "input confirmed x= is refused"
    assert built.table("API", "confirmed", "refuted")[0][1:] == ["6", "0", "0"]


def test_every_version_that_ran_has_a_column_of_its_own(site):
    site.report(targets=[("torch", "2.12.0"), ("torch", "2.13.0"), ("mindspore", "2.10.0")])
    site.index(PAGE)
    assert [row[0] for row in site.build().table("API", "confirmed")] == [
        "torch.cumsum torch 2.12.0",
        "torch.cumsum torch 2.13.0",
        "mindspore.ops.cumsum mindspore 2.10.0",
    ]


def test_a_parameter_that_should_be_absent_and_is_taken_is_refuted(site):
    site.report({("parameter-out", MINDSPORE): int64_grid()})
    site.index(PAGE)
    out = site.build().table("Parameter")[3]
    assert out[2] == ("no out refuted returned a result, expected the error unexpected-keyword")


def test_an_example_has_its_inputs_and_documented_numbers(site):
    site.index(PAGE)
    document = site.build().doctree()
    first, second = (
        section
        for section in document.findall(nodes.section)
        if section.children[0].astext().startswith("Example")
    )
    assert first.children[0].astext() == "Example 1: innermost-axis"
    assert field(first, "x: float32 (4, 4)").splitlines()[0] == "[[ 3.,  4.,  6., 10.],"
    assert field(first, "axis") == "-1"
    assert field(first, "Documented dtype") == "float32 (inferred: the page does not print it)"
    assert field(second, "Documented dtype") == "int8"
    assert field(second, "Documented result") == (
        "[[ 3,  4,  6, 10],\n [ 4, 10, 13, 19],\n [ 8, 13, 21, 26],\n [ 9, 16, 28, 35]]"
    )
    assert "Lines 64 to 96 of the page." in second.astext()


def test_an_example_shows_the_actual_numbers_and_dtype_per_target(site):
    site.report({("dtype-int8", MINDSPORE): int64_grid()})
    site.index(PAGE)
    tables = [t for t in site.build().tables() if t[0] == HEAD]
    shown = "[[ 3, 4, 6, 10], [ 4, 10, 13, 19], [ 8, 13, 21, 26], [ 9, 16, 28, 35]]"
    assert tables[2][1:] == [
        ["torch.cumsum(input=x, dim=0, dtype=torch.int8) torch 2.13.0", "confirmed",
         "int8 (4, 4)", shown],
        ["mindspore.ops.cumsum(x=x, axis=0, dtype=mindspore.int8) mindspore 2.10.0",
         "refuted dtype is int64, expected int8", "int64 (4, 4)", shown],
    ]  # fmt: skip


HEAD = ["Call", "Verdict", "Actual dtype", "Actual result"]


def test_other_apis_are_folded_away_with_the_status_of_their_verdicts(site):
    site.report()
    site.index(PAGE)
    tables = [t for t in site.build().tables() if t[0] == HEAD]
    verdicts = {call: verdict for call, verdict, *_ in tables[3][1:]}
    numpy_like = "mindspore.numpy.cumsum(a=x, axis=0, dtype=mindspore.int8) mindspore 2.10.0"
    reference = (
        'reference_impl.cumsum(x=x, axis=0, dtype=reference_impl.dtype_named("int8")) reference'
    )
    assert verdicts["x.cumsum(dim=0, dtype=torch.int8) torch 2.13.0"] == "passed"
    assert verdicts[numpy_like] == "passed"
    assert verdicts[reference] == "not-run"
    assert not any(
        call.startswith(
            ("torch.cumsum(input=x, dim=0, dtype=torch.int8) ", "mindspore.ops.cumsum(")
        )
        for call in verdicts
    )


def test_a_crash_leaves_a_claim_unverifiable(site):
    site.report({("dtype-int8", TORCH): Crashed("signal SIGSEGV")})
    site.index(PAGE)
    row = next(t for t in site.build().tables() if t[0] == HEAD and "int8" in t[1][0])[1]
    assert row[1:] == ["unverifiable signal SIGSEGV, expected an answer", "", "signal SIGSEGV"]


def test_an_example_that_is_not_in_the_report_is_not_run(site):
    site.report({("dtype-int8", TORCH): None})
    site.index(PAGE)
    row = next(t for t in site.build().tables() if t[0] == HEAD and "int8" in t[1][0])[1]
    assert row[1:] == ["unverifiable not in the report", "", "not run"]


@pytest.mark.parametrize("changed", ["dtype: int16, values: [[3", "dtype: int8, values: [[2"])
def test_a_case_that_has_changed_since_the_report_is_not_run(site, changed):
    site.report()
    site.edit(PAGE_FILE, "dtype: int8, values: [[3", new=changed)
    site.index(PAGE)
    row = next(t for t in site.build().tables() if t[0] == HEAD and "int8" in t[1][0])[1]
    assert row[1] == "unverifiable the case has changed since the report"


def test_what_a_page_shows_for_one_api_only_is_said_to_be_for_that_api(site):
    path = site.folder / PAGE_FILE
    head, case, rest = path.read_text("utf-8").partition("  - id: dtype-int8\n")
    lines, call, expect = rest.splitlines()[:3]
    said = [f"    {line}" for line in (call, expect)]
    parts = [lines, "    as-documented:", "      torch.cumsum:", *said]
    path.write_text(head + case + "\n".join(parts) + "\n", "utf-8")
    site.edit(PAGE_FILE, "same, lines: [31, 31]", new="same, lines: [31, 31], call: {dtype: int8}")
    site.index(PAGE)
    built = site.build()
    assert "For torch.cumsum the page shows:" in built.doctree().astext()
    assert [row[0] for row in built.tables()[-1][1:]] == [
        "torch.cumsum(input=x, dim=0, dtype=torch.int8) torch"
    ]
