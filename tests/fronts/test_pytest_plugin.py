import json
import subprocess
import sys
import sysconfig
import textwrap
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import conformance

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
VERSION = conformance.__version__
API = f"reference_impl.cumsum-reference-{VERSION}"
PAGE = "cumsum/mindspore-r2.0-torch"
INT8 = f"{PAGE}/dtype-int8[{API}]"
INNERMOST = f"{PAGE}/innermost-axis[{API}]"
REFERENCE = "--backend=reference"


def report_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def statuses(path: Path) -> dict[str, str]:
    """The status of every verdict of a report, by id."""
    return {line["id"]: line["status"] for line in report_lines(path)[1:-1]}


def failed(run):
    return {item for item, word in run.outcomes.items() if word == "FAILED"}


@pytest.fixture(scope="module")
def plain(new_project):
    """A run where everything is as it should be, in a project with a test that fails."""
    project = new_project()
    project.write("test_own.py", "def test_own(): assert False\n")
    return project.pytest(REFERENCE)


@dataclass(frozen=True)
class Red:
    """A verbose run after one number was changed. line: where, in the page's file."""

    project: Any
    line: int
    run: Any


@pytest.fixture(scope="module")
def red(new_project):
    project = new_project()
    line = project.edit(project.page, "[9, 16, 28, 35]", new="[9, 16, 28, 36]")
    run = project.pytest(REFERENCE, "-v", "--junitxml=junit.xml", "--conformance-report=run.jsonl")
    return Red(project, line, run)


def test_every_task_is_an_item_whose_node_id_is_the_task_s_id(project):
    run = project.pytest(REFERENCE, "--collect-only", "-q", PAGE)

    assert run.code == 0
    assert run.text.splitlines()[:2] == [INNERMOST, INT8]


def test_the_project_s_cases_pass_and_its_tests_are_not_collected(plain):
    assert plain.code == 0
    assert set(plain.counts) == {"passed", "skipped"}
    assert plain.counts["passed"] > 50


def test_the_header_names_the_targets_and_the_cases(plain):
    count = sum(plain.counts.values())
    header = f"conformance: reference {VERSION}; {count} tasks of the cases in cases"
    assert header in plain.text


def test_progress_is_shown_by_case_file(plain):
    assert f"\n{PAGE} ..  " in plain.text


def test_with_a_path_the_project_s_own_tests_run_too(project):
    project.write("tests/test_own.py", "def test_own(): pass\n")

    run = project.pytest(REFERENCE, "-v", "tests", PAGE)

    assert run.code == 0
    assert run.outcomes == {INNERMOST: "PASSED", INT8: "PASSED"}
    assert "tests/test_own.py::test_own PASSED" in run.text


def test_without_backend_nothing_of_ours_is_imported(project):
    project.write(
        "test_own.py",
        "import sys\n\n\ndef test_own():\n"
        "    assert sorted(m for m in sys.modules if m.split('.')[0] == 'conformance') == [\n"
        "        'conformance', 'conformance.fronts', 'conformance.fronts.pytest_plugin']\n"
        "    assert not {'numpy', 'yaml', 'click'} & set(sys.modules)\n",
    )

    assert project.pytest().counts == {"passed": 1}


OWN_OPTION = """
def pytest_addoption(parser):
    parser.addoption("--backend", default="numpy")
"""
OWN_TEST = """
def test_own(pytestconfig):
    assert pytestconfig.getoption("backend") == "cupy"
"""


def test_a_project_keeps_an_option_of_its_own_that_is_called_like_ours(project):
    project.write("conftest.py", OWN_OPTION)
    project.write("test_own.py", OWN_TEST)

    assert project.pytest("--backend=cupy").counts == {"passed": 1}
    assert project.pytest("--conformance-backend=reference", PAGE).counts == {"passed": 2}


def test_the_value_of_an_option_is_not_taken_for_a_path(project):
    project.write("pytest.ini", "[pytest]\ntestpaths = tests\naddopts = --of-tests\n")
    project.write(
        "tests/conftest.py",
        OWN_OPTION.replace("--backend", "--of-tests").replace(
            'default="numpy"', 'action="store_true"'
        ),
    )

    run = project.pytest("--backend", "reference", "--cases", "cases", "-k", "r2.0-torch")

    assert run.counts == {"passed": 2, "deselected": run.counts["deselected"]}


