"""The worker on an interpreter that the suite itself does not run on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from conformance.model.dtypes import DTYPES
from conformance.model.outcome import Crashed, Raised, TimedOut, Unstable
from conformance.model.tensor import Tensor

pytestmark = pytest.mark.slow


def test_an_old_interpreter_gives_every_kind_of_outcome(
    fake: Any, old_interpreter: Path, tmp_path: Path
) -> None:
    old = fake("misbehaving", interpreter=old_interpreter)
    summed, hung, crashed, raised, unstable, talked = old.run(
        old.task(),
        old.task("hang"),
        old.task("abort"),
        old.task("fail_late"),
        old.task("crash_the_first_time", marker=str(tmp_path / "ran")),
        old.task("talk", text="words"),
        timeout_s=1.0,
        first_case_allowance_s=1.0,
    )
    np.testing.assert_array_equal(summed.outputs[0].array(), [1, 3, 6])
    assert isinstance(hung, TimedOut)
    assert isinstance(crashed, Crashed)
    assert crashed.how == "signal SIGABRT"
    assert isinstance(raised, Raised)
    assert raised.phase == "realise"
    assert isinstance(unstable, Unstable)
    assert "words on stdout" in talked.evidence.printed


def test_every_dtype_crosses_to_an_old_interpreter(fake: Any, old_interpreter: Path) -> None:
    old = fake("misbehaving", interpreter=old_interpreter)
    given = [
        Tensor(name, shape, bytes(int(np.prod(shape)) * dtype.numpy.itemsize))
        for name, dtype in DTYPES.items()
        for shape in ((), (0, 2), (2, 3))
    ]
    outcomes = old.run(*(old.task("same", x=tensor) for tensor in given))
    assert [outcome.outputs for outcome in outcomes] == [(tensor,) for tensor in given]


def test_the_worker_process_really_is_the_old_interpreter(fake: Any, old_interpreter: Path) -> None:
    old = fake("misbehaving", interpreter=old_interpreter)
    (outcome,) = old.run(old.task("python_version"))
    assert outcome.outputs[0].array().tolist() in ([3, 8], [3, 9])
