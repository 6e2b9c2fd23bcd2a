"""Sizes of memory as people write them."""

from __future__ import annotations

import re

_UNITS = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_SIZE = re.compile(rf"(\d+(?:\.\d+)?) ?({'|'.join(_UNITS)})")


def parse_size(text: str) -> int:
    """Bytes of `12GiB`, `1.5 GiB` or `900MiB`. ValueError, which says what was expected, else."""
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"{text!r} is no size; expected a number with its unit, such as 12GiB")
    return int(float(match[1]) * _UNITS[match[2]])
