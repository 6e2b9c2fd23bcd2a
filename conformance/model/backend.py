"""Backends as data: how an API is called, what it answers, what its exceptions mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

from packaging.specifiers import SpecifierSet

from conformance.model.case import OutputExpected, Value
from conformance.model.errors import Place

BindingKind = Literal["function", "method", "in-place", "out", "primitive"]
BINDING_KINDS: tuple[BindingKind, ...] = get_args(BindingKind)


# What a call takes while it computes, where nothing is said; as measured on most.
DEFAULT_WORKSPACE = 0.25


@dataclass(frozen=True, slots=True)
class Condition:
    """When something holds; an absent part holds always, several parts must all hold.

    version: of the framework. mode, device, platform: of the target. dtype: of the call's first
    tensor. Never an expression.
    """

    version: SpecifierSet | None = None
    mode: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    platform: tuple[str, ...] = ()
    dtype: tuple[str, ...] = ()

    def holds(self, target: Target, *, dtype: str | None) -> bool:
        """True if every part that is given holds for target and a first tensor of dtype."""
        return (
            (self.version is None or self.version.contains(target.version, prereleases=True))
            and (not self.mode or target.mode in self.mode)
            and (not self.device or target.device in self.device)
            and (not self.platform or target.platform in self.platform)
            and (not self.dtype or dtype in self.dtype)
        )


ALWAYS = Condition()


@dataclass(frozen=True, slots=True)
class Answer:
    """A declared answer: to question, by choice, when the condition holds."""

    question: str
    choice: str
    when: Condition
    place: Place


@dataclass(frozen=True, slots=True)
class ErrorRule:
    """An exception of type (class name, with or without its module; bases count) whose message
    contains a text means word. No patterns."""

    word: str
    type: str
    contains: str
    when: Condition
    place: Place


ANOTHER_DTYPE = "another-dtype"


@dataclass(frozen=True, slots=True)
class Lack:
    """Calls that a target declines, declared: every part that is given must be true of the call.

    dtypes: one of them is the dtype of a tensor or an argument. layouts: one of them is that of a
    tensor. results: the result has one of them, or ANOTHER_DTYPE than x. gradient: a derivative is
    asked for. Without a part: every call.
    """

    reason: str
    when: Condition
    place: Place
    dtypes: tuple[str, ...] = ()
    layouts: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    gradient: bool = False


@dataclass(frozen=True, slots=True)
class LongestAxis:
    """The greatest length of an axis along which a backend is asked to compute, and why."""

    elements: int
    reason: str


@dataclass(frozen=True, slots=True)
class Binding:
    """How an API is called.

    path: dotted path of the callable; for a method, the method's name is the path's last part and
    the argument spelled 'self' is the object. in-place: a method after which self is the result.
    out: a function that writes into a tensor it is given as `out`. primitive: a class that is
    constructed, then called with all arguments. parameters: (canonical, spelled) pairs; positional:
    canonical names that go by position, in order; every other argument goes by keyword. constants:
    (spelled, value) pairs that are always passed: to a primitive's constructor, else to the call.
    construct: canonical names of the arguments that a primitive is constructed with, by keyword.
    as_tensor: (canonical, dtype) pairs of integers that it takes as tensors without axes.
    when: the targets that have the API at all. unanswered: why it leaves questions without a
    declared answer, where it does. lacks: what it declines. out: of several tensors to write into
    (output, dtype or SAME_AS_X) pairs; a case may say another dtype. returns: the outputs of the
    operation that it gives, where it does not give all of them. workspace: what a call takes
    while it computes, as a multiple of what it is given and gives.
    """

    api: str
    op: str
    backend: str
    kind: BindingKind
    path: str
    parameters: tuple[tuple[str, str], ...]
    positional: tuple[str, ...]
    answers: tuple[Answer, ...]
    when: Condition
    place: Place
    unanswered: str = ""
    constants: tuple[tuple[str, Value], ...] = ()
    lacks: tuple[Lack, ...] = ()
    out: tuple[tuple[str, str], ...] = ()
    construct: tuple[str, ...] = ()
    as_tensor: tuple[tuple[str, str], ...] = ()
    returns: tuple[str, ...] = ()

    workspace: float = DEFAULT_WORKSPACE

    def spelled(self, canonical: str) -> str | None:
        return next((s for c, s in self.parameters if c == canonical), None)


@dataclass(frozen=True, slots=True)
class ModeSnippet:
    """How a person asks for an execution mode: lines after the imports, and what decorates a
    function of the call's tensors; '' where nothing is compiled."""

    mode: str
    settings: tuple[str, ...] = ()
    decorator: str = ""


