"""What pytest-xdist costs: the same items with `-n 2`, against one process of pytest.

    python benchmarks/xdist.py [--runs 1] [--processes 2] [--backend SPEC ...] [OP ...]

Runs `pytest --backend SPEC ...` without and with `-n`, in turn, and prints wall and CPU time of
each, the ratios, and how often every target was started. Exits with 1 if the two do not come to the
same verdicts, or if a target is not started exactly once. Verdicts of earlier runs play no part:
pytest runs everything.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.files.report import read_report

BACKENDS = ("torch", "mindspore", "reference")
# Every Python process looks for a module of this name when it starts: workers write down theirs.
STARTS = """
with open("/proc/self/cmdline", "rb") as file:
    words = file.read().decode().split("\\0")
if any(word.endswith("run/worker") for word in words):
    with open({log!r}, "a") as log:
        log.write(words[-4] + "\\n")
"""


@dataclass(frozen=True)
class Cost:
    """Of a run of pytest: seconds, statuses by the task's id, how often adapters were started."""

    wall_s: float
    cpu_s: float
    statuses: Mapping[str, str]
    starts: Mapping[str, int]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("ops", nargs="*", metavar="OP")
    parser.add_argument("--backend", action="append", default=[], metavar="SPEC")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    backends = [f"--backend={spec}" for spec in given.backend or BACKENDS]
    arguments = [*given.ops, *backends]
    alone, spread = [], []
    with tempfile.TemporaryDirectory(prefix="xdist-") as name:
        for _ in range(given.runs):
            alone.append(measure(Path(name), "one process", [*arguments, "-p", "no:xdist"]))
            spread.append(
                measure(Path(name), f"-n {given.processes}", [*arguments, f"-n{given.processes}"])
            )
    for what in ("wall_s", "cpu_s"):
        one = statistics.median(getattr(cost, what) for cost in alone)
        several = statistics.median(getattr(cost, what) for cost in spread)
        print(f"{what}: -n {given.processes} takes {several / one:.2f} of one process")
    same = all(cost.statuses == alone[0].statuses for cost in (*alone, *spread))
    once = all(set(cost.starts.values()) == {1} for cost in (*alone, *spread))
    print("the same verdicts" if same else "OTHER VERDICTS")
    print("each target started once" if once else "A TARGET WAS STARTED AGAIN")
    sys.exit(0 if same and once else 1)


def measure(folder: Path, name: str, arguments: Sequence[str]) -> Cost:
    """Run pytest with arguments; prints a line of the table."""
    log, report = folder / "starts", folder / "report.jsonl"
    (folder / "sitecustomize.py").write_text(STARTS.format(log=str(log)), encoding="utf-8")
    log.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", *arguments, f"--conformance-report={report}"]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    wall_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode not in (0, 1):
        sys.exit(done.stdout + done.stderr)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    starts = Counter(Path(line).parent.name for line in log.read_text("utf-8").splitlines())
    lines = read_report(report).verdicts
    statuses = {line["id"]: line["status"] for line in lines}
    counted = ", ".join(f"{backend} {count}" for backend, count in sorted(starts.items()))
    print(
        f"{name:<12} {wall_s:7.2f} s {cpu_s:7.2f} s of CPU  {len(statuses)} verdicts  "
        f"starts: {counted}",
        flush=True,
    )
    return Cost(wall_s, cpu_s, statuses, starts)


if __name__ == "__main__":
    main()
