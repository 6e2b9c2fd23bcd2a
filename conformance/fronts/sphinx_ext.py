"""The Sphinx extension: tables rendered from case files and the newest report.

Nothing runs while the documentation builds, and no framework is imported: what no report speaks of
is shown as not run.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import SphinxError
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata

from conformance import __version__
from conformance.files.cases_folder import find_cases
from conformance.fronts.sphinx.directives import DIRECTIVES
from conformance.fronts.sphinx.domain import ConformanceDomain, domain_of
from conformance.fronts.sphinx.markup import depart_fold_html, fold, pass_fold, visit_fold_html
from conformance.fronts.sphinx.measured import Measured, read_measured
from conformance.model.errors import ConformanceError

logger = logging.getLogger(__name__)

STYLE = "conformance.css"


class ConformanceDataError(SphinxError):
    """Case files or backend data that cannot be read: the build ends with their own message."""

    category = "Conformance error"


def setup(app: Sphinx) -> ExtensionMetadata:
    """The values of conf.py that name folders are relative to it.

    conformance_cases: the case files; without it the project's `cases/`, else the packaged ones.
    conformance_reports: where to look for the newest report. conformance_backends: folders of
    backends beside the packaged ones. conformance_fakes: the file that `conformance fakes` wrote.
    """
    app.add_config_value("conformance_cases", None, "env", (str,))
    app.add_config_value("conformance_reports", "build/reports", "env", (str,))
    app.add_config_value("conformance_backends", [], "env", (list, tuple))
    app.add_config_value("conformance_fakes", "build/fakes.json", "env", (str,))
    app.add_domain(ConformanceDomain)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    html, other = (visit_fold_html, depart_fold_html), (pass_fold, pass_fold)
    app.add_node(fold, html=html, latex=other, text=other, man=other, texinfo=other)
    app.add_css_file(STYLE)
    app.connect("builder-inited", _read)
    app.connect("env-get-outdated", _outdated)
    return {"version": __version__, "parallel_read_safe": True, "parallel_write_safe": True}


def _read(app: Sphinx) -> None:
    """Reads everything, once per build."""
    here, config = Path(app.confdir), app.config
    given = config.conformance_cases
    bundled = sorted(path.parent for path in _package().glob("backends/*/bindings.yaml"))
    try:
        measured = read_measured(
            find_cases(None, here) if given is None else here / given,
            backends=[*bundled, *(here / folder for folder in config.conformance_backends)],
            reports=here / config.conformance_reports,
            fakes=here / config.conformance_fakes,
        )
    except ConformanceError as error:
        raise ConformanceDataError(str(error)) from None
    _warn_of_unknown_backends(measured)
    domain_of(app.env).measured = measured
    config.html_static_path.append(str(_package() / "fronts" / "sphinx" / "static"))


def _warn_of_unknown_backends(measured: Measured) -> None:
    for name in measured.unknown_backends:
        path = measured.report.path if measured.report is not None else ""
        text = (
            f"{path} speaks of the backend {name!r}, which has no bindings here; "
            "expected its folder in conformance_backends"
        )
        logger.warning(text, type="conformance")


def _outdated(_: Sphinx, env: BuildEnvironment, *__: set[str]) -> list[str]:
    return domain_of(env).outdated()


def _package() -> Path:
    """The folder of the installed package, whose data files are read where they lie."""
    return Path(str(files("conformance")))
