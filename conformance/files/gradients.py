"""Reading `gradient`: what the derivative of a call must be, instead of its result."""

from __future__ import annotations

from conformance.files.fields import closed, described, mapping, pairs, text, word
from conformance.files.nodes import Map
from conformance.files.source import Source
from conformance.model.case import Call, LaidOut
from conformance.model.dtypes import DTYPES
from conformance.model.tensor import RuleTensor, Tensor

GRADIENT = "gradient"
OF = ("sum",)

_OWN_KEYS = frozenset({"of", "to"})
_NOT_INSIDE = frozenset({GRADIENT, "inputs", "outputs"})


def differentiated(source: Source, part: Map, call: Call) -> tuple[Map, str]:
    """(what is expected of the gradient, the argument by which call is differentiated).

    part: an expectation that has the key. Raises FileError where call has no float tensor of that
    name.
    """
    others = frozenset({GRADIENT, "inputs"})
    closed(source, part, required=frozenset(), optional=others, what="expect with a gradient")
    at = part.value_at(GRADIENT)
    node = mapping(source, part.values[GRADIENT], at=at, what=GRADIENT)
    for key in ("of", "to"):
        if key not in node.values:
            raise source.error(
                at,
                f"{GRADIENT} has no {key!r}",
                expected="of: sum, to: an argument, and what the gradient must be",
                action="add it",
            )
    word(source, node.values["of"], at=node.value_at("of"), what="of", known=OF)
    to_at = node.value_at("to")
    to = text(source, node.values["to"], at=to_at, what="to")
    _check_argument(source, call, to, at=to_at)
    expected = Map(node.at)
    for key, value, key_at, value_at in pairs(node):
        if key in _NOT_INSIDE:
            raise source.error(
                key_at, f"{key!r} inside a gradient", expected="what the gradient must be"
            )
        if key not in _OWN_KEYS:
            expected.values[key] = value
            expected.marks += (key_at, value_at)
    return expected, to


def _check_argument(source: Source, call: Call, name: str, *, at: int) -> None:
    value = next((value for given, value in call.arguments if given == name), None)
    tensor = value.tensor if isinstance(value, LaidOut) else value
    if isinstance(tensor, Tensor) and DTYPES[tensor.dtype].kind in ("float", "complex"):
        return
    found = "no tensor of the call"
    if isinstance(tensor, RuleTensor):
        found = f"a tensor of {tensor.count:,} elements"
    elif isinstance(tensor, Tensor):
        found = f"a tensor of {tensor.dtype}"
    raise source.error(
        at, f"to is {described(name)}, which is {found}", expected="a float tensor of the call"
    )
