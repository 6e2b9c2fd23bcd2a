"""The suite against implementations known to be faulty, and some known to be right."""

from pathlib import Path

import pytest

from conformance.authoring.fakes import Catches, Fake, catch, read_fakes
from conformance.files.load import load_suite
from conformance.model.errors import UsageError
from conformance.run.registry import load_registered

ROOT = Path(__file__).parents[2]
SCANS = ROOT / "tests" / "fakes" / "scans"


@pytest.fixture(scope="module")
def catches():
    backends = [load_registered(name) for name in ("reference", "torch", "mindspore")]
    return catch(load_suite(ROOT / "cases"), backends, folder=SCANS, timeout_s=10)


def test_every_faulty_fake_is_caught(catches):
    assert [fake.path for fake in catches.missed] == []
    assert len([fake for fake in catches.fakes if not fake.right]) >= 60


def test_no_right_implementation_is_caught(catches):
    assert {f.path: catches.caught[f.path] for f in catches.wronged} == {}
    assert any(fake.right for fake in catches.fakes)


def test_every_case_catches_a_fake(catches):
    assert catches.idle == ()


@pytest.mark.parametrize(
    ("fake", "case"),
    [
        ("ignores_axis", "cumsum/mindspore-r2.0-torch/innermost-axis"),
        ("ignores_dtype", "cumsum/mindspore-r2.0-torch/dtype-int8"),
        ("casts_after", "cumsum/behaviour/cast-precedes-sum"),
        ("exclusive", "cumsum/mindspore-r2.0-torch/innermost-axis"),
        ("saturates", "cumsum/behaviour/int8-overflow"),
        ("sums_in_the_dtype_of_x", "cumsum/behaviour/dtype-int64-widens-int8"),
        ("returns_float64", "cumsum/mindspore-r2.0-torch/dtype-int8"),
        ("returns_a_list", "cumsum/mindspore-r2.0-torch/innermost-axis"),
        ("writes_into_its_input", "cumsum/behaviour/input-unchanged"),
        ("skips_nan", "cumsum/behaviour/nan-propagates"),
        ("squeezes", "cumsum/behaviour/single-column"),
        ("drops_the_tail_of_odd_lengths", "cumsum/behaviour/thirty-three"),
    ],
)
def test_a_fault_is_caught_by_the_case_made_for_it(catches, fake, case):
    assert case in catches.caught[f"faulty.{fake}"]


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


def test_a_fake_of_an_unknown_api_is_a_wrong_question(tmp_path):
    (tmp_path / "fakes.toml").write_text('[[modules]]\nmodule = "m"\nimitates = "no.such"\n')
    (tmp_path / "m.py").write_text('def fake(x):\n    """Is no scan."""\n')
    with pytest.raises(UsageError) as caught:
        catch(load_suite(ROOT / "cases"), [], folder=tmp_path, timeout_s=1)
    assert str(caught.value) == f"{tmp_path / 'fakes.toml'}: no backend has the API 'no.such'"
