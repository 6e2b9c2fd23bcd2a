"""Reading `layout`: how the elements of an argument lie in memory."""

from __future__ import annotations

from conformance.files.fields import word
from conformance.files.nodes import Map
from conformance.files.source import Source
from conformance.model.case import LAYOUTS, LaidOut
from conformance.model.tensor import RuleTensor, Tensor

CONTIGUOUS = "contiguous"

_LEAST_RANK = {"transposed": 2, "every-other": 1, "reversed": 1, "broadcast": 1}


def laid_out(
    source: Source, node: Map, tensor: Tensor | RuleTensor
) -> Tensor | RuleTensor | LaidOut:
    """tensor as the mapping says that it lies in memory; contiguous: tensor itself.

    Raises FileError for a layout that a tensor of that rank or of those elements cannot have.
    """
    written, at = node.values["layout"], node.value_at("layout")
    name = word(source, written, at=at, what="layout", known=(CONTIGUOUS, *LAYOUTS))
    layout = next((layout for layout in LAYOUTS if layout == name), None)
    if layout is None:
        return tensor
    if isinstance(tensor, RuleTensor):
        raise source.error(
            at,
            f"the layout {layout} for {tensor.count:,} elements",
            expected="a tensor that is small enough to be laid out anew",
            action="leave it out",
        )
    rank, least = len(tensor.shape), _LEAST_RANK[layout]
    if rank < least:
        raise source.error(
            at,
            f"the layout {layout} for a tensor of {rank} axes",
            expected=f"at least {least}",
            action="leave it out: such a tensor lies in memory in one way only",
        )
    if layout == "broadcast" and not _is_repeated(tensor):
        raise source.error(
            at,
            "the layout broadcast for elements that differ along the first axis",
            expected="the same elements at every position of the first axis",
            action="they are kept once, with a step of zero",
        )
    return LaidOut(tensor, layout)


def _is_repeated(tensor: Tensor) -> bool:
    count = tensor.shape[0]
    return count == 0 or tensor.data == tensor.data[: len(tensor.data) // count] * count