@dataclass(frozen=True, slots=True)
class Snippet:
    """How a person writes a value of the framework: lines of imports, and templates with {array}
    (a numpy expression), {name} (a dtype's name), and {tensor} and {dtype} (what these gave).

    array: a tensor as a numpy array; '' where that is not said. gradient: lines that end with
    `actual`, the derivative of the sum of what {call} gives by {tensor}; () likewise. modes: those
    that a script can show, beside the usual one.
    """

    imports: tuple[str, ...]
    tensor: str
    dtype: str
    cast: str = "{tensor}.to({dtype})"
    array: str = ""
    gradient: tuple[str, ...] = ()
    modes: tuple[ModeSnippet, ...] = ()

    def mode(self, name: str) -> ModeSnippet | None:
        return next((mode for mode in self.modes if mode.mode == name), None)


@dataclass(frozen=True, slots=True)
class EnvironmentRecipe:
    """How to make an environment for a range of versions. python: interpreters that can hold it;
    requirements: for pip, with {version}."""

    versions: SpecifierSet
    python: SpecifierSet
    requirements: tuple[str, ...]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class KnownOutcome:
    """What happens instead of what was expected; one part is given, or outputs and 'unstable'.

    outputs: what is returned, in the operation's order. raises: (exception class, text in its
    message). ends: how the process ends ('signal SIGSEGV'), 'no answer', or 'unstable': the same
    call does not come to the same twice; outputs are then what it gives first.
    """

    outputs: tuple[OutputExpected, ...] = ()
    raises: tuple[str, str] | None = None
    ends: str = ""


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """A known failure: what is wrong in a framework; what merely differs is a difference.

    cases and apis are exact names, every case on every API. outcome: what happens instead.
    """

    cases: tuple[str, ...]
    apis: tuple[str, ...]
    outcome: KnownOutcome
    reason: str
    link: str
    when: Condition
    place: Place


@dataclass(frozen=True, slots=True)
class Backend:
    """A framework as the suite knows it: its adapter and its data.

    distributions: the names on a package index under which it can be had, of which the version is
    read, the usual one first; none for a backend that is at home in its own code and states its
    version there. default_version: what a bare name
    installs. devices, modes: the words that a target may be asked for, the usual one first. lacks:
    what every API declines; None if the backend does not declare what it declines. longest_axis:
    calls along a longer one are not made.
    """

    name: str
    adapter: Path
    bindings: tuple[Binding, ...]
    errors: tuple[ErrorRule, ...]
    snippet: Snippet
    ledger: tuple[LedgerEntry, ...] = ()
    distributions: tuple[str, ...] = ()
    module: str | None = None
    default_version: str | None = None
    recipes: tuple[EnvironmentRecipe, ...] = ()
    devices: tuple[str, ...] = ("cpu",)
    modes: tuple[str, ...] = ("default",)
    lacks: tuple[Lack, ...] | None = None
    longest_axis: LongestAxis | None = None

    @property
    def package(self) -> str | None:
        """What is missing where the framework is."""
        return self.distributions[0] if self.distributions else self.module


@dataclass(frozen=True, slots=True)
class Target:
    """A backend in one concrete environment. interpreter is None where there is none yet: missing
    then says what to do. words: the modes and devices asked for."""

    backend: str
    version: str
    interpreter: Path | None
    python: str = ""
    platform: str = ""
    device: str = "cpu"
    mode: str = "default"
    words: tuple[str, ...] = ()
    missing: str = ""
    origin: str = field(default="", compare=False)

    @property
    def name(self) -> str:
        """`torch-2.13.0`, with the words that were asked for: `mindspore-2.10.0-graph`."""
        return "-".join((self.backend, self.version, *self.words))
