"""The suite against implementations known to be faulty, and some known to be right."""

import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.authoring.fakes import Catches, Fake, catch, read_fakes
from conformance.files.load import load_suite
from conformance.model.errors import UsageError
from conformance.run.registry import load_registered

ROOT = Path(__file__).parents[2]
SCANS = ROOT / "tests" / "fakes" / "scans"
MODULE = re.compile(r'module = "(\w+)"')
MODULES = ("faulty", "faulty_torch_keywords", "right_torch", "faulty_beyond")
SOME = (SCANS / "fakes.toml").read_text("utf-8").split("[[modules]]")
LARGE_AND_SMALL = """\
format: 1
op: cumsum
cases:
  - id: large
    why: more elements than are ever made when the file is read
    call: {x: {dtype: int8, shape: [3, 1500000], blocks: {values: [1, 2, 4]}}, axis: 0, dtype: int8}
    expect: {dtype: int8, values: {shape: [3, 1500000], blocks: {values: [1, 3, 7]}}}
  - id: small
    why: two rows
    call: {x: {dtype: int8, values: [[1], [2]]}, axis: 0, dtype: int8}
    expect: {dtype: int8, values: [[1], [4]]}
"""


CAUGHT = {
    "ignores_axis": "cumsum/mindspore-r2.0-torch/innermost-axis",
    "ignores_dtype": "cumsum/mindspore-r2.0-torch/dtype-int8",
    "casts_after": "cumsum/behaviour/cast-precedes-sum",
    "exclusive": "cumsum/mindspore-r2.0-torch/innermost-axis",
    "saturates": "cumsum/behaviour/int8-overflow",
    "sums_in_the_dtype_of_x": "cumsum/behaviour/dtype-int64-widens-int8",
    "returns_float64": "cumsum/mindspore-r2.0-torch/dtype-int8",
    "returns_a_list": "cumsum/mindspore-r2.0-torch/innermost-axis",
    "writes_into_its_input": "cumsum/behaviour/input-unchanged",
    "skips_nan": "cumsum/behaviour/nan-propagates",
    "squeezes": "cumsum/behaviour/single-column",
    "drops_the_tail_of_odd_lengths": "cumsum/behaviour/thirty-three",
}
OUT_OF_RANGE = tuple(f"cumsum/behaviour/axis-out-of-range-{axis}" for axis in (1, -2))


def is_tried(case):
    return case.address in {*CAUGHT.values(), *OUT_OF_RANGE} or "beyond-2-31" in case.id


@pytest.fixture(scope="module")
def suite():
    return load_suite(ROOT / "cases")


@pytest.fixture(scope="module")
def catches(suite, tmp_path_factory):
    """The fakes of a few modules on a few cases: `make fakes` tries all of them on all."""
    folder = tmp_path_factory.mktemp("fakes") / "scans"
    shutil.copytree(SCANS, folder)
    kept = [SOME[0], *(m for m in SOME[1:] if MODULE.search(m)[1] in MODULES)]
    (folder / "fakes.toml").write_text("[[modules]]".join(kept))
    backends = [load_registered(name) for name in ("reference", "torch", "mindspore")]
    few = replace(suite, cases=tuple(filter(is_tried, suite.cases)))
    return catch(few, backends, folder=folder, timeout_s=10)


def test_no_right_implementation_is_caught(catches):
    assert {f.path: catches.caught[f.path] for f in catches.wronged} == {}
    assert any(fake.right for fake in catches.fakes)


@pytest.mark.parametrize(("fake", "case"), CAUGHT.items())
def test_a_fault_is_caught_by_the_case_made_for_it(catches, fake, case):
    assert case in catches.caught[f"faulty.{fake}"]


@pytest.mark.parametrize("fake", ["an_error_of_two_classes", "an_error_of_another_class"])
def test_another_class_of_exception_is_caught_by_the_question_about_it_alone(catches, fake):
    assert catches.caught[f"faulty_torch_keywords.raises_{fake}"] == OUT_OF_RANGE