# What a failure says.


def test_a_changed_number_fails_exactly_its_case_and_names_file_and_line(red):
    text = red.run.text

    assert red.run.code == 1
    assert failed(red.run) == {INT8}
    assert (
        f"{PAGE}/dtype-int8 · reference_impl.cumsum · reference {VERSION}: "
        "1 of 16 values differ, greatest difference 1 at [3, 3]\n" in text
    )
    assert "\nat        [3, 3]: expected 36, actual 35\n" in text
    # The case begins three lines above its expectation.
    assert f"\ncase      cases/{PAGE}.yaml:{red.line - 3}:" in text
    assert '\nsource    "Function Differences with torch.cumsum", lines 64 to 96 of ' in text
    assert f"FAILED {INT8} - 1 of 16 values differ, greatest difference 1 at [3, 3]\n" in text


def test_the_snippet_of_a_failure_shows_the_actual_values_in_a_bare_python(red):
    _, _, after = red.run.text.partition("to see it in a bare Python:\n")
    script = textwrap.dedent(after.partition("=====")[0].partition("-----")[0])

    done = subprocess.run(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, check=True
    )

    assert "import reference_impl" in script
    assert done.stdout.splitlines()[-1] == " [ 9 16 28 35]] int8"


def test_no_traceback_of_ours_is_shown(red):
    assert "Traceback" not in red.run.text
    assert "pytest_items" not in red.run.text


def test_junit_has_the_explanation_the_id_and_the_status(red):
    tree = ElementTree.parse(red.project.folder / "junit.xml")
    case = next(case for case in tree.iter("testcase") if case.get("name") == f"dtype-int8[{API}]")
    failure = case.find("failure")

    assert case.get("classname") == "cumsum.mindspore-r2.0-torch"
    assert failure.get("message") == "1 of 16 values differ, greatest difference 1 at [3, 3]"
    assert "at        [3, 3]: expected 36, actual 35" in failure.text
    assert "import reference_impl" in failure.text
    assert {p.get("name"): p.get("value") for p in case.iter("property")} == {
        "conformance-task": INT8,
        "conformance-status": "failed",
    }


def test_xdist_gives_the_same_outcomes_texts_and_report(red):
    both = red.project.pytest(REFERENCE, "-v", "-n2", "--conformance-report=both.jsonl")

    assert both.code == 1
    assert both.outcomes == red.run.outcomes
    assert "\nat        [3, 3]: expected 36, actual 35\n" in both.text
    assert f"FAILED {INT8} - 1 of 16 values differ" in both.text
    assert statuses(red.project.folder / "both.jsonl") == statuses(red.project.folder / "run.jsonl")


def test_xdist_starts_a_target_once(project):
    """The target is an interpreter that writes down how it is started."""
    counting = project.write("counting", f'#!/bin/sh\necho "$@" >> {project.folder}/starts\n')
    with counting.open("a") as script:
        script.write(f'exec "{sys.executable}" "$@"\n')
    counting.chmod(0o755)
    entry = '[targets.mine]\nbackend = "reference"\ninterpreter = "./counting"\n'
    project.write("targets.toml", entry)
    project.write("pyproject.toml", '[tool.conformance]\ntargets = "targets.toml"\n')

    run = project.pytest("--backend=mine", "-n3", "cumsum/mindspore-r2.0-torch")

    assert run.code == 0
    assert run.counts["passed"] == 2
    starts = (project.folder / "starts").read_text("utf-8").splitlines()
    assert sum("run/worker " in start for start in starts) == 1


def test_lf_runs_only_what_failed(red):
    assert red.project.pytest(REFERENCE, "--lf", "-v").outcomes == {INT8: "FAILED"}


def test_ff_runs_first_what_failed(red):
    run = red.project.pytest(REFERENCE, "--ff", "-v")

    assert next(iter(run.outcomes)) == INT8
    assert len(run.outcomes) > 50


def test_swapped_rows_fail_exactly_their_case(project):
    project.edit(
        project.page, "[3, 4, 6, 10], [4, 10, 13, 19]", new="[4, 10, 13, 19], [3, 4, 6, 10]"
    )

    run = project.pytest(REFERENCE, "-v")

    assert failed(run) == {INT8}
    assert "8 of 16 values differ" in run.text


