"""Operations, documentation pages, cases and what they expect."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

from conformance.model.errors import Place
from conformance.model.tensor import RuleTensor, Tensor

ParameterKind = Literal["tensor", "dtype", "integer", "number", "bool", "string"]
PARAMETER_KINDS: tuple[ParameterKind, ...] = (
    "tensor", "dtype", "integer", "number", "bool", "string",
)  # fmt: skip

Claim = Literal["same", "renamed", "missing"]
CLAIMS: tuple[Claim, ...] = ("same", "renamed", "missing")

# What an exception can mean. The words that decline say "not here": such a call is unsupported,
# the others are answers of the operation itself.
ERROR_WORDS: dict[str, str] = {
    "axis-out-of-range": "the axis is outside [-ndim, ndim)",
    "axis-type": "the axis is no integer",
    "missing-argument": "a required argument was not given",
    "unexpected-keyword": "the callable has no parameter of that name",
    "empty-input": "a tensor without elements is refused",
    "unsupported-rank": "a tensor of this rank is refused",
    "unsupported-dtype": "this dtype is refused",
    "unsupported-layout": "a tensor that lies in memory like this is refused",
    "no-kernel": "the framework has no implementation for this device",
    "no-gradient": "the framework has no derivative of the operation",
}
DECLINING_WORDS = frozenset({"unsupported-dtype", "unsupported-layout", "no-kernel", "no-gradient"})


@dataclass(frozen=True, slots=True)
class DTypeName:
    """An argument that is a dtype: torch.int8, mindspore.int8, numpy.int8."""

    name: str


@dataclass(frozen=True, slots=True)
class NumpyScalar:
    """An argument that is a numpy scalar of dtype."""

    dtype: str
    value: bool | int | float


@dataclass(frozen=True, slots=True)
class ListValue:
    """An argument that is a Python list (a plain YAML list is a tuple)."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class TupleValue:
    """An argument that is a Python tuple."""

    items: tuple[Value, ...]


Layout = Literal["transposed", "every-other", "reversed", "broadcast"]
LAYOUTS: tuple[Layout, ...] = get_args(Layout)


@dataclass(frozen=True, slots=True)
class LaidOut:
    """A tensor argument that does not lie in memory row by row; tensor holds its elements.

    transposed: the reversed-axes view of a row-major array. every-other: every second element along
    the last axis of a buffer twice as long. reversed: a negative step along the last axis.
    broadcast: a step of zero along the first axis, along which the elements must be equal.
    """

    tensor: Tensor
    layout: Layout


# A tensor among the arguments, however it lies in memory.
TensorValue = Tensor | RuleTensor | LaidOut
Value = (
    TensorValue | DTypeName | NumpyScalar | ListValue | TupleValue | bool | int | float | str | None
)


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of one call, by name.

    spelled: the names are a framework's own and every argument goes by keyword (a row of a
    documented parameter table); otherwise they are canonical and a binding says how to pass them.
    gradient: the canonical argument by which the sum of the result is differentiated; the outcome
    is that derivative instead of the result.
    """

    arguments: tuple[tuple[str, Value], ...]
    spelled: bool = False
    gradient: str | None = None

    def tensors(self) -> Iterator[Tensor | RuleTensor]:
        """The tensors among the arguments, however they lie in memory."""
        for _, value in self.arguments:
            if isinstance(value, LaidOut):
                yield value.tensor
            elif isinstance(value, Tensor | RuleTensor):
                yield value

    def first_tensor(self) -> Tensor | RuleTensor | None:
        return next(self.tensors(), None)

    def tensor_dtype(self) -> str | None:
        """dtype of the first tensor among the arguments: what a `dtype` condition asks about."""
        first = self.first_tensor()
        return None if first is None else first.dtype


@dataclass(frozen=True, slots=True)
class OutputExpected:
    """What one output must be; what is None is not asked.

    values has its own dtype only where dtype is not None; otherwise its elements are numbers
    (int64, uint64 or float64) to which the actual elements must be equal as numbers. A RuleTensor
    has one in any case, and is compared bit for bit.
    decimals: the values are as printed, rounded to that many decimal places.
    exact: every documented value is exactly a value of the dtype, so that floats must be equal too.
    tolerance: (rtol, atol) where the case gives one. oracle: the exact result of the call, rounded
    once to dtype, is what is expected, and how far off the actual one is says which choice it is.
    """

    name: str
    dtype: str | None = None
    shape: tuple[int, ...] | None = None
    values: Tensor | RuleTensor | None = None
    exact: bool = True
    decimals: int | None = None
    tolerance: tuple[float, float] | None = None
    signed_zero: bool = False
    oracle: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One possible answer: an error word, or what the outputs must be. name is '' without a
    question.

    raises, raises_not: of an error, the classes of Python that the exception must be, and those
    that it must not be, base classes counted.
    """

    name: str
    error: str | None = None
    outputs: tuple[OutputExpected, ...] = ()
    raises: tuple[str, ...] = ()
    raises_not: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Expectation:
    """What a case expects. question: the difference it asks about, None if all must agree.

    Without a question there is exactly one choice. inputs_unchanged: the arguments must come back
    as they were. signature: (parameter name, present) pairs, checked where a signature is readable.
    repeat: how often the call is made in one fresh server; the results must agree bit for bit.
    """

    choices: tuple[Choice, ...]
    question: str | None = None
    inputs_unchanged: bool = False
    signature: tuple[tuple[str, bool], ...] = ()
    repeat: int = 1


