"""A framework that writes down every call; the first element of x says what happens."""

import os
import time

import numpy

__version__ = "1.5"
LOG = os.environ["COUNTED_LOG"]


def log(word):
    with open(LOG, "a") as file:
        file.write("%s\n" % word)


log("import")


def cumsum(x, axis):
    kind = int(x.flat[0])
    log(kind)
    if kind == 91:
        os.abort()
    if kind == 92:
        time.sleep(600)
    if kind >= 50:
        time.sleep(0.05)
    return numpy.add.accumulate(x, axis, dtype=numpy.int64)


def sum_up(x, axis):
    log("sum_up")
    return numpy.add.accumulate(x, axis, dtype=numpy.int64)
