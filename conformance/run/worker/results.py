"""What a reply brings: outputs as they were read."""

from __future__ import annotations

from typing import Any, List

import numpy

from .callables import class_name
from .elements import STORED, digests, element_bytes, overlap, stretch
from .frames import Header

# How many elements are shown of either end of a tensor that is not sent whole.
ENDS = 4
REPR_LIMIT = 200


class AnotherTensor:
    """What a call returned that was to write into `out`, and is not that tensor."""

    def __init__(self, returned: Any) -> None:
        self.type = type(returned).__name__


class Results:
    """Reads the outputs of one request. read: those of the latest call, in the framework's memory
    or out of it."""

    def __init__(self, adapter: Any, header: Header) -> None:
        self.adapter = adapter
        self.header = header
        self.read: List[Any] = []

    def outputs(self, returned: Any, buffers: List[bytes]) -> List[Header]:
        """What the reply says of everything that a call returned; the bytes come into buffers."""
        several = self.header.get("outputs", 1) > 1 and isinstance(returned, (tuple, list))
        listed = returned if several else (returned,)
        self.read = []
        return [self.output(one, buffers, number=number) for number, one in enumerate(listed)]

    def output(self, returned: Any, buffers: List[bytes], *, number: int) -> Header:
        """What the reply says of one output. Its dtype is read from the framework's tensor."""
        if not isinstance(returned, self.adapter.tensor_types):
            if isinstance(returned, AnotherTensor):
                return {"type": returned.type, "text": "returns another tensor than out"}
            return {"type": type(returned).__name__, "text": repr(returned)[:REPR_LIMIT]}
        dtype = self.adapter.dtype_name(returned)
        elements = numpy.asarray(self.adapter.from_framework(returned))
        stored = STORED.get(dtype)
        if stored is None:
            text = "a tensor of dtype %s and shape %s" % (dtype, list(elements.shape))
            return {"type": class_name(returned), "text": text}
        self.read.append(elements)
        if "digests" in self.header:
            return self.digested(elements, dtype, buffers, number=number)
        buffer = element_bytes(elements, dtype)
        buffers.append(buffer)
        return {"dtype": dtype, "shape": elements.shape, "bytes": len(buffer)}

    def digested(self, elements: Any, dtype: str, buffers: List[bytes], *, number: int) -> Header:
        """What the reply says of an output that is too large to be sent: digests, its ends, and the
        first chunk that is not what the request says."""
        asked = self.header["digests"]
        chunk, all_expected = asked["chunk"], asked["expected"]
        expected = all_expected[number] if number < len(all_expected) else None
        found = digests(elements, dtype, chunk)
        ends = min(ENDS, elements.size)
        sent = [
            element_bytes(stretch(elements, 0, ends), dtype),
            element_bytes(stretch(elements, elements.size - ends, elements.size), dtype),
        ]
        reply = {"dtype": dtype, "shape": elements.shape, "chunk": chunk, "digests": found}
        for at, one in enumerate(found):
            if expected is not None and (at >= len(expected) or one != expected[at]):
                part = stretch(elements, at * chunk, min((at + 1) * chunk, elements.size))
                sent.append(element_bytes(part, dtype))
                reply["differing"] = at
                break
        buffer = b"".join(sent)
        buffers.append(buffer)
        reply["bytes"] = len(buffer)
        return reply

    def shared(self, inputs: Any) -> List[Any]:
        """The names of the input tensors in whose memory an output lies."""
        names = []
        for name, tensor, _, _ in inputs:
            elements = numpy.asarray(self.adapter.from_framework(tensor))
            if name not in names and any(overlap(elements, one) for one in self.read):
                names.append(name)
        return names
