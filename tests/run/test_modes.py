"""Execution modes of real frameworks, where they are installed: what is compiled, what is shown."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from conformance.decide.judge import judge
from conformance.decide.plan import Selection, make_plan
from conformance.decide.snippet import snippet
from conformance.files.load import load_suite
from conformance.fronts.settings import default_home
from conformance.model.backend import Backend, Target
from conformance.model.outcome import Raised, Returned
from conformance.model.tensor import Tensor
from conformance.model.verdict import Status, Task
from conformance.run.engine import Workers
from conformance.run.targets import resolve

pytestmark = pytest.mark.slow

CASES = Path(__file__).parents[2] / "cases"
# Runs the scripts that it is given and tells of each what `actual` holds.
READER = """
import json, runpy, sys
import numpy as np
reader, *scripts = sys.argv[1:]
for script in scripts:
    given = runpy.run_path(script)
    actual = given["actual"]
    listed = actual if isinstance(actual, (tuple, list)) else [actual]
    arrays = [np.asarray(eval(reader, given, {"tensor": one})) for one in listed]
    print("ELEMENTS", json.dumps([[str(a.dtype), a.tobytes().hex()] for a in arrays]))
"""
SHOWN = {
    "torch:compile": [
        "cumsum/mindspore-r2.0-torch/dtype-int8[torch.cumsum]",
        "cumsum/behaviour/int8-overflow[torch.Tensor.cumsum]",
        "cumsum/behaviour/int8-overflow[torch.Tensor.cumsum_]",
        "cummax/behaviour/ties-float32[torch.cummax.out]",
        "cumprod/behaviour/gradient-at-a-zero[torch.cumprod]",
        "cumsum/behaviour/repeated[torch.cumsum]",
    ],
    "mindspore:graph": [
        "cumsum/mindspore-r2.0-torch/dtype-int8[mindspore.ops.cumsum]",
        "cumsum/behaviour/int8-overflow[mindspore.Tensor.cumsum]",
        "cumsum/behaviour/exclusive-int8[mindspore.ops.CumSum]",
        "cummin/behaviour/axis-numpy-integer[mindspore.ops.cummin]",
        "cumprod/behaviour/gradient-plain[mindspore.ops.cumprod]",
        "cumsum/behaviour/repeated[mindspore.ops.cumsum]",
    ],
    "jax:x64": ["cumsum/behaviour/integers-int64[jax.numpy.cumsum]"],
    "jax:jit": [
        "cumsum/behaviour/int8-overflow[jax.numpy.cumsum]",
        "cumsum/behaviour/axis-numpy-integer[jax.Array.cumsum]",
        "cumprod/behaviour/gradient-at-a-zero[jax.numpy.cumprod]",
    ],
    "jax:jit-x64": ["cumsum/behaviour/integers-int64[jax.numpy.cumsum]"],
    "tensorflow:function": [
        "cumsum/behaviour/exclusive-int8[tf.math.cumsum]",
        "cumprod/behaviour/gradient-at-a-zero[tf.math.cumprod]",
    ],
    "tensorflow:xla": ["cumsum/behaviour/axis-numpy-integer[tf.math.cumsum]"],
}


def placed(name: str) -> tuple[Backend, Target]:
    backend, target = resolve(name, home=default_home())
    if target.interpreter is None:
        pytest.skip(target.missing)
    return backend, target


def tasks_of(pair: tuple[Backend, Target], ids: list[str]) -> list[Task]:
    """The tasks of these cases, each on the API in brackets, in this order."""
    suite = load_suite(CASES)
    found = []
    for one in ids:
        address, _, api = one.rstrip("]").partition("[")
        (task,) = make_plan(suite, [pair], selection=Selection((address,), (api,)))
        assert not task.refusal, task.refusal
        found.append(task)
    return found


def elements_of(outcome: object) -> list[list[Any]]:
    assert isinstance(outcome, Returned), outcome
    tensors = [one for one in outcome.outputs if isinstance(one, Tensor)]
    assert len(tensors) == len(outcome.outputs)
    return [[tensor.dtype, tensor.data.hex()] for tensor in tensors]


@pytest.mark.parametrize("name", SHOWN)
def test_a_script_gives_in_every_mode_what_the_suite_says(name: str, tmp_path: Path) -> None:
    backend, target = placed(name)
    tasks = tasks_of((backend, target), SHOWN[name])
    with Workers([(backend, target)], timeout_s=300) as workers:
        outcomes = {task.id: outcome for task, outcome in workers.run(tasks)}
    # MindSpore reads a function's source from its file.
    scripts = [tmp_path / f"script_{number}.py" for number in range(len(tasks))]
    for script, task in zip(scripts, tasks, strict=True):
        script.write_text(snippet(task), encoding="utf-8")
    mode = backend.snippet.mode(target.mode)
    assert mode is not None
    for script in scripts:
        text = script.read_text(encoding="utf-8")
        assert all(line in text for line in mode.settings)
        assert (f"@{mode.decorator}\ndef program(" in text) == bool(mode.decorator)
    reader = backend.snippet.array.format(tensor="tensor")
    done = subprocess.run(
        [str(target.interpreter), "-c", READER, reader, *map(str, scripts)],
        capture_output=True, text=True, cwd=tmp_path, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if line.startswith("ELEMENTS ")]
    actual = [json.loads(line.partition(" ")[2]) for line in told]
    assert actual == [elements_of(outcomes[task.id]) for task in tasks]


def asked_in(name: str, script: str, *, folder: Path) -> str:
    """What script prints in folder; it has the adapter of that target, started, as `adapter`."""
    backend, target = placed(name)
    lines = [
        "import importlib.util, sys",
        f"spec = importlib.util.spec_from_file_location('adapter', {str(backend.adapter)!r})",
        "adapter = sys.modules['adapter'] = importlib.util.module_from_spec(spec)",
        "spec.loader.exec_module(adapter)",
        f"adapter.start({target.device!r}, {target.mode!r})",
        script,
    ]
    done = subprocess.run(
        [str(target.interpreter), "-c", "\n".join(lines)],
        capture_output=True, text=True, cwd=folder, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


MORE_THAN_TORCH_COMPILES_OF_ONE_FUNCTION = """
import torch
for length in range(1, 12):
    adapter.compiled(torch.cumsum)(input=torch.ones(length), dim=0)
