"""Which case catches which fake, as text and as data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.authoring.fakes import Catches

SHOWN_CASES = 3


def as_text(catches: Catches) -> str:
    """A line per fake, then what is wrong, then the score."""
    return "\n".join((*_lines(catches), "", score(catches)))


def as_data(catches: Catches) -> dict[str, Any]:
    """The same for machines: every fake with all cases that catch it."""
    return {
        "fakes": [
            {
                "fake": fake.path,
                "imitates": fake.imitates,
                "right": fake.right,
                "about": fake.about,
                "caught_by": list(catches.caught[fake.path]),
            }
            for fake in catches.fakes
        ],
        "idle": list(catches.idle),
        "score": score(catches),
    }


def score(catches: Catches) -> str:
    """`70 of 70 faulty fakes caught, 2 of 2 right ones pass, 60 of 60 cases catch a fake`."""
    faulty = [fake for fake in catches.fakes if not fake.right]
    right = [fake for fake in catches.fakes if fake.right]
    return (
        f"{len(faulty) - len(catches.missed)} of {len(faulty)} faulty fakes caught, "
        f"{len(right) - len(catches.wronged)} of {len(right)} right ones pass, "
        f"{len(catches.cases) - len(catches.idle)} of {len(catches.cases)} cases catch a fake"
    )


def _lines(catches: Catches) -> Iterator[str]:
    for fake in catches.fakes:
        cases = catches.caught[fake.path]
        shown = ", ".join(cases[:SHOWN_CASES]) + (", ..." if len(cases) > SHOWN_CASES else "")
        if fake.right:
            yield f"right   {fake.path}: {f'CAUGHT by {shown}' if cases else 'passes'}"
        else:
            yield f"faulty  {fake.path}: {f'{len(cases)} cases: {shown}' if cases else 'ESCAPES'}"
    for case in catches.idle:
        yield f"idle    {case}: CATCHES NOTHING"
