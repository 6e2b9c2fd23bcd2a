"""A tensor as a numpy expression, which makes it bit for bit and lies in memory as it does."""

from __future__ import annotations

import math
from math import prod
from typing import Any

from conformance.model.case import LaidOut
from conformance.model.dtypes import COMPONENTS
from conformance.model.rules import Alternate, Blocks, Harmonic, Ramp, Uniform
from conformance.model.tensor import RuleTensor, Tensor

# From this many elements on, an array is written by its rule, or as np.full if all are equal.
RULE_FROM = 17
# What lies between every other element.
BETWEEN = 77
# The name of the words that preparation makes.
WORDS = "words"


def array_text(value: Tensor | RuleTensor | LaidOut) -> str:
    """The expression. The lines of preparation stand before it."""
    return _laid_out(value) if isinstance(value, LaidOut) else _array(value)


def preparation(value: Tensor | RuleTensor | LaidOut) -> list[str]:
    """The lines that the expression needs before it: SplitMix64, where numbers are drawn by it."""
    tensor = value.tensor if isinstance(value, LaidOut) else value
    rule, count = tensor.rule, prod(tensor.shape)
    if not isinstance(rule, Uniform) or count < RULE_FROM or tensor.dtype == "bfloat16":
        return []
    count *= 2 if tensor.dtype in COMPONENTS else 1
    return [
        f'{WORDS} = np.uint64({rule.seed}) + np.arange(1, {count + 1}, dtype="uint64")'
        " * np.uint64(0x9E3779B97F4A7C15)",
        f"{WORDS} = ({WORDS} ^ ({WORDS} >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)",
        f"{WORDS} = ({WORDS} ^ ({WORDS} >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)",
        f"{WORDS} = {WORDS} ^ ({WORDS} >> np.uint64(31))",
    ]


def stored_as(dtype: str) -> str:
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
    between = f'np.full({tensor.shape}, {BETWEEN}, "{stored_as(tensor.dtype)}")'
    wide = (*tensor.shape[:-1], 2 * tensor.shape[-1])
    return f"np.stack([{array}, {between}], axis=-1).reshape({wide})[..., ::2]"


def _array(tensor: Tensor | RuleTensor) -> str:
    """A numpy expression for the elements in row-major order; it can be followed by a dot."""
    dtype, shape = stored_as(tensor.dtype), tensor.shape
    count = prod(shape)
    if count == 0:
        return f'np.empty({shape}, "{dtype}")'
    if isinstance(tensor, RuleTensor) or (tensor.rule is not None and count >= RULE_FROM):
        text = _by_rule(tensor)
        if text:
            return text
    assert isinstance(tensor, Tensor)
    first = tensor.data[: tensor.kind.numpy.itemsize]
    if count >= RULE_FROM and tensor.data == first * count:
        return _full(Tensor(tensor.dtype, (1,), first), shape)
    return f'np.array({_nested(_plain(tensor))}, "{dtype}")'


def _full(element: Tensor, shape: tuple[int, ...]) -> str:
    (value,) = _plain(element)
    return f'np.full({shape}, {_nested(value)}, "{stored_as(element.dtype)}")'


def _by_rule(tensor: Tensor | RuleTensor) -> str:
    """An expression that follows the rule of tensor, bit for bit; '' where numpy has none."""
    rule, shape, count = tensor.rule, tensor.shape, prod(tensor.shape)
    dtype = stored_as(tensor.dtype)
    if isinstance(rule, Alternate | Blocks):
        listed = RuleTensor(tensor.dtype, shape, rule).listed
        if listed.shape == (1,):
            return _full(listed, shape)
        values = f'np.array({_nested(_plain(listed))}, "{dtype}")'
        if isinstance(rule, Blocks):
            return f"np.repeat({values}, {count // listed.shape[0]}).reshape({shape})"
        again = -(-count // listed.shape[0])
        return f"np.tile({values}, {again})[:{count}].reshape({shape})"
    if tensor.dtype == "bfloat16":
        return ""  # numpy would round twice on the way there
    if isinstance(rule, Harmonic):
        return _as(f"(1.0 / np.arange(1, {count + 1}))", dtype, shape)
    if isinstance(rule, Ramp):
        return _as(_ramp(rule, count, integer=tensor.kind.is_integer), dtype, shape)
    return _uniform(rule, tensor) if isinstance(rule, Uniform) else ""


def _as(text: str, dtype: str, shape: tuple[int, ...]) -> str:
    return f'{text}.astype("{dtype}").reshape({shape})'


def _ramp(rule: Ramp, count: int, *, integer: bool) -> str:
    if not integer:
        return f"({float(rule.start)!r} + np.arange({count}) * {float(rule.step)!r})"
    if max(map(abs, rule.ends(count))) < 1 << 63:
        return f"({int(rule.start)} + {int(rule.step)} * np.arange({count}))"
    start, step = (int(number) % (1 << 64) for number in (rule.start, rule.step))
    return f'(np.uint64({start}) + np.uint64({step}) * np.arange({count}, dtype="uint64"))'


def _uniform(rule: Uniform, tensor: Tensor | RuleTensor) -> str:
    """Of WORDS, the words of SplitMix64 that preparation makes."""
    dtype = tensor.dtype
    if tensor.kind.is_integer:
        least, span = int(rule.low) % (1 << 64), int(rule.high) - int(rule.low) + 1
        words = WORDS if span == 1 << 64 else f"{WORDS} % np.uint64({span})"
        return _as(f"(np.uint64({least}) + {words})", dtype, tensor.shape)
    low, high = float(rule.low), float(rule.high)
    floats = f"({low!r} + ({WORDS} >> np.uint64(11)) * 2.0**-53 * {high - low!r})"
    part = COMPONENTS.get(dtype)
    if part is None:
        return _as(floats, dtype, tensor.shape)
    return f'{floats}.astype("{part}").view("{dtype}").reshape({tensor.shape})'


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
        return _complex(values) if values.endswith("j") else number_text(float(values))
    return number_text(values)


def _complex(text: str) -> str:
    """A complex number as source; complex('...') where a literal would lose a sign or a NaN."""
    special = "n" in text or text.startswith("-0") or "-0" in text[1:]
    return f'complex("{text}")' if special else text


def number_text(value: bool | int | float) -> str:
    if isinstance(value, float) and not math.isfinite(value):
        return "np.nan" if math.isnan(value) else f"{'-' if value < 0 else ''}np.inf"
    return repr(value)
