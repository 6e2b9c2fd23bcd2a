"""lint: what shows when case files and backends lie side by side."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from conformance.authoring.lint import lint
from conformance.files.backend_files import load_backend

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests/files/example"
BACKENDS = ("mindspore", "torch")
SHIPPED = sorted(path.parent.name for path in ROOT.glob("conformance/backends/*/bindings.yaml"))
SEED = "cases/cumsum/mindspore-r2.0-torch.yaml"
BEHAVIOUR = "cases/cumsum/behaviour.yaml"
DIFFERENCES = "cases/differences.yaml"
TORCH = "backends/torch/bindings.yaml"
MINDSPORE = "backends/mindspore/bindings.yaml"
LEDGER = "backends/mindspore/ledger.yaml"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of the example as the working directory, with the schemas where it says."""
    example = tmp_path / "tests/files/example"
    shutil.copytree(EXAMPLE, example)
    shutil.copytree(ROOT / "conformance/files/schema", tmp_path / "conformance/files/schema")
    monkeypatch.chdir(example)


def findings() -> list[str]:
    backends = [load_backend(Path("backends") / name) for name in BACKENDS]
    return [str(finding) for finding in lint(Path("cases"), backends)]


def change(file: str, old: str, new: str) -> int:
    """Replaces the first old in a file; the line in which it stood."""
    path = Path(file)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    return text[: text.index(old)].count("\n") + 1


def test_the_shipped_files_have_no_findings() -> None:
    backends = [load_backend(ROOT / "conformance/backends" / name) for name in SHIPPED]
    assert [str(finding) for finding in lint(ROOT / "cases", backends)] == []


@pytest.mark.usefixtures("example")
def test_the_example_has_no_findings() -> None:
    assert findings() == []


@pytest.mark.usefixtures("example")
def test_a_question_that_nobody_asks_is_found() -> None:
    line = change(DIFFERENCES, "  overflow:\n", UNUSED + "  overflow:\n")
    assert findings() == [
        f"{DIFFERENCES}:{line}:3: the difference 'never-asked', which no case asks; "
        "expected a case that asks it; add one, or remove the difference"
    ]


UNUSED = """\
  never-asked:
    asks: What?
    why: A reason.
    port: A way.
    choices: {one: {means: one}, two: {means: two}}
"""


@pytest.mark.usefixtures("example")
def test_a_question_without_an_answer_is_found() -> None:
    change(TORCH, "      - {question: overflow, choice: wrap}\n", "")
    assert findings() == [
        f"{TORCH}:{place}: {api} has no answer to 'overflow', which it is asked; expected an answer "
        "to every question, or the reason as unanswered: ...; add {question: overflow, choice: ...}"
        for api, place in places(TORCH)
    ]


def places(file: str) -> list[tuple[str, str]]:
    """(API, its line and column) in a bindings file."""
    return [
        (binding.api, f"{binding.place.line}:{binding.place.column}")
        for binding in load_backend(Path(file).parent).bindings
    ]


@pytest.mark.usefixtures("example")
def test_outputs_that_the_operation_does_not_have_are_found() -> None:
    pair = "{values: {dtype: int32, values: [1]}, indices: {dtype: int64, values: [0]}}"
    line = change(LEDGER, "{dtype: int32, values: [100, 200, 300]}", f"{{outputs: {pair}}}")
    assert findings() == [
        f"{LEDGER}:{line - 2}:5: the outputs values, indices of cumsum/behaviour/int8-overflow; "
        "expected those of cumsum, in their order: result"
    ]


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize("returns", ["result", "values"])
def test_a_binding_returns_some_of_the_outputs_of_its_operation(returns: str) -> None:
    change(TORCH, "    kind: function\n", f"    kind: function\n    returns: [{returns}]\n")
    api, place = places(TORCH)[0]
    assert findings()[0] == (
        f"{TORCH}:{place}: {api} returns {returns}; expected some of the outputs of cumsum, in "
        "their order: result; leave returns out if it gives all of them"
    )


