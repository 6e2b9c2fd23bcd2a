"""What a ledger makes of a verdict: known, changed, fixed; and entries that speak of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from conformance.decide.compare import compare
from conformance.model.backend import Backend, KnownOutcome, LedgerEntry, Target
from conformance.model.case import Suite
from conformance.model.outcome import Crashed, Outcome, Raised, Returned, TimedOut, Unstable
from conformance.model.verdict import Mismatch, Status, Verdict

# How KnownOutcome.ends names a call that does not answer in time, and one that does not come to the
# same twice.
NO_ANSWER = "no answer"
UNSTABLE = "unstable"


@dataclass(frozen=True, slots=True)
class Stale:
    """A ledger entry that speaks of a case or an API that is not there."""

    case: str
    api: str
    target: Target
    entry: LedgerEntry

    @property
    def id(self) -> str:
        return f"{self.case}[{self.api}-{self.target.name}]"

    @property
    def text(self) -> str:
        return (
            f"{self.entry.place} speaks of {self.case} on {self.api}, which is not there; "
            "expected a case and an API that exist: mend the entry or remove it"
        )


def settle(verdict: Verdict) -> Verdict:
    """verdict in the light of its task's ledger entry, strict both ways.

    known: it fails as the entry says. changed: it does not pass, and not as the entry says. fixed:
    it passes, so that the entry must go. What is known to come and go is known where it does not
    come, too: that it stays away once says nothing. Without an entry, and where nothing ran: as it
    is.
    """
    entry = verdict.task.known
    if entry is None or verdict.status is Status.NOT_RUN:
        return verdict
    if verdict.status in (Status.PASSED, Status.OBSERVED):
        if entry.outcome.ends == UNSTABLE:
            text = f"passes this time; {entry.place} knows it to come and go"
            mismatch = Mismatch("stability", text)
            return replace(verdict, status=Status.KNOWN, mismatches=(mismatch,), observed=())
        text = f"passes, but {entry.place} knows it to fail: remove the entry"
        return replace(verdict, status=Status.FIXED, mismatches=(Mismatch("ledger", text),))
    if verdict.outcome is not None and is_known(verdict.outcome, entry.outcome):
        return replace(verdict, status=Status.KNOWN)
    text = f"not the outcome that {entry.place} knows"
    return replace(
        verdict, status=Status.CHANGED, mismatches=(Mismatch("ledger", text), *verdict.mismatches)
    )


def is_known(outcome: Outcome, known: KnownOutcome) -> bool:
    """True if outcome is what the ledger says happens: values and dtype, exception, or end.

    What is unstable is known only as such.
    """
    if _is_unstable(outcome) != (known.ends == UNSTABLE):
        return False
    if isinstance(outcome, Unstable):
        first = outcome.first
        return not known.outputs or (isinstance(first, Returned) and _gives(first, known))
    if isinstance(outcome, Returned):
        return _gives(outcome, known) or (known.ends == UNSTABLE and not known.outputs)
    if isinstance(outcome, Raised) and known.raises is not None:
        kind, contains = known.raises
        return kind in outcome.types and contains in outcome.message
    if isinstance(outcome, Crashed):
        return outcome.how == known.ends
    return isinstance(outcome, TimedOut) and known.ends == NO_ANSWER


def _is_unstable(outcome: Outcome) -> bool:
    if isinstance(outcome, Returned):
        return outcome.differing is not None
    return isinstance(outcome, Unstable)


def _gives(returned: Returned, known: KnownOutcome) -> bool:
    """True if the outputs, of a repeated call the first ones, are those that are known."""
    return len(returned.outputs) == len(known.outputs) and not any(
        compare(expected, actual)
        for expected, actual in zip(known.outputs, returned.outputs, strict=True)
    )


def stale_entries(suite: Suite, backend: Backend, target: Target) -> Iterator[Stale]:
    """What the ledger says about target's cases and APIs that do not exist.

    What an entry says about a file that suite does not hold is not looked at: maybe that file was
    not read. `conformance lint` reads all of them.
    """
    addresses = {case.address for case in suite.cases}
    files = {f"{case.op}/{case.file}" for case in suite.cases}
    apis = {binding.api for binding in backend.bindings}
    for entry in backend.ledger:
        if not entry.when.holds(target, dtype=None):
            continue
        for case in entry.cases:
            if case.rpartition("/")[0] not in files:
                continue
            for api in entry.apis:
                if case not in addresses or api not in apis:
                    yield Stale(case, api, target, entry)
