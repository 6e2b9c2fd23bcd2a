"""What is left after `kill -9` at random moments: of a run, of a worker, of an installation.

    python benchmarks/kills.py [--seed N] [--moments 10] [--only run|worker|install]
                               [--backend SPEC ...] [OP ...]

run      The process of the run is killed. The report can be read, `--resume` completes it, every
         verdict is the one of a run that nobody killed, what was kept is kept byte for byte, and
         nothing ran again whose verdict was there.
worker   A process that imports a framework, or one of its servers, is killed. The run goes on to a
         whole report; at most one verdict becomes `unstable`, or a target whose import was killed
         is `not-run`, and `--resume` runs that and nothing else.
install  `conformance install` is killed. Nothing looks installed that is not whole, and the next
         installation makes it and removes what was left.

No process is left after any of them, and no folder after the next run. Exits with 1 if something is
not as said. Everything lies in a temporary folder; of $CONFORMANCE_HOME only the environments are
used. The same seed gives the same moments, as parts of the time that it takes without a kill. The
code of the project must not change meanwhile: what other code has judged runs again.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from conformance.files.report import ReportError, read_report
from conformance.files.unfinished import read_unfinished
from conformance.fronts.session import settings_here
from conformance.run.records import installed

COMMAND = str(Path(sys.executable).with_name("conformance"))
BACKENDS = ("reference", "torch", "mindspore", "numpy")
OPS = ("cummin", "logcumsumexp")
INSTALLED = "numpy"
# Within this a process that is told to end has ended, and then it is left.
PATIENCE_S = 5.0

Line = dict[str, Any]


@dataclass
class Row:
    """What became of one kill. wrong: what is not as it has to be."""

    number: int
    at_s: float
    cells: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.wrong.append(otherwise)


@dataclass(frozen=True)
class Bench:
    """Commands in folder, whose processes carry a mark by which they are found."""

    folder: Path
    home: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            **os.environ,
            "CONFORMANCE_HOME": str(self.home),
            "CONFORMANCE_KILLS": self.mark,
            "TMPDIR": str(self.temporary),
        }

    @property
    def temporary(self) -> Path:
        return self.folder / "tmp"

    @property
    def said(self) -> Path:
        """What the last command printed. A pipe that nobody reads would stop who writes."""
        return self.folder / "said.txt"

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.said.open("wb") as said:
            return subprocess.Popen(
                [COMMAND, *arguments],
                cwd=self.folder,
                env=self.environment,
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def finish(self, *arguments: str) -> tuple[int, str]:
        """The exit status of the command, and the last line that it printed."""
        status = self.begin(*arguments).wait()
        lines = self.said.read_text("utf-8").strip().splitlines()
        return status, lines[-1] if lines else ""

    def left(self) -> list[str]:
        """The processes that are still there when they have had their time."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := list(self._marked())) and time.monotonic() < deadline:
            time.sleep(0.02)
        return found

    def _marked(self) -> Iterator[str]:
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                alive = process.status() != psutil.STATUS_ZOMBIE
                if alive and process.environ().get("CONFORMANCE_KILLS") == self.mark:
                    yield f"{process.pid} {' '.join(process.cmdline())}"

    def folders(self) -> list[str]:
        """What runs have left in the temporary folder."""
        return sorted(path.name for path in self.temporary.glob("conformance-*"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("ops", nargs="*", metavar="OP")
    parser.add_argument("--backend", action="append", default=[], metavar="SPEC")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--moments", type=int, default=10)
    parser.add_argument("--only", choices=("run", "worker", "install"), action="append")
    given = parser.parse_args()
    print(f"--seed {given.seed}", flush=True)
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="kills-") as name:
        bench = Bench(Path(name), Path(name, "home"))
        bench.temporary.mkdir()
        bench.home.mkdir()
        parts = given.only or ("run", "worker", "install")
        if "run" in parts or "worker" in parts:
            (bench.home / "environments").symlink_to(settings_here().home / "environments")
            runs = Runs.of(bench, given.ops or OPS, given.backend or BACKENDS)
            for part, kill in (("run", runs.kill_run), ("worker", runs.kill_worker)):
                if part in parts:
                    wrong += table(part, kill, seed=given.seed, moments=given.moments)
        if "install" in parts:
            wrong += table("install", installs(bench), seed=given.seed, moments=given.moments)
    print(f"{wrong} of the kills did what they must not do" if wrong else "all as it has to be")
    sys.exit(1 if wrong else 0)


def table(part: str, kill: Callable[[random.Random, int], Row], *, seed: int, moments: int) -> int:
    """Kill so many times, print a line for each; how many have something wrong."""
    print(f"\n{part}", flush=True)
    moment = random.Random(f"{part} {seed}")
    count = 0
    for number in range(1, moments + 1):
        row = kill(moment, number)
        text = "; ".join(row.wrong) or "as it has to be"
        print(f"{row.number:3} at {row.at_s:6.2f} s  {'  '.join(row.cells)}  {text}", flush=True)
        count += bool(row.wrong)
    return count


@dataclass(frozen=True)
class Runs:
    """Runs of the same cases on the same targets. statuses: by the task's id, when nobody kills;
    ran: the ids of what really ran; took_s: how long that is."""

    bench: Bench
    question: tuple[str, ...]
    statuses: Mapping[str, str]
    ran: frozenset[str]
    took_s: float

    @classmethod
    def of(cls, bench: Bench, ops: Sequence[str], backends: Sequence[str]) -> Runs:
        question = ("run", *ops, "--no-cache", *(f"--backend={spec}" for spec in backends))
        start = time.monotonic()
        bench.finish(*question, "--report=base.jsonl")
        took_s = time.monotonic() - start
        lines = read_report(bench.folder / "base.jsonl").verdicts
        ran = frozenset(line["id"] for line in lines if _ran(line))
        counts = sorted(Counter(line["status"] for line in lines).items())
        text = ", ".join(f"{count} {status}" for status, count in counts)
        print(f"unkilled: {took_s:.1f} s, {len(lines)} verdicts, {len(ran)} of them run: {text}")
        statuses = {line["id"]: line["status"] for line in lines}
        return cls(bench, question, statuses, ran, took_s)

    def kill_run(self, moment: random.Random, number: int) -> Row:
        row = Row(number, moment.uniform(0, self.took_s))
        report = self.bench.folder / f"run-{number}.jsonl"
        process = self.bench.begin(*self.question, f"--report={report}")
        time.sleep(row.at_s)
        process.kill()
        process.wait()
        row.expect(not (left := self.bench.left()), f"processes left: {left}")
        before = self._cut_off(report, row)
        if before is None:
            row.cells.append(f"no report yet of {len(self.statuses)}: run again")
            self.bench.finish(*self.question, f"--report={report}")
            before = {}
        else:
            self._resume(report, before, row)
        self._hold_against(report, row, allowed=frozenset())
        folders = self.bench.folders()
        # Where nothing was missing no process was needed, and no folder.
        if any(task not in before for task in self.ran):
            row.expect(not folders, f"folders left: {folders}")
        return row

    def kill_worker(self, moment: random.Random, number: int) -> Row:
        row = Row(number, moment.uniform(0, self.took_s))
        report = self.bench.folder / f"worker-{number}.jsonl"
        process = self.bench.begin(*self.question, f"--report={report}")
        time.sleep(row.at_s)
        row.cells.append(_kill_one_below(process, moment))
        process.wait()
        row.expect(process.returncode in (0, 1), f"exit status {process.returncode}")
        row.expect(not (left := self.bench.left()), f"processes left: {left}")
        row.expect(not (folders := self.bench.folders()), f"folders left: {folders}")
        before = {line["id"]: line for line in read_report(report).verdicts}
        row.expect(before.keys() == self.statuses.keys(), "not every task has one verdict")
        unstable = {t for t in self.ran if before[t]["status"] == "unstable"}
        unstable -= {t for t in self.ran if self.statuses[t] == "unstable"}
        not_run = {t for t in self.ran if before[t]["status"] == "not-run"}
        targets = {before[task]["target"] for task in not_run}
        row.cells.append(f"{len(unstable)} unstable, {len(not_run)} not-run")
        row.expect(len(unstable) <= 1 and len(targets) <= 1, "more than one was lost")
        kept = {task: line for task, line in before.items() if task not in not_run}
        self._resume(report, kept, row)
        self._hold_against(report, row, allowed=unstable)
        return row

    def _cut_off(self, report: Path, row: Row) -> dict[str, Line] | None:
        """The verdicts of a report that was cut off; None if none was begun."""
        if not report.exists() or not report.stat().st_size:
            return None
        try:
            unfinished = read_unfinished(report)
        except ReportError as error:
            row.expect(False, f"the report cannot be read: {error}")
            return None
        if unfinished.footer is None:
            status, said = self.bench.finish("show", str(report))
            row.expect(status == 2 and "--resume" in said, f"show says {said!r}")
        return {task: line for task, (line, _) in unfinished.lines.items()}

    def _resume(self, report: Path, before: Mapping[str, Line], row: Row) -> None:
        """Complete the report; what is in before must not run."""
        status, said = self.bench.finish("run", f"--resume={report}", "--no-cache")
        row.expect(status in (0, 1), f"--resume ends with {status}: {said}")
        if status not in (0, 1):
            return
        after = {line["id"]: line for line in read_report(report).verdicts}
        kept = [task for task in self.ran if task in before]
        anew = [task for task in self.ran if before.get(task) != after.get(task)]
        missing = len(self.ran) - len(kept)
        again = [task for task in kept if before[task] != after.get(task)]
        row.cells.append(f"{len(kept)} there, {missing} missing, {len(anew)} run by --resume")
        row.expect(not again, f"ran again though it was there: {again[:3]}")
        row.expect(len(anew) == missing, f"{len(anew)} ran, {missing} were missing")

    def _hold_against(self, report: Path, row: Row, *, allowed: frozenset[str] | set[str]) -> None:
        """The report has the verdicts of the unkilled run, but for those that are allowed."""
        read = read_report(report)
        lines = {line["id"]: line["status"] for line in read.verdicts}
        counted = Counter(line["status"] for line in read.verdicts)
        row.expect(read.footer["verdicts"] == len(self.statuses), "the sum is another one")
        row.expect(read.footer["counts"] == dict(counted), "the footer counts otherwise")
        others = [t for t, s in self.statuses.items() if lines.get(t) != s and t not in allowed]
        row.expect(not others, f"other verdicts: {others[:3]}")


def _ran(line: Line) -> bool:
    """Whether a task was run for it: plans decline some, and ledgers have entries."""
    return "content" in line


def _kill_one_below(process: subprocess.Popen[bytes], moment: random.Random) -> str:
    """Kill one of the processes below this one, when there are any; which it was."""
    while process.poll() is None:
        with contextlib.suppress(psutil.Error, IndexError):  # it has just ended, or begun
            workers = psutil.Process(process.pid).children()
            servers = [s for w in workers for s in w.children()]
            below = [p for p in (*workers, *servers) if p.status() != psutil.STATUS_ZOMBIE]
            victims = sorted(below, key=lambda one: one.pid)
            if victims:
                victim = moment.choice(victims)
                kind = "server" if victim in servers else "zygote"
                adapter = victim.cmdline()[-3]
                victim.kill()
                return f"{kind} of {Path(adapter).parent.name}"
        time.sleep(0.005)
    return "nobody: the run had ended"


def installs(bench: Bench) -> Callable[[random.Random, int], Row]:
    """Kills of an installation, each with a home of its own."""
    bench = Bench(bench.folder, bench.folder / "first-home")
    bench.finish("install", INSTALLED)  # for pip's cache
    bench = Bench(bench.folder, bench.folder / "second-home")
    start = time.monotonic()
    status, said = bench.finish("install", INSTALLED)
    took_s = time.monotonic() - start
    if status != 0:
        sys.exit(f"{INSTALLED} cannot be installed here: {said}")
    print(f"\nunkilled installation of {INSTALLED}: {took_s:.1f} s")

    def kill(moment: random.Random, number: int) -> Row:
        own = Bench(bench.folder, bench.folder / f"home-{number}")
        return _kill_install(own, Row(number, moment.uniform(0, took_s)))

    return kill


def _kill_install(bench: Bench, row: Row) -> Row:
    process = bench.begin("install", INSTALLED)
    time.sleep(row.at_s)
    process.kill()
    process.wait()
    row.expect(not (left := bench.left()), f"processes left: {left}")
    complete = installed(bench.home)
    for environment in complete:
        row.expect(_imports(environment.interpreter), f"{environment.folder} is not whole")
    row.cells.append(f"{len(complete)} installed")
    start = time.monotonic()
    status, said = bench.finish("install", INSTALLED)
    row.cells.append(f"again in {time.monotonic() - start:.1f} s")
    row.expect(status == 0, f"the next installation ends with {status}: {said}")
    row.expect(
        len(after := installed(bench.home)) == 1 and _imports(after[0].interpreter),
        "the next installation does not work",
    )
    hidden = [p.name for p in (bench.home / "environments").glob(".*") if p.suffix != ".lock"]
    row.expect(not hidden, f"left beside the environment: {hidden}")
    return row


def _imports(interpreter: Path) -> bool:
    done = subprocess.run([interpreter, "-Ic", f"import {INSTALLED}"], check=False)
    return done.returncode == 0


if __name__ == "__main__":
    main()
