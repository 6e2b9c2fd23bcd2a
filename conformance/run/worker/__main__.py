"""Where an interpreter begins that is given this folder to run."""

from __future__ import annotations

import importlib
import os
import sys
import types

# A name that no framework has.
NAME = "conformance_worker"


def main() -> None:
    """Import the package under its name for this process, and hand over to it."""
    here = os.path.dirname(os.path.abspath(__file__))
    # No module of this folder may be taken for one of a framework.
    sys.path[:] = [entry for entry in map(os.path.abspath, sys.path) if entry != here]
    package = types.ModuleType(NAME)
    package.__path__ = [here]
    sys.modules[NAME] = package
    importlib.import_module(NAME + ".zygote").main(sys.argv[1:])


if __name__ == "__main__":
    main()
