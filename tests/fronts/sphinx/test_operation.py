"""`conformance-op`, `conformance-verdicts` and `conformance-summary`."""

import json

import numpy as np
import pytest
from docutils import nodes

import conformance
from conformance.model.outcome import Crashed, Raised, Returned, TimedOut
from conformance.model.tensor import Tensor

pytestmark = pytest.mark.slow

VERDICTS = ".. conformance-verdicts:: cumsum"
PAIR = f"{VERDICTS}\n   :apis: torch.cumsum mindspore.ops.cumsum"
TORCH, MINDSPORE = "torch.cumsum", "mindspore.ops.cumsum"
NEGATIVE_STRIDES = "tensors with negative strides are not currently supported"


def cells(built, case: str) -> list[str]:
    for table in built.tables():
        for row in table:
            if row[0].split(" ")[0] == case:
                return row[1:]
    raise AssertionError(case)


def test_an_operation_has_its_parameters_as_every_api_spells_them(site):
    site.index(".. conformance-op:: cumsum\n   :apis: torch.cumsum torch.Tensor.cumsum")
    built = site.build()
    assert "Running sum of x along axis." in built.doctree().astext()
    assert built.table("Parameter", "Kind", "torch.cumsum", "torch.Tensor.cumsum") == [
        ["called as", "", "a function", "a method of the tensor"],
        ["x the tensor to sum", "tensor", "input", "the tensor itself"],
        ["axis the axis along which the sum runs", "integer", "dim", "dim"],
        ["dtype the dtype of the result", "dtype, optional", "dtype", "dtype"],
        ["exclusive whether element i is left out of its own sum", "bool, optional", "—", "—"],
        ["reverse whether the sum runs from the end", "bool, optional", "—", "—"],
        ["out where the result is written", "tensor, optional", "out", "—"],
    ]


def test_what_a_class_is_constructed_with_is_told_apart(site):
    site.index(".. conformance-op:: cumsum\n   :apis: mindspore.ops.CumSum")
    table = site.build().table("Parameter", "Kind", "mindspore.ops.CumSum")
    spelled = {row[0].split(" ")[0]: row[2] for row in table}
    assert (spelled["axis"], spelled["exclusive"]) == ("axis", "exclusive of the class")


def test_without_a_report_every_cell_says_not_run(site):
    site.index(VERDICTS)
    built = site.build()
    shown = {cell for table in built.tables() for row in table[1:] for cell in row[1:]}
    assert built.warnings == []
    assert shown == {"not-run", "—"}
    assert "Measured: not run." in built.doctree().astext()


def test_every_status_stands_in_its_cell(site):
    site.report({
        ("first-axis", TORCH): Crashed("signal SIGSEGV"),
        ("last-axis-by-number", TORCH): TimedOut(60.0),
        ("reversed-axis-0", TORCH): Raised(("ValueError",), NEGATIVE_STRIDES, "convert"),
        ("single-row", TORCH): Returned((Tensor.of(np.zeros((1, 4), "f4"), "float32"),)),
        ("single-column", TORCH): None,
    })  # fmt: skip
    site.index(PAIR)
    built = site.build()
    shown = {
        case: cells(built, case)[0]
        for case in ("first-axis", "last-axis-by-number", "reversed-axis-0", "single-row",
                     "single-column", "nan-propagates")
    }  # fmt: skip
    assert shown == {
        "first-axis": "crashed",
        "last-axis-by-number": "timed-out",
        "reversed-axis-0": "unsupported",
        "single-row": "failed",
        "single-column": "not-run",
        "nan-propagates": "passed",
    }


def test_a_case_that_does_not_speak_of_an_api_has_a_dash(site):
    site.report()
    site.index(f"{VERDICTS}\n   :apis: torch.cumsum torch.Tensor.cumsum")
    assert cells(site.build(), "parameter-x") == ["passed", "—"]


def test_verdicts_that_are_no_pass_are_listed_with_their_reason(site):
    site.report({("single-row", TORCH): Returned((Tensor.of(np.zeros((1, 4), "f4"), "float32"),))})
    site.index(PAIR)
    rows = site.build().table("Case", "API", "Verdict")
    assert [row[1:] for row in rows if row[0] == "single-row"] == [
        [
            "torch.cumsum torch 2.13.0",
            "failed 4 of 4 values differ, greatest difference 4 at [0, 3]",
        ]
    ]


