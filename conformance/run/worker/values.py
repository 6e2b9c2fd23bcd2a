"""What a request brings: its values as the framework takes them."""

from __future__ import annotations

from typing import Any, List, Optional, Tuple, Type

import numpy

from .elements import STORED, by_rule, digests, element_bytes, laid_out
from .errors import UnplaceableError, text_of
from .frames import Header

# What a tensor for `out` holds before the call: no plausible result, so that whoever leaves it is
# found out.
OUT_BYTE = 0x5A
Caught = Tuple[Type[BaseException], ...]


class Values:
    """Makes the values of one request. caught: what counts as the framework's own exception.

    inputs: every input tensor, if they are checked: its argument, itself, its dtype and elements,
    or the digests of their chunks.
    """

    def __init__(self, adapter: Any, header: Header, body: Any, *, caught: Caught) -> None:
        self.adapter = adapter
        self.header = header
        self.body = body
        self.caught = caught
        self.offset = 0
        self.inputs: Optional[List[Tuple[Any, Any, str, Any]]] = (
            [] if header.get("check_inputs") else None
        )

    def begin(self) -> None:
        """Make all values anew, for another call."""
        self.offset = 0
        self.forget_inputs()

    def forget_inputs(self) -> None:
        """Check none of those that were made so far."""
        if self.inputs:
            self.inputs = []

    def value(self, value: Any, name: Any) -> Any:
        """A request's value as the framework takes it; name is the argument that it is part of."""
        if type(value) is not dict:
            return value
        if "tensor" in value:
            return self.tensor(value["tensor"], name)
        if "dtype" in value:
            return self.dtype(value["dtype"])
        if "numpy" in value:
            if value["numpy"] == "bfloat16":
                raise UnplaceableError("dtype", "numpy has no scalar of dtype bfloat16")
            return STORED[value["numpy"]].type(value["value"])
        if "list" in value:
            return [self.value(item, name) for item in value["list"]]
        return tuple([self.value(item, name) for item in value["tuple"]])

    def dtype(self, name: str) -> Any:
        try:
            return self.adapter.dtype(name)
        except Exception as error:
            reason = "the framework has no dtype %s (%s)" % (name, text_of(error))
            raise UnplaceableError("dtype", reason) from error

    def tensor(self, content: Header, name: Any) -> Any:
        """A framework tensor of a private, writable copy: it may share memory with the array."""
        dtype, size = content["dtype"], content["bytes"]
        stored = STORED[dtype]
        if size:
            flat = numpy.frombuffer(self.body, stored, size // stored.itemsize, self.offset)
            if "rule" in content:
                elements = by_rule(flat, content["rule"], shape=content["shape"])
            else:
                elements = flat.reshape(content["shape"]).copy()
        else:
            elements = numpy.empty(content["shape"], stored)
        if "layout" in content:
            elements = laid_out(elements, content["layout"], dtype=dtype)
        sent: Any = None
        if self.inputs is not None:
            sent = self.body[self.offset : self.offset + size]
            if "rule" in content:
                sent = digests(elements, dtype, self.header["digests"]["chunk"])
        tensor = self.converted(elements, dtype)
        if self.inputs is not None:
            self.inputs.append((name, tensor, dtype, sent))
        self.offset += size
        return tensor

    def converted(self, elements: Any, dtype: str) -> Any:
        try:
            tensor = self.adapter.to_framework(elements, dtype)
        except self.caught:
            # Frameworks word it in many ways that they have no such dtype.
            self.dtype(dtype)
            raise
        actual = self.adapter.dtype_name(tensor)
        if actual != dtype:
            reason = "a tensor of dtype %s becomes %s in the framework" % (dtype, actual)
            raise UnplaceableError("dtype", reason)
        return tensor

    def outs(self, described: Header) -> Any:
        """The tensor to write into, or a tuple of several."""
        if "tensors" in described:
            return tuple([self.out(one) for one in described["tensors"]])
        return self.out(described)

    def out(self, described: Header) -> Any:
        """A tensor to write into. What it holds is no plausible result."""
        stored, shape = STORED[described["dtype"]], described["shape"]
        elements = numpy.zeros(shape, stored)
        if described["dtype"] != "bool":
            elements.reshape(-1).view("u1")[...] = OUT_BYTE
        return self.converted(elements, described["dtype"])

    def changed(self) -> List[Any]:
        """The names of the input tensors whose elements are not the bytes that were sent."""
        names = []
        for name, tensor, dtype, sent in self.inputs or ():
            elements = numpy.asarray(self.adapter.from_framework(tensor))
            if isinstance(sent, list):
                now: Any = digests(elements, dtype, self.header["digests"]["chunk"])
            else:
                now = element_bytes(elements, dtype)
            if now != sent and name not in names:
                names.append(name)
        return names
