"""What a backend's bindings.yaml says that is declined."""

from pathlib import Path

import pytest

from conformance.files.backend_files import load_backend
from conformance.model.backend import ALWAYS, Condition
from conformance.model.errors import FileError

ROOT = Path(__file__).parents[2]
BUNDLED = sorted(path.parent for path in ROOT.glob("conformance/backends/*/bindings.yaml"))
FILE = """\
format: 1
backend: mine
snippet: {imports: [import mine], tensor: "{array}", dtype: "{name}"}
errors: []
%s
apis:
  mine.cumsum:
    op: cumsum
    kind: function
    parameters: {x: x, axis: axis}
%s
"""


@pytest.fixture
def load(tmp_path, monkeypatch):
    def load(top="", api=""):
        monkeypatch.chdir(tmp_path)
        folder = Path("mine")
        folder.mkdir()
        (folder / "bindings.yaml").write_text(FILE % (top, api))
        (folder / "adapter.py").touch()
        (folder / "environment.toml").write_text('module = "mine"')
        return load_backend(folder)

    return load


def test_a_backend_without_lacks_declares_nothing(load):
    assert load().lacks is None


def test_an_empty_list_declares_that_nothing_is_declined(load):
    assert load("lacks: []").lacks == ()


def test_every_part_is_read(load):
    entry = (
        "{dtype: [int8, uint8], layout: [reversed], result: [float16, another-dtype], "
        "gradient: true, reason: so, when: {device: [cpu]}}"
    )
    (lack,) = load(f"lacks: [{entry}]").lacks or ()
    assert (lack.dtypes, lack.layouts) == (("int8", "uint8"), ("reversed",))
    assert (lack.results, lack.gradient) == (("float16", "another-dtype"), True)
    assert (lack.reason, lack.when) == ("so", Condition(device=("cpu",)))


def test_an_api_may_decline_everything(load):
    (lack,) = load("", "    lacks: [{reason: it has no kernel}]").bindings[0].lacks
    assert (lack.reason, lack.when, lack.dtypes) == ("it has no kernel", ALWAYS, ())


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (
            "{reason: so}",
            "5:9: an entry of lacks that is true of every call; expected one of: dtype, layout, "
            "result, gradient, when; say which calls are declined",
        ),
        (
            "{gradient: false, reason: so}",
            "5:20: gradient is not true; expected true; or leave it out",
        ),
        (
            "{dtype: [int8]}",
            "5:9: an entry of lacks has no 'reason'; expected the keys reason; add it",
        ),
    ],
)
def test_an_entry_that_says_nothing_is_refused(load, entry, message):
    with pytest.raises(FileError) as caught:
        load(f"lacks: [{entry}]")
    assert str(caught.value) == f"mine/bindings.yaml:{message}"


@pytest.mark.parametrize("folder", BUNDLED, ids=lambda folder: folder.name)
def test_a_bundled_backend_declares_what_it_declines(folder):
    assert load_backend(folder).lacks is not None
