"""Complex numbers as texts: '1+2j', '-0.5j', 'nan+infj', each part read like any other number."""

from __future__ import annotations

import re
from typing import Any

from conformance.files.nodes import Node
from conformance.files.scalars import PlainScalars, Scalar

_UNSIGNED = r"(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?|inf|nan)"
_COMPLEX = re.compile(rf"(?:([-+]?{_UNSIGNED})(?=[-+]))?([-+]?{_UNSIGNED})j")


def is_complex(text: Any) -> bool:
    return isinstance(text, str) and _COMPLEX.fullmatch(text) is not None


def parts(node: Node, scalars: PlainScalars) -> tuple[Node, Node] | None:
    """The real and the imaginary part of a complex number as they are written, None if node is
    none. A number that is real has the imaginary part 0. Raises UnreadableScalarError for a part
    that is too large."""
    if type(node) is not str:
        return node, 0
    match = _COMPLEX.fullmatch(node)
    if match is None:
        return None
    real, imaginary = match.groups()
    return (0 if real is None else _part(real, scalars)), _part(imaginary, scalars)


def _part(text: str, scalars: PlainScalars) -> Scalar:
    name = text.lstrip("+-")
    if name in ("inf", "nan"):
        return float(text)
    return scalars[text]
