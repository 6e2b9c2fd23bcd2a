"""Which recipe makes the environment for a version of a backend."""

from __future__ import annotations

from packaging.version import Version

from conformance.model.backend import Backend, EnvironmentRecipe
from conformance.model.errors import UsageError
from conformance.run.spec import Spec


def wanted_version(backend: Backend, spec: Spec) -> Version:
    """The version that spec asks for, else the backend's default one. Raises UsageError if there
    is neither."""
    if spec.version is not None:
        return spec.version
    if backend.default_version is not None:
        return Version(backend.default_version)
    ranges = " or ".join(str(recipe.versions) for recipe in backend.recipes) or "(none)"
    raise UsageError(
        f"{spec.name!r} names no version and the backend has no default one; "
        f"expected {spec.name}@VERSION; there are recipes for {ranges}"
    )


def recipe_for(backend: Backend, version: Version) -> EnvironmentRecipe:
    """The first recipe that covers version. Raises UsageError if there is none."""
    for recipe in backend.recipes:
        if recipe.versions.contains(version, prereleases=True):
            return recipe
    if not backend.recipes:
        raise UsageError(
            f"the backend {backend.name!r} has no recipe for an environment: "
            "it runs in the interpreter that runs the suite, and needs no installation"
        )
    ranges = " or ".join(str(recipe.versions) for recipe in backend.recipes)
    raise UsageError(
        f"no recipe makes an environment for {backend.name} {version}; there are recipes for "
        f"{ranges}; name an environment of your own in the targets file"
    )


def filled_in(recipe: EnvironmentRecipe, version: str) -> tuple[str, ...]:
    """The requirements of recipe for version, as pip takes them."""
    return tuple(text.replace("{version}", version) for text in recipe.requirements)
