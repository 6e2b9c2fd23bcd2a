"""The suite tested by faulty implementations: which case catches which, as the command wrote it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docutils import nodes

from conformance.fronts.sphinx.markup import (
    Content,
    Row,
    chip,
    code,
    fields,
    folded,
    paragraph,
    section,
    small,
    table,
)
from conformance.model.errors import ConformanceError

COMMAND = "conformance fakes --format json"
SHOWN_CASES = 3

Fake = dict[str, Any]


class FakesError(ConformanceError):
    """A file that is not what `conformance fakes` writes."""


def read_fakes_data(path: Path) -> dict[str, Any] | None:
    """What the command wrote to path; None if there is no such file. Raises FakesError."""
    try:
        data = json.loads(path.read_text("utf-8"))
        for fake in data["fakes"]:
            texts = [fake["fake"], fake["imitates"], fake["about"], *fake["caught_by"]]
            if not all(isinstance(text, str) for text in texts):
                raise TypeError(fake["fake"])
            if not isinstance(fake["right"], bool):
                raise TypeError(fake["right"])
        if not isinstance(data["score"], str) or not isinstance(data["idle"], list):
            raise TypeError(data["score"])
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        raise FakesError(
            f"{path}: not what `{COMMAND}` writes ({error!r}); expected its output: run it again"
        ) from None
    assert isinstance(data, dict)
    return data


def fakes_nodes(data: dict[str, Any] | None) -> list[nodes.Element]:
    """The score, and a section per module of fakes; 'not run' without data."""
    if data is None:
        text = (chip("not-run"), " Nothing was found of what ", code(COMMAND), " writes.")
        return [paragraph(*text)]
    faulty = [fake for fake in data["fakes"] if not fake["right"]]
    right = [fake for fake in data["fakes"] if fake["right"]]
    facts: list[tuple[str, Content]] = [
        (
            "Mutation score",
            _share([bool(fake["caught_by"]) for fake in faulty], "faulty", "caught"),
        ),
        ("Right ones", _share([not fake["caught_by"] for fake in right], "right", "pass")),
        ("Cases", data["score"].rpartition(", ")[2]),
    ]
    made: list[nodes.Element] = [fields(facts)]
    if data["idle"]:
        idle = [small(code(case)) for case in data["idle"]]
        made.append(folded(f"Cases that catch nothing ({len(idle)})", idle))
    modules: dict[str, list[Fake]] = {}
    for fake in data["fakes"]:
        modules.setdefault(fake["fake"].rpartition(".")[0], []).append(fake)
    for module, fakes in modules.items():
        made.append(section([code(module)], *_module(fakes), key=f"fakes-{module}"))
    return made


def _module(fakes: Sequence[Fake]) -> list[nodes.Node]:
    """What the fakes of one module imitate, and a row for each."""
    imitates = paragraph("In the place of ", code(fakes[0]["imitates"]), ".")
    if fakes[0]["right"]:
        head: Row = ["Right implementation", "What is special", "Verdict"]
    else:
        head = ["Faulty implementation", "What is wrong", "Caught by"]
    rows = [[code(_name(fake)), fake["about"], _caught(fake)] for fake in fakes]
    return [imitates, table(head, rows, classes=["conformance-fakes"])]


def _name(fake: Fake) -> str:
    return str(fake["fake"]).rpartition(".")[2]


def _caught(fake: Fake) -> list[nodes.Node]:
    cases = fake["caught_by"]
    if not cases:
        return [chip("passes", look="passed") if fake["right"] else chip("escapes", look="failed")]
    made: list[nodes.Node] = [chip("taken for faulty", look="failed")] if fake["right"] else []
    made += [paragraph(code(_short(case))) for case in cases[:SHOWN_CASES]]
    rest = cases[SHOWN_CASES:]
    return [*made, _listed(f"and {len(rest)} more", rest)] if rest else made


def _listed(summary: str, cases: Sequence[str]) -> nodes.Element:
    return folded(summary, [small(code(_short(case))) for case in cases])


def _short(case: str) -> str:
    """An address without the operation, which the heading tells."""
    return case.partition("/")[2]


def _share(done: Sequence[bool], kind: str, word: str) -> str:
    """`70 of 70 faulty implementations caught (100 %)`."""
    text = f"{sum(done)} of {len(done)} {kind} implementations {word}"
    return f"{text} ({100 * sum(done) // len(done)} %)" if done else text
