"""A call as a person would write it: a script for a bare Python with the framework."""

from __future__ import annotations

from conformance.decide.arguments import METHODS, constructed, out_tensors, placed
from conformance.decide.expression import array_text, number_text, preparation, stored_as
from conformance.model.backend import Snippet
from conformance.model.case import (
    DTypeName,
    LaidOut,
    ListValue,
    NumpyScalar,
    TensorValue,
    TupleValue,
    Value,
)
from conformance.model.verdict import Task

# The name of the function that is compiled, in a mode that compiles.
PROGRAM = "program"


def snippet(task: Task) -> str:
    """Lines of Python that make the task's call, in its target's mode, and print its result and
    dtype.

    What the binding data cannot say is a comment: a mode or a gradient without its template,
    repetitions that cannot be compared.
    """
    template, mode = task.snippet, task.snippet.mode(task.target.mode)
    made: list[str] = []
    for name, value in task.call.arguments:
        if isinstance(value, TensorValue):
            made += [*preparation(value), f"{name} = {value_text(value, template)}"]
    lines = [*template.imports]
    if mode is not None:
        lines += mode.settings
    elif task.target.mode != "default":
        lines.append(f"# measured in mode {task.target.mode}, which is not shown here")
    lines.append("")
    program = _program(task, mode.decorator) if mode is not None and mode.decorator else []
    text = f"{PROGRAM}({', '.join(_arguments(task))})" if program else call_text(task)
    if task.expectation.repeat > 1:
        lines += _repeated(task, made, program=program, text=text)
    else:
        lines += [*made, *program, *_call_lines(task, text)]
    lines.append('print(actual, getattr(actual, "dtype", type(actual)))')
    return "\n".join(lines) + "\n"


def _program(task: Task, decorator: str) -> list[str]:
    """The lines that define the function that is compiled: of the tensors, with all else in it."""
    shown = {name for name, value in task.call.arguments if isinstance(value, TensorValue)}
    given = [
        f"{name} = {value_text(value, task.snippet)}"
        for name, value in _named(task)
        if name not in shown
    ]
    text = call_text(task, named=frozenset(name for name, _ in _named(task)))
    header = f"def {PROGRAM}({', '.join(_arguments(task))}):"
    return [*given, "", f"@{decorator}", header, f"    return {text}", "", ""]


def _named(task: Task) -> list[tuple[str, Value]]:
    """(name, value) of what is made before the program: tensors, and numpy scalars, which compilers
    take for calls of numpy."""
    made = [(name, value) for _, name, value in placed(task.binding, task.call)]
    return [(name, v) for name, v in made if isinstance(v, TensorValue | NumpyScalar)]


def _arguments(task: Task) -> list[str]:
    """The names of the program's arguments."""
    tensors = [name for name, value in _named(task) if isinstance(value, TensorValue)]
    return [*tensors, "out"] if task.binding.kind == "out" else tensors


def _repeated(task: Task, made: list[str], *, program: list[str], text: str) -> list[str]:
    """The call again and again, until a result is not the first one bit for bit."""
    repeat, array = task.expectation.repeat, task.snippet.array
    if not array:
        return [*made, *program, f"# made {repeat} times in one process", *_call_lines(task, text)]
    several = len(task.expectation.choices[0].outputs) > 1 and task.call.gradient is None
    outputs = "actual" if several else "(actual,)"
    read = array.format(tensor="output")
    # A call in place needs a tensor of its own each time.
    inside, before = (made, []) if task.binding.kind == "in-place" else ([], made)
    body = [
        *inside,
        *_call_lines(task, text),
        f"elements = [np.asarray({read}).tobytes() for output in {outputs}]",
        "first = elements if number == 1 else first",
        "if elements != first:",
        '    print("not the same in call", number)',
        "    break",
    ]
    loop = [f"for number in range(1, {repeat + 1}):", *(f"    {line}" for line in body)]
    return [*before, *program, *loop]


def call_text(task: Task, *, named: frozenset[str] = frozenset()) -> str:
    """The call alone, tensors by their argument's name: `torch.cumsum(input=x, dim=-1)`.

    named: what else goes by its name."""
    binding, template = task.binding, task.snippet
    callee = binding.path
    given = []
    if binding.kind == "primitive":
        made_with = constructed(binding, task.call)
        callee = f"{callee}({', '.join(f'{n}={value_text(v, template)}' for n, v in made_with)})"
    names = named | {n for n, v in task.call.arguments if isinstance(v, TensorValue)}
    for where, name, value in placed(binding, task.call):
        text = name if name in names else value_text(value, template)
        if where == "self" and binding.kind in METHODS:
            callee = f"{text}.{binding.path.rpartition('.')[2]}"
        else:
            given.append(text if isinstance(where, int) else f"{where}={text}")
    if binding.kind == "out":
        given.append("out=out")
    return f"{callee}({', '.join(given)})"


def _call_lines(task: Task, text: str) -> list[str]:
    """The lines that end with actual, the output of the call that text makes."""
    kind = task.binding.kind
    if task.call.gradient is not None:
        return _gradient_lines(task, text)
    changed = next((n for w, n, _ in placed(task.binding, task.call) if w == "self"), None)
    if kind == "in-place" and changed is not None:
        return [text, f"actual = {changed}"]
    outs = _outs(task) if kind == "out" else ""
    if not outs:
        return [f"actual = {text}"]
    return [f"out = {outs}", text, "actual = out"]


def _gradient_lines(task: Task, text: str) -> list[str]:
    """The lines that end with actual, the derivative of the sum of the call that text makes."""
    name = task.call.gradient
    if not task.snippet.gradient:
        comment = f"# asked is the gradient of the sum of this by {name}"
        return [comment, f"actual = {text}"]
    return [line.format(tensor=name, call=text) for line in task.snippet.gradient]


def _outs(task: Task) -> str:
    """The tensor to write into, or a tuple of several; '' if nobody says what they are."""
    described = out_tensors(
        task.binding, task.call, expectation=task.expectation, declared=task.declared
    )
    texts = [
        _of_framework(f'np.empty({shape}, "{stored_as(dtype)}")', dtype, task.snippet)
        for dtype, shape in described or ()
    ]
    return f"({', '.join(texts)})" if task.binding.out and texts else "".join(texts)


def value_text(value: Value, template: Snippet) -> str:
    """value as Python source."""
    if isinstance(value, TensorValue):
        return _tensor(value, template)
    if isinstance(value, DTypeName):
        return template.dtype.format(name=value.name)
    if isinstance(value, NumpyScalar):
        return f"np.{value.dtype}({number_text(value.value)})"
    if isinstance(value, ListValue | TupleValue):
        items = ", ".join(value_text(item, template) for item in value.items)
        if isinstance(value, ListValue):
            return f"[{items}]"
        return f"({items},)" if len(value.items) == 1 else f"({items})"
    return number_text(value) if isinstance(value, float) else repr(value)


def _tensor(value: TensorValue, template: Snippet) -> str:
    """A tensor of the framework, made of a numpy array that lies in memory as the case asks."""
    dtype = value.tensor.dtype if isinstance(value, LaidOut) else value.dtype
    return _of_framework(array_text(value), dtype, template)


def _of_framework(array: str, dtype: str, template: Snippet) -> str:
    text = template.tensor.format(array=array)
    if dtype != "bfloat16":
        return text
    # numpy has no bfloat16: the same numbers as float32, exactly, then cast by the framework.
    return template.cast.format(tensor=text, dtype=template.dtype.format(name=dtype))
