"""What is read from metadata folders is what importlib.metadata says."""

import importlib.metadata
import sys
from pathlib import Path

import pytest

from conformance.run.distributions import entry_points, version_in


def test_every_installed_distribution_has_the_version_that_importlib_tells() -> None:
    expected = {d.metadata["Name"]: d.version for d in importlib.metadata.distributions()}
    assert len(expected) > 5
    assert {name: version_in(sys.path, name) for name in expected} == expected


@pytest.mark.parametrize("group", ["console_scripts", "pytest11", "conformance.backends"])
def test_every_entry_point_is_the_one_that_importlib_tells(group: str) -> None:
    expected = {(e.name, e.module) for e in importlib.metadata.entry_points(group=group)}
    assert expected
    assert {(e.name, e.module) for e in entry_points(sys.path, group)} == expected


def test_names_are_compared_as_package_indexes_do(tmp_path: Path) -> None:
    (tmp_path / "Tiny_Tensor.Kit-2.1+cpu.dist-info").mkdir()
    assert version_in([tmp_path], "tiny-tensor-kit") == "2.1+cpu"


def test_the_first_folder_on_the_path_wins(tmp_path: Path) -> None:
    (tmp_path / "a" / "tiny-2.0.dist-info").mkdir(parents=True)
    (tmp_path / "b" / "tiny-1.0.dist-info").mkdir(parents=True)
    assert version_in([tmp_path / "b", tmp_path / "a"], "tiny") == "1.0"


def test_whichever_of_several_names_is_installed_has_the_version(tmp_path: Path) -> None:
    (tmp_path / "tiny_gpu-3.1.dist-info").mkdir()
    assert version_in([tmp_path], "tiny", "tiny-gpu") == "3.1"
    assert version_in([tmp_path], "tiny", "tiny-cpu") is None


def test_what_pip_is_removing_is_not_installed(tmp_path: Path) -> None:
    folder = tmp_path / "~iny-1.0.dist-info"
    folder.mkdir()
    (folder / "entry_points.txt").write_text("[group]\ntiny = tiny\n", encoding="utf-8")
    assert version_in([tmp_path, tmp_path / "absent"], "tiny") is None
    assert entry_points([tmp_path], "group") == ()


def test_a_development_install_of_setuptools_has_its_version_inside(tmp_path: Path) -> None:
    folder = tmp_path / "tiny.egg-info"
    folder.mkdir()
    (folder / "PKG-INFO").write_text("Metadata-Version: 2.1\nVersion: 1.2\n", encoding="utf-8")
    assert version_in([tmp_path], "tiny") == "1.2"
