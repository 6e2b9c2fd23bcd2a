"""A folder of case files around the text under test, so that messages name `cases/...`."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from conformance.files.load import load_suite
from conformance.model.case import Case, Suite
from conformance.model.errors import FileError

EXAMPLE = Path(__file__).parent / "example"
CASE = """\
  - id: a-case
    why: a reason
    call: {call}
    expect: {expect}
"""


class Folder:
    """cases/ in a temporary folder, with the example's operation and differences."""

    def __init__(self) -> None:
        self.path = Path("cases")
        self.write("differences.yaml", (EXAMPLE / "cases/differences.yaml").read_text())
        self.write("cumsum/op.yaml", (EXAMPLE / "cases/cumsum/op.yaml").read_text())

    def write(self, name: str, content: str | bytes) -> None:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def load(self) -> Suite:
        return load_suite(self.path)

    def behaviour(self, cases: str) -> tuple[Case, ...]:
        """The cases of a behaviour file; `cases:` stands in its third line."""
        self.write("cumsum/behaviour.yaml", "format: 1\nop: cumsum\ncases:\n" + cases)
        return self.load().cases

    def case(
        self,
        call: str = "{x: {dtype: float32, values: [1, 2]}, axis: 0}",
        expect: str = "{dtype: float32, values: [1, 3]}",
    ) -> Case:
        """The one case with that call (line 6, from column 11) and expect (line 7, column 13)."""
        (case,) = self.behaviour(CASE.format(call=call, expect=expect))
        return case

    def page(self, text: str) -> Suite:
        self.write("cumsum/a-page.yaml", textwrap.dedent(text))
        return self.load()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.chdir(tmp_path)
    return Folder()


@pytest.fixture
def refusal() -> Callable[..., str]:
    """The message of the FileError that a call ends in."""

    def message(function: Callable[..., object], *arguments: object, **named: object) -> str:
        with pytest.raises(FileError) as caught:
            function(*arguments, **named)
        return str(caught.value)

    return message
