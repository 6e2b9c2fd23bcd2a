"""Values of case files and reports as text for people."""

from __future__ import annotations

from typing import Any

from conformance.decide.explain import rule_text
from conformance.model.case import DTypeName, LaidOut, ListValue, NumpyScalar, TupleValue, Value
from conformance.model.tensor import RuleTensor, Tensor

# More elements than this are shortened to the first and last of each axis.
SHOWN_ELEMENTS = 64
EDGE = 3


def data_text(output: dict[str, Any]) -> str:
    """The elements of an output of a report, one row a line, columns aligned; the two ends of a
    large one, of which a report has no more."""
    if "text" in output:
        return str(output["text"])
    if "digest" in output:
        return nested_text([*output["head"], "...", *output["tail"]])
    return nested_text(output.get("values"))


def nested_text(values: Any) -> str:
    """Nested lists, the rows of a matrix below each other and its columns aligned."""
    if not isinstance(values, list):
        return _number(values)
    cells = _shortened(values) if _count(values) > SHOWN_ELEMENTS else values
    width = max((len(_number(v)) for v in _flat(cells)), default=0)
    return _rows(cells, width=width, indent=1)


def dtype_and_shape(output: dict[str, Any]) -> tuple[str, str]:
    """('int8', '(4, 4)'); the type's name and '' for what is no tensor."""
    if "type" in output:
        return str(output["type"]), ""
    return str(output.get("dtype", "any dtype")), shape_text(output.get("shape"))


def shape_text(shape: Any) -> str:
    """A shape as Python writes a tuple; '' for None."""
    return "" if shape is None else str(tuple(shape))


def value_text(value: Value) -> str:
    """One argument of a case, the way a case file means it."""
    if isinstance(value, Tensor):
        return nested_text(value.nested())
    if isinstance(value, RuleTensor):
        return rule_text(value)
    if isinstance(value, LaidOut):
        return nested_text(value.tensor.nested())
    if isinstance(value, DTypeName):
        return value.name
    if isinstance(value, NumpyScalar):
        return f"numpy {value.dtype} {_number(value.value)}"
    if isinstance(value, ListValue | TupleValue):
        inner = ", ".join(map(value_text, value.items))
        if isinstance(value, ListValue):
            return f"[{inner}]"
        return f"({inner},)" if len(value.items) == 1 else f"({inner})"
    return repr(value)


def _number(value: Any) -> str:
    """A number in its shortest form, whole floats as numpy prints them: 3. for 3.0."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return repr(value)[:-1]
    return value if isinstance(value, str) else repr(value)


def _rows(values: Any, *, width: int, indent: int) -> str:
    if not isinstance(values, list):
        return _number(values).rjust(width)
    if not any(isinstance(value, list) for value in values):
        return "[" + ", ".join(_number(value).rjust(width) for value in values) + "]"
    rows = [_rows(value, width=width, indent=indent + 1) for value in values]
    return "[" + (",\n" + " " * indent).join(rows) + "]"


def _flat(values: Any) -> list[Any]:
    if not isinstance(values, list):
        return [values]
    return [leaf for value in values for leaf in _flat(value)]


def _count(values: Any) -> int:
    return sum(map(_count, values)) if isinstance(values, list) else 1


def _shortened(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    kept = values if len(values) <= 2 * EDGE else [*values[:EDGE], "...", *values[-EDGE:]]
    return [_shortened(value) for value in kept]
