"""`conformance smoke`: what a look at targets shows, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.decide.smoke import Look
from conformance.model.backend import Backend, Target
from conformance.model.case import Suite
from conformance.run.smoke import environment_file, smoke

INDENT = "\n    "


@dataclass(frozen=True, slots=True)
class Looked:
    """A target and what was seen of it."""

    backend: Backend
    target: Target
    looks: tuple[Look, ...]

    @property
    def findings(self) -> tuple[str, ...]:
        """What is not as it is declared, each as a sentence."""
        return tuple(_finding(self, look) for look in self.looks if look.is_finding)


def look_at(
    pairs: Sequence[tuple[Backend, Target]], suite: Suite, *, jobs: int, timeout_s: float
) -> Iterator[Looked]:
    """One target after the other. One that is not installed is a finding."""
    for backend, target in pairs:
        if target.interpreter is None:
            missing = Look("target", target.name, declared=True, works=False, text=target.missing)
            yield Looked(backend, target, (missing,))
            continue
        looks = smoke(backend, target, suite, jobs=jobs, timeout_s=timeout_s)
        yield Looked(backend, target, looks)


def as_text(looked: Looked) -> str:
    """A few lines for one target; findings stand last, with their reasons."""
    target = looked.target
    where = ", ".join(filter(None, (target.python, target.platform, target.origin)))
    lines = [f"{target.name}: {where}" if where else target.name]
    for look in looked.looks:
        if look.what in ("device", "mode"):
            lines.append(f"  {look.what} {look.name}: {_word(look)}")
    held = [look.name for look in looked.looks if look.what == "dtype" and look.works]
    others = [look.name for look in looked.looks if look.what == "dtype" and not look.works]
    if held:
        lines.append(f"  dtypes held: {', '.join(held)}")
    if others:
        lines.append(f"  dtypes not held: {', '.join(others)}")
    lines += [f"  ✗ {finding}" for finding in looked.findings]
    if not looked.findings:
        lines.append("  ✓ all as declared")
    return "\n".join(lines)


def as_data(looked: Looked) -> dict[str, Any]:
    """The same as plain data."""
    return {
        "target": looked.target.name,
        "looks": [
            {
                "what": look.what,
                "name": look.name,
                "declared": look.declared,
                "works": look.works,
                "text": look.text,
            }
            for look in looked.looks
        ],
        "findings": list(looked.findings),
    }


def _word(look: Look) -> str:
    works = "works" if look.works else "does not work"
    return works if look.declared else f"{works}, and is not declared"


def _finding(looked: Looked, look: Look) -> str:
    text = look.text.strip().replace("\n", INDENT)
    place = environment_file(looked.backend)
    if look.what == "target":
        return text
    if look.what == "dtype":
        how = "is held, and declared not to be" if look.works else "is not right"
        return f"the dtype {look.name} {how}: {text}"
    if look.declared:
        return f"the {look.what} {look.name!r} is declared, and does not work: {text}; see {place}"
    return (
        f"the {look.what} {look.name!r} works, and is not declared: {text}; expected it among the "
        f"{look.what}s in {place}"
    )
