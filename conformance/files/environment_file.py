"""Reading environment.toml: how a backend is installed, and what targets it has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from conformance.files.fields import did_you_mean, listed
from conformance.files.source import Source, read_source
from conformance.files.toml import header_at, key_at, parse_toml
from conformance.model.backend import EnvironmentRecipe
from conformance.model.errors import FileError

_TEXTS = ("module", "default")
_LISTS = ("devices", "modes")
_KEYS = ("distribution", *_TEXTS, *_LISTS, "recipe")
_RECIPE_KEYS = ("versions", "python", "requirements", "notes")


@dataclass(frozen=True, slots=True)
class Environment:
    """What environment.toml says. distributions, devices, modes: the usual one first."""

    module: str
    distributions: tuple[str, ...] = ()
    default: str | None = None
    recipes: tuple[EnvironmentRecipe, ...] = ()
    devices: tuple[str, ...] = ("cpu",)
    modes: tuple[str, ...] = ("default",)


def read_environment(path: Path) -> Environment:
    """The content of an environment.toml. Raises FileError where it is not as it should be."""
    source = read_source(path)
    table = _Table(source, parse_toml(source))
    table.close(_KEYS, required=("module",), what="environment.toml")
    texts = {key: table.text(key) for key in _TEXTS}
    module = texts["module"]
    assert module is not None
    recipes = table.values.get("recipe", [])
    if not isinstance(recipes, list) or not all(isinstance(item, dict) for item in recipes):
        raise table.error("recipe", "recipe is no array of tables", expected="[[recipe]]")
    distributions = table.text_or_texts("distribution")
    if recipes and not distributions:
        raise table.error(
            "recipe", "a recipe without a distribution", expected='distribution = "..."'
        )
    lists = {key: table.texts(key) for key in _LISTS if key in table.values}
    return Environment(
        module,
        distributions,
        table.version("default"),
        tuple(_recipe(_Table(source, item, number)) for number, item in enumerate(recipes)),
        **lists,
    )


def _recipe(table: _Table) -> EnvironmentRecipe:
    required = ("versions", "python", "requirements")
    table.close(_RECIPE_KEYS, required=required, what="a recipe")
    requirements = table.texts("requirements")
    if not any("{version}" in requirement for requirement in requirements):
        raise table.error(
            "requirements",
            "requirements without {version}",
            expected="the version asked for, as in name=={version}",
        )
    return EnvironmentRecipe(
        table.specifiers("versions"),
        table.specifiers("python"),
        requirements,
        table.text("notes") or "",
    )


class _Table:
    """A table with its position: the keys at the start of a line, in the recipe of that number."""

    def __init__(self, source: Source, values: Mapping[str, Any], recipe: int | None = None):
        self.source = source
        self.values = values
        self.recipe = recipe

    def error(self, key: str, found: str, *, expected: str, action: str = "") -> FileError:
        return self.source.error(self._at(key), found, expected=expected, action=action)

    def _at(self, key: str) -> int:
        start = 0
        if self.recipe is not None:
            start = header_at(self.source, "recipe", number=self.recipe) or 0
        at = key_at(self.source, key, start=start)
        return start if at is None else at

    def close(self, known: tuple[str, ...], *, required: tuple[str, ...], what: str) -> None:
        for key in self.values:
            if key not in known:
                raise self.error(
                    key,
                    f"{what} has no key {key!r}",
                    expected=f"one of: {listed(sorted(known))}",
                    action=did_you_mean(key, known),
                )
        for key in required:
            if key not in self.values:
                raise self.error(
                    key, f"{what} has no {key!r}", expected=f"the keys {listed(sorted(required))}"
                )

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        if value is None or (isinstance(value, str) and value):
            return value
        raise self.error(key, f"{key} is {value!r}", expected="a text", action="write it in quotes")

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values[key]
        if isinstance(value, list) and value and all(isinstance(v, str) and v for v in value):
            return tuple(value)
        raise self.error(key, f"{key} is {value!r}", expected="a list of texts")

    def text_or_texts(self, key: str) -> tuple[str, ...]:
        """One text or several; none without the key."""
        if isinstance(self.values.get(key), list):
            return self.texts(key)
        one = self.text(key)
        return () if one is None else (one,)

    def version(self, key: str) -> str | None:
        """A version as it is written; None without the key."""
        written = self.text(key)
        try:
            if written is not None:
                Version(written)
        except InvalidVersion:
            raise self.error(
                key, f"{key} is {written!r}", expected="a version like '2.13.0'"
            ) from None
        return written

    def specifiers(self, key: str) -> SpecifierSet:
        written = self.text(key)
        assert written is not None
        try:
            return SpecifierSet(written)
        except InvalidSpecifier:
            raise self.error(
                key, f"{key} is {written!r}", expected="a range of versions like '>=2.7,<3'"
            ) from None
