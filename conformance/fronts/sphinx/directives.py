"""The directives: what they may say, and which nodes they become."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from conformance.fronts.sphinx.accuracy import accuracy_nodes
from conformance.fronts.sphinx.differences import differences_nodes
from conformance.fronts.sphinx.disagreements import disagreement_nodes
from conformance.fronts.sphinx.domain import domain_of
from conformance.fronts.sphinx.fakes import fakes_nodes
from conformance.fronts.sphinx.late import late_nodes
from conformance.fronts.sphinx.ledger import ledger_nodes
from conformance.fronts.sphinx.markup import settle
from conformance.fronts.sphinx.measured import Measured
from conformance.fronts.sphinx.modes import mode_nodes
from conformance.fronts.sphinx.operation import operation_nodes, verdict_nodes
from conformance.fronts.sphinx.page import page_nodes
from conformance.fronts.sphinx.questions import differ_somewhere, question_nodes
from conformance.fronts.sphinx.summary import summary_nodes
from conformance.model.case import Op

logger = logging.getLogger(__name__)


class UnknownNameError(Exception):
    """A directive names something that there is not. kind: 'page', 'operation', ..."""

    def __init__(self, kind: str, name: str, *, known: Iterable[str]) -> None:
        listed = ", ".join(known) or "(none)"
        super().__init__(f"unknown {kind} {name!r}; expected one of: {listed}")


class MeasuredDirective(SphinxDirective):
    """A directive that shows what was measured; an unknown name is a warning at its place."""

    def run(self) -> list[nodes.Node]:
        domain = domain_of(self.env)
        domain.note_files()
        try:
            made = self.show(domain.measured)
        except UnknownNameError as error:
            text = f"{self.name}: {error}"
            logger.warning(text, location=self.get_location(), type="conformance")
            return []
        settle(made, self.state.document)
        return list(made)

    def show(self, measured: Measured) -> list[nodes.Element]:
        raise NotImplementedError


class SummaryDirective(MeasuredDirective):
    """`.. conformance-summary::`"""

    def show(self, measured: Measured) -> list[nodes.Element]:
        return summary_nodes(measured)


class PageDirective(MeasuredDirective):
    """`.. conformance-page:: OP/FILE`"""

    required_arguments = 1

    def show(self, measured: Measured) -> list[nodes.Element]:
        pages = {page.address: page for page in measured.suite.pages}
        page = pages.get(self.arguments[0])
        if page is None:
            raise UnknownNameError("page", self.arguments[0], known=pages)
        return page_nodes(page, measured)


class OperationDirective(MeasuredDirective):
    """A directive about one operation; `:apis:` names the APIs to show, in their order."""

    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"apis": directives.unchanged_required}

    def show(self, measured: Measured) -> list[nodes.Element]:
        op = _op(self.arguments[0], measured)
        apis = tuple(dict.fromkeys(self.options.get("apis", "").replace(",", " ").split()))
        known = measured.apis(op.name)
        for api in apis:
            if api not in known:
                raise UnknownNameError(f"API of {op.name}", api, known=known)
        return self.show_op(op, measured, apis=apis)

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
        raise NotImplementedError


class OpDirective(OperationDirective):
    """`.. conformance-op:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
        return operation_nodes(op, measured, apis=apis)


class DifferencesDirective(OperationDirective):
    """`.. conformance-differences:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
        return differences_nodes(op.name, measured, apis=apis)


class VerdictsDirective(OperationDirective):
    """`.. conformance-verdicts:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
        return verdict_nodes(op, measured, apis=apis)


class AccuracyDirective(OperationDirective):
    """`.. conformance-accuracy:: OP`"""

    def show_op(self, op: Op, measured: Measured, *, apis: Sequence[str]) -> list[nodes.Element]:
        return accuracy_nodes(op, measured, apis=apis)


class DisagreementsDirective(MeasuredDirective):
    """`.. conformance-disagreements:: [OP]`"""

    optional_arguments = 1

    def show(self, measured: Measured) -> list[nodes.Element]:
        op = _op(self.arguments[0], measured) if self.arguments else None
        return disagreement_nodes(measured, op)


class ModesDirective(MeasuredDirective):
    """`.. conformance-modes::`"""

    def show(self, measured: Measured) -> list[nodes.Element]:
        return mode_nodes(measured)


class AnswersDirective(MeasuredDirective):
    """`.. conformance-answers:: QUESTION ...`

    With `:others:` every other question on which APIs differ.
    """

    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {"others": directives.flag}

    def show(self, measured: Measured) -> list[nodes.Element]:
        known = {difference.name: difference for difference in measured.suite.differences}
        names = self.arguments[0].replace(",", " ").split()
        for name in names:
            if name not in known:
                raise UnknownNameError("question", name, known=known)
        if "others" not in self.options:
            return [question_nodes(known[name], measured) for name in names]
        others = [known[name] for name in known if name not in names]
        shown = [one for one in others if differ_somewhere(one, measured)]
        if not shown:
            text = "None were found." if measured.report is not None else "Not run."
            return [nodes.paragraph("", text)]
        return [question_nodes(one, measured) for one in shown]


class LedgerDirective(MeasuredDirective):
    """`.. conformance-ledger:: [BACKEND]`"""

    optional_arguments = 1

    def show(self, measured: Measured) -> list[nodes.Element]:
        known = [backend.name for backend in measured.backends]
        for name in self.arguments:
            if name not in known:
                raise UnknownNameError("backend", name, known=known)
        return ledger_nodes(measured, backend=self.arguments[0] if self.arguments else "")


class LateDirective(MeasuredDirective):
    """`.. conformance-late-errors::`"""

    def show(self, measured: Measured) -> list[nodes.Element]:
        return late_nodes(measured)


class FakesDirective(MeasuredDirective):
    """`.. conformance-fakes::`"""

    def show(self, measured: Measured) -> list[nodes.Element]:
        return fakes_nodes(measured.fakes)


def _op(name: str, measured: Measured) -> Op:
    """The operation of that name; raises UnknownNameError."""
    ops = {op.name: op for op in measured.suite.ops}
    if name not in ops:
        raise UnknownNameError("operation", name, known=ops)
    return ops[name]


DIRECTIVES: dict[str, type[MeasuredDirective]] = {
    "conformance-summary": SummaryDirective,
    "conformance-page": PageDirective,
    "conformance-op": OpDirective,
    "conformance-differences": DifferencesDirective,
    "conformance-verdicts": VerdictsDirective,
    "conformance-accuracy": AccuracyDirective,
    "conformance-answers": AnswersDirective,
    "conformance-disagreements": DisagreementsDirective,
    "conformance-modes": ModesDirective,
    "conformance-ledger": LedgerDirective,
    "conformance-late-errors": LateDirective,
    "conformance-fakes": FakesDirective,
}
