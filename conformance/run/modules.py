"""Where a module's code lies and which version it states, without importing anything."""

from __future__ import annotations

import ast
from importlib.util import find_spec
from pathlib import Path


def locate(module: str) -> tuple[Path, ...]:
    """The folders of a package (several for a namespace package), or the one file of a module;
    nothing if it cannot be found.

    Only the first part of a dotted name is looked up by the import system: looking up the others
    would import their parents, and with `myframework.conformance` the framework itself.
    """
    first, *others = module.split(".")
    try:
        spec = find_spec(first)
    except ValueError:  # a module that was made by hand has no spec
        return ()
    if spec is None:
        return ()
    if spec.submodule_search_locations is None:
        return () if others or spec.origin is None else (Path(spec.origin),)
    paths = [Path(location, *others) for location in spec.submodule_search_locations]
    folders = tuple(path for path in paths if path.is_dir())
    files = (path.parent / f"{path.name}.py" for path in paths)
    return folders or tuple(file for file in files if file.is_file())


def stated_version(module: str) -> str | None:
    """What the module assigns to `__version__` as a plain string; None if it does not."""
    for path in locate(module):
        file = path / "__init__.py" if path.is_dir() else path
        try:
            tree = ast.parse(file.read_bytes())
        except (OSError, SyntaxError):
            continue
        for node in tree.body:
            if (
                isinstance(node, ast.Assign)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
                and any(isinstance(t, ast.Name) and t.id == "__version__" for t in node.targets)
            ):
                return node.value.value
    return None
