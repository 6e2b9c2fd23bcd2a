"""The suite tested by implementations known to be faulty, and by some known to be right.

A folder of fakes holds an adapter, modules whose public functions are one implementation each, and
`fakes.toml`, which says per module which API it imitates. A fake takes over that API's declared
answers and error data, so that every verdict against it is about its own fault. What the API
declines it may do.
"""

from __future__ import annotations

import ast
import math
import multiprocessing
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import KW_ONLY, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from conformance.decide.judge import judge
from conformance.decide.memory import DEFAULT_BUDGET, is_large, need
from conformance.decide.oracle import Oracle
from conformance.decide.plan import make_plan
from conformance.files.source import read_source
from conformance.files.toml import header_at, parse_toml
from conformance.model.backend import Backend, Binding, Target
from conformance.model.case import Suite
from conformance.model.errors import FileError, Place, UsageError
from conformance.model.outcome import Outcome, Raised, Returned, TimedOut
from conformance.model.verdict import RED, Task
from conformance.run.engine import Workers

FILE = "fakes.toml"
LARGE = 1 << 12

_FORM = '[[modules]] with module = "..." and imitates = "..."'


@dataclass(frozen=True, slots=True)
class Fake:
    """One implementation: `module.function`, the API it imitates, what is wrong with it.

    arguments: the names of everything that the functions of its module take; None if not known.
    large: it is about tensors too large to be kept, and tried on the cases that have some alone.
    """

    path: str
    imitates: str
    about: str
    right: bool
    arguments: frozenset[str] | None = None
    large: bool = False

    @property
    def module(self) -> str:
        return self.path.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Catches:
    """Which case catches which fake. cases: addresses of every case that was tried on a fake;
    caught: per fake, the addresses that went red, in plan order. timed_out: whether a call took
    longer than it may."""

    fakes: tuple[Fake, ...]
    cases: tuple[str, ...]
    caught: Mapping[str, tuple[str, ...]]
    timed_out: bool = False

    @property
    def missed(self) -> tuple[Fake, ...]:
        """The faulty ones that no case catches."""
        return tuple(f for f in self.fakes if not f.right and not self.caught[f.path])

    @property
    def wronged(self) -> tuple[Fake, ...]:
        """The right ones that some case takes for faulty."""
        return tuple(f for f in self.fakes if f.right and self.caught[f.path])

    @property
    def idle(self) -> tuple[str, ...]:
        """The cases that catch nothing."""
        useful = {case for f in self.fakes if not f.right for case in self.caught[f.path]}
        return tuple(case for case in self.cases if case not in useful)


def read_fakes(folder: Path) -> tuple[Fake, ...]:
    """The fakes of folder, in the order of its modules. Reads the modules, imports none."""
    path = folder / FILE
    if not path.is_file():
        raise UsageError(f"{path}: no such file; expected a folder with {FILE}")
    source = read_source(path)
    modules = parse_toml(source).get("modules")
    if not isinstance(modules, list):
        raise source.error(0, "no modules", expected=_FORM)
    return tuple(
        fake
        for number, module in enumerate(modules)
        for fake in _functions(
            folder, module, at=source.place(header_at(source, "modules", number=number) or 0)
        )
    )


def _functions(folder: Path, module: Any, *, at: Place) -> Iterator[Fake]:
    """The public functions of one module, which fakes.toml names at that place."""
    keys = ("module", "imitates")
    if not isinstance(module, dict) or not all(isinstance(module.get(key), str) for key in keys):
        raise FileError(at, f"a module that is {module!r}", expected=_FORM)
    name = module["module"]
    path = folder / f"{name}.py"
    if not path.is_file():
        raise UsageError(f"{path}: no such file; expected the module that {at} names")
    try:
        tree = ast.parse(read_source(path).text)
    except SyntaxError as error:
        place = Place(path.as_posix(), error.lineno or 1, error.offset or 1)
        raise FileError(place, str(error.msg), expected="Python") from None
    functions = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]
    # A class that is constructed, then called, is a function in a function here.
    taken = frozenset(
        inner.arg for node in functions for inner in ast.walk(node) if isinstance(inner, ast.arg)
    )
    right, large = (bool(module.get(key)) for key in ("right", "large"))
    for node in functions:
        about = (ast.get_docstring(node) or "").strip()
        yield Fake(f"{name}.{node.name}", module["imitates"], about, right, taken, large)


