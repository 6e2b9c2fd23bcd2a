"""Which questions the cases ask, and of which APIs."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import NamedTuple

from conformance.decide.returned import returned_part
from conformance.model.backend import Backend, Binding
from conformance.model.case import Call, Case, Expectation


def differentiates(backend: Backend) -> bool:
    """True if its adapter, which nobody imports here, defines a function gradient."""
    try:
        tree = ast.parse(backend.adapter.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return True  # who runs it will be told
    return any(isinstance(one, ast.FunctionDef) and one.name == "gradient" for one in tree.body)


class Asking(NamedTuple):
    """A call of an operation that asks a question, of one api or, where api is '', of all except
    those in without."""

    op: str
    address: str
    call: Call
    expectation: Expectation
    api: str = ""
    without: frozenset[str] = frozenset()

    def can_ask(self, binding: Binding, *, with_gradients: bool) -> bool:
        """True if binding is asked and has the parameters and outputs that it takes, and the
        backend the gradient."""
        if self.call.gradient is not None and not with_gradients:
            return False
        if binding.op != self.op or binding.api in self.without:
            return False
        if self.api and binding.api != self.api:
            return False
        spelled = (binding.spelled(name) is not None for name, _ in self.call.arguments)
        if not self.call.spelled and not all(spelled):
            return False
        return returned_part(self.expectation, binding, self.call) is not None


def asked_questions(cases: Iterable[Case]) -> tuple[Asking, ...]:
    """Every call with a question."""
    asked = []
    for case in cases:
        said = frozenset(documented.api for documented in case.documented)
        asked += [
            Asking(case.op, case.address, one.call, one.expectation, one.api)
            for one in case.documented
            if one.expectation.question is not None
        ]
        if case.call and case.expectation and case.expectation.question is not None:
            call, expectation = case.call, case.expectation
            asked.append(Asking(case.op, case.address, call, expectation, without=said))
    return tuple(asked)
