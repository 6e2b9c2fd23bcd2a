"""A call as a person would write it: a script for a bare Python with the framework."""

from __future__ import annotations

import math
from typing import Any

from conformance.decide.arguments import METHODS, out_tensor, placed
from conformance.model.backend import Snippet
from conformance.model.case import DTypeName, LaidOut, ListValue, NumpyScalar, TupleValue, Value
from conformance.model.tensor import Tensor
from conformance.model.verdict import Task

# From this many equal elements on, an array is written as np.full.
FULL_FROM = 17
# What lies between every other element.
BETWEEN = 77


def snippet(task: Task) -> str:
    """Lines of Python that make the task's call and print its result and dtype."""
    template = task.snippet
    lines = [*template.imports, ""]
    for name, value in task.call.arguments:
        if isinstance(value, Tensor | LaidOut):
            lines.append(f"{name} = {value_text(value, template)}")
    lines += _call_lines(task)
    lines.append('print(actual, getattr(actual, "dtype", type(actual)))')
    return "\n".join(lines) + "\n"


def call_text(task: Task) -> str:
    """The call alone, tensors by their argument's name: `torch.cumsum(input=x, dim=-1)`."""
    binding, template = task.binding, task.snippet
    callee = binding.path
    given = []
    if binding.kind == "primitive":
        constants = [f"{name}={value_text(v, template)}" for name, v in binding.constants]
        callee = f"{callee}({', '.join(constants)})"
    for where, name, value in placed(binding, task.call):
        text = name if isinstance(value, Tensor | LaidOut) else value_text(value, template)
        if where == "self" and binding.kind in METHODS:
            callee = f"{text}.{binding.path.rpartition('.')[2]}"
        else:
            given.append(text if isinstance(where, int) else f"{where}={text}")
    if binding.kind == "out":
        given.append("out=out")
    return f"{callee}({', '.join(given)})"


def _call_lines(task: Task) -> list[str]:
    """The lines that end with actual, the output; for what they leave out, a comment."""
    kind, text = task.binding.kind, call_text(task)
    comments = []
    if task.call.gradient is not None:
        comments = [f"# asked is the gradient of the sum of this by {task.call.gradient}"]
    if task.expectation.repeat > 1:
        comments.append(f"# made {task.expectation.repeat} times in one process")
    changed = next((n for w, n, _ in placed(task.binding, task.call) if w == "self"), None)
    if kind == "in-place" and changed is not None:
        return [*comments, text, f"actual = {changed}"]
    described = None
    if kind == "out":
        described = out_tensor(task.expectation, task.call, declared=task.declared)
    if described is None:
        return [*comments, f"actual = {text}"]
    dtype, shape = described
    out = _of_framework(f'np.empty({shape}, "{_stored(dtype)}")', dtype, task.snippet)
    return [f"out = {out}", *comments, text, "actual = out"]


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
    if isinstance(value, LaidOut):
        return _of_framework(_laid_out(value), value.tensor.dtype, template)
    return _of_framework(_array(value), value.dtype, template)


def _of_framework(array: str, dtype: str, template: Snippet) -> str:
    text = template.tensor.format(array=array)
    if dtype != "bfloat16":
        return text
    # numpy has no bfloat16: the same numbers as float32, exactly, then cast by the framework.
    return f"{text}.to({template.dtype.format(name=dtype)})"


def _stored(dtype: str) -> str:
    return "float32" if dtype == "bfloat16" else dtype


def _laid_out(value: LaidOut) -> str:
    """A numpy expression that lies in memory as value does."""
    tensor, array = value.tensor, _array(value.tensor)
    if not tensor.shape:
        return array  # it can lie in one way only
    if value.layout == "transposed":
        return f"np.ascontiguousarray({array}.T).T"
    if value.layout == "reversed":
        return f"{array}[..., ::-1].copy()[..., ::-1]"
    if value.layout == "broadcast":
        return f"np.broadcast_to({array}[:1], {tensor.shape})"
    # What lies between is not among the elements: who reads it gives it away.
    between = f'np.full({tensor.shape}, {BETWEEN}, "{_stored(tensor.dtype)}")'
    wide = (*tensor.shape[:-1], 2 * tensor.shape[-1])
    return f"np.stack([{array}, {between}], axis=-1).reshape({wide})[..., ::2]"


def _array(tensor: Tensor) -> str:
    array = tensor.numbers()
    dtype = _stored(tensor.dtype)
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