def catch(
    suite: Suite,
    backends: Sequence[Backend],
    *,
    folder: Path,
    timeout_s: float,
    memory: int | None = None,
    jobs: int = 1,
) -> Catches:
    """Runs the cases on the fakes of folder. backends: those that the fakes imitate. memory: bytes
    that a call may take; None leaves out the fakes that are about large tensors, and with it one
    module is tried after the other. jobs: how many otherwise, each in a process of its own.

    A case that takes its time, with a large input or repetitions in a process of its own, runs only
    on the right ones and on those that no other case catches; on all if it catches none of these.
    """
    fakes = tuple(fake for fake in read_fakes(folder) if memory is not None or not fake.large)
    bindings = {b.api: (backend, b) for backend in backends for b in backend.bindings}
    unknown = sorted({fake.imitates for fake in fakes} - set(bindings))
    if unknown:
        raise UsageError(f"{folder / FILE}: no backend has the API {unknown[0]!r}")
    modules: dict[str, list[Fake]] = {}
    for fake in fakes:
        modules.setdefault(fake.module, []).append(fake)
    # The largest first, so that none is alone at the end.
    parts = sorted(modules.values(), key=len, reverse=True)
    trial = _Trial(suite, bindings, folder, timeout_s=timeout_s, memory=memory)
    tried: set[str] = set()
    caught: dict[str, set[str]] = {fake.path: set() for fake in fakes}
    timed_out = False
    with _side_by_side(trial, jobs=min(jobs, len(parts)) if memory is None else 1) as tries:
        idle = None
        for _ in range(2):
            for cases, red, late in tries((part, idle) for part in parts):
                tried |= cases
                timed_out |= late
                for path, addresses in red.items():
                    caught[path] |= addresses
            useful = {case for f in fakes if not f.right for case in caught[f.path]}
            idle = frozenset(tried - useful)
            if not idle:
                break
    order = [case.address for case in suite.cases if case.address in tried]
    return Catches(
        fakes,
        tuple(order),
        {path: tuple(a for a in order if a in cases) for path, cases in caught.items()},
        timed_out,
    )


# The fakes of one module, and the cases to try on all of them; None: all, as far as need be.
_Part = tuple[Sequence[Fake], "frozenset[str] | None"]
# The addresses of the cases that were tried; those that went red per fake; whether one timed out.
_Tried = tuple[set[str], dict[str, set[str]], bool]


@dataclass(frozen=True)
class _Trial:
    """What is the same for all modules. One oracle in each process: what is exact of a long call
    takes seconds."""

    suite: Suite
    bindings: Mapping[str, tuple[Backend, Binding]]
    folder: Path
    _: KW_ONLY
    timeout_s: float
    memory: int | None
    oracle: Oracle = field(default_factory=Oracle)

    def of(self, part: _Part) -> _Tried:
        fakes, cases = part
        backend, binding = self.bindings[fakes[0].imitates]
        target = Target("fakes", "1", Path(sys.executable))
        tasks = [
            task
            for task in _tasks(self.suite, fakes, backend, binding, target=target)
            if (cases is None or task.case.address in cases)
            and is_large(task) == fakes[0].large
            and need(task) <= (self.memory or DEFAULT_BUDGET)
        ]
        caught: dict[str, set[str]] = {fake.path: set() for fake in fakes}
        if not tasks:
            return set(), caught, False
        house = replace(backend, name="fakes", adapter=self.folder / "adapter.py", ledger=())
        judged, timed_out = _Judged(self.oracle), False
        with Workers([(house, target)], timeout_s=self.timeout_s) as workers:
            workers.start()
            for costly in (False, True):
                due = [
                    task
                    for task in tasks
                    if _is_costly(task) == costly
                    and (cases is not None or not (costly and caught[task.binding.path]))
                ]
                for task, outcome in workers.run(due):
                    timed_out |= isinstance(outcome, TimedOut)
                    if judged.is_red(task, outcome):
                        caught[task.binding.path].add(task.case.address)
        return {task.case.address for task in tasks}, caught, timed_out


