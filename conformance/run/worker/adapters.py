"""Adapters: loaded by path, with what those leave out that need not do everything."""

from __future__ import annotations

import importlib.util
import os
import sys
from typing import Any

ADAPTER_PREFIX = "conformance_adapter_"


def load_adapter(path: str) -> Any:
    """The adapter in the file at path, as a module of a name that no framework has."""
    name = ADAPTER_PREFIX + os.path.basename(os.path.dirname(os.path.abspath(path)))
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError("%s is no Python file" % path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def do_nothing(*_: Any) -> None:
    """What an adapter without prepare, start or synchronise does."""
