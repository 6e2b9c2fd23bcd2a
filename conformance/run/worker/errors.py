"""Exceptions: our own for a call that cannot be placed, and how any other is described."""

from __future__ import annotations

from typing import List

from .frames import Header

MESSAGE_LIMIT = 10_000


class UnplaceableError(Exception):
    """The call cannot be placed: what is 'dtype', 'api' or 'gradient'."""

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(reason)
        self.what = what
        self.reason = reason


def describe_exception(error: BaseException) -> Header:
    """The part of a reply that says which exception it was, without the phase."""
    types: List[str] = []
    for one in type(error).__mro__[:-1]:
        types.extend((one.__name__, "%s.%s" % (one.__module__, one.__qualname__)))
    return {"end": "raised", "types": types, "message": text_of(error)[:MESSAGE_LIMIT]}


def text_of(error: BaseException) -> str:
    """str(error), also where the framework's own __str__ fails."""
    try:
        return str(error)
    except Exception as second:
        return "(no message: str() of it raises %s)" % type(second).__name__
