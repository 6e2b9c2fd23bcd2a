"""Short inputs on which the accumulation profiles differ from each other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from reference_impl.formats import Array
from reference_impl.profiles import profiles


@dataclass(frozen=True)
class Fingerprint:
    """x: (n,), n <= 64; expected: profile name -> its running sum of x, bit for bit."""

    name: str
    x: Array
    expected: Mapping[str, Array]


def fingerprints() -> tuple[Fingerprint, ...]:
    """The inputs, for float16 and float32, with what each profile makes of them.

    stalling: a number whose last place is 2, then ones. Sequential sums stand still, wide ones
    never lose a one, and the others lose those that meet the large number alone: every block
    length and tree meets it elsewhere. swinging: a large number leaves again, so that only what
    was added up apart from it survives.
    """
    found = []
    for dtype, large in (("float16", 2.0**11), ("float32", 2.0**24)):
        stalling = np.ones(64, dtype)
        stalling[0] = large
        swinging = np.ones(16, dtype)
        swinging[1], swinging[10] = large, -large
        for name, x in (("stalling", stalling), ("swinging", swinging)):
            expected = {profile.name: profile.run(np.add, x, 0) for profile in profiles()}
            found.append(Fingerprint(f"{name}-{dtype}", x, expected))
    return tuple(found)


def matching_profiles(cumsum: Callable[[Array], Array], dtype: str) -> tuple[str, ...]:
    """The profiles whose results cumsum gives, bit for bit, on every fingerprint of dtype.

    Empty if there is none. One name means that the profile is told; blocks longer than the
    fingerprints look sequential.
    """
    relevant = [print_ for print_ in fingerprints() if print_.x.dtype == dtype]
    actual = [np.asarray(cumsum(print_.x.copy())) for print_ in relevant]
    return tuple(
        profile.name
        for profile in profiles()
        if all(
            values.dtype == print_.x.dtype
            and values.tobytes() == print_.expected[profile.name].tobytes()
            for values, print_ in zip(actual, relevant, strict=True)
        )
    )
