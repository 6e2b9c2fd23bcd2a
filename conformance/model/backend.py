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


@dataclass(frozen=True, slots=True)
class Binding:
    """How an API is called.

    path: dotted path of the callable; for a method, the method's name is the path's last part and
    the argument spelled 'self' is the object. in-place: a method after which self is the result.
    out: a function that writes into a tensor it is given as `out`. primitive: a class that is
    constructed, then called with all arguments. parameters: (canonical, spelled) pairs; positional:
    canonical names that go by position, in order; every other argument goes by keyword. constants:
    (spelled, value) pairs that are always passed: to a primitive's constructor, else to the call.
    when: the targets that have the API at all. unanswered: why it leaves questions without a
    declared answer, where it does.
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

    def spelled(self, canonical: str) -> str | None:
        return next((s for c, s in self.parameters if c == canonical), None)


@dataclass(frozen=True, slots=True)
class Snippet:
    """How a person writes a value of the framework: lines of imports, and templates with {array}
    (a numpy expression) and {name} (a dtype's name)."""

    imports: tuple[str, ...]
    tensor: str
    dtype: str


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
    """What happens instead of what was expected; exactly one part is given.

    outputs: what is returned. raises: (exception class, text in its message). ends: how the process
    ends ('signal SIGSEGV'), or 'no answer'.
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

    distribution: the name on a package index, where the version is read; None for a backend that
    is at home in its own code and states its version there. default_version: what a bare name
    installs. devices, modes: the words that a target may be asked for, the usual one first.
    """

    name: str
    adapter: Path
    bindings: tuple[Binding, ...]
    errors: tuple[ErrorRule, ...]
    snippet: Snippet
    ledger: tuple[LedgerEntry, ...] = ()
    distribution: str | None = None
    module: str | None = None
    default_version: str | None = None
    recipes: tuple[EnvironmentRecipe, ...] = ()
    devices: tuple[str, ...] = ("cpu",)
    modes: tuple[str, ...] = ("default",)


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
