"""A framework that cannot be used in the second process that imports it: a start fails there, after
a while. Its functions are the misbehaving one's. IMPORTED names a file that counts processes."""

import os
import runpy
import time

misbehaving = runpy.run_path(
    os.path.join(os.path.dirname(__file__), "misbehaving.py"), {}, __name__
)
globals().update({k: v for k, v in misbehaving.items() if not k.startswith("__")})

with open(os.environ["IMPORTED"], "a+") as file:
    file.write("x")
    file.flush()
    number = os.fstat(file.fileno()).st_size


def start(device, mode):
    if number == 2:
        time.sleep(1)
        raise RuntimeError("it is there already")
