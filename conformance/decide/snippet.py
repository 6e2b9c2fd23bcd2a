"""A call as a person would write it: a script for a bare Python with the framework."""

from __future__ import annotations

import math
from typing import Any

from conformance.model.backend import Snippet
from conformance.model.case import DTypeName, ListValue, NumpyScalar, TupleValue, Value
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task

# From this many equal elements on, an array is written as np.full.
FULL_FROM = 17


def snippet(task: Task) -> str:
    """Lines of Python that make the task's call and print its result and dtype."""
    template = task.snippet
    lines = [*template.imports, ""]
    for name, value in task.call.arguments:
        if isinstance(value, Tensor):
            lines.append(f"{name} = {template.tensor.format(array=_array(value))}")
    lines.append(f"actual = {call_text(task)}")
    lines.append('print(actual, getattr(actual, "dtype", type(actual)))')
    return "\n".join(lines) + "\n"


def call_text(task: Task) -> str:
    """The call alone, tensors by their argument's name: `torch.cumsum(input=x, dim=-1)`."""
    binding, template = task.binding, task.snippet
    callee = binding.path
    positional, keywords = [], []
    for name, value in task.call.arguments:
        text = name if isinstance(value, Tensor) else value_text(value, template)
        spelled = name if task.call.spelled else binding.spelled(name)
        if spelled == "self":
            callee = f"{text}.{binding.path.rpartition('.')[2]}"
        elif name in binding.positional and not task.call.spelled:
            positional.append((binding.positional.index(name), text))
        else:
            keywords.append(f"{spelled}={text}")
    ordered = [text for _, text in sorted(positional)]
    return f"{callee}({', '.join(ordered + keywords)})"


def value_text(value: Value, template: Snippet) -> str:
    """value as Python source."""
    if isinstance(value, Tensor):
        return template.tensor.format(array=_array(value))
    if isinstance(value, DTypeName):
        return template.dtype.format(name=value.name)
    if isinstance(value, NumpyScalar):
        return f"np.{value.dtype}({_number(value.value)})"
    if isinstance(value, ListValue | TupleValue):
        items = ", ".join(value_text(item, template) for item in value.items)
        if isinstance(value, ListValue):
            return f"[{items}]"
        return f"({items},)" if len(value.items) == 1 else f"({items})"
    return _number(value) if isinstance(value, float) else repr(value)


def _array(tensor: Tensor) -> str:
    array = tensor.array()
    if array.size == 0:
        return f'np.empty({tensor.shape}, "{tensor.dtype}")'
    flat = array.ravel()
    if array.size >= FULL_FROM and tensor.data == flat[:1].tobytes() * array.size:
        first = Tensor(tensor.dtype, (), flat[:1].tobytes()).nested()
        return f'np.full({tensor.shape}, {_nested(first)}, "{tensor.dtype}")'
    return f'np.array({_nested(tensor.nested())}, "{tensor.dtype}")'


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_nested(value) for value in values) + "]"
    return _number(float(values)) if isinstance(values, str) else _number(values)


def _number(value: bool | int | float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "np.nan" if math.isnan(value) else f"{'-' if value < 0 else ''}np.inf"
    return repr(value)
