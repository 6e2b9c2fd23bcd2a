"""What the documentation says is what there is."""

import io
import re
import shutil
import sys
from collections import Counter
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path

import click
import numpy as np
import pytest
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import docutils_namespace, patch_docutils

import reference_impl
from conformance.decide.explain import explain
from conformance.decide.judge import decline, judge
from conformance.decide.plan import Selection, make_plan
from conformance.decide.shard import Shard
from conformance.decide.truth import TRUTH_KINDS
from conformance.files.backend_files import load_backend
from conformance.files.conditions import PARTS
from conformance.files.differences import EXPECT_KEYS
from conformance.files.load import load_suite
from conformance.files.report import footer_data, header_data, verdict_data
from conformance.files.schemas import schema_kinds
from conformance.fronts.cli import main
from conformance.fronts.pytest_plugin import OPTIONS
from conformance.model.backend import BINDING_KINDS, Target
from conformance.model.case import CLAIMS, ERROR_WORDS, PARAMETER_KINDS
from conformance.model.outcome import Evidence, Returned
from conformance.model.tensor import Tensor
from conformance.model.verdict import Accuracy, Status

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def text_of(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def listed(name: str, head: str) -> dict[str, str]:
    """The rows of the list-table whose head has head as its first cell: both cells as written."""
    part = text_of(name).partition(f"   * - {head}\n")[2].partition("\n\n")[0]
    rows = [row.split("\n     - ", 1) for row in re.split(r"^   \* - ", part, flags=re.M)[1:]]
    return {key.strip(): " ".join(value.split()) for key, value in rows}


@pytest.fixture
def options_of_the_documentation() -> dict[str, set[str]]:
    """program -> its options, as command-line.rst has them."""
    found: dict[str, set[str]] = {}
    program = ""
    text = text_of("command-line.rst")
    for kind, words in re.findall(r"^\.\. (program|option):: (.*)$", text, re.M):
        if kind == "program":
            program = words
            found[program] = set()
        else:
            found[program] |= set(re.findall(r"--[\w-]+", words))
    return found


def test_every_command_is_documented_with_every_option(options_of_the_documentation):
    expected = {
        f"conformance {name}": {
            option for p in command.params if isinstance(p, click.Option) for option in p.opts
        }
        for name, command in main.commands.items()
    }
    documented = dict(options_of_the_documentation)
    assert documented.pop("pytest")
    assert documented == expected


def test_every_option_of_the_pytest_plug_in_is_documented(options_of_the_documentation):
    expected = {name for names, _ in OPTIONS.values() for name in names}
    assert options_of_the_documentation["pytest"] == expected


def test_every_kind_of_schema_is_named():
    named = re.search(r"kind of file: (.*?)\.\n", text_of("command-line.rst"), re.S)
    assert named is not None
    assert set(re.findall(r"``(\w+)``", named[1])) == set(schema_kinds())


def test_the_glossary_has_every_status():
    part = text_of("glossary.rst").partition("\n   status\n")[2].partition("\n   claim\n")[0]
    terms = re.findall(r"^      (``.*``)$", part, re.M)
    assert re.findall(r"``([\w-]+)``", " ".join(terms)) == [str(status) for status in Status]


def test_the_glossary_has_every_truth():
    part = text_of("glossary.rst").partition("\n   truth\n")[2].partition("\n   ledger\n")[0]
    terms = re.findall(r"^      (``.*``)$", part, re.M)
    words = re.findall(r"``([a-z ]+?)(?: VERSION)?``", " ".join(terms))
    assert sorted(words) == sorted(TRUTH_KINDS)


def test_every_error_word_is_listed_with_its_meaning():
    assert listed("writing-cases.rst", "Word") == {f"``{w}``": m for w, m in ERROR_WORDS.items()}


def test_every_key_of_an_expectation_is_listed():
    keys = [re.match(r"``([\w-]+)", key) for key in listed("writing-cases.rst", "Key")]
    assert {key[1] for key in keys if key} == EXPECT_KEYS


def test_every_key_of_a_report_is_listed():
    part = text_of("report-format.rst").partition("\nHeader\n")[2]
    documented = {key for keys in re.findall(r"^   \* - (``.*``)$", part, re.M)
                  for key in re.findall(r"``(\w+)``", keys)}  # fmt: skip
    assert documented == reported_keys()


def reported_keys() -> set[str]:
    """The keys of a header, a footer, and verdicts of every sort."""
    mindspore = load_backend(ROOT / "conformance" / "backends" / "mindspore")
    target = Target("mindspore", "2.10.0", None)
    selection = Selection(("cumsum/behaviour/int8-overflow",), ("mindspore.Tensor.cumsum",))
    (task,) = make_plan(load_suite(ROOT / "cases"), [(mindspore, target)], selection=selection)
    assert task.known is not None
    values = task.known.outcome.outputs[0].values
    assert values is not None
    known = judge(task, Returned((values,), evidence=Evidence("printed", ("self", "axis"))))
    now = datetime(2026, 5, 4, tzinfo=timezone.utc)
    page = Selection(("cumsum/mindspore-r2.0-torch/dtype-int8",), ("mindspore.ops.cumsum",))
    (claim,) = make_plan(load_suite(ROOT / "cases"), [(mindspore, target)], selection=page)
    beyond = Selection(("cumsum/behaviour/beyond-2-31",), ("mindspore.ops.cumsum",))
    (large,) = make_plan(load_suite(ROOT / "cases"), [(mindspore, target)], selection=beyond)
    records = (
        verdict_data(decline(large)),
        header_data([target], started=now, shard=Shard(1, 2), resume={}),
        verdict_data(decline(replace(claim, refusal="not here"))),
        verdict_data(replace(known, accuracy=Accuracy(0.5, (0,), "correctly-rounded")), "c0"),
        verdict_data(decline(replace(task, refusal="no such parameter"))),
        footer_data(Counter(), started=now, ended=now, cached=1),
    )
    return {key for record in records for key in record}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("writing-cases.rst", PARAMETER_KINDS),
        ("writing-cases.rst", CLAIMS),
        ("adding-a-backend.rst", BINDING_KINDS),
    ],
)
def test_every_word_of_a_vocabulary_is_named(name, words):
    assert [word for word in words if f"``{word}``" not in text_of(name)] == []