@pytest.mark.usefixtures("example")
def test_what_the_ledger_says_needs_no_answer() -> None:
    change(TORCH, "      - {question: zero-d, choice: keep-0d}\n", "")
    assert len(findings()) == 2
    known = """\
# yaml-language-server: $schema=../../../../../conformance/files/schema/ledger.schema.json
format: 1
backend: torch
known:
  - cases: [cumsum/behaviour/zero-d]
    apis: [torch.cumsum]
    outcome: {dtype: float32, values: [1, 2]}
    reason: an answer of a new kind
    link: https://example.org
"""
    Path("backends/torch/ledger.yaml").write_text(known)
    (finding,) = findings()
    assert "torch.Tensor.cumsum has no answer to 'zero-d'" in finding


@pytest.mark.usefixtures("example")
def test_who_cannot_be_asked_needs_no_answer() -> None:
    change(TORCH, "{x: self, axis: dim, dtype: dtype}", "{x: self, axis: dim}")
    change(TORCH, "      - {question: overflow, choice: wrap}\n", "")
    (finding,) = findings()
    assert "torch.cumsum has no answer to 'overflow'" in finding


GRADIENT = """\
  - id: gradient
    why: the derivative beside an infinity
    call: {x: {dtype: float32, values: [1, .inf]}, axis: 0}
    expect: {gradient: {of: sum, to: x, dtype: float32, difference: never-asked, one: {values: [2, 1]}, two: {values: [2, .nan]}}}
"""


@pytest.mark.usefixtures("example")
def test_who_has_no_gradient_needs_no_answer_about_it() -> None:
    change(DIFFERENCES, "  overflow:\n", UNUSED + "  overflow:\n")
    change(BEHAVIOUR, "  - id: zero-d\n", GRADIENT + "  - id: zero-d\n")
    for name in BACKENDS:
        Path(f"backends/{name}/adapter.py").write_text("def start(device, mode): ...\n")
    assert findings() == []
    Path("backends/torch/adapter.py").write_text("def gradient(function, tensor): ...\n")
    assert len([f for f in findings() if "has no answer to 'never-asked'" in f]) == 2


@pytest.mark.usefixtures("example")
def test_out_tensors_that_the_operation_does_not_have_are_found() -> None:
    several = "    kind: out\n    out: {values: int8, indices: int64}\n"
    change(MINDSPORE, "    kind: function\n", several)
    api, place = places(MINDSPORE)[0]
    assert findings() == [
        f"{MINDSPORE}:{place}: {api} writes into values, indices; expected the outputs of cumsum, "
        "in their order: result"
    ]


@pytest.mark.usefixtures("example")
def test_an_answer_to_a_row_of_the_table_is_asked_of_documented_apis_only() -> None:
    change(MINDSPORE, "      - {question: other-spelling, choice: refused}\n", "")
    (finding,) = findings()
    assert "mindspore.ops.cumsum has no answer to 'other-spelling'" in finding


@pytest.mark.usefixtures("example")
def test_answers_to_nothing_are_found() -> None:
    line = change(
        TORCH, "{question: overflow, choice: wrap}", "{question: overflow, choice: wraps}"
    )
    change(TORCH, "{question: zero-d, choice: keep-0d}", "{question: zero, choice: keep-0d}")
    words = [d for d in findings() if "has no answer" not in d]
    assert words[0] == (
        f"{TORCH}:{line}:9: the answer 'wraps' to 'overflow'; expected one of: wrap, saturate; "
        "did you mean 'wrap'?"
    )
    assert words[2].startswith(
        f"{TORCH}:{line + 1}:9: an answer to 'zero', which is no difference; expected one of: "
    )
    assert words[2].endswith("did you mean 'zero-d'?")


@pytest.mark.usefixtures("example")
def test_ledger_entries_about_nothing_are_found() -> None:
    change(LEDGER, "cumsum/behaviour/int8-overflow", "cumsum/behaviour/int9-overflow")
    change(LEDGER, "mindspore.Tensor.cumsum", "torch.cumsum")
    assert findings() == [
        f"{LEDGER}:5:5: a known failure of the API 'torch.cumsum', which does not exist; expected one that exists; remove the entry",
        f"{LEDGER}:5:5: a known failure of the case 'cumsum/behaviour/int9-overflow', which does not exist; expected one that exists; did you mean 'cumsum/behaviour/int8-overflow'?",
    ]


