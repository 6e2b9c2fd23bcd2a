"""What Sphinx keeps between builds: which files the tables of a document were made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment

from conformance.fronts.sphinx.measured import Measured


class ConformanceDomain(Domain):
    """measured: what this build shows; read once, before any document is."""

    name = "conformance"
    label = "Conformance"
    data_version = 1
    initial_data: ClassVar[dict[str, Any]] = {"files": {}}
    measured: Measured

    def note_files(self) -> None:
        """The document being read depends on everything that was read for this build."""
        for path in self.measured.files:
            self.env.note_dependency(str(path))
        self.data["files"][self.env.docname] = self._files()

    def outdated(self) -> list[str]:
        """Documents whose tables were made of other files: an older report, fewer case files.

        A changed file is Sphinx's to notice: it is a dependency.
        """
        current = self._files()
        return [name for name, used in self.data["files"].items() if used != current]

    def clear_doc(self, docname: str) -> None:
        self.data["files"].pop(docname, None)

    def merge_domaindata(self, docnames: Sequence[str], otherdata: dict[str, Any]) -> None:  # type: ignore[override]
        """Takes over what another process read of docnames."""
        for name in docnames:
            if name in otherdata["files"]:
                self.data["files"][name] = otherdata["files"][name]

    def _files(self) -> list[str]:
        return [str(path) for path in self.measured.files]


def domain_of(env: BuildEnvironment) -> ConformanceDomain:
    domain = env.get_domain(ConformanceDomain.name)
    assert isinstance(domain, ConformanceDomain)
    return domain
