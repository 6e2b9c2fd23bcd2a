"""The seed page on torch, MindSpore and the reference, against bare scripts of the same calls.

    python benchmarks/seed_page.py [--rounds 7]

Each bare script imports its framework and makes the page's two calls; the three run side by side,
as the targets of a run do. Rounds alternate. Prints both medians and the ratio of the wall times.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from conformance.fronts.session import resolve_targets, settings_here

PAGE = "cumsum/mindspore-r2.0-torch"
SPECS = ("torch", "mindspore", "reference")
GRID = "[[3, 4, 6, 10], [1, 6, 7, 9], [4, 3, 8, 7], [1, 3, 7, 9]]"
SCRIPTS = {
    "torch": f"""
import torch
x = torch.tensor({GRID}, dtype=torch.float32)
print(torch.cumsum(x, dim=-1))
y = torch.cumsum(x, dim=0, dtype=torch.int8)
print(y, y.dtype)
""",
    "mindspore": f"""
import mindspore
x = mindspore.Tensor({GRID}, mindspore.float32)
print(mindspore.ops.cumsum(x, -1))
y = mindspore.ops.cumsum(x, 0, dtype=mindspore.int8)
print(y, y.dtype)
""",
    "reference": f"""
import numpy, reference_impl
x = numpy.array({GRID}, numpy.float32)
print(reference_impl.cumsum(x, -1))
y = reference_impl.cumsum(x, 0, numpy.int8)
print(y, y.dtype)
""",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    pairs = resolve_targets(SPECS, settings_here())
    missing = [target.missing for _, target in pairs if target.interpreter is None]
    if missing:
        sys.exit("\n".join(missing))
    interpreters = {
        target.backend: target.interpreter for _, target in pairs if target.interpreter is not None
    }
    suite_s, bare_s = [], []
    _run_suite()  # once each, for the file cache
    _bare(interpreters)
    for _ in range(rounds):
        suite_s.append(_timed(_run_suite))
        bare_s.append(_timed(lambda: _bare(interpreters)))
    suite, bare = statistics.median(suite_s), statistics.median(bare_s)
    print(f"suite   median {suite:.2f} s  ({min(suite_s):.2f} to {max(suite_s):.2f})")
    print(f"bare    median {bare:.2f} s  ({min(bare_s):.2f} to {max(bare_s):.2f})")
    print(f"ratio   {suite / bare:.2f}")


def _run_suite() -> None:
    command = [str(Path(sys.executable).with_name("conformance")), "run", "--no-cache", PAGE]
    for spec in SPECS:
        command += ["--backend", spec]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def _bare(interpreters: dict[str, Path]) -> None:
    """The three scripts, started together as a shell would with `&`, then awaited."""
    running = [
        subprocess.Popen(
            [str(interpreters[name]), "-c", SCRIPTS[name]],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=os.sep,
        )
        for name in SPECS
    ]
    for process in running:
        if process.wait() != 0:
            sys.exit(f"a bare script failed with {process.returncode}")


def _timed(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
