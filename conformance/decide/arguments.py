"""How the arguments of a call reach the callable that a binding names."""

from __future__ import annotations

import numpy as np

from conformance.model.backend import Binding
from conformance.model.case import Call, Choice, Expectation, Value
from conformance.model.dtypes import SAME_AS_X
from conformance.model.tensor import RuleTensor, Tensor

# Where an argument goes: 'self' for the object of a method, a position, or a keyword.
Where = str | int
Placed = tuple[Where, str, Value]
# What a primitive is constructed with: the name that the argument goes by, and its value.
Constructed = tuple[str, Value]
# dtype and shape of a tensor to write into.
OutTensor = tuple[str, tuple[int, ...]]

METHODS = frozenset({"method", "in-place"})


def placed(binding: Binding, call: Call) -> list[Placed]:
    """(where, canonical name, value) of every argument: the object, positions, then keywords.

    A binding's constants are the last keywords. What a primitive is constructed with is not there:
    see constructed. In a call that is spelled, every argument goes by the name that it is written
    with.
    """
    names: dict[str, str] = {} if call.spelled else dict(binding.parameters)
    elsewhere = _to_constructor(binding, call)
    tensors = _as_tensors(binding, call)
    keywords: list[Placed] = [
        (names.get(n, n), n, tensors.get(n, value))
        for n, value in call.arguments
        if n not in elsewhere
    ]
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


def constructed(binding: Binding, call: Call) -> list[Constructed]:
    """(name, value) of everything that a primitive is constructed with: constants, arguments."""
    if binding.kind != "primitive":
        return []
    names: dict[str, str] = {} if call.spelled else dict(binding.parameters)
    given = _to_constructor(binding, call)
    return [*binding.constants, *((names.get(n, n), v) for n, v in given.items())]


def _to_constructor(binding: Binding, call: Call) -> dict[str, Value]:
    """The arguments that go to a primitive's constructor, by their names in the call."""
    if not binding.construct:
        return {}
    names = binding.construct
    if call.spelled:
        names = tuple(spelled for name, spelled in binding.parameters if name in names)
    return {name: value for name, value in call.arguments if name in names}


def _as_tensors(binding: Binding, call: Call) -> dict[str, Tensor]:
    """The integers of a call that the API takes as tensors, by their names in the call."""
    if not binding.as_tensor:
        return {}
    dtypes = dict(binding.as_tensor)
    if call.spelled:
        dtypes = {spelled: dtypes[n] for n, spelled in binding.parameters if n in dtypes}
    return {
        name: Tensor.of(np.array(value, dtypes[name]), dtypes[name])
        for name, value in call.arguments
        if name in dtypes and type(value) is int
    }


def out_of_turn(binding: Binding, call: Call) -> tuple[str, str] | None:
    """(absent, given) names where a primitive, which takes positions only, has a gap before the
    last argument; None where it has not."""
    if binding.kind != "primitive" or call.spelled:
        return None
    given = {name for name, _ in call.arguments}
    absent = ""
    for name in _order(binding, call):
        if name not in given:
            absent = absent or name
        elif absent:
            return absent, name
    return None


def out_tensors(
    binding: Binding, call: Call, *, expectation: Expectation, declared: str | None
) -> tuple[OutTensor, ...] | None:
    """(dtype, shape) of every tensor into which a call with `out` is to write; None if nobody says.

    They are those of the declared answer. Where that is an error they are another choice's, or
    those of the first tensor of the call: the error comes whatever they are. Of several outputs the
    binding says the dtypes that the answer leaves open.
    """
    x = call.first_tensor()
    if expectation.question is not None and declared is None:
        return None
    chosen = next((c for c in expectation.choices if c.name == declared), expectation.choices[0])
    for choice in (chosen, *(expectation.choices if chosen.error is not None else ())):
        described = _described(choice, x, said=binding.out)
        if described is not None:
            return described
    if chosen.error is None or x is None:
        return None
    return tuple((_dtype(word, x) or x.dtype, x.shape) for _, word in binding.out or (("", None),))


def _described(
    choice: Choice, x: Tensor | RuleTensor | None, *, said: tuple[tuple[str, str], ...]
) -> tuple[OutTensor, ...] | None:
    """What a choice, and what is said beside it, make of the outputs; None if that is not all."""
    if len(choice.outputs) != max(len(said), 1):
        return None
    words = dict(said)
    shapes = [o.shape if o.values is None else o.values.shape for o in choice.outputs]
    # The outputs of an operation that has several are all of one shape.
    common = next((shape for shape in shapes if shape is not None), x.shape if x else None)
    tensors: list[OutTensor] = []
    for output, own in zip(choice.outputs, shapes, strict=True):
        dtype = output.dtype or _dtype(words.get(output.name), x)
        shape = common if own is None else own
        if dtype is None or shape is None:
            return None
        tensors.append((dtype, shape))
    return tuple(tensors)


def _dtype(word: str | None, x: Tensor | RuleTensor | None) -> str | None:
    if word != SAME_AS_X:
        return word
    return None if x is None else x.dtype


def _order(binding: Binding, call: Call) -> tuple[str, ...]:
    if call.spelled:
        return ()
    if binding.kind == "primitive":
        return tuple(n for n, _ in binding.parameters if n not in binding.construct)
    return binding.positional


def _with_constants(binding: Binding, keywords: list[Placed]) -> list[Placed]:
    if not binding.constants or binding.kind == "primitive":
        return keywords
    given = {where for where, _, _ in keywords}
    return keywords + [(name, name, v) for name, v in binding.constants if name not in given]
