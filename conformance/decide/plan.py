"""Which tasks there are: every case on every API that can be asked, on every target."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from conformance.decide.arguments import constructed, out_of_turn, out_tensors
from conformance.decide.capabilities import Capabilities
from conformance.decide.returned import not_returned, returned_part
from conformance.model.backend import Backend, Binding, Target
from conformance.model.case import Call, Case, Expectation, Page, Suite, TensorValue
from conformance.model.errors import UsageError
from conformance.model.verdict import Task


@dataclass(frozen=True, slots=True)
class Selection:
    """What is asked for: addresses `op`, `op/file` or `op/file/case`, and API names; empty: all."""

    addresses: tuple[str, ...] = ()
    apis: tuple[str, ...] = ()


EVERYTHING = Selection()


def make_plan(
    suite: Suite,
    targets: Iterable[tuple[Backend, Target]],
    *,
    selection: Selection = EVERYTHING,
) -> tuple[Task, ...]:
    """The tasks in the order targets, cases, APIs. A task with a refusal never runs.

    Raises UsageError if an address or an API of the selection names nothing, whatever the targets.
    """
    targets = tuple(targets)
    cases = _selected_cases(suite.cases, selection.addresses)
    _check_apis(selection.apis, [backend for backend, _ in targets])
    pages = {(page.op, page.file): page for page in suite.pages}
    tasks: list[Task] = []
    for backend, target in targets:
        by_op: dict[str, list[Binding]] = {}
        for binding in backend.bindings:
            if not selection.apis or binding.api in selection.apis:
                by_op.setdefault(binding.op, []).append(binding)
        planner = _Planner(backend, target)
        for case in cases:
            page = pages.get((case.op, case.file))
            for binding in by_op.get(case.op, ()):
                tasks.extend(planner.tasks(case, page, binding=binding))
    return tuple(tasks)


class _Planner:
    """Binds cases to the APIs of one backend on one target."""

    def __init__(self, backend: Backend, target: Target) -> None:
        self.backend = backend
        self.target = target
        self.capabilities = {
            binding.api: Capabilities(backend, binding, target) for binding in backend.bindings
        }
        absent = {api for api, known in self.capabilities.items() if known.absent}
        self.ledger = {
            (case, api): entry
            for entry in backend.ledger
            for case in entry.cases
            for api in entry.apis
            if entry.when.holds(target, dtype=None) and api not in absent
        }

    def tasks(self, case: Case, page: Page | None, *, binding: Binding) -> Iterator[Task]:
        """The task of case on binding, if the case speaks of that API at all."""
        said = next((d for d in case.documented if d.api == binding.api), None)
        if said is not None:
            call, expectation = said.call, said.expectation
        elif case.call is not None and case.expectation is not None:
            call, expectation = case.call, case.expectation
        else:
            return
        part = returned_part(expectation, binding, call)
        absent = not_returned(expectation, binding) if part is None else ()
        expectation = part or expectation
        declared = self._declared(binding, expectation, call=call)
        declined = self.capabilities[binding.api].declined(call, expectation, choice=declared)
        refusal = self._refusal(binding, call, declined=declined)
        if not refusal and absent:
            refusal = f"{binding.api} returns no {' and no '.join(absent)}"
        if not refusal and binding.kind in ("in-place", "out"):
            refusal = _unwritable(binding, call, expectation=expectation, declared=declared)
        yield Task(
            case,
            page,
            binding,
            self.target,
            call,
            expectation,
            self.backend.errors,
            self.backend.snippet,
            declared=declared,
            refusal=refusal,
            known=self.ledger.get((case.address, binding.api)),
            declined=declined,
        )

    def _declared(self, binding: Binding, expectation: Expectation, *, call: Call) -> str | None:
        if expectation.question is None:
            return None
        dtype = call.tensor_dtype()
        for answer in binding.answers:
            if answer.question == expectation.question and answer.when.holds(
                self.target, dtype=dtype
            ):
                return answer.choice
        return None

    def _refusal(self, binding: Binding, call: Call, *, declined: str | None) -> str:
        if not declined and not binding.when.holds(self.target, dtype=call.tensor_dtype()):
            return f"{self.target.name} has no {binding.api}"
        for name, value in constructed(binding, call):
            if isinstance(value, TensorValue):
                return f"{binding.api} is constructed with {name}: no tensor goes there"
        if call.spelled:
            return ""
        absent = [name for name, _ in call.arguments if binding.spelled(name) is None]
        if absent:
            return f"{binding.api} has no parameter for {', '.join(absent)}"
        gap = out_of_turn(binding, call)
        if gap is not None:
            absent_one, given = gap
            return f"{binding.api} takes {given} by position: nothing stands for {absent_one}"
        return self._too_long(call)

    def _too_long(self, call: Call) -> str:
        """Why the axis of a call is too long for the backend; '' if it is not."""
        longest = self.backend.longest_axis
        if longest is None:
            return ""
        axis, tensor = dict(call.arguments).get("axis"), call.first_tensor()
        if tensor is None or type(axis) is not int:
            return ""
        shape = tensor.shape
        if not -len(shape) <= axis < len(shape) or shape[axis] <= longest.elements:
            return ""
        most = f"{self.backend.name} is asked for at most {longest.elements:,}"
        return f"an axis of {shape[axis]:,} elements: {most}, because {longest.reason}"


def _unwritable(
    binding: Binding, call: Call, *, expectation: Expectation, declared: str | None
) -> str:
    """Why a call that writes into a tensor cannot be asked for; '' if it can."""
    if call.gradient is not None:
        return f"{binding.api} writes into a tensor: no gradient is asked of it"
    if binding.kind != "out":
        return ""
    if not binding.out and any(len(choice.outputs) > 1 for choice in expectation.choices):
        return f"{binding.api} does not say the dtypes of several tensors"
    if out_tensors(binding, call, expectation=expectation, declared=declared) is None:
        return "out= needs to know the dtype beforehand: nothing is declared"
    return ""


def _selected_cases(cases: Sequence[Case], addresses: Sequence[str]) -> list[Case]:
    if not addresses:
        return list(cases)
    unmatched = set(addresses)
    chosen = []
    for case in cases:
        names = {case.op, f"{case.op}/{case.file}", case.address}
        hit = names.intersection(addresses)
        if hit:
            unmatched -= hit
            chosen.append(case)
    if unmatched:
        raise UsageError(_no_match(cases, sorted(unmatched)))
    return chosen


def _no_match(cases: Sequence[Case], addresses: Sequence[str]) -> str:
    """What to say of addresses that name nothing: which operations there are, or where that is
    right, which files and what has nearly such a name."""
    from difflib import get_close_matches  # nobody else waits for it

    text = f"no case matches {', '.join(map(repr, addresses))}; "
    known = sorted({case.op for case in cases})
    asked = {address.partition("/")[0] for address in addresses}
    op = asked.pop() if len(asked) == 1 else None
    if op not in known:
        text += f"expected OP, OP/FILE or OP/FILE/CASE, where OP is one of: {_listed(known)}; "
        return text + "`conformance list` prints every case"
    of_op = [case for case in cases if case.op == op]
    near = get_close_matches(addresses[0], [case.address for case in of_op], n=2, cutoff=0.8)
    if near:
        text += f"nearly that: {_listed(near)}; "
    files = sorted({case.file for case in of_op})
    text += f"expected {op}/FILE or {op}/FILE/CASE, where FILE is one of: {_listed(files)}; "
    return text + f"`conformance list --op {op}` prints every case"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "(none)"


def _check_apis(apis: Sequence[str], backends: Iterable[Backend]) -> None:
    known = {binding.api for backend in backends for binding in backend.bindings}
    unknown = sorted(set(apis) - known)
    if unknown:
        raise UsageError(
            f"no selected backend has the API {', '.join(map(repr, unknown))}; "
            f"expected one of: {_listed(sorted(known))}"
        )
