"""CPU time to load case files and plan their tasks, for N and for 2N cases.

    python benchmarks/load_and_plan.py 10000

Two shapes: `grids`, cases of two 4x4 tensors written out as on the cumsum page, and `vectors`,
for-each cases of three elements. The files are written into a temporary folder, 500 cases in each.
The plan binds every case to one API of the reference on one target. Goal: below 2 s for 10,000
cases, and twice the cases in twice the time.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from conformance.decide.plan import make_plan
from conformance.files.backend_files import load_backend
from conformance.files.load import load_suite
from conformance.model.backend import Backend, Target

ROOT = Path(__file__).resolve().parent.parent
CASES_IN_A_FILE = 500
DTYPES = (
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
)

OP = """format: 1
op: {op}
summary: Inclusive running sum of x along axis.
parameters:
  x: {{kind: tensor, required: true}}
  axis: {{kind: integer, required: true}}
  dtype: {{kind: dtype}}
returns: [result]
"""
HEADER = """format: 1
op: {op}
cases:
"""
GRID = """  - id: case-{number}
    why: a reason
    call:
      x:
        dtype: float32
        values: [[3, 4, 6, 10], [1, 6, 7, 9], [4, 3, 8, 7], [1, 3, 7, {number}]]
      axis: -1
    expect:
      dtype: float32
      values: [[3, 7, 13, 23], [1, 7, 14, 23], [4, 7, 15, 22], [1, 4, 11, 20]]
"""
VECTOR = """  - id: case-{number}-{{dtype}}
    why: a reason
    for-each: {{dtype: [{dtypes}]}}
    call: {{x: {{dtype: "{{dtype}}", values: [1, 2, {last}]}}, axis: 0}}
    expect: {{dtype: "{{dtype}}", values: [1, 3, 6]}}
"""


def grids(count: int) -> Iterator[str]:
    """The text of one written case after the other, each standing for itself."""
    for number in range(count):
        yield GRID.format(number=number)


def vectors(count: int) -> Iterator[str]:
    """The text of written cases that stand for one case per dtype."""
    for number in range(count // len(DTYPES)):
        yield VECTOR.format(number=number, dtypes=", ".join(DTYPES), last=number % 100)


def write_cases(folder: Path, texts: list[str], *, per_file: int) -> None:
    """A folder of case files, one operation for each group of cases."""
    for first in range(0, len(texts), per_file):
        op = f"op{first // per_file}"
        (folder / op).mkdir(parents=True)
        (folder / op / "op.yaml").write_text(OP.format(op=op))
        text = HEADER.format(op=op) + "".join(texts[first : first + per_file])
        (folder / op / "behaviour.yaml").write_text(text)


def backend_for(ops: list[str]) -> Backend:
    """The reference backend, its one API bound to each of the operations."""
    reference = load_backend(ROOT / "conformance" / "backends" / "reference")
    binding = reference.bindings[0]
    bindings = tuple(replace(binding, op=op) for op in ops)
    return replace(reference, bindings=bindings)


def cpu_seconds(folder: Path, *, count: int) -> float:
    """CPU time to load the cases of a folder and to plan them; count: of the tasks expected."""
    start = time.process_time()
    suite = load_suite(folder)
    loaded = time.process_time()
    backend = backend_for([op.name for op in suite.ops])
    target = Target("reference", "0", None)
    planning = time.process_time()
    tasks = make_plan(suite, [(backend, target)])
    seconds = time.process_time() - planning + loaded - start
    if len(tasks) != count:
        sys.exit(f"{len(tasks)} tasks, expected {count}")
    return seconds


def measure(shape: Callable[[int], Iterator[str]], count: int, *, repeats: int) -> float:
    """The median of several runs."""
    texts = list(shape(count))
    per_file = CASES_IN_A_FILE * len(texts) // count
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_cases(folder, texts, per_file=max(per_file, 1))
        return statistics.median(cpu_seconds(folder, count=count) for _ in range(repeats))


def main() -> None:
    parser = argparse.ArgumentParser(description="CPU time to load and plan N and 2N cases.")
    parser.add_argument("cases", type=int, nargs="?", default=10_000, metavar="N")
    parser.add_argument("--repeats", type=int, default=3, help="runs of which the median counts")
    options = parser.parse_args()
    count = max(options.cases // len(DTYPES), 1) * len(DTYPES)
    for shape in (grids, vectors):
        once = measure(shape, count, repeats=options.repeats)
        twice = measure(shape, 2 * count, repeats=options.repeats)
        print(
            f"{shape.__name__}: {once:.2f} s CPU for {count:,} cases, "
            f"{twice:.2f} s for {2 * count:,}, ratio {twice / once:.2f}"
        )


if __name__ == "__main__":
    main()
