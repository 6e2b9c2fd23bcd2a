"""What a case asks of an API that does not give all outputs of its operation."""

from __future__ import annotations

from dataclasses import replace

from conformance.model.backend import Binding
from conformance.model.case import Call, Choice, Expectation, OutputExpected


def returned_part(expectation: Expectation, binding: Binding, call: Call) -> Expectation | None:
    """What expectation asks of the outputs that binding returns; None if that is nothing, or no
    longer its question. A gradient is that of the first tensor, whatever else is returned."""
    if not binding.returns or call.gradient is not None:
        return expectation
    choices = tuple(_part(choice, binding.returns) for choice in expectation.choices)
    if not any(_asks(choice) for choice in choices):
        return None
    if _kinds(choices) < _kinds(expectation.choices):
        return None  # what tells the answers apart is not returned
    return replace(expectation, choices=choices)


def not_returned(expectation: Expectation, binding: Binding) -> tuple[str, ...]:
    """The outputs that expectation speaks of and binding does not return."""
    outputs = (output for choice in expectation.choices for output in choice.outputs)
    asked = (output.name for output in outputs if output != OutputExpected(output.name))
    return tuple(dict.fromkeys(name for name in asked if name not in binding.returns))


def _part(choice: Choice, returns: tuple[str, ...]) -> Choice:
    kept = tuple(output for output in choice.outputs if output.name in returns)
    return replace(choice, outputs=kept)


def _asks(choice: Choice) -> bool:
    return choice.error is not None or any(o != OutputExpected(o.name) for o in choice.outputs)


def _kinds(choices: tuple[Choice, ...]) -> int:
    """How many choices can be told apart."""
    return len({replace(choice, name="") for choice in choices})
