"""Backends are found through entry points, and what is wrong with one is said in one message."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import conformance
from conformance.model.errors import UsageError
from conformance.run.registry import load_registered, registered_backends

FAKE = Path(__file__).parents[1] / "fakes" / "tiny_conformance"
Register = Callable[..., Path]


@pytest.fixture
def register(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Register:
    """Installs a distribution that registers module as the backend tiny, with the fake's files in
    the folder of that module."""
    monkeypatch.syspath_prepend(tmp_path)

    def registering(module: str, *, distribution: str = "tiny-port", name: str = "tiny") -> Path:
        metadata = tmp_path / f"{distribution.replace('-', '_')}-0.5.dist-info"
        metadata.mkdir()
        lines = f"[conformance.backends]\n{name} = {module}\n[other]\nx = y\n"
        (metadata / "entry_points.txt").write_text(lines, encoding="utf-8")
        return shutil.copytree(FAKE, tmp_path.joinpath(*module.split(".")))

    return registering


def test_the_bundled_backends_are_registered_like_anybody_elses() -> None:
    folder = Path(conformance.__file__).parent / "backends"
    actual = {name: registered_backends()[name] for name in ("mindspore", "reference", "torch")}
    assert actual == {name: folder / name for name in ("mindspore", "reference", "torch")}


def test_a_third_partys_backend_is_found_in_its_package(register: Register) -> None:
    folder = register("tiny_conformance")
    assert registered_backends()["tiny"] == folder
    assert load_registered("tiny").name == "tiny"


def test_a_backend_may_lie_in_a_folder_without_init_inside_a_package(register: Register) -> None:
    folder = register("tiny_port.suite.backend")
    assert registered_backends()["tiny"] == folder


def test_a_backend_may_lie_beside_a_single_module(register: Register, tmp_path: Path) -> None:
    folder = register("tiny_port.backend")
    (folder / "entry.py").write_text("", encoding="utf-8")
    metadata = tmp_path / "tiny_port-0.5.dist-info" / "entry_points.txt"
    metadata.write_text("[conformance.backends]\ntiny = tiny_port.backend.entry\n", "utf-8")
    assert registered_backends()["tiny"] == folder


def test_finding_a_backend_imports_neither_its_package_nor_its_adapter(
    register: Register, tmp_path: Path
) -> None:
    register("tiny_framework.conformance")
    init = tmp_path / "tiny_framework" / "__init__.py"
    init.write_text("raise RuntimeError('the framework was imported')", encoding="utf-8")
    load_registered("tiny")
    assert not any(module.startswith("tiny") for module in sys.modules)


def test_an_unknown_name_is_answered_with_the_known_ones(register: Register) -> None:
    register("tiny_conformance")
    with pytest.raises(UsageError) as error:
        load_registered("tinny")
    assert str(error.value) == (
        "no backend is registered under the name 'tinny'; registered: array-api-strict, jax, "
        "mindspore, numpy, paddle, reference, tensorflow, tiny, torch; a package registers one "
        "with an entry point of the group 'conformance.backends' and must be installed for "
        f"{sys.executable}"
    )


def test_a_name_that_two_distributions_register_is_refused_for_that_name_only(
    register: Register,
) -> None:
    register("tiny_conformance")
    register("other_conformance", distribution="other-port")
    with pytest.raises(UsageError) as error:
        load_registered("tiny")
    assert str(error.value) == (
        "the backend 'tiny' is registered by other-port (module other_conformance) and tiny-port "
        "(module tiny_conformance); expected one of them: uninstall the other, or give it another "
        "name"
    )
    assert load_registered("reference").name == "reference"


def test_of_a_distribution_that_is_on_the_path_twice_the_first_counts(
    register: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = register("tiny_conformance")
    shutil.copytree(tmp_path, tmp_path / "again")
    lines = tmp_path / "again" / "tiny_port-0.5.dist-info" / "entry_points.txt"
    lines.write_text("[conformance.backends]\ntiny = elsewhere\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path / "again")])
    assert registered_backends()["tiny"] == folder


def test_a_folder_without_its_files_is_refused(register: Register) -> None:
    folder = register("tiny_conformance")
    (folder / "adapter.py").unlink()
    (folder / "environment.toml").unlink()
    with pytest.raises(UsageError) as error:
        load_registered("tiny")
    assert str(error.value) == (
        "the backend 'tiny' of the distribution tiny-port has no adapter.py and no "
        f"environment.toml in {folder}; expected adapter.py, bindings.yaml, "
        "environment.toml in the folder of the module tiny_conformance"
    )


def test_an_entry_point_without_module_is_refused(register: Register) -> None:
    shutil.rmtree(register("tiny_conformance"))
    with pytest.raises(UsageError) as error:
        load_registered("tiny")
    assert str(error.value) == (
        "the backend 'tiny' of the distribution tiny-port points to the module tiny_conformance, "
        f"which is not there; expected a package or module that {sys.executable} can find: "
        "reinstall tiny-port"
    )


def test_a_backend_that_calls_itself_otherwise_than_its_entry_point_is_refused(
    register: Register,
) -> None:
    folder = register("tiny_conformance", name="small")
    with pytest.raises(UsageError) as error:
        load_registered("small")
    assert str(error.value) == (
        f"{folder / 'bindings.yaml'} is of the backend 'tiny', but the distribution tiny-port "
        "registers it as 'small'; expected one name"
    )
