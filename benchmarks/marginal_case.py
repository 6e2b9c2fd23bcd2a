"""What one more 4x4 case costs in CPU time of the suite and its worker, judging included.

    python benchmarks/marginal_case.py [--cases 5000] [--rounds 5]

Each round runs N and then 2 N tasks of the seed page's first example, each time with a worker of
its own, and divides the difference: what a start costs is in both. A worker's CPU time is known
when it has ended, with the servers it forked. Goal: below 200 microseconds together.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import sys

from conformance.decide.judge import judge
from conformance.decide.plan import Selection, make_plan
from conformance.fronts.session import load_cases, resolve_targets, settings_here
from conformance.model.backend import Backend, Target
from conformance.model.verdict import Status, Task
from conformance.run.engine import Workers

CASE = "cumsum/mindspore-r2.0-torch/innermost-axis"
GOAL_US = 200


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cases", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pairs = resolve_targets(("reference",), settings_here())
    (task,) = make_plan(load_cases(None), pairs, selection=Selection((CASE,)))
    rounds = [marginal_us(pairs, task, count=options.cases) for _ in range(options.rounds)]
    suite = statistics.median(suite for suite, _ in rounds)
    worker = statistics.median(worker for _, worker in rounds)
    together = statistics.median(suite + worker for suite, worker in rounds)
    print(
        f"one more 4x4 case: {together:.0f} us of CPU (goal: below {GOAL_US} us), "
        f"of which suite {suite:.0f} us, worker {worker:.0f} us; "
        f"median of {options.rounds} rounds of {options.cases} cases"
    )
    sys.exit(together >= GOAL_US)


def marginal_us(
    pairs: list[tuple[Backend, Target]], task: Task, *, count: int
) -> tuple[float, float]:
    """CPU time of one more case in microseconds: (of the suite, of the worker)."""
    suite, worker = cpu_s(pairs, [task] * count)
    suite_twice, worker_twice = cpu_s(pairs, [task] * (2 * count))
    return (suite_twice - suite) / count * 1e6, (worker_twice - worker) / count * 1e6


def cpu_s(pairs: list[tuple[Backend, Target]], tasks: list[Task]) -> tuple[float, float]:
    """CPU seconds of a run, judging included: (of this process, of its workers)."""
    before = used_s(resource.RUSAGE_SELF), used_s(resource.RUSAGE_CHILDREN)
    with Workers(pairs) as workers:
        for task, outcome in workers.run(tasks):
            verdict = judge(task, outcome)
            if verdict.status is not Status.PASSED:
                sys.exit(f"{task.id} is {verdict.status}, expected passed")
    after = used_s(resource.RUSAGE_SELF), used_s(resource.RUSAGE_CHILDREN)
    return after[0] - before[0], after[1] - before[1]


def used_s(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
