"""The first page on the real frameworks, and what a mistake in its file does there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.fronts.session import resolve_targets, settings_here

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
COMMAND = Path(sys.executable).with_name("conformance")
SPECS = ("torch", "mindspore", "reference")
APIS = {
    "torch.cumsum-torch-2.13.0",
    "mindspore.ops.cumsum-mindspore-2.10.0",
    "reference_impl.cumsum-reference-0.1.0",
}
PAGE = "cumsum/mindspore-r2.0-torch"


@pytest.fixture(scope="module", autouse=True)
def _installed():
    for _, target in resolve_targets(SPECS, settings_here()):
        if target.interpreter is None:
            pytest.skip(target.missing)


def run(cases, *addresses):
    """(exit status, verdict lines by id, what was told) of a run on all three."""
    backends = [word for spec in SPECS for word in ("--backend", spec)]
    done = subprocess.run(
        [COMMAND, "run", *addresses, *backends, "--cases", cases, "--format", "json"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return done.returncode, {v["id"]: v for v in lines if v["kind"] == "verdict"}


def red_on_all_three(verdicts):
    """The cases that failed, if each failed on the page's two APIs and the reference."""
    failed = {task for task, line in verdicts.items() if line["status"] == "failed"}
    cases = {task.partition("[")[0] for task in failed}
    for case in cases:
        assert {f"{case}[{api}]" for api in APIS} <= failed
    return cases


@pytest.fixture
def edited(tmp_path):
    """A copy of the cases with one replacement in the page's file."""

    def edited(old, new):
        folder = tmp_path / "cases"
        for path in (ROOT / "cases").rglob("*.yaml"):
            copy = folder / path.relative_to(ROOT / "cases")
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(path.read_text())
        page = folder / "cumsum" / "mindspore-r2.0-torch.yaml"
        text = page.read_text()
        assert text.count(old) == 1
        page.write_text(text.replace(old, new))
        return folder

    return edited


def test_both_examples_pass_on_torch_mindspore_and_the_reference():
    _, verdicts = run("cases", f"{PAGE}/innermost-axis", f"{PAGE}/dtype-int8")
    for api in APIS:
        for case in ("innermost-axis", "dtype-int8"):
            assert verdicts[f"{PAGE}/{case}[{api}]"]["status"] == "passed"


def test_integers_become_int64_on_torch_and_stay_on_mindspore_declared_and_observed():
    _, verdicts = run("cases", "cumsum/behaviour/integer-input-int8")
    torch = verdicts["cumsum/behaviour/integer-input-int8[torch.cumsum-torch-2.13.0]"]
    mindspore = verdicts[
        "cumsum/behaviour/integer-input-int8[mindspore.ops.cumsum-mindspore-2.10.0]"
    ]
    assert (torch["declared"], torch["observed"]) == ("default-int", ["default-int"])
    assert (mindspore["declared"], mindspore["observed"]) == ("keep", ["keep"])


def test_every_row_of_the_parameter_table_is_confirmed():
    _, verdicts = run("cases", *(f"{PAGE}/parameter-{p}" for p in ("x", "axis", "dtype", "out")))
    assert len(verdicts) == 8
    assert {line["status"] for line in verdicts.values()} == {"passed"}


@pytest.mark.parametrize(
    ("old", "new", "case", "mismatch"),
    [
        (
            "[1, 4, 11, 20]]}", "[1, 4, 11, 21]]}", "innermost-axis",
            "1 of 16 values differ, greatest difference 1 at [3, 3]",
        ),
        (
            "expect: {dtype: int8, values:", "expect: {dtype: int16, values:", "dtype-int8",
            "dtype is int8, expected int16",
        ),
        (
            "[3, 7, 13, 23], [1, 7, 14, 23]", "[1, 7, 14, 23], [3, 7, 13, 23]", "innermost-axis",
            "4 of 16 values differ, greatest difference 2 at [0, 0]",
        ),
    ],
    ids=["one number", "the dtype", "two rows swapped"],
)  # fmt: skip
def test_a_mistake_in_an_example_turns_exactly_that_case_red(edited, old, new, case, mismatch):
    cases = edited(old, new)
    status, verdicts = run(cases, f"{PAGE}/innermost-axis", f"{PAGE}/dtype-int8")
    assert status == 1
    assert red_on_all_three(verdicts) == {f"{PAGE}/{case}"}
    line = verdicts[f"{PAGE}/{case}[torch.cumsum-torch-2.13.0]"]
    assert [m["text"] for m in line["mismatches"]] == [mismatch]
    page = cases / "cumsum" / "mindspore-r2.0-torch.yaml"
    assert re.search(rf"^case      {re.escape(str(page))}:\d+:\d+$", line["explanation"], re.M)


def test_the_late_error_of_mint_lands_on_its_own_cases_only():
    _, verdicts = run("cases", "cumsum/behaviour/first-axis", "cumsum/behaviour/negative-axis")
    mint = [v for v in verdicts.values() if v["api"] == "mindspore.mint.cumsum"]
    assert {v["actual"]["phase"] for v in mint} == {"realise"}
    assert {v["status"] for v in mint} == {"unsupported"}
    others = [v for v in verdicts.values() if v["api"] != "mindspore.mint.cumsum"]
    assert {v["status"] for v in others} == {"passed"}