print(torch._dynamo.utils.counters["stats"]["unique_graphs"])
"""


def test_every_program_of_torch_is_compiled_however_many_there_are(tmp_path: Path) -> None:
    script = MORE_THAN_TORCH_COMPILES_OF_ONE_FUNCTION
    assert asked_in("torch:compile", script, folder=tmp_path) == "11\n"


ALL_KINDS_OF_CALLABLES = """
import mindspore
from mindspore.graph.api import ms_compile_cache
x = mindspore.Tensor([1.0, 2.0])
for function in (mindspore.ops.cumsum, mindspore.ops.CumSum(), mindspore.Tensor.cumsum):
    before = len(ms_compile_cache)
    adapter.compiled(function)(x, 0)
    print(len(ms_compile_cache) - before)
"""


def test_every_callable_of_mindspore_is_compiled(tmp_path: Path) -> None:
    """mindspore.jit gives back what is no Python function as it is, with a warning only."""
    assert asked_in("mindspore:graph", ALL_KINDS_OF_CALLABLES, folder=tmp_path) == "1\n1\n1\n"


def test_what_torch_does_not_compile_is_no_result_of_the_mode() -> None:
    pair = placed("torch:compile")
    (task,) = tasks_of(pair, ["cumsum/behaviour/axis-numpy-integer[torch.cumsum]"])
    with Workers([pair], timeout_s=300) as workers:
        ((_, outcome),) = workers.run([task])
    assert isinstance(outcome, Raised)
    assert outcome.types[0] == "NotCompiledError"
    assert judge(task, outcome).status is Status.KNOWN
