"""A look at real frameworks, where they are installed: they are as their files declare."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from conformance.decide.smoke import Look
from conformance.files.load import load_suite
from conformance.fronts.settings import default_home
from conformance.model.backend import Backend, Target
from conformance.model.dtypes import DTYPES
from conformance.run.smoke import smoke
from conformance.run.targets import resolve

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[2] / "cases"


def resolved(name: str) -> tuple[Backend, Target]:
    backend, target = resolve(name, home=default_home())
    if target.interpreter is None:
        pytest.skip(target.missing)
    if name == "torch" and shutil.which("g++") is None:
        pytest.skip("torch:compile needs a C++ compiler")
    return backend, target


def looks(backend: Backend, target: Target) -> tuple[Look, ...]:
    return smoke(backend, target, load_suite(CASES), jobs=2, timeout_s=60)


def named(seen: Iterable[Look], what: str) -> list[str]:
    return [look.name for look in seen if look.what == what and look.works]


@pytest.mark.parametrize(
    ("name", "modes", "lacking"),
    [
        ("torch", ["default", "compile"], set()),
        ("mindspore", ["default", "graph"], set()),
        ("numpy", ["default"], {"bfloat16"}),
        ("reference", ["default"], set()),
    ],
)
def test_a_framework_is_as_declared(name: str, modes: list[str], lacking: set[str]) -> None:
    seen = looks(*resolved(name))
    assert [look for look in seen if look.is_finding] == []
    assert named(seen, "device") == ["cpu"]
    assert named(seen, "mode") == modes
    assert set(named(seen, "dtype")) == set(DTYPES) - lacking


def test_a_mode_that_is_declared_no_more_is_found() -> None:
    backend, target = resolved("mindspore")
    seen = looks(replace(backend, modes=("default",)), target)
    (finding,) = [look for look in seen if look.is_finding]
    assert (finding.what, finding.name) == ("mode", "graph")
    assert (finding.declared, finding.works) == (False, True)


def test_a_dtype_that_is_said_to_be_lacking_is_found() -> None:
    backend, target = resolved("numpy")
    lack = backend.lacks[0] if backend.lacks else None
    assert lack is not None
    seen = looks(replace(backend, lacks=(replace(lack, dtypes=("int16",)),)), target)
    found = {look.name: look.works for look in seen if look.is_finding}
    assert found == {"int16": True, "bfloat16": False}
