"""A backend's folder: bindings, ledger, environment."""

# A message stands in one line of its table, as a reader sees it.
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from conformance.files.backend_files import load_backend
from conformance.model.backend import (
    ALWAYS,
    Condition,
    EnvironmentRecipe,
    KnownOutcome,
    LongestAxis,
    ModeSnippet,
)
from conformance.model.case import DTypeName, ListValue, OutputExpected, TupleValue
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import Tensor

ROOT = Path(__file__).parents[2]
BACKENDS = sorted(path.parent.name for path in ROOT.glob("conformance/backends/*/bindings.yaml"))
WORDS = "axis-out-of-range, axis-type, missing-argument, unexpected-keyword, empty-input, unsupported-rank, unsupported-dtype, unsupported-layout, no-kernel, no-gradient"

BINDINGS = """\
format: 1
backend: mine
snippet:
  imports: [import mine]
  tensor: mine.Tensor({array})
  dtype: mine.{name}
errors:
  - {word: axis-type, type: TypeError, contains: must be int}
  - {word: no-kernel, type: RuntimeError, contains: no kernel, when: {device: [cpu], version: ">=2"}}
apis:
  mine.cumsum:
    op: cumsum
    kind: function
    path: mine.ops.cumsum
    positional: [x]
    parameters: {x: input, axis: dim}
    answers:
      - {question: overflow, choice: saturate, when: {dtype: [int8]}}
      - {question: overflow, choice: wrap}
  mine.Tensor.cumsum:
    op: cumsum
    kind: method
    parameters: {x: self, axis: dim}
    unanswered: nobody looked
"""
LEDGER = """\
format: 1
backend: mine
known:
  - cases: [cumsum/behaviour/a, cumsum/behaviour/b]
    apis: [mine.cumsum]
    outcome: {dtype: int8, values: [1, 2]}
    reason: it is wrong
    link: https://example.org/1
  - cases: [cumsum/behaviour/c]
    apis: [mine.cumsum]
    outcome: {raises: ValueError, contains: no}
    reason: it is wrong
    link: https://example.org/2
    when: {version: "<3"}
  - cases: [cumsum/behaviour/d]
    apis: [mine.cumsum]
    outcome: {ends: signal SIGSEGV}
    reason: it is wrong
    link: https://example.org/3
"""
ENVIRONMENT = """\
distribution = ["mine-framework", "mine-gpu"]
module = "mine"
default = "2.1"
devices = ["cpu", "gpu"]

[[recipe]]
versions = ">=2"
python = ">=3.9"
requirements = ["mine=={version}"]
notes = "a note"

[[recipe]]
versions = "<2"
python = ">=3.8"
requirements = ["mine=={version}", "numpy<2"]
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A backend's folder, `mine`, in the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = Path("mine")
    folder.mkdir()
    (folder / "adapter.py").write_text("")
    (folder / "bindings.yaml").write_text(BINDINGS)
    (folder / "ledger.yaml").write_text(LEDGER)
    (folder / "environment.toml").write_text(ENVIRONMENT)
    return folder


def test_a_binding_names_the_outputs_that_it_returns(folder: Path) -> None:
    text = BINDINGS.replace("    kind: function\n", "    kind: function\n    returns: [values]\n")
    (folder / "bindings.yaml").write_text(text)
    function, method = load_backend(folder).bindings
    assert (function.returns, method.returns) == (("values",), ())


@pytest.mark.parametrize("name", BACKENDS)
def test_every_shipped_backend_loads(name: str) -> None:
    backend = load_backend(ROOT / "conformance/backends" / name)
    assert backend.name.replace("-", "_") == name
    assert backend.bindings


def test_bindings_say_how_an_api_is_called(folder: Path) -> None:
    function, method = load_backend(folder).bindings
    assert (function.api, function.path, function.kind) == (
        "mine.cumsum",
        "mine.ops.cumsum",
        "function",
    )
    assert (function.parameters, function.positional) == ((("x", "input"), ("axis", "dim")), ("x",))
    assert (method.path, method.kind, method.unanswered) == (
        "mine.Tensor.cumsum",
        "method",
        "nobody looked",
    )
    assert str(function.place) == "mine/bindings.yaml:11:3"


def test_constants_are_values_by_the_names_of_the_api(folder: Path) -> None:
    written = "constants: {a: true, b: [1, 2.5], c: {list: [x]}, d: {dtype: int8}, e: null}"
    (folder / "bindings.yaml").write_text(BINDINGS.replace("positional: [x]", written))
    assert load_backend(folder).bindings[0].constants == (
        ("a", True),
        ("b", TupleValue((1, 2.5))),
        ("c", ListValue(("x",))),
        ("d", DTypeName("int8")),
        ("e", None),
    )


@pytest.mark.parametrize(
    ("api", "kind"), [(0, "out"), (0, "primitive"), (1, "in-place"), (1, "method")]
)
def test_every_kind_is_read(folder: Path, api: int, kind: str) -> None:
    old = "kind: method" if api else "kind: function"
    (folder / "bindings.yaml").write_text(BINDINGS.replace(old, f"kind: {kind}"))
    assert load_backend(folder).bindings[api].kind == kind


def test_a_primitive_names_what_it_is_constructed_with(folder: Path) -> None:
    text = BINDINGS.replace("kind: function", "kind: primitive", 1)
    (folder / "bindings.yaml").write_text(text.replace("positional: [x]", "construct: [axis]"))
    primitive, method = load_backend(folder).bindings
    assert (primitive.construct, method.construct) == (("axis",), ())


@pytest.mark.parametrize(
    ("kind", "construct", "message"),
    [
        ("function", "[axis]", "15:5: construct where the kind is function; expected the kind primitive: nothing else is constructed"),
        ("primitive", "[dim]", "15:16: construct names 'dim'; expected some of: x, axis"),
        ("primitive", "[]", "15:16: construct is an empty list; expected at least one text"),
        ("primitive", "[axis, axis]", "15:23: 'axis' a second time; expected each text once"),
        ("primitive", "[axis]\n    positional: [x, axis]", "15:16: construct names 'axis', which positional names too; expected each argument in one place: the constructor or the call"),
    ],
)  # fmt: skip
def test_what_cannot_be_constructed_is_refused(
    folder: Path, refusal: Callable[..., str], kind: str, construct: str, message: str
) -> None:
    text = BINDINGS.replace("kind: function", f"kind: {kind}", 1)
    changed = text.replace("positional: [x]", f"construct: {construct}")
    (folder / "bindings.yaml").write_text(changed)
    assert refusal(load_backend, folder) == f"mine/bindings.yaml:{message}"


def test_an_api_names_the_integers_that_it_takes_as_tensors(folder: Path) -> None:
    text = BINDINGS.replace("positional: [x]", "as-tensor: {axis: int64}")
    (folder / "bindings.yaml").write_text(text)
    function, method = load_backend(folder).bindings
    assert (function.as_tensor, method.as_tensor) == ((("axis", "int64"),), ())


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("{dim: int64}", "15:17: as-tensor names 'dim'; expected some of: x, axis"),
        ("{axis: float32}", "15:23: dtype is 'float32'; expected one of: int8, int16, int32, int64, uint8, uint16, uint32, uint64"),
        ("{}", "15:16: as-tensor is an empty mapping; expected the dtype of each integer that is taken as a tensor; leave as-tensor out"),
        ("[axis]", "15:16: as-tensor is a list of 1; expected a mapping"),
        ("{axis: int64}\n    construct: [axis]", "15:17: as-tensor names 'axis'; expected some of: x"),
    ],
)  # fmt: skip
def test_what_is_no_integer_to_take_as_a_tensor_is_refused(
    folder: Path, refusal: Callable[..., str], written: str, message: str
) -> None:
    text = BINDINGS.replace("kind: function", "kind: primitive", 1)
    (folder / "bindings.yaml").write_text(text.replace("positional: [x]", f"as-tensor: {written}"))
    assert refusal(load_backend, folder) == f"mine/bindings.yaml:{message}"


def test_an_out_api_does_not_name_its_out(folder: Path, refusal: Callable[..., str]) -> None:
    text = BINDINGS.replace("kind: function", "kind: out").replace("axis: dim}", "out: out}", 1)
    (folder / "bindings.yaml").write_text(text)
    assert refusal(load_backend, folder) == (
        "mine/bindings.yaml:16:17: a parameter called out where the kind is out; expected the other "
        "parameters; leave it out: the tensor to write into is made for every call"
    )


def test_answers_and_errors_keep_their_condition(folder: Path) -> None:
    backend = load_backend(folder)
    saturate, wrap = backend.bindings[0].answers
    assert (saturate.choice, saturate.when) == ("saturate", Condition(dtype=("int8",)))
    assert (wrap.choice, wrap.when, str(wrap.place)) == ("wrap", ALWAYS, "mine/bindings.yaml:19:9")
    assert [rule.word for rule in backend.errors] == ["axis-type", "no-kernel"]
    assert backend.errors[1].when == Condition(version=SpecifierSet(">=2"), device=("cpu",))


def test_the_ledger_says_what_happens_instead(folder: Path) -> None:
    returned, raised, ended = load_backend(folder).ledger
    output = OutputExpected("result", "int8", (2,), Tensor("int8", (2,), b"\x01\x02"))
    assert returned.outcome == KnownOutcome(outputs=(output,))
    assert returned.cases == ("cumsum/behaviour/a", "cumsum/behaviour/b")
    assert (raised.outcome, raised.when.version) == (
        KnownOutcome(raises=("ValueError", "no")),
        SpecifierSet("<3"),
    )
    assert ended.outcome == KnownOutcome(ends="signal SIGSEGV")


def test_the_environment_says_how_it_is_installed(folder: Path) -> None:
    backend = load_backend(folder)
    assert (backend.distributions, backend.module, backend.default_version) == (
        ("mine-framework", "mine-gpu"),
        "mine",
        "2.1",
    )
    assert (backend.devices, backend.modes) == (("cpu", "gpu"), ("default",))
    assert backend.recipes == (
        EnvironmentRecipe(
            SpecifierSet(">=2"), SpecifierSet(">=3.9"), ("mine=={version}",), "a note"
        ),
        EnvironmentRecipe(
            SpecifierSet("<2"), SpecifierSet(">=3.8"), ("mine=={version}", "numpy<2")
        ),
    )


@pytest.mark.parametrize(
    ("written", "names", "ends"),
    [
        ("{dtype: int8, values: [1, 2], ends: unstable}", ["result"], "unstable"),
        ("{ends: unstable}", [], "unstable"),
        (
            "{outputs: {values: {dtype: int8, values: [1, 2]}, "
            "indices: {dtype: int64, values: [0, 1]}}}",
            ["values", "indices"],
            "",
        ),
    ],
)
def test_a_ledger_knows_several_outputs_and_what_is_unstable(
    folder: Path, written: str, names: list[str], ends: str
) -> None:
    (folder / "ledger.yaml").write_text(LEDGER.replace("{dtype: int8, values: [1, 2]}", written))
    outcome = load_backend(folder).ledger[0].outcome
    assert ([output.name for output in outcome.outputs], outcome.ends) == (names, ends)


def test_an_api_that_writes_into_several_tensors_says_their_dtypes(folder: Path) -> None:
    several = "kind: out\n    out: {values: same-as-x, indices: int64}"
    (folder / "bindings.yaml").write_text(BINDINGS.replace("kind: function", several, 1))
    binding = load_backend(folder).bindings[0]
    assert binding.out == (("values", "same-as-x"), ("indices", "int64"))


def test_a_ledger_is_not_needed(folder: Path) -> None:
    (folder / "ledger.yaml").unlink()
    assert load_backend(folder).ledger == ()


@pytest.mark.parametrize("name", ["bindings.yaml", "environment.toml"])
def test_a_missing_file_is_named(folder: Path, refusal: Callable[..., str], name: str) -> None:
    (folder / name).unlink()
    assert refusal(load_backend, folder) == (
        f"mine/{name}:1:1: the file cannot be read: No such file or directory; "
        "expected a readable file"
    )


def test_a_missing_adapter_is_named(folder: Path, refusal: Callable[..., str]) -> None:
    (folder / "adapter.py").unlink()
    assert refusal(load_backend, folder) == (
        "mine/adapter.py:1:1: there is no such file; expected the backend's adapter; "
        "write its conversions there"
    )


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("backend: mine", "backend: Mine", "2:10: backend is 'Mine'; expected a name in lower case"),
        ("mine.Tensor({array})", "mine.Tensor(array)", "5:11: tensor is 'mine.Tensor(array)'; expected {array} somewhere in it"),
        ("dtype: mine.{name}", "dtype: mine", "6:10: dtype is 'mine'; expected {name} somewhere in it"),
        ("dtype: mine.{name}", "dtype: '{name}'\n  cast: cast({tensor})", "7:9: cast is 'cast({tensor})'; expected {dtype} somewhere in it"),
        ("imports: [import mine]", "imports: import mine", "4:12: imports is 'import mine'; expected a list; write it as [...]"),
        ("word: axis-type", "word: axis-typ", f"8:12: word is 'axis-typ'; expected one of: {WORDS}; did you mean 'axis-type'?"),
        ("contains: must be int", "contains: ''", "8:50: contains is empty; expected a text"),
        ("device: [cpu]", "device: cpu", "9:79: device is 'cpu'; expected a list; write it as [...]"),
        ('version: ">=2"', "version: 2.0", '9:95: version is a number; expected a range of versions like \'>=2.7,<3\'; write it in quotes: "2.0"'),
        ('version: ">=2"', 'version: "2"', "9:95: version is '2'; expected a range of versions like '>=2.7,<3'"),
        ('version: ">=2"', "os: [linux]", "9:86: when has no key 'os'; expected one of: device, dtype, mode, platform, version"),
        ('{device: [cpu], version: ">=2"}', "{}", "9:70: when is an empty mapping; expected a condition; leave when out"),
        ("dtype: [int8]", "dtype: [int9]", "18:63: an item of dtype is 'int9'; expected one of: bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, bfloat16, float32, float64, complex64, complex128; did you mean 'int8'?"),
        ("mine.cumsum:", "cumsum:", "11:3: an API is 'cumsum'; expected a dotted name like torch.cumsum"),
        ("kind: function", "kind: module", "13:11: the kind 'module' is not supported yet; expected one of: function, method, in-place, out, primitive; leave the API out until it is"),
        ("kind: function", "kind: function\n    out: {values: int8, indices: int64}", "14:5: out where the kind is function; expected it where the kind is out; leave it out, or write it as a parameter"),
        ("kind: function", "kind: out\n    out: {values: int8}", "14:10: out names values; expected the dtypes of several tensors; leave it out: the dtype of a single one is that of the answer"),
        ("kind: function", "kind: out\n    out: {values: int8, indices: long}", f"14:34: dtype is 'long'; expected one of: {', '.join(DTYPES)}, same-as-x"),
        ("kind: function", "kind: macro", "13:11: kind is 'macro'; expected one of: function, method, in-place, out, primitive"),
        ("kind: function", "kind: method", "16:17: a method without a parameter called self; expected self for the object of a method or of an in-place one, and nowhere else"),
        ("kind: method", "kind: function", "23:17: a function with a parameter called self; expected self for the object of a method or of an in-place one, and nowhere else"),
        ("path: mine.ops.cumsum", "path: cumsum", "14:11: path is 'cumsum'; expected the dotted path of a callable"),
        ("    positional: [x]", "    constants: {dim: 1}", "15:17: the constant 'dim', which is the parameter 'axis' too; expected each name once"),
        ("    positional: [x]", "    constants: {}", "15:16: constants is an empty mapping; expected arguments that are always passed; leave constants out"),
        ("    positional: [x]", "    constants: {a: {b: 1}}", "15:20: a mapping with the keys b; expected a number, a text, a list, {list: [...]} or {dtype: ...}"),
        ("    positional: [x]", "    constants: {a: {dtype: int9}}", f"15:28: dtype is 'int9'; expected one of: {', '.join(DTYPES)}; did you mean 'int8'?"),
        ("kind: method", "kind: out", "23:17: an out with a parameter called self; expected self for the object of a method or of an in-place one, and nowhere else"),
        ("positional: [x]", "positional: [y]", "15:17: positional names 'y'; expected some of: x, axis"),
        ("{x: input, axis: dim}", "{x: dim, axis: dim}", "16:32: the name 'dim' a second time; expected each name once"),
        ("choice: saturate, when: {dtype: [int8]}}", "choice: saturate}", "19:9: an answer to 'overflow' after one that always holds; expected the answer without `when` last; it would never be looked at: move or remove it"),
        ("question: overflow, choice: wrap", "question: overflow", "19:9: an answer has no 'choice'; expected the keys choice, question; add it"),
        ("op: cumsum\n    kind: function", "ops: cumsum\n    kind: function", "12:5: the API 'mine.cumsum' has no key 'ops'; expected one of: answers, as-tensor, constants, construct, kind, lacks, op, out, parameters, path, positional, returns, unanswered, when, workspace; did you mean 'op'?"),
        ("    positional: [x]", "    workspace: -1", "15:16: workspace is -1; expected a number from 0 to 100"),
        ("    positional: [x]", "    workspace: true", "15:16: workspace is true; expected a number from 0 to 100"),
        ("apis:\n", "longest-axis: {elements: 0, reason: it is slow}\napis:\n", "10:26: elements is 0; expected an integer of at least 1"),
        ("apis:\n", "longest-axis: {elements: 8}\napis:\n", "10:15: longest-axis has no 'reason'; expected the keys elements, reason; add it"),
        ("  dtype: mine.{name}\n", "  dtype: mine.{name}\n  array: numpy\n", "7:10: array is 'numpy'; expected {tensor} somewhere in it"),
        ("  dtype: mine.{name}\n", "  dtype: mine.{name}\n  gradient: ['{call}.back()']\n", "7:13: gradient is ['{call}.back()']; expected {tensor} and actual = somewhere in it"),
    ],
)  # fmt: skip
def test_wrong_bindings_are_refused(
    folder: Path, refusal: Callable[..., str], old: str, new: str, message: str
) -> None:
    assert old in BINDINGS
    (folder / "bindings.yaml").write_text(BINDINGS.replace(old, new, 1))
    assert refusal(load_backend, folder) == f"mine/bindings.yaml:{message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("backend: mine", "backend: other", "2:10: backend is 'other'; expected 'mine', as in bindings.yaml"),
        ("cumsum/behaviour/a", "behaviour/a", "4:12: a case is 'behaviour/a'; expected an address OP/FILE/CASE"),
        ("https://example.org/1", "see above", "8:11: link is 'see above'; expected an address that starts with https://"),
        ("    reason: it is wrong\n", "", "4:5: a known failure has no 'reason'; expected the keys apis, cases, link, outcome, reason; add it"),
        ("[1, 2]", "[1, 300]", "6:40: 300, which does not fit int8; expected an integer from -128 to 127"),
        ("{dtype: int8, values: [1, 2]}", "{}", "6:14: an outcome of no kind; expected one of: dtype, outputs, raises, ends"),
        ("{dtype: int8, values: [1, 2]}", "{outputs: {}}", "6:24: outputs is an empty mapping; expected every output by its name"),
        ("{dtype: int8, values: [1, 2]}", "{outputs: {y: {dtype: int8}}}", "6:28: the output 'y' has no 'values'; expected the keys dtype, values; add it"),
        ("{dtype: int8, values: [1, 2]}", "{outputs: {y: {dtype: int8, values: [300]}}}", "6:51: 300, which does not fit int8; expected an integer from -128 to 127"),
        ("values: [1, 2]}", "values: [1, 2], ends: no answer}", "6:50: ends is 'no answer'; expected one of: unstable"),
        ("values: [1, 2]", "value: [1, 2]", "6:28: outcome has no key 'value'; expected one of: dtype, ends, shape, values; did you mean 'values'?"),
        ("apis: [mine.cumsum]", "apis: []", "5:11: apis is an empty list; expected at least one text"),
    ],
)  # fmt: skip
def test_wrong_ledgers_are_refused(
    folder: Path, refusal: Callable[..., str], old: str, new: str, message: str
) -> None:
    assert old in LEDGER
    (folder / "ledger.yaml").write_text(LEDGER.replace(old, new, 1))
    assert refusal(load_backend, folder) == f"mine/ledger.yaml:{message}"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('module = "mine"\n', "", "1:1: environment.toml has no 'module'; expected the keys module"),
        ('default = "2.1"', "default = 2.1", "3:1: default is 2.1; expected a text; write it in quotes"),
        ('default = "2.1"', 'default = "newest"', "3:1: default is 'newest'; expected a version like '2.13.0'"),
        ("default", "version", "3:1: environment.toml has no key 'version'; expected one of: default, devices, distribution, modes, module, recipe"),
        ('["mine-framework", "mine-gpu"]', "7", "1:1: distribution is 7; expected a text; write it in quotes"),
        ('["mine-framework", "mine-gpu"]', "[7]", "1:1: distribution is [7]; expected a list of texts"),
        ('devices = ["cpu", "gpu"]', 'devices = "cpu"', "4:1: devices is 'cpu'; expected a list of texts"),
        ("[[recipe]]\nversions = \">=2\"", "[recipe]\nversions = \">=2\"", None),
        ("versions = \"<2\"", "versions = \"2\"", "13:1: versions is '2'; expected a range of versions like '>=2.7,<3'"),
        ("versions = \"<2\"\n", "", "12:1: a recipe has no 'versions'; expected the keys python, requirements, versions"),
        ('["mine=={version}", "numpy<2"]', '["mine"]', "15:1: requirements without {version}; expected the version asked for, as in name=={version}"),
        ("notes", "note", "10:1: a recipe has no key 'note'; expected one of: notes, python, requirements, versions; did you mean 'notes'?"),
        ('distribution = ["mine-framework", "mine-gpu"]\n', "", "5:1: a recipe without a distribution; expected distribution = \"...\""),
        ('default = "2.1"', 'default = "2.1', "3:15: illegal character '\\n'; expected TOML 1.0"),
        ('module = "mine"', 'module = "mine"\nmodule = "mine"', "3:16: cannot overwrite a value; expected TOML 1.0"),
    ],
)  # fmt: skip
def test_wrong_environments_are_refused(
    folder: Path, refusal: Callable[..., str], old: str, new: str, message: str | None
) -> None:
    assert old in ENVIRONMENT
    (folder / "environment.toml").write_text(ENVIRONMENT.replace(old, new, 1))
    actual = refusal(load_backend, folder)
    if message is not None:
        assert actual == f"mine/environment.toml:{message}"


def test_an_environment_nested_without_end_is_refused(
    folder: Path, refusal: Callable[..., str]
) -> None:
    (folder / "environment.toml").write_text("a = " + "[" * 100_000)
    assert refusal(load_backend, folder).startswith("mine/environment.toml:1:")


def test_what_a_call_takes_and_how_long_an_axis_may_be_are_data(folder: Path) -> None:
    text = BINDINGS.replace("    positional: [x]", "    workspace: 2", 1)
    text = text.replace("apis:\n", "longest-axis: {elements: 8, reason: it is slow}\napis:\n")
    (folder / "bindings.yaml").write_text(text)
    backend = load_backend(folder)
    assert backend.longest_axis == LongestAxis(8, "it is slow")
    assert [binding.workspace for binding in backend.bindings] == [2.0, 0.25]


def test_how_a_script_reads_a_tensor_and_differentiates_is_data(folder: Path) -> None:
    lines = ["loss = {call}", "actual = grad(loss, {tensor})"]
    more = f"  array: '{{tensor}}.numpy()'\n  gradient: {lines}\n"
    text = BINDINGS.replace("  dtype: mine.{name}\n", "  dtype: mine.{name}\n" + more)
    (folder / "bindings.yaml").write_text(text)
    snippet = load_backend(folder).snippet
    assert (snippet.array, snippet.gradient) == ("{tensor}.numpy()", tuple(lines))


def with_modes(text: str) -> str:
    return BINDINGS.replace("  dtype: mine.{name}\n", "  dtype: mine.{name}\n" + text)


def test_how_a_script_asks_for_a_mode_is_data(folder: Path) -> None:
    (folder / "environment.toml").write_text('modes = ["default", "graph"]\n' + ENVIRONMENT)
    shown = "  modes:\n    graph: {settings: [mine.use(1)], decorator: mine.jit}\n"
    (folder / "bindings.yaml").write_text(with_modes(shown))
    snippet = load_backend(folder).snippet
    assert snippet.modes == (ModeSnippet("graph", ("mine.use(1)",), "mine.jit"),)
    assert snippet.mode("graph") == snippet.modes[0]
    assert snippet.mode("default") is None


def test_a_mode_that_the_environment_does_not_have_is_refused(
    folder: Path, refusal: Callable[..., str]
) -> None:
    (folder / "environment.toml").write_text('modes = ["default", "graph"]\n' + ENVIRONMENT)
    (folder / "bindings.yaml").write_text(with_modes("  modes:\n    graphs: {decorator: a}\n"))
    assert refusal(load_backend, folder) == (
        "mine/bindings.yaml:8:5: mode is 'graphs'; expected one of: default, graph; "
        "did you mean 'graph'?"
    )


@pytest.mark.parametrize("name", BACKENDS)
def test_a_bundled_backend_shows_every_mode(name: str) -> None:
    backend = load_backend(ROOT / "conformance" / "backends" / name)
    assert {mode.mode for mode in backend.snippet.modes} == set(backend.modes) - {"default"}
