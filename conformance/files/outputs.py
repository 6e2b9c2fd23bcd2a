"""Reading what one output of a call must be."""

from __future__ import annotations

from typing import NamedTuple

from conformance.decide.oracle import ORACLES
from conformance.files.differences import Field, Fields, dtype_by_rule
from conformance.files.elements import Elements, number_dtype, pack
from conformance.files.fields import closed, described, integer, listed, mapping, text, true, word
from conformance.files.nodes import Map, Node
from conformance.files.oracle_calls import oracle_shape
from conformance.files.tensors import Tensors, shape_needed, shape_of, written_decimals
from conformance.model.case import Call, Op, OutputExpected
from conformance.model.dtypes import DTYPES
from conformance.model.errors import FileError
from conformance.model.tensor import RuleTensor, Tensor

ORACLE = ("exact",)
_FLOAT_ONLY = frozenset({"decimals", "tolerance", "signed-zero"})


class Subject(NamedTuple):
    """What an expectation is about: the call, and the dtype of its tensor x."""

    x: str | None
    call: Call


class Outputs:
    """Reads the outputs that one file expects of an operation."""

    def __init__(self, op: Op, tensors: Tensors) -> None:
        self.op = op
        self.tensors = tensors
        self.source = tensors.source

    def output(self, name: str, fields: Fields, *, subject: Subject, at: int) -> OutputExpected:
        """What the output of that name must be."""
        dtype = self.dtype(fields["dtype"], subject.x, at=at) if "dtype" in fields else None
        if "oracle" in fields:
            exact_shape = self._oracle_shape(name, fields, dtype=dtype, call=subject.call)
            return OutputExpected(name, dtype, exact_shape, oracle=True)
        values, exact = None, True
        shape: tuple[int, ...] | None = None
        if "shape" in fields:
            written = fields["shape"]
            shape = shape_of(written.source, written.node, at=written.at)
        if "values" in fields:
            values, exact = self._values(fields, dtype, shape)
            shape = values.shape
        if shape is None:
            raise self.incomplete(fields, at=at)
        if fields.keys().isdisjoint(_FLOAT_ONLY):
            return OutputExpected(name, dtype, shape, values, exact)
        self._check_float(fields, dtype=values.dtype if values else dtype)
        return OutputExpected(
            name,
            dtype,
            shape,
            values,
            exact,
            decimals=self._decimals(fields),
            tolerance=self._tolerance(fields),
            signed_zero=self._signed_zero(fields),
        )

    def incomplete(self, fields: Fields, *, at: int) -> FileError:
        """The error about an expectation of an output that does not say what it must be."""
        return self.source.error(
            at,
            f"an expectation of {listed(fields)} alone" if fields else "nothing is expected",
            expected="values, a shape or an error",
            action="add one of them",
        )

    def _oracle_shape(
        self, name: str, fields: Fields, *, dtype: str | None, call: Call
    ) -> tuple[int, ...]:
        """The shape of the oracle's result, after everything that speaks against asking it."""
        field = fields["oracle"]
        word(field.source, field.node, at=field.at, what="oracle", known=ORACLE)
        other = next((key for key in fields if key not in ("oracle", "dtype")), None)
        if other:
            raise self.source.error(
                self._place(fields[other], field.at),
                f"{other!r} beside oracle",
                expected="oracle and dtype alone",
                action="the oracle says the rest",
            )
        if name not in self.op.returns or self.op.name not in ORACLES:
            of = self.op.name if name in self.op.returns else f"the gradient of {self.op.name}"
            raise self.source.error(
                field.at, f"an oracle for {of}", expected=f"one of: {listed(ORACLES)}"
            )
        if dtype is None:
            raise self.source.error(
                field.at,
                "oracle without dtype",
                expected="the dtype to which the exact result is rounded",
                action="add it",
            )
        return oracle_shape(self.source, self.op.name, call, dtype=dtype, at=field.at)

    def dtype(self, field: Field, x: str | None, *, at: int) -> str:
        """The dtype that a field says for that dtype of x; at: of the expectation."""
        return dtype_by_rule(field, x, where=(self.source, self._place(field, at)))

    def _place(self, field: Field, otherwise: int) -> int:
        """Where in this file a field stands, or the place it came into if it is a definition's."""
        return field.at if field.source is self.source else otherwise

    def _values(
        self, fields: Fields, dtype: str | None, shape: tuple[int, ...] | None
    ) -> tuple[Tensor | RuleTensor, bool]:
        """(the expected elements, whether they are exactly what is written)."""
        source, node, at = fields["values"]
        if isinstance(node, Map):
            return self._by_rule(fields, node, dtype), True
        if dtype is None:
            elements = Elements(source, node, at=at)
            tensor, exact = pack(elements, number_dtype(elements))
        else:
            tensor, exact = self.tensors.packed(node, DTYPES[dtype], at=at)
        if shape is not None:
            at = self._place(fields["shape"], at)
            return self.tensors.shaped(tensor, shape, at=at), exact
        if not tensor.data:
            raise shape_needed(source, at=at)
        return tensor, exact

    def _by_rule(self, fields: Fields, node: Map, dtype: str | None) -> Tensor | RuleTensor:
        """The expected elements where values is a shape and a rule."""
        field = fields["values"]
        other = next((key for key in fields if key not in ("values", "dtype")), None)
        if dtype is None or other is not None:
            raise field.source.error(
                field.at if other is None else self._place(fields[other], field.at),
                f"values by rule {'without dtype' if other is None else f'and {other!r}'}",
                expected="dtype and values alone",
                action="they are compared bit for bit",
            )
        return self.tensors.expected_by_rule(node, DTYPES[dtype], at=field.at)

    def _check_float(self, fields: Fields, *, dtype: str | None) -> None:
        if dtype is None or DTYPES[dtype].kind in ("float", "complex"):
            return
        key = next(key for key in fields if key in _FLOAT_ONLY)
        raise self.source.error(
            fields[key].at,
            f"{key} for {dtype}",
            expected="a float or complex dtype",
            action="leave it out: integers and bools are compared exactly",
        )

    def _decimals(self, fields: Fields) -> int | None:
        if "decimals" not in fields:
            return None
        field = fields["decimals"]
        decimals = integer(field.source, field.node, at=field.at, what="decimals")
        if "values" not in fields:
            raise field.source.error(field.at, "decimals without values", expected="values")
        places = written_decimals(fields["values"].node)
        if places > decimals:
            raise field.source.error(
                field.at,
                f"decimals is {decimals}, but a value is written with {places}",
                expected=f"at least {places}",
            )
        return decimals

    def _tolerance(self, fields: Fields) -> tuple[float, float] | None:
        if "tolerance" not in fields:
            return None
        field = fields["tolerance"]
        node = mapping(self.source, field.node, at=field.at, what="tolerance")
        values = closed(self.source, node, required={"rtol", "atol", "why"}, what="tolerance")
        text(self.source, values["why"], at=node.value_at("why"), what="why")
        rtol, atol = (
            self._bound(values[key], at=node.value_at(key), what=key) for key in ("rtol", "atol")
        )
        return rtol, atol

    def _bound(self, node: Node, *, at: int, what: str) -> float:
        if isinstance(node, (int, float)) and type(node) is not bool and 0 <= node < float("inf"):
            return float(node)
        raise self.source.error(
            at, f"{what} is {described(node)}", expected="a number of at least 0"
        )

    def _signed_zero(self, fields: Fields) -> bool:
        if "signed-zero" not in fields:
            return False
        field = fields["signed-zero"]
        return true(field.source, field.node, at=field.at, what="signed-zero")