@pytest.mark.usefixtures("example")
def test_an_api_of_a_page_without_a_binding_is_found() -> None:
    change(SEED, "  torch.cumsum: {", "  torch.cumsums: {")
    found = [finding for finding in findings() if finding.startswith(SEED)]
    assert found == [
        f"{SEED}:2:1: the API 'torch.cumsums', which torch does not bind; expected one of: "
        f"torch.cumsum, torch.Tensor.cumsum; add it to {TORCH}"
    ]


@pytest.mark.usefixtures("example")
def test_bindings_to_nothing_are_found() -> None:
    line = change(TORCH, "    op: cumsum\n", "    op: cumsun\n") - 1
    assert (
        f"{TORCH}:{line}:3: torch.cumsum is bound to the operation 'cumsun', which has no op.yaml; expected one of: cumsum; did you mean 'cumsum'?"
        in findings()
    )


@pytest.mark.usefixtures("example")
def test_a_tensor_that_goes_to_a_constructor_is_found() -> None:
    change(TORCH, "    kind: function\n", "    kind: primitive\n    construct: [axis, x]\n")
    api, place = places(TORCH)[0]
    assert findings() == [
        f"{TORCH}:{place}: {api} is constructed with 'x', which is a tensor; expected dtypes, "
        "numbers, bools, texts and lists of them; leave it out of construct: tensors go to the call"
    ]


@pytest.mark.usefixtures("example")
def test_parameters_of_a_binding_are_those_of_the_operation() -> None:
    change(TORCH, "{x: input, axis: dim, dtype: dtype, out: out}", "{x: input, axes: dim}")
    place = dict(places(TORCH))["torch.cumsum"]
    assert findings() == [
        f"{TORCH}:{place}: torch.cumsum binds the parameter 'axes', which cumsum does not have; expected some of: x, axis, dtype, out; did you mean 'axis'?",
        f"{TORCH}:{place}: torch.cumsum does not bind 'axis', which cumsum requires; expected every required parameter; add axis: and its name there",
    ]


@pytest.mark.usefixtures("example")
@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("# yaml-language-server: ", "# ", "no schema"),
        ("behaviour.schema.json", "page.schema.json", "the schema '../../../../../conformance/files/schema/page.schema.json'"),
        ("=../", "=", "the schema '../../../../conformance/files/schema/behaviour.schema.json'"),
    ],
)  # fmt: skip
def test_the_first_line_names_the_schema(old: str, new: str, found: str) -> None:
    change(BEHAVIOUR, old, new)
    (finding,) = findings()
    start, _, rest = finding.partition("; expected # yaml-language-server: $schema=")
    assert start == f"{BEHAVIOUR}:1:1: the first line names {found}"
    assert rest.endswith(
        "conformance/files/schema/behaviour.schema.json; editors check the file by it; "
        "`conformance schema behaviour` prints it"
    )


@pytest.mark.usefixtures("example")
def test_the_address_of_a_schema_will_do_as_well() -> None:
    change(BEHAVIOUR, "../../../../../conformance/files/schema", "https://example.org/1.0")
    assert findings() == []


@pytest.mark.usefixtures("example")
def test_every_file_that_cannot_be_read_is_found_and_nothing_is_said_of_the_rest() -> None:
    change(SEED, "claim: same", "claim: equal")
    change(BEHAVIOUR, "  - id: zero-d", "  - id: Zero-d")
    change(LEDGER, "cumsum/behaviour/int8-overflow", "cumsum/behaviour/int9-overflow")
    found = findings()
    assert [finding.split(":")[0] for finding in found] == [BEHAVIOUR, SEED]


@pytest.mark.usefixtures("example")
def test_findings_are_sorted_by_place() -> None:
    change(SEED, "claim: same", "claim: equal")
    change(SEED, "# yaml-language-server: ", "# ")
    change(DIFFERENCES, "# yaml-language-server: ", "# ")
    places = [finding.split(": ")[0] for finding in findings()]
    assert places == [f"{SEED}:1:1", f"{SEED}:17:63", f"{DIFFERENCES}:1:1"]


def test_a_folder_that_does_not_exist_is_one_finding() -> None:
    (finding,) = lint(Path("nowhere"), [])
    assert str(finding) == ("nowhere:1:1: there is no such folder; expected a folder of case files")