def test_fakes_about_large_tensors_are_left_out_without_memory(suite, catches):
    assert any("beyond-2-31" in case.id for case in suite.cases)
    large = [fake for fake in read_fakes(SCANS) if fake.large]
    assert {fake.imitates for fake in large} == {"torch.cumsum", "torch.cumprod"}
    assert {fake.path for fake in large}.isdisjoint(fake.path for fake in catches.fakes)
    assert not any("beyond-2-31" in case for case in catches.cases)


def write_module(folder, said, code):
    """A folder of fakes with one module m, of which fakes.toml says that."""
    (folder / "fakes.toml").write_text(f'[[modules]]\nmodule = "m"\n{said}\n')
    (folder / "adapter.py").write_text((SCANS / "adapter.py").read_text())
    (folder / "m.py").write_text(code)


def test_a_fake_about_large_tensors_is_tried_on_those_alone(tmp_path):
    write_module(
        tmp_path,
        'imitates = "torch.cumsum"\nlarge = true',
        "import numpy as np\n\n"
        "def short(input, dim, dtype=None):\n"
        '    """Knows offsets of 22 bits."""\n'
        "    y = np.cumsum(input, dim, dtype)\n"
        "    y.reshape(-1)[1 << 22 :] = 0\n"
        "    return y\n",
    )
    folder = tmp_path / "cases" / "cumsum"
    folder.mkdir(parents=True)
    (folder / "op.yaml").write_text((ROOT / "cases" / "cumsum" / "op.yaml").read_text())
    (folder / "behaviour.yaml").write_text(LARGE_AND_SMALL)
    suite = load_suite(tmp_path / "cases")
    backends = [load_registered("torch")]
    found = catch(suite, backends, folder=tmp_path, timeout_s=10, memory=1 << 30)
    assert found.cases == ("cumsum/behaviour/large",)
    assert found.caught == {"m.short": ("cumsum/behaviour/large",)}
    less = catch(suite, backends, folder=tmp_path, timeout_s=10, memory=1 << 20)
    assert less.cases == ()


def test_every_fake_says_what_is_wrong_with_it(catches):
    assert [fake.path for fake in catches.fakes if not fake.about] == []


def test_what_is_missed_wronged_and_idle_is_told():
    good, bad = Fake("m.good", "a.b", "", True), Fake("m.bad", "a.b", "", False)
    catches = Catches((good, bad), ("op/f/x", "op/f/y"), {"m.good": ("op/f/x",), "m.bad": ()})
    assert catches.missed == (bad,)
    assert catches.wronged == (good,)
    assert catches.idle == ("op/f/x", "op/f/y")


def test_a_folder_without_fakes_is_a_wrong_question(tmp_path):
    with pytest.raises(UsageError) as caught:
        read_fakes(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path / 'fakes.toml'}: no such file; expected a folder with fakes.toml"
    )


def test_a_fake_of_an_unknown_api_is_a_wrong_question(suite, tmp_path):
    (tmp_path / "fakes.toml").write_text('[[modules]]\nmodule = "m"\nimitates = "no.such"\n')
    (tmp_path / "m.py").write_text('def fake(x):\n    """Is no scan."""\n')
    with pytest.raises(UsageError) as caught:
        catch(suite, [], folder=tmp_path, timeout_s=1)
    assert str(caught.value) == f"{tmp_path / 'fakes.toml'}: no backend has the API 'no.such'"


def test_a_fake_is_not_asked_for_what_no_function_of_its_module_takes(suite, tmp_path):
    write_module(
        tmp_path,
        'imitates = "reference_impl.cumsum"\nright = true',
        "import reference_impl\n\n"
        "def scan(x, axis, dtype=None):\n"
        '    """Is right, and knows no exclusive form."""\n'
        "    return reference_impl.cumsum(x, axis, dtype)\n",
    )
    cases = {c.address for c in suite.cases if c.id in ("exclusive-float32", "float-input-float32")}
    few = replace(suite, cases=tuple(c for c in suite.cases if c.address in cases))
    found = catch(few, [load_registered("reference")], folder=tmp_path, timeout_s=10)
    assert found.cases == ("cumsum/behaviour/float-input-float32",)
    assert found.wronged == ()
