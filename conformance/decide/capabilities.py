"""What a target is declared to decline: which calls are to end as unsupported, which are not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.model.backend import ANOTHER_DTYPE, Backend, Binding, Lack, Target
from conformance.model.case import Call, DTypeName, Expectation, LaidOut


class Capabilities:
    """What one API of a backend declines on one target. absent: that the target has none."""

    def __init__(self, backend: Backend, binding: Binding, target: Target) -> None:
        self._declared = backend.lacks is not None
        self.absent = ""
        if not binding.when.holds(target, dtype=None) and _holds_but_for_version(binding, target):
            self.absent = f"{target.name} has no {binding.api} ({binding.place})"
        lacks = (*(backend.lacks or ()), *binding.lacks)
        self._target = target
        self._lacks = [
            lack for lack in lacks if replace(lack.when, dtype=()).holds(target, dtype=None)
        ]

    def declined(self, call: Call, expectation: Expectation, *, choice: str | None) -> str | None:
        """Why this call is declined, with the place that says so; '' if it is not; None if the
        backend does not declare what it declines."""
        if self.absent:
            return self.absent
        for lack in self._lacks:
            if self._speaks_of(lack, call, expectation, choice=choice):
                return f"{lack.reason} ({lack.place})"
        return "" if self._declared else None

    def _speaks_of(
        self, lack: Lack, call: Call, expectation: Expectation, *, choice: str | None
    ) -> bool:
        dtype = call.tensor_dtype()
        return (
            lack.when.holds(self._target, dtype=dtype)
            and (not lack.dtypes or any(name in lack.dtypes for name in _dtypes(call)))
            and (not lack.gradient or call.gradient is not None)
            and (not lack.layouts or any(name in lack.layouts for name in _layouts(call)))
            and (not lack.results or _has_result(lack.results, _result(expectation, choice), dtype))
        )


def _has_result(declined: tuple[str, ...], result: str | None, dtype: str | None) -> bool:
    """Whether a result of that dtype, of a call whose first tensor has dtype, is among them."""
    return result in declined or (ANOTHER_DTYPE in declined and result not in (None, dtype))


def _holds_but_for_version(binding: Binding, target: Target) -> bool:
    return replace(binding.when, version=None).holds(target, dtype=None)


def _dtypes(call: Call) -> Iterator[str]:
    yield from (tensor.dtype for tensor in call.tensors())
    yield from (value.name for _, value in call.arguments if isinstance(value, DTypeName))


def _layouts(call: Call) -> Iterator[str]:
    return (value.layout for _, value in call.arguments if isinstance(value, LaidOut))


def _result(expectation: Expectation, choice: str | None) -> str | None:
    """dtype of the first output by the choice of that name; None if nobody says."""
    chosen = [c for c in expectation.choices if choice is None or c.name == choice]
    dtypes = {c.outputs[0].dtype if c.outputs else None for c in chosen}
    return dtypes.pop() if len(dtypes) == 1 else None
