"""Sphinx directives that render tables from case files and the newest report.

Nothing runs while the documentation builds, and no framework is imported: what no report speaks of
is shown as not run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.domains import Domain
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.typing import ExtensionMetadata

from conformance import __version__
from conformance.files.cases_folder import find_cases
from conformance.fronts.sphinx.differences import differences_nodes
from conformance.fronts.sphinx.markup import (
    depart_fold_html,
    fold,
    pass_fold,
    settle_ids,
    visit_fold_html,
)
from conformance.fronts.sphinx.measured import Measured, read_measured
from conformance.fronts.sphinx.operation import operation_nodes, verdict_nodes
from conformance.fronts.sphinx.page import page_nodes
from conformance.fronts.sphinx.summary import summary_nodes
from conformance.model.case import Op
from conformance.model.errors import ConformanceError

logger = logging.getLogger(__name__)

STYLE = "conformance.css"


class CasesError(SphinxError):
    """Case files or backend data that cannot be read; the build ends with their own message."""

    category = "Conformance error"


class UnknownNameError(Exception):
    """A directive names something that the case files do not have. kind: 'page', 'operation'."""

    def __init__(self, kind: str, name: str, known: Sequence[str]) -> None:
        listed = ", ".join(known) or "(none)"
        super().__init__(f"unknown {kind} {name!r}; expected one of: {listed}")


class ConformanceDomain(Domain):
    """Keeps, per document, the files that its tables were made of.

    measured: what this build shows; read once, before any document is.
    """

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
        """Documents whose tables were made of other files: a newer report, a new case file.

        A changed file is Sphinx's to notice: it is a dependency.
        """
        current = self._files()
        return [name for name, used in self.data["files"].items() if used != current]

    def clear_doc(self, docname: str) -> None:
        self.data["files"].pop(docname, None)

    def merge_domaindata(self, docnames: Sequence[str], otherdata: dict[str, Any]) -> None:  # type: ignore[override]
        for name in docnames:
            if name in otherdata["files"]:
                self.data["files"][name] = otherdata["files"][name]

    def _files(self) -> list[str]:
        return [str(path) for path in self.measured.files]


class MeasuredDirective(SphinxDirective):
    """A directive that shows nodes made of case files and report."""

    has_content = False

    def run(self) -> list[nodes.Node]:
        domain = self.env.domains["conformance"]
        assert isinstance(domain, ConformanceDomain)
        domain.note_files()
        try:
            made = self.show(domain.measured)
        except UnknownNameError as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location(),
                           type="conformance")  # fmt: skip
            return []
        settle_ids(made, self.state.document)
        return made

    def show(self, measured: Measured) -> list[nodes.Node]:
        raise NotImplementedError


class SummaryDirective(MeasuredDirective):
    """`.. conformance-summary::`"""

    def show(self, measured: Measured) -> list[nodes.Node]:
        return summary_nodes(measured)


class PageDirective(MeasuredDirective):
    """`.. conformance-page:: OP/FILE`"""

    required_arguments = 1

    def show(self, measured: Measured) -> list[nodes.Node]:
        pages = {page.address: page for page in measured.suite.pages}
        page = pages.get(self.arguments[0])
        if page is None:
            raise UnknownNameError("page", self.arguments[0], list(pages))
        return page_nodes(page, measured)


class OperationDirective(MeasuredDirective):
    """A directive about one operation, of all APIs or those that `:apis:` names."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {
        "apis": directives.unchanged_required
    }

    def show(self, measured: Measured) -> list[nodes.Node]:
        ops = {op.name: op for op in measured.suite.ops}
        op = ops.get(self.arguments[0])
        if op is None:
            raise UnknownNameError("operation", self.arguments[0], list(ops))
        apis = tuple(self.options.get("apis", "").replace(",", " ").split())
        known = measured.apis(op.name)
        for api in apis:
            if api not in known:
                raise UnknownNameError(f"API of {op.name}", api, known)
        return self.show_op(op, measured, apis=apis)

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Node]:
        raise NotImplementedError


class OpDirective(OperationDirective):
    """`.. conformance-op:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Node]:
        return operation_nodes(op, measured, apis=apis)


class DifferencesDirective(OperationDirective):
    """`.. conformance-differences:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Node]:
        return differences_nodes(op.name, measured, apis=apis)


class VerdictsDirective(OperationDirective):
    """`.. conformance-verdicts:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Node]:
        return verdict_nodes(op, measured, apis=apis)


def setup(app: Sphinx) -> ExtensionMetadata:
    app.add_config_value("conformance_cases", None, "env", (str, type(None)))
    app.add_config_value("conformance_reports", "build/reports", "env", (str,))
    app.add_config_value("conformance_backends", [], "env", (list, tuple))
    app.add_domain(ConformanceDomain)
    app.add_directive("conformance-summary", SummaryDirective)
    app.add_directive("conformance-page", PageDirective)
    app.add_directive("conformance-op", OpDirective)
    app.add_directive("conformance-differences", DifferencesDirective)
    app.add_directive("conformance-verdicts", VerdictsDirective)
    html, other = (visit_fold_html, depart_fold_html), (pass_fold, pass_fold)
    app.add_node(fold, html=html, latex=other, text=other, man=other, texinfo=other)
    app.add_css_file(STYLE)
    app.connect("builder-inited", _read)
    app.connect("env-get-outdated", _outdated)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _read(app: Sphinx) -> None:
    """Reads everything once. Folders in conf.py are relative to the folder of conf.py."""
    here = Path(app.confdir)
    config = app.config
    cases = here / config.conformance_cases if config.conformance_cases else None
    bundled = sorted(p.parent for p in _package().glob("backends/*/bindings.yaml"))
    domain = app.env.domains["conformance"]
    assert isinstance(domain, ConformanceDomain)
    try:
        domain.measured = read_measured(
            find_cases(cases, here),
            backends=[*bundled, *(here / folder for folder in config.conformance_backends)],
            reports=here / config.conformance_reports,
        )
    except ConformanceError as error:
        raise CasesError(str(error)) from None
    for name in domain.measured.unknown_backends:
        logger.warning(
            "%s speaks of the backend %r, whose bindings are not known; "
            "expected its folder in conformance_backends",
            domain.measured.report and domain.measured.report.path,
            name,
            type="conformance",
        )
    config.html_static_path.append(str(_package() / "fronts" / "sphinx" / "static"))


def _package() -> Path:
    """The folder of the installed package: data files are read where they lie."""
    return Path(str(files("conformance")))


def _outdated(
    app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]
) -> list[str]:
    domain = env.domains["conformance"]
    assert isinstance(domain, ConformanceDomain)
    return domain.outdated()