def test_a_changed_dtype_fails_exactly_its_case(project):
    project.edit(project.page, "expect: {dtype: int8,", new="expect: {dtype: int16,")

    run = project.pytest(REFERENCE, "-v")

    assert failed(run) == {INT8}
    assert f"FAILED {INT8} - dtype is int8, expected int16" in run.text


def test_a_failure_in_one_line_is_the_place_and_the_summary(project):
    project.edit(project.page, "expect: {dtype: int8,", new="expect: {dtype: int16,")

    run = project.pytest(REFERENCE, "--tb=line", INT8)

    assert f"{PAGE}.yaml:25: dtype is int8, expected int16\n" in run.text


# Selection.


def test_k_selects_by_parts_of_the_id(project):
    run = project.pytest(REFERENCE, "-v", "-k", "r2.0-torch and not int8 and reference_impl.cumsum")

    assert run.outcomes == {INNERMOST: "PASSED"}


def test_a_pasted_node_id_selects_its_item(project):
    run = project.pytest(REFERENCE, "-v", INT8)

    assert run.outcomes == {INT8: "PASSED"}


def test_an_id_is_shown_and_taken_in_a_folder_below_the_root(project):
    project.write("below/notes.txt", "")

    run = project.pytest(REFERENCE, "-v", INT8, below="below")

    assert run.outcomes == {INT8: "PASSED"}


def test_deselect_takes_a_node_id(project):
    run = project.pytest(REFERENCE, "-v", "--deselect", INT8, PAGE)

    assert run.outcomes == {INNERMOST: "PASSED"}


def test_cases_names_another_folder(project):
    (project.folder / "cases").rename(project.folder / "elsewhere")
    project.edit(
        project.folder / f"elsewhere/{PAGE}.yaml", "[9, 16, 28, 35]", new="[9, 16, 28, 36]"
    )

    run = project.pytest(REFERENCE, "--cases=elsewhere", "-v", PAGE)

    assert run.outcomes == {INNERMOST: "PASSED", INT8: "FAILED"}


# What pytest and its plug-ins do with items.


def test_x_stops_at_the_first_failure(project):
    project.edit(project.page, "[9, 16, 28, 35]", new="[9, 16, 28, 36]")
    project.edit(project.page, "[3, 7, 13, 23]", new="[3, 7, 13, 24]")

    run = project.pytest(REFERENCE, "-x", "-v", PAGE)

    assert run.code == 1
    assert run.outcomes == {INNERMOST: "FAILED"}


def test_listing_options_list(project):
    project.write("conftest.py", "import pytest\n\n\n@pytest.fixture\ndef own(): 'Mine.'\n")

    for option in ("--setup-plan", "--fixtures", "--collect-only"):
        run = project.pytest(REFERENCE, option, PAGE)
        assert (option, run.code) == (option, 0), run.text


# The report.


def test_a_report_has_every_verdict_and_a_footer(red):
    header, *verdicts, footer = report_lines(red.project.folder / "run.jsonl")

    assert [target["name"] for target in header["targets"]] == [f"reference-{VERSION}"]
    assert {line["id"] for line in verdicts} == set(red.run.outcomes)
    assert footer["counts"]["failed"] == 1
    assert sum(footer["counts"].values()) == len(verdicts)
    place = next(line["place"] for line in verdicts if line["id"] == INT8)
    assert place.startswith(f"cases/{PAGE}.yaml:")


def test_a_report_that_cannot_be_written_is_told(project):
    project.write("file", "")

    run = project.pytest(REFERENCE, "--conformance-report=file/run.jsonl", PAGE)

    assert run.code == 4
    assert (
        "ERROR: --conformance-report names 'file/run.jsonl', which cannot be written: " in run.text
    )


def test_a_run_that_was_stopped_leaves_a_report_without_footer(project):
    project.edit(project.page, "[3, 7, 13, 23]", new="[3, 7, 13, 24]")

    project.pytest(REFERENCE, "-x", "--conformance-report=run.jsonl", PAGE)

    assert [line["kind"] for line in report_lines(project.folder / "run.jsonl")] == [
        "header",
        "verdict",
    ]


# Wrong questions: exit 4, a whole message, no traceback.


