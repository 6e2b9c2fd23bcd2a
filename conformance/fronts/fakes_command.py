"""Which case catches which fake, as text and as data; and what is known of it from before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from json import dumps, loads
from pathlib import Path
from typing import Any

import conformance
from conformance.authoring.fakes import Catches, read_fakes
from conformance.files.verdict_store import VerdictStore
from conformance.fronts.known_verdicts import text_digest
from conformance.model.backend import Backend
from conformance.run.fingerprints import folder_digest, own_code

SHOWN_CASES = 3


def question(
    folder: Path, cases: Path, backends: Sequence[Backend], *, timeout_s: float, memory: int | None
) -> str:
    """The digest of everything that says what is caught: the fakes of folder, the case files, the
    data of the backends, our own code."""
    facts = [
        own_code(),
        folder_digest(Path(conformance.__file__).parent / "authoring", suffixes=(".py",)),
        folder_digest(folder),
        folder_digest(cases, suffixes=(".yaml", ".yml")),
        *(folder_digest(backend.adapter.parent) for backend in backends),
        f"{timeout_s} {memory}",
    ]
    return "fakes-" + text_digest("\n".join(facts))


def known_or_caught(
    find_out: Callable[[], Catches],
    *,
    folder: Path,
    question: str,
    store: VerdictStore,
    reads: bool,
) -> Catches:
    """What an earlier run of the same question has found out; without one, find_out(), which is
    remembered unless a call was too slow: another time it may not be."""
    answer = store.answer(question) if reads else None
    if answer is not None:
        data = loads(answer.texts[0])
        fakes = {fake.path: fake for fake in read_fakes(folder)}
        caught = {path: tuple(cases) for path, cases in data["caught"].items()}
        return Catches(tuple(fakes[path] for path in caught), tuple(data["cases"]), caught)
    found = find_out()
    if found.timed_out:
        return found
    caught = {fake.path: found.caught[fake.path] for fake in found.fakes}
    store.keep_answer(question, [dumps({"cases": found.cases, "caught": caught})], more={})
    return found


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
