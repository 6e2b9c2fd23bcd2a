"""The command line as people use it: real processes, real files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = Path(sys.executable).with_name("conformance")
PAGE = "cumsum/mindspore-r2.0-torch"


def conformance(*arguments, cwd, home=None, stdin=None):
    environment = {key: value for key, value in os.environ.items() if key != "COLUMNS"}
    environment["CONFORMANCE_HOME"] = str(home or Path(cwd) / ".home")
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd, env=environment, input=stdin, capture_output=True, text=True, timeout=120,
        check=False,
    )  # fmt: skip


def test_without_a_backend_the_reference_runs(project):
    done = conformance("run", PAGE, cwd=project.folder)
    assert done.returncode == 0, done.stderr
    assert "✓ passed" in done.stdout


def test_a_changed_number_is_red_and_named_with_file_and_line(project):
    project.edit(project.page, "[1, 4, 11, 20]]}", new="[1, 4, 11, 21]]}")
    done = conformance("run", cwd=project.folder)
    assert done.returncode == 1
    assert (
        f"{PAGE}/innermost-axis · reference_impl.cumsum · reference 0.1.0: "
        "1 of 16 values differ, greatest difference 1 at [3, 3]"
    ) in done.stdout
    assert "case      cases/cumsum/mindspore-r2.0-torch.yaml:" in done.stdout
    assert 'source    "Function Differences with torch.cumsum", lines 34 to 62 of ' in done.stdout


def test_json_output_is_the_report(project):
    done = conformance("run", PAGE, "--format", "json", "--report", "r.jsonl", cwd=project.folder)
    printed = [json.loads(line) for line in done.stdout.splitlines()]
    written = [json.loads(line) for line in (project.folder / "r.jsonl").read_text().splitlines()]
    assert [r["kind"] for r in printed] == ["header", "verdict", "verdict", "footer"]
    assert printed == written


def test_a_report_has_the_keys_that_readers_need(project):
    conformance("run", PAGE, "--report", "r.jsonl", cwd=project.folder)
    verdict = json.loads((project.folder / "r.jsonl").read_text().splitlines()[1])
    assert verdict.keys() >= {
        "op", "case", "api", "target", "status", "expected", "actual", "mismatches", "duration_s",
    }  # fmt: skip
    assert verdict["actual"]["outputs"][0]["dtype"] == "float32"


def test_show_tells_what_run_told(project):
    ran = conformance("run", PAGE, "--report", "r.jsonl", cwd=project.folder)
    shown = conformance("show", "r.jsonl", cwd=project.folder)
    assert shown.returncode == 0
    assert shown.stdout.splitlines()[1:] == ran.stdout.splitlines()[:-1]


def test_show_refuses_a_report_that_was_cut_off(project):
    conformance("run", PAGE, "--report", "r.jsonl", cwd=project.folder)
    path = project.folder / "r.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    done = conformance("show", "r.jsonl", cwd=project.folder)
    assert (done.returncode, done.stderr) == (
        2,
        "conformance: r.jsonl:3: the report ends without a footer; the run was cut off: "
        "`conformance run --resume r.jsonl` runs the rest\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["run", "cumsom"],
            "conformance: no case matches 'cumsom'; expected OP, OP/FILE or OP/FILE/CASE, where OP "
            "is one of: cumsum; `conformance list` prints every case\n",
        ),
        (
            ["run", "--api", "torch.cumsum"],
            "conformance: no selected backend has the API 'torch.cumsum'; "
            "expected one of: reference_impl.cummax, reference_impl.cummin, "
            "reference_impl.cumprod, reference_impl.cumsum, reference_impl.logcumsumexp\n",
        ),
        (
            ["run", "--backend", "reference", "--backend", "reference"],
            "conformance: two --backend name the target reference-0.1.0; expected each once\n",
        ),
        (
            ["run", "--cases", "nowhere"],
            "conformance: --cases names 'nowhere'; expected a folder of case files\n",
        ),
        (
            ["list", "--op", "cumsom"],
            "conformance: no operation 'cumsom'; expected one of: cumsum\n",
        ),
        (
            ["show", "none.jsonl"],
            "conformance: none.jsonl: no such file; expected a report of `conformance run`\n",
        ),
    ],
)
def test_a_wrong_question_is_answered_with_2_and_what_to_do(project, arguments, message):
    done = conformance(*arguments, cwd=project.folder)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


def test_a_backend_that_is_not_installed_says_how_to_install_it(project):
    done = conformance("run", "--backend", "torch@2.12.0", cwd=project.folder)
    assert done.returncode == 2
    assert "conformance install torch@2.12.0" in done.stderr


def test_beside_a_missing_target_the_others_run_and_the_gate_is_red(project):
    done = conformance(
        "run", PAGE, "--backend", "torch@2.12.0", "--backend", "reference", cwd=project.folder
    )
    assert done.returncode == 1
    assert "✓ passed" in done.stdout
    assert "✗ not-run" in done.stdout
    assert "conformance install torch@2.12.0" in done.stdout


def test_a_mistake_in_a_case_file_is_one_line_without_a_traceback(project):
    line = project.edit(project.page, "dtype: int8}", new="dtype: int88}")
    done = conformance("run", cwd=project.folder)
    assert done.returncode == 2
    assert done.stderr.startswith(f"conformance: cases/cumsum/mindspore-r2.0-torch.yaml:{line}:")
    assert len(done.stderr.splitlines()) == 1


def test_in_process_gives_the_same_verdicts(project):
    workers = conformance("run", "--format", "json", cwd=project.folder)
    alone = conformance("run", "--format", "json", "--in-process", cwd=project.folder)

    def verdicts(done):
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return {v["id"]: v["status"] for v in lines if v["kind"] == "verdict"}

    assert verdicts(alone) == verdicts(workers)
    assert len(verdicts(alone)) > 50


def test_list_names_every_case_with_its_line(project):
    done = conformance("list", "--format", "json", cwd=project.folder)
    cases = {row["case"]: row for row in json.loads(done.stdout)}
    assert cases["cumsum/behaviour/cast-precedes-sum"]["question"] == "cast-order"
    place = cases[f"{PAGE}/dtype-int8"]["place"]
    file, line, _ = place.split(":")
    text = (project.folder / file).read_text().splitlines()[int(line) - 1]
    assert "dtype-int8" in text


def test_the_shipped_files_have_no_findings():
    done = conformance("lint", cwd=ROOT)
    assert (done.returncode, done.stdout) == (0, "")


def test_lint_finds_a_question_that_nobody_asks(project):
    path = project.folder / "cases/differences.yaml"
    path.write_text(
        path.read_text()
        + "\n  unasked:\n    asks: What?\n    why: No reason.\n    port: Nothing.\n"
        "    choices:\n      a: {means: one, dtype: int8}\n      b: {means: two, dtype: int16}\n"
    )
    done = conformance("lint", cwd=project.folder)
    assert done.returncode == 1
    assert "unasked" in done.stdout


def test_schema_prints_a_json_schema():
    done = conformance("schema", "page", cwd=ROOT)
    assert json.loads(done.stdout)["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_an_unknown_schema_names_the_known_ones():
    done = conformance("schema", "pages", cwd=ROOT)
    assert done.returncode == 2
    assert done.stderr.startswith("conformance: no schema 'pages'; expected one of: ")


def test_a_repro_script_runs_in_a_bare_python_and_shows_the_result(project):
    script = conformance("repro", f"{PAGE}/dtype-int8", cwd=project.folder).stdout
    done = subprocess.run(
        [sys.executable, "-"], input=script, capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("[ 9 16 28 35]] int8\n")


def test_repro_takes_the_id_of_a_task(project):
    case = f"{PAGE}/dtype-int8[reference_impl.cumsum-reference-0.1.0]"
    done = conformance("repro", case, cwd=project.folder)
    assert done.stdout.startswith(f'# {case}\n# "Function Differences with torch.cumsum", lines ')


def test_backends_say_what_is_missing(project):
    done = conformance("backends", "--format", "json", cwd=project.folder)
    rows = {row["backend"]: row for row in json.loads(done.stdout)}
    assert rows["reference"]["missing"] == ""
    assert "conformance install mindspore" in rows["mindspore"]["missing"]
    assert "mindspore.mint.cumsum" in rows["mindspore"]["apis"]


def test_a_closed_pipe_is_no_traceback(project):
    done = subprocess.run(
        f"{COMMAND} list | head -n 1",
        shell=True, cwd=project.folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""
