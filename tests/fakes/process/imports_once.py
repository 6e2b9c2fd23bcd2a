"""A framework that cannot be there twice: every import but the first fails. Its functions are those
of the misbehaving one. IMPORTED names a file that says it was imported."""

import os
import runpy

open(os.environ["IMPORTED"], "x").close()
misbehaving = runpy.run_path(
    os.path.join(os.path.dirname(__file__), "misbehaving.py"), {}, __name__
)
globals().update({k: v for k, v in misbehaving.items() if not k.startswith("__")})