@dataclass(frozen=True, slots=True)
class Documented:
    """What a page shows for one of its APIs, where that differs from the case's own call."""

    api: str
    call: Call
    expectation: Expectation


@dataclass(frozen=True, slots=True)
class Case:
    """One call of an operation with its expectation and its source.

    file: stem of the case file. kind: 'example' (a page's code example), 'parameter' (a row of a
    page's table) or 'behaviour'. lines: the page's lines, first and last inclusive. inferred: parts
    of the expectation that the page does not print. call and expectation are None where only the
    documented APIs are spoken of.
    """

    op: str
    file: str
    id: str
    kind: Literal["example", "parameter", "behaviour"]
    place: Place
    call: Call | None = None
    expectation: Expectation | None = None
    documented: tuple[Documented, ...] = ()
    lines: tuple[int, int] | None = None
    inferred: tuple[str, ...] = ()
    why: str = ""

    @property
    def address(self) -> str:
        return f"{self.op}/{self.file}/{self.id}"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One canonical parameter of an operation. required: a call without it is incomplete."""

    name: str
    kind: ParameterKind
    required: bool = False
    about: str = ""


@dataclass(frozen=True, slots=True)
class Op:
    """An operation, named independently of any framework."""

    name: str
    summary: str
    parameters: tuple[Parameter, ...]
    returns: tuple[str, ...]
    place: Place

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a page's claims come from. path is inside repository at revision; sha256 of the file.
    speaks_of: (backend, version) pairs that the page names."""

    title: str
    repository: str
    path: str
    revision: str
    sha256: str
    speaks_of: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DocumentedApi:
    """An API as the page writes its signature: `input, dim, *, dtype=None, out=None`."""

    api: str
    backend: str
    parameters: str
    lines: tuple[int, int]


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """A row of a page's parameter table. names: (backend, its name for the parameter or None)."""

    canonical: str
    names: tuple[tuple[str, str | None], ...]
    claim: Claim
    lines: tuple[int, int]
    place: Place


@dataclass(frozen=True, slots=True)
class Page:
    """A documentation page: its source, signatures and table. Its cases lie in Suite.cases."""

    op: str
    file: str
    source: Source
    apis: tuple[DocumentedApi, ...]
    rows: tuple[ParameterRow, ...]
    place: Place

    @property
    def address(self) -> str:
        return f"{self.op}/{self.file}"


@dataclass(frozen=True, slots=True)
class Difference:
    """A question on which frameworks may answer differently.

    choices: (name, what that answer means in one phrase). why: why a person porting code cares;
    port: what to write instead.
    """

    name: str
    asks: str
    choices: tuple[tuple[str, str], ...]
    why: str
    port: str
    place: Place

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.choices)


@dataclass(frozen=True, slots=True)
class Suite:
    """Everything a folder of case files says, in the order of the files and their lines."""

    ops: tuple[Op, ...]
    pages: tuple[Page, ...]
    differences: tuple[Difference, ...]
    cases: tuple[Case, ...]

    def page_of(self, case: Case) -> Page | None:
        return next((p for p in self.pages if (p.op, p.file) == (case.op, case.file)), None)

    def difference(self, name: str) -> Difference | None:
        return next((d for d in self.differences if d.name == name), None)