def test_every_part_of_a_condition_is_shown():
    shown = re.search(r"when: \{(.*)\}", text_of("adding-a-backend.rst"))
    assert shown is not None
    assert set(re.findall(r"(\w+): [\"\[]", shown[1])) == set(PARTS)


def test_the_case_files_that_are_shown_can_be_loaded():
    suite = load_suite(DOCS / "snippets" / "cases")
    assert {case.op for case in suite.cases} == {"floor_divide", "flip"}


def test_the_failure_that_is_shown_is_what_a_failure_prints(tmp_path, monkeypatch):
    shutil.copytree(ROOT / "cases", tmp_path / "cases")
    monkeypatch.chdir(tmp_path)
    page = Path("cases/cumsum/mindspore-r2.0-torch.yaml")
    text = page.read_text("utf-8")
    assert text.count("[4, 10, 13, 19]") == 1
    page.write_text(text.replace("[4, 10, 13, 19]", "[4, 10, 13, 20]"), "utf-8")
    selection = Selection(("cumsum/mindspore-r2.0-torch/dtype-int8",), ("torch.cumsum",))
    torch = load_backend(ROOT / "conformance" / "backends" / "torch")
    target = Target("torch", "2.13.0", None)
    (task,) = make_plan(load_suite(Path("cases")), [(torch, target)], selection=selection)
    x = task.call.arguments[0][1]
    assert isinstance(x, Tensor)
    actual = reference_impl.cumsum(x.array(), axis=0, dtype=np.dtype("int8"))
    verdict = judge(task, Returned((Tensor.of(actual, "int8"),)))
    assert text_of("snippets/failure.txt") == explain(verdict).rstrip() + "\n"


@pytest.fixture(scope="module")
def unmeasured(tmp_path_factory):
    """This site built without a report: the application and the warnings."""
    folder = tmp_path_factory.mktemp("site")
    warnings = io.StringIO()
    path = list(sys.path)
    with patch_docutils(str(ROOT)), docutils_namespace():
        app = Sphinx(
            DOCS,
            ROOT,
            folder / "html",
            folder / "doctrees",
            "dummy",
            confoverrides={"conformance_reports": str(folder / "no-reports")},
            status=None,
            warning=warnings,
        )
        app.build()
    sys.path[:] = path
    return app, warnings.getvalue()


def test_the_site_builds_without_a_report_and_says_not_run(unmeasured):
    app, warnings = unmeasured
    assert warnings == ""
    assert "No report was found" in app.env.get_doctree("index").astext()
    page = app.env.get_doctree("pages/cumsum").astext()
    assert "not run" in page
    assert "confirmed" not in page.replace("confirmed\n\nrefuted\n\nunverifiable", "")


def test_the_page_for_cumsum_has_what_the_original_has(unmeasured):
    app, _ = unmeasured
    document = app.env.get_doctree("pages/cumsum")
    text = document.astext()
    for part in (
        "torch.cumsum(input, dim, *, dtype=None, out=None)",
        "mindspore.ops.cumsum(x, axis, dtype=None)",
        "the same parameter, another name",
        "no such parameter in mindspore.ops.cumsum",
        "[[ 3.,  7., 13., 23.],\n [ 1.,  7., 14., 23.],\n",
        "[[ 3,  4,  6, 10],\n [ 4, 10, 13, 19],\n [ 8, 13, 21, 26],\n [ 9, 16, 28, 35]]",
    ):
        assert part in text
    links = {link["refuri"] for link in document.findall(nodes.reference) if "refuri" in link}
    assert {
        "https://pytorch.org/docs/1.8.1/generated/torch.cumsum.html",
        "https://www.mindspore.cn/docs/en/r2.0/api_python/ops/mindspore.ops.cumsum.html",
    } <= links