@contextmanager
def _side_by_side(
    trial: _Trial, *, jobs: int
) -> Iterator[Callable[[Iterable[_Part]], Iterator[_Tried]]]:
    """A map of trial over parts, so many at a time."""
    if jobs < 2:
        yield partial(map, trial.of)
        return
    # Not forked: this process may have threads.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _take_over, (trial,)) as processes:
        yield partial(processes.map, _of_given)


# The trial of a process that is one of several, which it is given once.
_given: list[_Trial] = []


def _take_over(trial: _Trial) -> None:
    _given.append(trial)


def _of_given(part: _Part) -> _Tried:
    return _given[0].of(part)


class _Judged:
    """Which verdicts on the fakes of one module are red.

    Most fakes answer most cases as the others do; each answer is judged once. The tasks of a case
    differ in the path of the fake alone.
    """

    def __init__(self, oracle: Oracle) -> None:
        self._oracle = oracle
        self._known: dict[tuple[str, Outcome], bool] = {}

    def is_red(self, task: Task, outcome: Outcome) -> bool:
        key = (task.case.address, _untimed(outcome))
        if key not in self._known:
            self._known[key] = judge(task, outcome, self._oracle).status in RED
        return self._known[key]


def _untimed(outcome: Outcome) -> Outcome:
    """outcome without the time that it took, which no verdict depends on."""
    return replace(outcome, duration_s=0.0) if isinstance(outcome, Returned | Raised) else outcome


def _is_costly(task: Task) -> bool:
    """True if the call is repeated, or has a tensor of more than LARGE elements."""
    if task.expectation.repeat > 1:
        return True
    return any(math.prod(tensor.shape) > LARGE for tensor in task.call.tensors())


def _tasks(
    suite: Suite, fakes: Sequence[Fake], backend: Backend, binding: Binding, *, target: Target
) -> Iterator[Task]:
    """The tasks of the API that fakes imitate, with each of them in its place."""
    able = replace(_taken(suite, fakes[0], binding), lacks=())
    # What the imitated API declines, for want of a kernel, says nothing of an implementation.
    alone = replace(backend, bindings=(able,), ledger=(), lacks=None)
    # Answers hold under conditions on the imitated target: the one that is current.
    version = backend.default_version or "1"
    planned = make_plan(suite, [(alone, replace(target, version=version))])
    for fake in fakes:
        for task in planned:
            if not task.refusal:
                in_place = replace(task.binding, path=fake.path)
                yield replace(task, binding=in_place, target=target)


def _taken(suite: Suite, fake: Fake, binding: Binding) -> Binding:
    """binding without the optional parameters that no function of the fake's module takes: they
    imitate the API without those."""
    if fake.arguments is None:
        return binding
    required = {
        p.name for op in suite.ops if op.name == binding.op for p in op.parameters if p.required
    }
    kept = tuple(
        (canonical, spelled)
        for canonical, spelled in binding.parameters
        if canonical in required or spelled in fake.arguments
    )
    names = {canonical for canonical, _ in kept}
    return replace(
        binding,
        parameters=kept,
        positional=tuple(name for name in binding.positional if name in names),
        construct=tuple(name for name in binding.construct if name in names),
    )
