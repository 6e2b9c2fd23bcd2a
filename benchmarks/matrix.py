"""What targets cost side by side, one after the other, alone, and when all is known.

    python benchmarks/matrix.py [--backend SPEC ...] [--runs 1] [OP ...]

Runs the cases on each target alone (with --jobs 1, too), on all of them with --jobs 1 and with
--jobs 2, and once more with nothing changed, and prints wall and CPU time, the greatest memory that
all processes together held, and the ratios that matter. Without --backend: every target that is
installed. Verdicts are kept in a folder of its own, so that nothing is known when it begins.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conformance.fronts.session import resolve_targets, settings_here
from conformance.run.records import installed
from conformance.run.registry import registered_backends

COMMAND = Path(sys.executable).with_name("conformance")
# Seconds; to look at all processes takes CPU time that the run could use.
SAMPLE_S = 1.0
MIB = 2**20


@dataclass(frozen=True)
class Cost:
    """Of a run: seconds of wall and CPU time, the most memory in bytes, and its last line."""

    wall_s: float
    cpu_s: float
    memory: int
    said: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("ops", nargs="*", metavar="OP")
    parser.add_argument("--backend", action="append", default=[], metavar="SPEC")
    parser.add_argument("--runs", type=int, default=1)
    given = parser.parse_args()
    specs = given.backend or installed_specs()
    with tempfile.TemporaryDirectory(prefix="conformance-matrix-") as home:
        # The environments are those that there are; what is known is not.
        Path(home, "environments").symlink_to(settings_here().home / "environments")
        bench = Bench(Path(home), tuple(given.ops), given.runs)
        alone = [bench.measure(spec, [spec], "--no-cache", "--jobs=1") for spec in specs]
        one = bench.measure("--jobs 1", specs, "--no-cache", "--jobs=1")
        two = bench.measure("--jobs 2", specs, "--no-cache", "--jobs=2")
        again = bench.measure("again", specs)
    total = sum(cost.wall_s for cost in alone)
    print(f"\nall alone, one after the other: {total:.1f} s")
    print(f"--jobs 1 takes {one.wall_s / total:.2f} of that (goal: at most 1)")
    print(f"--jobs 2 is {one.wall_s / two.wall_s:.2f} times as fast as --jobs 1 (goal: 1.6)")
    print(f"with nothing changed: {again.wall_s:.2f} s (goal: below 1): {again.said}")


def installed_specs() -> list[str]:
    """Every managed environment, and what the interpreter that runs this has."""
    home = settings_here().home
    specs = [environment.spec for environment in installed(home)]
    for _, target in resolve_targets(sorted(registered_backends()), settings_here()):
        if target.origin == "current interpreter":
            specs.append(f"{target.backend}@{target.version}")
    return list(dict.fromkeys(specs))


@dataclass(frozen=True)
class Bench:
    """Runs of the same cases, with a folder of its own for what is known."""

    home: Path
    ops: tuple[str, ...]
    runs: int

    def measure(self, name: str, specs: Sequence[str], *options: str) -> Cost:
        """The median cost of runs on specs; prints a line of the table."""
        command = [str(COMMAND), "run", *self.ops, *options]
        command += [f"--backend={spec}" for spec in specs]
        costs = sorted((self._run(command) for _ in range(self.runs)), key=lambda c: c.wall_s)
        cost = Cost(
            statistics.median(cost.wall_s for cost in costs),
            statistics.median(cost.cpu_s for cost in costs),
            max(cost.memory for cost in costs),
            costs[-1].said,
        )
        print(
            f"{name:<28} {cost.wall_s:8.2f} s {cost.cpu_s:8.2f} s of CPU "
            f"{cost.memory / MIB:7.0f} MiB   {cost.said}",
            flush=True,
        )
        return cost

    def _run(self, command: Sequence[str]) -> Cost:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "CONFORMANCE_HOME": str(self.home)},
        ) as process:
            memory = Memory(process.pid)
            memory.start()
            text = process.communicate()[0]
        wall_s = time.perf_counter() - start
        memory.stop()
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        lines = text.strip().splitlines()
        return Cost(wall_s, cpu_s, memory.greatest, lines[-1] if lines else "nothing")


class Memory(threading.Thread):
    """Watches how much memory a process and all that it started hold together."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.greatest = 0
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.greatest = max(self.greatest, sum(map(_held, _family(self.pid))))

    def stop(self) -> None:
        self._over.set()
        self.join()


def _family(pid: int) -> Iterable[int]:
    """The process and its living descendants."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            with contextlib.suppress(OSError):
                stat = Path("/proc", entry, "stat").read_text().rpartition(")")[2].split()
                children.setdefault(int(stat[1]), []).append(int(entry))
    waiting = [pid]
    while waiting:
        one = waiting.pop()
        waiting += children.get(one, [])
        yield one


def _held(pid: int) -> int:
    """Bytes; pages that several processes share count in parts."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    line = next((line for line in text.splitlines() if line.startswith("Pss:")), "Pss: 0")
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
