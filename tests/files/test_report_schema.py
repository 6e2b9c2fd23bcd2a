"""The schema `report` against reports as runs write them, and against broken lines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from conformance.files.schemas import schema_text
from conformance.model.verdict import MISMATCH_KINDS, Status

ROOT = Path(__file__).parents[2]
SCHEMA = json.loads(schema_text("report"))
VALID = jsonschema.Draft202012Validator(SCHEMA)


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """The lines of a run in which one case fails."""
    folder = tmp_path_factory.mktemp("red")
    cases = folder / "cases"
    for path in (ROOT / "cases").rglob("*.yaml"):
        copy = cases / path.relative_to(ROOT / "cases")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text().replace("[1, 4, 11, 20]]", "[1, 4, 11, 21]]"))
    command = [
        Path(sys.executable).with_name("conformance"),
        "run",
        "cumsum/mindspore-r2.0-torch",
        "cumsum/behaviour/zero-d",
    ]
    done = subprocess.run(
        [*command, "--format", "json", "--cases", cases],
        capture_output=True,
        env=os.environ,
        cwd=folder,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_every_line_of_a_run_is_as_the_schema_says(lines):
    assert {line["kind"] for line in lines} == {"header", "verdict", "footer"}
    assert {"failed", "passed"} <= {line.get("status") for line in lines}
    assert [error.message for line in lines for error in VALID.iter_errors(line)] == []


@pytest.mark.parametrize(
    "change", [{"status": "fine"}, {"duration_s": "short"}, {"mismatches": [{}]}, {"extra": 1}]
)
def test_a_broken_verdict_is_refused(lines, change):
    verdict = next(line for line in lines if line["kind"] == "verdict")
    assert not VALID.is_valid(verdict | change)


def test_the_words_of_the_schema_are_those_of_the_model():
    assert SCHEMA["$defs"]["status"]["enum"] == [str(status) for status in Status]
    kinds = SCHEMA["$defs"]["mismatch"]["properties"]["kind"]["enum"]
    assert tuple(kinds) == MISMATCH_KINDS
