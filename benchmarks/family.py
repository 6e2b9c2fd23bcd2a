"""The whole family on torch, MindSpore and the reference, again and again.

    python benchmarks/family.py [--runs 20]

Prints the wall and CPU time of each run, processes of the targets included, and CPU per verdict;
then which verdicts were not the same in every run. Exit status 1 if there is one.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

COMMAND = Path(sys.executable).with_name("conformance")
BACKENDS = ("torch", "mindspore", "reference")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=20)
    runs = parser.parse_args().runs
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    walls, cpus, count = [], [], 0
    for _ in range(runs):
        wall_s, cpu_s, verdicts = _run()
        walls.append(wall_s)
        cpus.append(cpu_s)
        count = len(verdicts)
        for line in verdicts:
            seen[line["id"]].add((line["status"], *line.get("observed", [])))
    wall, cpu = statistics.median(walls), statistics.median(cpus)
    print(f"{count} verdicts: median {wall:.1f} s wall ({min(walls):.1f} to {max(walls):.1f}),")
    print(f"{cpu:.1f} s of CPU, {cpu / count * 1e3:.2f} ms per verdict")
    unsteady = {task: ends for task, ends in seen.items() if len(ends) > 1}
    for task, ends in unsteady.items():
        print(f"not the same in {runs} runs: {task}: {sorted(ends)}")
    print(f"{len(seen) - len(unsteady)} of {len(seen)} verdicts the same in {runs} runs")
    sys.exit(1 if unsteady else 0)


def _run() -> tuple[float, float, list[dict[str, Any]]]:
    """(wall, CPU, verdict lines) of one run; the CPU of the workers counts once they have ended."""
    command = [str(COMMAND), "run", "--no-cache", "--format", "json"]
    for backend in BACKENDS:
        command += ["--backend", backend]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
    wall_s = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return wall_s, cpu_s, [line for line in lines if line["kind"] == "verdict"]


if __name__ == "__main__":
    main()
