"""How the arguments of a call reach the callable that a binding names."""

from __future__ import annotations

from conformance.model.backend import Binding
from conformance.model.case import Call, Choice, Expectation, LaidOut, Value
from conformance.model.tensor import Tensor

# Where an argument goes: 'self' for the object of a method, a position, or a keyword.
Where = str | int
Placed = tuple[Where, str, Value]

METHODS = frozenset({"method", "in-place"})


def placed(binding: Binding, call: Call) -> list[Placed]:
    """(where, canonical name, value) of every argument: the object, positions, then keywords.

    A binding's constants are the last keywords, except a primitive's, which go to its constructor.
    In a call that is spelled, every argument goes by the name that it is written with.
    """
    names: dict[str, str] = {} if call.spelled else dict(binding.parameters)
    keywords: list[Placed] = [(names.get(n, n), n, value) for n, value in call.arguments]
    if binding.kind == "function" and not binding.positional:
        return _with_constants(binding, keywords)
    first: list[Placed] = []
    if binding.kind in METHODS:
        first = [argument for argument in keywords if argument[0] == "self"]
    by_name = {name: (where, name, value) for where, name, value in keywords}
    owner = {name for _, name, _ in first}
    position = 0
    for name in _order(binding, call):
        if name in owner:
            continue
        if name not in by_name:
            break
        first.append((position, name, by_name[name][2]))
        position += 1
    gone = {name for _, name, _ in first}
    keywords = [argument for argument in keywords if argument[1] not in gone]
    return first + _with_constants(binding, keywords)


def out_of_turn(binding: Binding, call: Call) -> tuple[str, str] | None:
    """(absent, given) names where a primitive, which takes positions only, has a gap before the
    last argument; None where it has not."""
    if binding.kind != "primitive" or call.spelled:
        return None
    given = {name for name, _ in call.arguments}
    absent = ""
    for name, _ in binding.parameters:
        if name not in given:
            absent = absent or name
        elif absent:
            return absent, name
    return None


def out_tensor(
    expectation: Expectation, call: Call, *, declared: str | None
) -> tuple[str, tuple[int, ...]] | None:
    """(dtype, shape) of the tensor into which a call with `out` is to write; None if nobody says.

    They are those of the declared answer. Where that is an error they are another choice's, or
    those of the first tensor of the call: the error comes whatever they are.
    """
    x = _first_tensor(call)
    if expectation.question is not None and declared is None:
        return None
    chosen = next((c for c in expectation.choices if c.name == declared), expectation.choices[0])
    for choice in (chosen, *(expectation.choices if chosen.error is not None else ())):
        described = _described(choice, x)
        if described is not None:
            return described
    return (x.dtype, x.shape) if chosen.error is not None and x is not None else None


def _described(choice: Choice, x: Tensor | None) -> tuple[str, tuple[int, ...]] | None:
    if not choice.outputs or choice.outputs[0].dtype is None:
        return None
    output = choice.outputs[0]
    shape = output.shape if output.values is None else output.values.shape
    if shape is None and x is not None:
        shape = x.shape
    return None if shape is None else (choice.outputs[0].dtype, shape)


def _first_tensor(call: Call) -> Tensor | None:
    for _, value in call.arguments:
        if isinstance(value, Tensor):
            return value
        if isinstance(value, LaidOut):
            return value.tensor
    return None


def _order(binding: Binding, call: Call) -> tuple[str, ...]:
    if call.spelled:
        return ()
    if binding.kind == "primitive":
        return tuple(name for name, _ in binding.parameters)
    return binding.positional


def _with_constants(binding: Binding, keywords: list[Placed]) -> list[Placed]:
    if not binding.constants or binding.kind == "primitive":
        return keywords
    given = {where for where, _, _ in keywords}
    return keywords + [(name, name, v) for name, v in binding.constants if name not in given]
