"""Has no way to wait for what is pending; some results cannot be read."""

import os
import runpy

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})
del synchronise  # noqa: F821


class Unreadable(numpy.ndarray):  # noqa: F821
    """What a kernel that failed gives."""


def from_framework(tensor):
    if isinstance(tensor, Unreadable):
        raise RuntimeError("kernel failed")
    return tensor


def fail_when_read(x):
    return x.view(Unreadable)


fake.fail_when_read = fail_when_read  # noqa: F821