def test_an_unknown_backend_is_told_which_there_are(project):
    run = project.pytest("--backend=refrence")

    assert run.code == 4
    assert "ERROR: no backend is registered under the name 'refrence'; registered: " in run.text
    assert "Traceback" not in run.text


def test_an_unknown_file_is_told_which_there_are(project):
    run = project.pytest(REFERENCE, "cumsum/nope")

    assert run.code == 4
    assert run.text.strip() == (
        "ERROR: no case matches 'cumsum/nope'; expected cumsum/FILE or cumsum/FILE/CASE, where "
        "FILE is one of: behaviour, mindspore-r2.0-torch; `conformance list --op cumsum` prints "
        "every case"
    )


def test_an_unknown_id_is_told_what_the_case_has(project):
    run = project.pytest(REFERENCE, f"{PAGE}/dtype-int8[torch.cumsum-torch-1.8.1]")

    assert run.code == 4
    assert run.text.strip() == (
        f"ERROR: no item has the id '{PAGE}/dtype-int8[torch.cumsum-torch-1.8.1]'; "
        f"the case has on the targets of --backend: {INT8}"
    )


def test_a_file_that_is_not_there_is_pytest_s_to_tell(project):
    run = project.pytest(REFERENCE, "tests/test_nope.py")

    assert run.code == 4
    assert run.text.splitlines()[-2:][0] == "ERROR: file or directory not found: tests/test_nope.py"


@pytest.mark.parametrize("how", ["-n0", "-n2"])
def test_a_broken_case_file_is_told_with_its_place(project, how):
    line = project.edit(project.page, "dtype: int8, values", new="dtype: int9, values")

    run = project.pytest(REFERENCE, how)

    assert run.code == 4
    assert run.text.startswith(f"ERROR: cases/{PAGE}.yaml:{line}:")
    assert "Traceback" not in run.text
    assert "INTERNALERROR" not in run.text


def test_a_time_limit_that_is_no_time_is_refused(project):
    run = project.pytest(REFERENCE, "--conformance-timeout=-1")

    assert run.code == 4
    assert "argument --conformance-timeout: '-1' is no time; expected seconds above 0\n" in run.text


def test_a_target_that_is_not_installed_is_told_what_to_do(project):
    run = project.pytest("--backend=torch@2.13.0")

    assert run.code == 4
    assert run.text.strip() == (
        "ERROR: torch 2.13.0 is not installed: run `conformance install torch@2.13.0`"
    )


def test_beside_a_target_that_runs_one_that_is_not_installed_fails_its_items(project):
    run = project.pytest(REFERENCE, "--backend=torch@2.13.0", "-v", f"{PAGE}/dtype-int8")

    missing = f"{PAGE}/dtype-int8[torch.cumsum-torch-2.13.0]"
    assert run.outcomes[INT8] == "PASSED"
    assert run.outcomes[missing] == "FAILED"
    why = "not-run, target: torch-2.13.0 could not be started: torch 2.13.0 is not installed: run "
    assert f"FAILED {missing} - {why}" in run.text
    assert f"\n{PAGE}/dtype-int8 · torch.cumsum · torch 2.13.0: {why}" in run.text


# Somebody else's machine.


def test_the_installed_package_runs_its_own_cases_in_an_empty_folder(tmp_path):
    """A wheel in a bare environment; its dependencies are borrowed, they are not what is asked."""
    wheels, venv, empty = tmp_path / "wheels", tmp_path / "venv", tmp_path / "empty"
    empty.mkdir()
    # The network is asked only where the build backend is not here anyway.
    isolation = [] if find_spec("hatchling") is None else ["--no-build-isolation"]
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", *isolation]
    subprocess.run([*build, "--wheel-dir", wheels, ROOT], check=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", venv], check=True)
    python = venv / "bin/python"
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*install, "--no-index", "--no-deps", *wheels.iterdir()], check=True)
    (site_packages,) = venv.glob("lib/python*/site-packages")
    (site_packages / "borrowed.pth").write_text(sysconfig.get_path("purelib"))

    done = subprocess.run(
        [python, "-m", "pytest", "-p", "no:hypothesispytest", REFERENCE, "-v", PAGE],
        cwd=empty,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )

    packaged = site_packages / "conformance/_cases"
    assert f"2 tasks of the cases in {packaged}\n" in done.stdout
    assert f"{INT8} PASSED" in done.stdout
    assert done.returncode == 0
