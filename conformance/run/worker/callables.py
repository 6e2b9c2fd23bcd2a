"""What a path in a request leads to."""

from __future__ import annotations

import contextlib
import importlib
from typing import Any, Callable

from .errors import UnplaceableError, text_of


def resolve(path: str) -> Callable[..., Any]:
    """The object at the dotted path: as much of it imported as must be, the rest attributes."""
    parts = path.split(".")
    try:
        found = importlib.import_module(parts[0])
        for i, part in enumerate(parts[1:], 2):
            if not hasattr(found, part) and hasattr(found, "__path__"):
                with contextlib.suppress(ModuleNotFoundError):
                    importlib.import_module(".".join(parts[:i]))
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise UnplaceableError("api", "there is no %s (%s)" % (path, text_of(error))) from error
    if not callable(found):
        raise UnplaceableError("api", "%s is not callable" % path)
    return found


def method(name: str) -> Callable[..., Any]:
    """A function that calls the method of that name of its first argument."""

    def call(owner: Any, *positional: Any, **keywords: Any) -> Any:
        return getattr(owner, name)(*positional, **keywords)

    return call


def class_name(value: Any) -> str:
    return "%s.%s" % (type(value).__module__, type(value).__qualname__)
