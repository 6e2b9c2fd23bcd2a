"""Several versions of one framework in a report: tables that say since when."""

import json

import numpy as np
import pytest
from docutils import nodes

from conformance.model.tensor import Tensor

pytestmark = pytest.mark.slow

PAGE = ".. conformance-page:: cumsum/mindspore-r2.0-torch"
TORCH, MINDSPORE = "torch.cumsum", "mindspore.ops.cumsum"
ALL = (
    ("torch", "2.13.0"), ("torch", "1.8.1"), ("torch", "1.13.1"), ("mindspore", "2.10.0"),
)  # fmt: skip


@pytest.fixture
def several(site):
    """Writes a report on several versions; what fails: (end of the case, API) -> versions."""

    def several(fails=None, targets=ALL):
        path = site.report(targets=targets)
        lines = [json.loads(text) for text in path.read_text("utf-8").splitlines()]
        for line in lines[1:-1]:
            version = line["target"].partition("-")[2]
            key = (line["case"].rpartition("/")[2], line["api"])
            if version in (fails or {}).get(key, ()):
                line |= {"status": "failed", "actual": {"outputs": [wrong()]}, "observed": ["keep"]}
                line["mismatches"] = [{"kind": "dtype", "text": "dtype is int64", "positions": []}]
                if "difference" not in line:
                    del line["observed"]
        path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), "utf-8")

    return several


def wrong():
    tensor = Tensor.of(np.array([1, 2], "int64"), "int64")
    return {"dtype": tensor.dtype, "shape": [2], "values": tensor.nested()}


def field(document: nodes.document, name: str) -> str:
    return next(
        (found.children[1].astext() for found in document.findall(nodes.field)
         if found.children[0].astext() == name), "",
    )  # fmt: skip


def test_a_page_says_what_became_of_every_claim_in_every_version(site, several):
    several({("parameter-axis", TORCH): ["2.13.0"], ("parameter-x", TORCH): ["1.8.1"]})
    site.index(PAGE)
    built = site.build()
    assert built.warnings == []
    head = ("Parameter", f"{TORCH} torch 1.8.1, 1.13.1, 2.13.0", f"{MINDSPORE} mindspore 2.10.0")
    rows = {row[0]: row[1:3] for row in built.table(*head)}
    assert rows["x"][0].startswith(
        "input wrong when written in 1.8.1 dtype is int64 true since 1.13.1 x= is"
    )
    assert rows["axis"][0].startswith(
        "dim right when written in 1.8.1 still true in 1.13.1 no longer true since 2.13.0 dtype is"
    )
    assert rows["dtype"] == [
        "dtype right when written in 1.8.1 still true in 1.13.1, 2.13.0",
        "dtype confirmed",
    ]


def test_the_versions_that_a_page_speaks_of_and_that_were_not_run_are_named(site, several):
    several()
    site.index(PAGE)
    assert field(site.build().doctree(), "Not run") == "mindspore 2.0, of which the page speaks"


def test_without_the_version_that_a_page_speaks_of_a_claim_holds_or_fails(site, several):
    several({("parameter-axis", TORCH): ["2.13.0"]}, targets=ALL[::2])
    site.index(PAGE)
    built = site.build()
    head = ("Parameter", f"{TORCH} torch 1.13.1, 2.13.0")
    axis = next(row for row in built.table(*head) if row[0] == "axis")
    assert axis[1].startswith("dim holds in 1.13.1 fails since 2.13.0 dtype is int64")
    assert field(built.doctree(), "Not run") == "torch 1.8.1, of which the page speaks"


def test_an_example_has_a_row_for_versions_that_end_alike(site, several):
    several({("dtype-int8", TORCH): ["2.13.0"]})
    site.index(PAGE)
    call = "torch.cumsum(input=x, dim=0, dtype=torch.int8)"
    rows = [row for table in site.build().tables() if table[0][0] == "Call" for row in table]
    grid = [row for row in rows if row[0].startswith(f"{call} ")]
    assert [row[:3] for row in grid] == [
        [
            f"{call} torch 1.8.1, 1.13.1",
            "right when written in 1.8.1 still true in 1.13.1",
            "int8 (4, 4)",
        ],
        [f"{call} torch 2.13.0", "no longer true dtype is int64", "int64 (2,)"],
    ]


def test_the_counts_of_a_page_stand_from_old_to_new(site, several):
    several()
    site.index(PAGE)
    rows = site.build().table("API", "confirmed", "refuted", "unverifiable")
    assert [row[0] for row in rows] == [
        f"{TORCH} torch 1.8.1",
        f"{TORCH} torch 1.13.1",
        f"{TORCH} torch 2.13.0",
        f"{MINDSPORE} mindspore 2.10.0",
    ]


def test_an_answer_says_since_which_version_it_is_given(site, several):
    cases = [f"integer-input-int{bits}" for bits in (8, 16, 32, 64)]
    cases += ["int8-beyond-int16", "int16-beyond-int32", "int32-beyond-int32"]
    several({(case, TORCH): ["1.8.1", "1.13.1"] for case in cases})
    site.index(".. conformance-differences:: cumsum\n   :apis: torch.cumsum")
    built = site.build()
    head = f"{TORCH} torch 1.8.1, 1.13.1, 2.13.0"
    row = next(r for r in built.table("Question", head) if r[0].startswith("integer-promotion"))
    assert row[1] == ("keep in 1.8.1, 1.13.1 default-int, contradicted default-int since 2.13.0")
    rows = built.table("API", "Observed answer", "Declared")
    assert [r[:2] for r in rows[:2]] == [
        [f"{TORCH} torch 1.8.1, 1.13.1", "keep"],
        [f"{TORCH} torch 2.13.0", "default-int"],
    ]


def test_a_question_over_all_operations_says_which_versions_answer(site, several):
    dtypes = ("int8", "int16", "int32", "int64")
    several({(f"integer-input-{dtype}", TORCH): ["1.8.1"] for dtype in dtypes})
    site.index(".. conformance-answers:: integer-promotion")
    (row,) = site.build().table("Operation", "Answers")
    assert f"{TORCH} on torch 1.8.1" in row[1]
    assert f"{TORCH} on torch since 1.13.1" in row[1]


def test_a_matrix_of_verdicts_has_a_column_per_api_however_many_versions_ran(site, several):
    several({("negative-axis", TORCH): ["2.13.0"]})
    site.index(".. conformance-verdicts:: cumsum\n   :apis: torch.cumsum mindspore.ops.cumsum")
    head = (f"{TORCH} torch 1.8.1, 1.13.1, 2.13.0", f"{MINDSPORE} mindspore 2.10.0")
    rows = {row[0].split()[0]: row[1:] for row in site.build().table("Case", *head)}
    assert rows["negative-axis"] == [
        "passed in 1.8.1, 1.13.1 failed since 2.13.0",
        "passed",
    ]


def test_an_operation_says_in_which_versions_an_api_gives_results(site, several):
    several()
    site.index(".. conformance-op:: cumsum\n   :apis: torch.cumsum mindspore.ops.cumsum")
    row = next(r for r in site.build().table("Parameter", "Kind") if r[0] == "gives results")
    assert row[2:] == ["results torch 1.8.1, 1.13.1, 2.13.0", "results mindspore 2.10.0"]
