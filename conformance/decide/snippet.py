"""A call as a person would write it: a script for a bare Python with the framework."""

from __future__ import annotations

import math
from typing import Any

from conformance.model.backend import Snippet
from conformance.model.case import DTypeName, LaidOut, ListValue, NumpyScalar, TupleValue, Value
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task

# From this many equal elements on, an array is written as np.full.
FULL_FROM = 17


def snippet(task: Task) -> str:
    """Lines of Python that make the task's call and print its result and dtype."""
    template = task.snippet
    lines = [*template.imports, ""]
    for name, value in task.call.arguments:
        if isinstance(value, Tensor | LaidOut):
            lines.append(f"{name} = {value_text(value, template)}")
    lines.append(f"actual = {call_text(task)}")
    lines.append('print(actual, getattr(actual, "dtype", type(actual)))')
    return "\n".join(lines) + "\n"


def call_text(task: Task) -> str:
    """The call alone, tensors by their argument's name: `torch.cumsum(input=x, dim=-1)`."""
    binding, template = task.binding, task.snippet
    callee = binding.path
    positional, keywords = [], []
    for name, value in task.call.arguments:
        text = name if isinstance(value, Tensor | LaidOut) else value_text(value, template)
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
    if isinstance(value, Tensor | LaidOut):
        return _tensor(value, template)
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


def _tensor(value: Tensor | LaidOut, template: Snippet) -> str:
    """A tensor of the framework, made of a numpy array that lies in memory as the case asks."""
    tensor = value.tensor if isinstance(value, LaidOut) else value
    array = _array(tensor)
    if isinstance(value, LaidOut):
        array = _VIEWS[value.layout].format(array=array, shape=tensor.shape)
    text = template.tensor.format(array=array)
    if tensor.dtype != "bfloat16":
        return text
    # numpy has no bfloat16: the same numbers as float32, exactly, then cast by the framework.
    return f"{text}.to({template.dtype.format(name='bfloat16')})"


_VIEWS = {
    "transposed": "np.ascontiguousarray({array}.T).T",
    "every-other": "np.repeat({array}, 2, axis=-1)[..., ::2]",
    "reversed": "{array}[..., ::-1].copy()[..., ::-1]",
    "broadcast": "np.broadcast_to({array}[:1], {shape})",
}


def _array(tensor: Tensor) -> str:
    array = tensor.numbers()
    dtype = "float32" if tensor.dtype == "bfloat16" else tensor.dtype
    if array.size == 0:
        return f'np.empty({tensor.shape}, "{dtype}")'
    first = tensor.data[: tensor.kind.numpy.itemsize]
    if array.size >= FULL_FROM and tensor.data == first * array.size:
        element = _plain(Tensor(tensor.dtype, (), first))
        return f'np.full({tensor.shape}, {_nested(element)}, "{dtype}")'
    return f'np.array({_nested(_plain(tensor))}, "{dtype}")'


def _plain(tensor: Tensor) -> Any:
    """The elements nested; bfloat16 as the very numbers, because float32 tells more of them apart
    than the shortest forms do."""
    if tensor.dtype != "bfloat16":
        return tensor.nested()
    return Tensor.of(tensor.numbers(), "float32").nested()


def _nested(values: Any) -> str:
    if isinstance(values, list):
        return "[" + ", ".join(_nested(value) for value in values) + "]"
    if isinstance(values, str):
        return _complex(values) if values.endswith("j") else _number(float(values))
    return _number(values)


def _complex(text: str) -> str:
    """A complex number as source; complex('...') where a literal would lose a sign or a NaN."""
    special = "n" in text or text.startswith("-0") or "-0" in text[1:]
    return f'complex("{text}")' if special else text


def _number(value: bool | int | float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "np.nan" if math.isnan(value) else f"{'-' if value < 0 else ''}np.inf"
    return repr(value)
