"""What happened when a task ran: facts, no opinion."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.model.tensor import DigestedTensor, Tensor


@dataclass(frozen=True, slots=True)
class NotATensor:
    """An output that is no tensor of the framework: its type and the start of its repr."""

    type: str
    text: str


Output = Tensor | DigestedTensor | NotATensor


@dataclass(frozen=True, slots=True)
class Evidence:
    """What came along with an outcome, kept and never taken for a failure.

    printed: what the framework wrote to its output streams while the call ran (bounded).
    signature: parameter names of the callable where Python can read them, else None.
    """

    printed: str = ""
    signature: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Returned:
    """The call gave outputs, all of them realised and the framework synchronised.

    changed: names of the arguments whose elements were not the same afterwards. differing: the
    number, from 2, of the first repetition whose outputs are not those of the first call bit for
    bit, and these outputs; None where all agree. shared: names of the arguments in whose memory an
    output lies. reused: the number of the first repetition whose outputs lie where those of the
    first call do; None where all have memory of their own.
    """

    outputs: tuple[Output, ...]
    changed: tuple[str, ...] = ()
    duration_s: float = 0.0
    evidence: Evidence = field(default=Evidence())
    differing: tuple[int, tuple[Output, ...]] | None = None
    shared: tuple[str, ...] = ()
    reused: int | None = None


@dataclass(frozen=True, slots=True)
class Raised:
    """The framework raised. types: the exception's class and its bases, most special first.

    phase: 'convert' (making the inputs), 'call', or 'realise' (reading the result, synchronising:
    where an asynchronous framework reports late). settled: whether the framework said, when it was
    asked after that, that nothing is pending any more; None where it cannot be asked.
    """

    types: tuple[str, ...]
    message: str
    phase: str
    duration_s: float = 0.0
    evidence: Evidence = field(default=Evidence())
    settled: bool | None = None

    @property
    def called(self) -> bool:
        """Whether the inputs were made and the API was called."""
        return self.phase != "convert"


@dataclass(frozen=True, slots=True)
class Crashed:
    """The process ended, or what it sent cannot be read. how: 'signal SIGSEGV', 'exit status 3',
    'garbage reply: ...'."""

    how: str
    duration_s: float = 0.0
    evidence: Evidence = field(default=Evidence())


@dataclass(frozen=True, slots=True)
class TimedOut:
    """No answer within limit_s seconds."""

    limit_s: float
    evidence: Evidence = field(default=Evidence())

    @property
    def duration_s(self) -> float:
        return self.limit_s


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The call could not be placed: the framework holds no such dtype, has no such callable,
    the adapter makes no gradients.

    what: 'dtype', 'api', 'gradient' or 'target'; reason: a sentence.
    """

    what: str
    reason: str
    duration_s: float = 0.0
    evidence: Evidence = field(default=Evidence())


@dataclass(frozen=True, slots=True)
class Unstable:
    """The same call ended in two different ways: first, and again alone in a fresh server."""

    first: Outcome
    again: Outcome

    @property
    def duration_s(self) -> float:
        return self.first.duration_s + self.again.duration_s

    @property
    def evidence(self) -> Evidence:
        return self.again.evidence


Outcome = Returned | Raised | Crashed | TimedOut | Unavailable | Unstable