def test_cases_that_an_api_does_not_support_for_one_reason_stand_together(site):
    site.report()
    site.index(f"{VERDICTS}\n   :apis: torch.cumsum")
    rows = site.build().table("Case", "API", "Verdict")
    missing = "unsupported plan: torch.cumsum has no parameter for reverse"
    (case,) = [row[0] for row in rows if row[2] == missing]
    first, _, others = case.partition(" and ")
    assert first == "reverse-int8"
    assert int(others.removesuffix(" more")) > 5


def test_a_known_failure_has_the_ledger_s_reason_and_a_link(site):
    site.report()
    site.index(f"{VERDICTS}\n   :apis: mindspore.Tensor.cumsum")
    built = site.build()
    rows = built.table("Case", "API", "Verdict")
    api, verdict = next(row[1:] for row in rows if row[0] == "int8-overflow")
    assert api == "mindspore.Tensor.cumsum mindspore 2.10.0"
    assert verdict.startswith("known ")
    assert verdict.endswith(
        "dtype=int8 is ignored for an int8 tensor, the sum comes back as int32 more about it"
    )
    links = [r["refuri"] for r in built.doctree().findall(nodes.reference) if "refuri" in r]
    assert links[0] == (
        "https://www.mindspore.cn/docs/en/r2.7.0/api_python/mindspore/Tensor/mindspore.Tensor.cumsum.html"
    )


@pytest.mark.parametrize(
    ("outcome", "status", "why"),
    [
        (([100, -56, 44], "int8"), "fixed", "passes, but the ledger expects it to fail"),
        (([100, 200, 301], "int32"), "changed", "not the outcome that the ledger expects"),
    ],
)
def test_a_ledger_that_no_longer_holds_is_said_without_a_path(site, outcome, status, why):
    values, dtype = outcome
    returned = Returned((Tensor.of(np.array(values, dtype), dtype),))
    site.report({("int8-overflow", "mindspore.Tensor.cumsum"): returned})
    site.index(f"{VERDICTS}\n   :apis: mindspore.Tensor.cumsum")
    rows = site.build().table("Case", "API", "Verdict")
    verdict = next(row[2] for row in rows if row[0] == "int8-overflow")
    assert verdict.startswith(f"{status} {why} ")
    assert "/" not in verdict.replace("no-choice", "").partition("(")[0]


def test_a_stale_ledger_entry_is_listed(site):
    path = site.report()
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    gone = next(line for line in lines if line.get("status") == "known")
    gone.update(case="cumsum/behaviour/gone", id="gone", status="stale", expected={})
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    site.index(PAIR)
    assert site.build().table("Case", "API", "Verdict")[-1] == [
        "cumsum/behaviour/gone",
        f"{gone['api']} mindspore-2.10.0",
        "stale",
    ]


def test_the_summary_counts_verdicts_per_target(site):
    site.report({("single-row", TORCH): Crashed("signal SIGSEGV")})
    site.index(".. conformance-summary::")
    built = site.build()
    (table,) = built.tables()
    words = table[0]
    assert (words[0], words[-1]) == ("Target", "all")
    assert {"passed", "crashed", "known"} <= set(words)
    assert [row[0] for row in table[1:]] == [
        "mindspore-2.10.0 CPython 3.11.5",
        "torch-2.13.0 CPython 3.11.5",
    ]
    assert [row[words.index("crashed")] for row in table[1:]] == ["0", "1"]
    for row in table[1:]:
        assert sum(map(int, row[1:-1])) == int(row[-1])
    text = built.doctree().astext()
    assert "2026-05-04 08:30 +00:00" in text
    assert f"conformance {conformance.__version__}" in text


def test_the_summary_without_a_report_says_not_run(site, backends):
    site.index(".. conformance-summary::")
    built = site.build()
    assert built.warnings == []
    assert built.table("Backend") == [[name.replace("_", "-"), "not-run"] for name in backends]
    assert "No report was found, so that nothing here is measured: not run." in (
        built.doctree().astext()
    )
