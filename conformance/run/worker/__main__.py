"""Where an interpreter begins that is given this folder to run."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys

# A name that no framework has.
NAME = "conformance_worker"


def main() -> None:
    """Import the package under its name for this process, and hand over to it."""
    here = os.path.dirname(os.path.abspath(__file__))
    # No module of this folder may be taken for one of a framework.
    sys.path[:] = [entry for entry in map(os.path.abspath, sys.path) if entry != here]
    init = os.path.join(here, "__init__.py")
    spec = importlib.util.spec_from_file_location(NAME, init, submodule_search_locations=[here])
    if spec is None or spec.loader is None:
        raise ImportError("%s is no Python file" % init)
    sys.modules[NAME] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    importlib.import_module(NAME + ".zygote").main(sys.argv[1:])


if __name__ == "__main__":
    main()
