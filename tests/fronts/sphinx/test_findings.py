"""What the suite found: disagreements inside a framework, answers over operations, the ledger."""

import numpy as np
import pytest

from conformance.model.outcome import Raised, Returned
from conformance.model.tensor import Tensor

pytestmark = pytest.mark.slow

OPS, METHOD, NUMPY = (
    "mindspore.ops.cumsum",
    "mindspore.Tensor.cumsum",
    "mindspore.numpy.cumsum",
)


def returned(values, dtype):
    return Returned((Tensor.of(np.array(values, dtype), dtype),))


@pytest.mark.parametrize(
    "directive", ["conformance-disagreements::", "conformance-disagreements:: cumsum"]
)
def test_spellings_that_disagree_stand_side_by_side(site, directive):
    site.report()
    site.index(f".. {directive}")
    built = site.build()
    rows = {(row[0].split()[0], row[1]): row[2:] for row in built.table("Question", "Inside")}
    answers, case = rows["cast-order", "mindspore 2.10.0"]
    before, _, after = answers.partition(" after or after-wider ")
    assert before.startswith(f"before {OPS}")
    assert after == f"{METHOD}, {NUMPY}"
    assert case == "cast-precedes-sum"
    assert built.warnings == []


def test_each_side_has_a_script_and_what_it_gave(site):
    site.report()
    site.index(".. conformance-disagreements:: cumsum")
    text = site.build().doctree().astext()
    assert f"{OPS} on mindspore 2.10.0 answers before:" in text
    assert f"{METHOD} on mindspore 2.10.0 answers after or after-wider:" in text
    assert "Outcome: int32 (3,)" in text
    assert "import mindspore" in text


@pytest.mark.parametrize(
    "directive", ["conformance-disagreements::", "conformance-disagreements:: cumsum"]
)
def test_without_a_report_no_disagreement_is_claimed(site, directive):
    site.index(f".. {directive}")
    text = site.build().doctree().astext()
    assert "Not run." in text
    assert "None were found" not in text


MODES = (("mindspore", "2.10.0"), ("mindspore", "2.10.0", "graph"), ("torch", "2.13.0"))


def test_modes_that_answer_otherwise_stand_side_by_side(site):
    site.report(targets=MODES)
    site.index(".. conformance-modes::")
    built = site.build()
    rows = {(row[0].split()[0], row[1]): row[2:] for row in built.table("Question", "API")}
    assert rows["axis-numpy-integer", METHOD] == [
        "refuse mindspore 2.10.0 accept mindspore 2.10.0 graph", "axis-numpy-integer",
    ]  # fmt: skip
    assert ("axis-numpy-integer", OPS) not in rows
    text = built.doctree().astext()
    assert "on mindspore 2.10.0 graph answers accept:" in text
    assert "@mindspore.jit" in text
    assert built.warnings == []


def test_one_mode_of_a_version_says_nothing_of_modes(site):
    site.report(targets=(*MODES[:1], ("mindspore", "2.7.2", "graph")))
    site.index(".. conformance-modes::")
    text = site.build().doctree().astext()
    assert "The report does not have two modes of one version." in text


def test_modes_that_answer_alike_are_not_shown(site):
    site.report(targets=(("tensorflow", "2.21.0"), ("tensorflow", "2.21.0", "function")))
    site.index(".. conformance-modes::")
    assert "None were found." in site.build().doctree().astext()


def test_a_question_is_answered_for_every_operation(site):
    site.report()
    site.index(".. conformance-answers:: cast-order negative-zero")
    built = site.build()
    (row,) = built.table("Operation", "Answers")
    assert row[0] == "cumsum"
    assert row[1].startswith(f"before {OPS}")
    assert f"after-wider {METHOD}, {NUMPY} on mindspore 2.10.0" in row[1]
    assert "reference_impl.cumsum on reference" in row[1].partition("no answer")[2]


def test_other_questions_are_those_on_which_apis_differ(site):
    site.report()
    site.index(".. conformance-answers:: cast-order\n   :others:")
    text = site.build().doctree().astext()
    assert "cast-order" not in text
    assert "axis-numpy-integer" in text
    assert "tie-index" not in text


def test_an_unknown_question_is_a_warning_with_the_known_ones(site):
    site.index(".. conformance-answers:: cast")
    (warning,) = site.build().warnings
    assert "unknown question 'cast'; expected one of: integer-promotion, " in warning


def test_a_known_failure_has_its_reason_and_both_sides(site):
    site.report()
    site.index(".. conformance-ledger:: mindspore")
    built = site.build()
    text = built.doctree().astext()
    assert "dtype=int8 is ignored for an int8 tensor, the sum comes back as int32" in text
    row = built.table("Case", "API")[0]
    assert row[0].startswith("cumsum/behaviour/int8-overflow ")
    assert row[1:] == [
        f"{METHOD} mindspore 2.10.0",
        "int8 (3,) [100, -56, 44]",
        "int32 (3,) [100, 200, 300]",
        "known",
    ]
    assert built.warnings == []


def test_a_known_failure_that_is_gone_is_shown_as_fixed(site):
    site.report({("int8-overflow", METHOD): returned([100, -56, 44], "int8")})
    site.index(".. conformance-ledger:: mindspore")
    rows = site.build().table("Case", "API")
    assert [row[4] for row in rows if row[0].startswith("cumsum/behaviour/int8-overflow")] == [
        "fixed",
        "known",
    ]


def test_a_ledger_of_an_unknown_backend_is_a_warning(site):
    site.index(".. conformance-ledger:: onnx")
    (warning,) = site.build().warnings
    assert (
        "unknown backend 'onnx'; expected one of: array-api-strict, jax, mindspore, numpy, paddle, "
        "reference, tensorflow, torch"
    ) in warning


def test_a_backend_without_known_failures_says_so(site):
    site.index(".. conformance-ledger:: reference")
    assert "No failure is known." in site.build().doctree().astext()


def test_an_error_that_comes_late_is_told_with_its_calls_and_a_script(site):
    late = Raised(("RuntimeError",), "Launch failed, name:Sum-op7\nC++", "realise")
    again = Raised(("RuntimeError",), "Launch failed, name:Sum-op9", "realise")
    ended = {("first-axis", OPS): late, ("single-row", OPS): again, ("single-row", NUMPY): late}
    site.report(ended)
    site.index(".. conformance-late-errors::")
    built = site.build()
    assert built.table("Target", "Exception") == [
        ["mindspore 2.10.0", "RuntimeError: Launch failed, ...", f"{OPS}, {NUMPY}", "3"]
    ]
    text = built.doctree().astext()
    assert f"{OPS} on mindspore 2.10.0 raises when its result is read:" in text
    assert built.warnings == []


def test_without_late_errors_none_are_told(site):
    site.index(".. conformance-late-errors::")
    assert "Not run." in site.build().doctree().astext()
    site.report()
    assert "None were found." in site.build().doctree().astext()
