"""JSON Schemas say what the loader says: for every shipped file, and for mistakes of form."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from conformance.files.backend_files import load_backend
from conformance.files.binding_entries import KINDS
from conformance.files.load import load_suite
from conformance.files.nodes import Map, Node, Seq, parse_document, read_document
from conformance.files.page_examples import INFERRED
from conformance.files.schemas import schema_file, schema_kinds, schema_text
from conformance.files.source import Source
from conformance.model.case import CLAIMS, ERROR_WORDS, LAYOUTS, PARAMETER_KINDS
from conformance.model.dtypes import DTYPES
from conformance.model.errors import FileError, UsageError

ROOT = Path(__file__).parents[2]
WRITTEN = [kind for kind in schema_kinds() if schema_file(kind).is_file()]
NAMES = {"op.yaml": "op", "behaviour.yaml": "behaviour", "differences.yaml": "differences"}
CASE_FILES = [(path, NAMES.get(path.name, "page")) for path in ROOT.glob("cases/**/*.yaml")]
BACKEND_FILES = [(path, path.stem) for path in ROOT.glob("conformance/backends/*/*.yaml")]
SHIPPED = sorted([*CASE_FILES, *BACKEND_FILES])
EXAMPLE = Path(__file__).parent / "example"


def plain(node: Node) -> Any:
    if isinstance(node, Map):
        return {key: plain(value) for key, value in node.values.items()}
    return [plain(item) for item in node.items] if isinstance(node, Seq) else node


def validator(kind: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads(schema_text(kind)))


def enums(schema: Any) -> list[list[str]]:
    """Every enum of a schema."""
    if isinstance(schema, list):
        return [found for item in schema for found in enums(item)]
    if not isinstance(schema, dict):
        return []
    own = [schema["enum"]] if "enum" in schema else []
    return own + [found for value in schema.values() for found in enums(value)]


def test_every_kind_has_a_name_and_an_unknown_one_is_refused() -> None:
    kinds = ("op", "page", "behaviour", "differences", "bindings", "ledger", "report")
    assert schema_kinds() == kinds
    with pytest.raises(UsageError) as caught:
        schema_text("pages")
    assert str(caught.value) == f"no schema 'pages'; expected one of: {', '.join(kinds)}"


@pytest.mark.parametrize("kind", WRITTEN)
def test_every_schema_is_a_schema(kind: str) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text(kind)))


@pytest.mark.parametrize(
    ("path", "kind"), SHIPPED, ids=[path.parent.name + "/" + path.name for path, _ in SHIPPED]
)
def test_every_shipped_file_fits_its_schema(path: Path, kind: str) -> None:
    errors = [
        error.message for error in validator(kind).iter_errors(plain(read_document(path).root))
    ]
    assert errors == []


@pytest.mark.parametrize("kind", ["op", "page", "behaviour", "differences", "bindings", "ledger"])
def test_the_example_fits_its_schema(kind: str) -> None:
    document = read_document(EXAMPLE / FILES[kind])
    assert [error.message for error in validator(kind).iter_errors(plain(document.root))] == []


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("op", PARAMETER_KINDS),
        ("page", DTYPES),
        ("page", CLAIMS),
        ("page", ERROR_WORDS),
        ("page", INFERRED),
        ("page", [*DTYPES, "same-as-x"]),
        ("behaviour", DTYPES),
        ("behaviour", ERROR_WORDS),
        ("differences", ERROR_WORDS),
        ("differences", [*DTYPES, "same-as-x"]),
        ("bindings", KINDS),
        ("bindings", ERROR_WORDS),
        ("bindings", DTYPES),
        ("ledger", DTYPES),
    ],
)
def test_the_words_of_a_schema_are_the_words_of_the_code(kind: str, words: Any) -> None:
    assert list(words) in enums(json.loads(schema_text(kind)))


@pytest.mark.parametrize("kind", [kind for kind in WRITTEN if kind != "report"])
def test_a_schema_has_no_words_that_the_code_does_not_have(kind: str) -> None:
    known = {*DTYPES, "same-as-x", "else", *PARAMETER_KINDS, *CLAIMS, *ERROR_WORDS, *INFERRED}
    known |= {
        "another-dtype",
        *KINDS,
        "values",
        "decimals",
        "tolerance",
        "signed-zero",
        "error",
        "inputs",
    }
    known |= {"difference", "oracle", "outputs", "gradient", "of", "to", "contiguous", *LAYOUTS}
    assert {word for enum in enums(json.loads(schema_text(kind))) for word in enum} <= known


MISTAKES = [
    ("behaviour", "id: int8-overflow", "id: Int8"),
    ("behaviour", "why: one plus zero", "why:"),
    ("behaviour", "why: one plus zero", "because: x"),
    ("behaviour", "dtype: bool, values: [true", "dtyp: bool, values: [true"),
    ("behaviour", "axis: 0}", "axis: {axis}}"),
    ("behaviour", "x: {dtype: bool,", "x: {dtype: boolean,"),
    ("behaviour", "expect: {error: axis-out-of-range}", "expect: {error: axis}"),
    ("behaviour", "expect: {error: axis-out-of-range}", "expect: {}"),
    ("behaviour", "expect: {error: axis-out-of-range}", "expect: {oracle: near}"),
    ("behaviour", "expect: {error: axis-out-of-range}", "expect: {error: axis-type, values: [1]}"),
    ("behaviour", "signed-zero: true", "signed-zero: false"),
    ("behaviour", "inputs: unchanged", "inputs: changed"),
    ("behaviour", "for-each: {dtype: [int8, int16, int32, int64]}", "for-each: {dtype: []}"),
    ("behaviour", "shape: [33], fill: 0.1", "shape: [33.5], fill: 1"),
    ("behaviour", "shape: [33], fill: 0.1", "fill: 0.1"),
    ("behaviour", "values: [1, .nan, 2]", "values: [1, nan, 2]"),
    ("page", "format: 1", "format: 2"),
    ("page", "sha256: 1f", "sha256: 1g"),
    ("page", 'torch: "1.8.1", mindspore: "2.0"', 'torch: "1.8.1", mindspore: 2.0'),
    ("page", "claim: same", "claim: equal"),
    ("page", "lines: [34, 62]", "lines: [34]"),
    ("page", "lines: [34, 62]", "line: [34, 62]"),
    ("page", "inferred: [dtype]", "inferred: [values]"),
    ("page", "torch.cumsum: {", "cumsum: {"),
    ("page", "torch: dim, ", "torch: the dim, "),
    ("op", "kind: integer", "kind: int"),
    ("op", "required: true", "required: yes"),
    ("op", "returns: [result]", "returns: []"),
    ("differences", "{means: the dtype of x,", "{mean: the dtype of x,"),
    ("differences", "dtype: int64}", "dtype: long}"),
    ("differences", "    port: Give a dtype that holds the sum.\n", ""),
    ("bindings", "kind: function", "kind: macro"),
    ("bindings", "torch.{name}", "torch.name"),
    ("bindings", "choice: default-int}", "choise: default-int}"),
    ("bindings", "word: axis-type", "word: axis"),
    ("ledger", "link: https://", "link: ftp://"),
    ("ledger", "reason: ", "reasons: "),
    ("ledger", "outcome: {dtype: int32, values: [100, 200, 300]}", "outcome: {}"),
]
FILES = {
    "op": "cases/cumsum/op.yaml",
    "page": "cases/cumsum/mindspore-r2.0-torch.yaml",
    "behaviour": "cases/cumsum/behaviour.yaml",
    "differences": "cases/differences.yaml",
    "bindings": "backends/torch/bindings.yaml",
    "ledger": "backends/mindspore/ledger.yaml",
}


@pytest.mark.parametrize(("kind", "old", "new"), MISTAKES)
def test_a_mistake_is_refused_by_the_schema_and_by_the_loader(
    tmp_path: Path, kind: str, old: str, new: str
) -> None:
    text = (EXAMPLE / FILES[kind]).read_text()
    assert old in text
    mistaken = text.replace(old, new, 1)
    assert not validator(kind).is_valid(plain(parse_document(Source("a", mistaken)).root))
    shutil.copytree(EXAMPLE, tmp_path / "example")
    file = tmp_path / "example" / FILES[kind]
    file.write_text(mistaken)
    with pytest.raises(FileError) as caught:
        _load_everything(tmp_path / "example")
    assert caught.value.place.file == file.as_posix()


def _load_everything(root: Path) -> None:
    load_suite(root / "cases")
    load_backend(root / "backends/torch")
    load_backend(root / "backends/mindspore")
