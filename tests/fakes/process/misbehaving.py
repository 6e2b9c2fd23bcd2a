"""A framework that has one function for each way in which a call can go wrong."""

import ctypes
import os
import runpy
import signal
import struct
import sys
import time

import numpy

healthy = runpy.run_path(os.path.join(os.path.dirname(__file__), "healthy.py"))
globals().update({k: v for k, v in healthy.items() if not k.startswith("__")})
late = []
importer = os.getpid()


def connections():
    """The sockets that this process holds."""
    found = []
    for entry in os.listdir("/proc/self/fd"):
        try:
            if os.readlink("/proc/self/fd/" + entry).startswith("socket:"):
                found.append(int(entry))
        except OSError:
            pass
    return found


def python_version(x):
    return numpy.array(sys.version_info[:2], "int64")


def session(x):
    return numpy.array([os.getsid(0)], "int64")


def same(x):
    return x


def scan_in_20_bits(x, axis, dtype=None):
    """A running sum whose offsets have 20 bits: what lies beyond is never written."""
    y = numpy.cumsum(x, axis, dtype)
    y.reshape(-1)[1 << 20 :] = 0
    return y


def right_scan(x, axis, dtype=None):
    return numpy.cumsum(x, axis, dtype)


def take_memory(x):
    """Takes two gibibytes, one page after the other, and keeps them."""
    late.append(numpy.ones(1 << 31, "u1"))
    time.sleep(20)


def write_at_the_end(x):
    x.reshape(-1)[-1] += 1
    return x.copy()


def every_other(x):
    """A view with strides of two, which cannot be read as one piece."""
    return numpy.repeat(x, 2)[::2]


def scale(x, axis, dtype=None, *, factor=1):
    return x * factor


def written(text):
    for descriptor in connections():
        os.write(descriptor, text)
    time.sleep(60)


def segfault(x):
    ctypes.string_at(0)


def abort(x):
    os.abort()


def leave(x, status):
    os._exit(status)


def abort_in_a_fork(x):
    if os.getpid() != importer:
        os.abort()
    return x


def kill_itself(x):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_zygote(x):
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(60)


def hang(x, deaf=False):
    if deaf:
        signal.pthread_sigmask(signal.SIG_BLOCK, range(1, signal.NSIG))
    time.sleep(3600)


def hang_noisily(x):
    """Prints without end: more than any file should hold."""
    text = b"z" * 100000
    while True:
        os.write(1, text)
        time.sleep(0.001)


def print_much(x, times):
    """Prints 2 MiB and waits until most of it is forgotten, again and again."""
    for _ in range(times):
        for _ in range(32):
            os.write(1, b"z" * 2**16)
        while os.fstat(1).st_size > 2**20:
            time.sleep(0.001)
    return x


def slow(x, seconds):
    time.sleep(seconds)
    return x


def close_connection(x):
    for descriptor in connections():
        os.close(descriptor)
    time.sleep(3600)


def close_everything(x):
    os.closerange(0, 1024)
    time.sleep(3600)


def write_garbage(x):
    written(b"garbage, and a good deal of it: this is not a frame of any kind\n" * 4)


def write_frame(x, header):
    """Sends a well-formed frame that holds what the test says."""
    written(struct.pack("<IQ", len(header), 0) + header.encode())


def claim_lengths(x, header, body):
    written(struct.pack("<IQ", header, body))


def unasked_reply(x):
    """The right answer, and then another one."""
    header = b'{"id": 1, "end": "returned", "outputs": []}'
    written(2 * (struct.pack("<IQ", len(header), 0) + header))


def talk(x, text):
    """Prints from Python and from C, to both streams."""
    sys.stdout.write(text + " on stdout\n")
    sys.stderr.write(text + " on stderr\n")
    ctypes.CDLL(None).printf((text + " from C\n").encode())
    return x


def flood(x, size):
    os.write(1, b"y" * size + b"the end\n")
    return x


def talk_and_crash(x):
    sys.stdout.write("last words\n")
    os.abort()


def fork_a_child(x, seconds, crash=False):
    """The child keeps every descriptor of the server open, and ignores what can be ignored."""
    if os.fork() == 0:
        for number in {signal.SIGIO, signal.SIGTERM, signal.SIGHUP}:
            signal.signal(number, signal.SIG_IGN)
        time.sleep(seconds)
        os._exit(0)
    if crash:
        os.abort()
    return x


def fork_and_return(x):
    """Both processes come back to whoever called, the child first."""
    if os.fork():
        time.sleep(0.2)
    return x


def crash_the_first_time(x, marker):
    if not os.path.exists(marker):
        open(marker, "w").close()
        os.abort()
    return x


def abort_then_segfault(x, marker):
    crash_the_first_time(x, marker)
    ctypes.string_at(0)


def garbage_then_other_garbage(x, marker):
    if os.path.exists(marker):
        write_frame(x, "[1]")
    open(marker, "w").close()
    write_frame(x, "{")


def hang_the_first_time(x, marker):
    if not os.path.exists(marker):
        open(marker, "w").close()
        time.sleep(3600)
    return x


def meet(x, name, folder, count):
    """Returns when calls with so many names have come."""
    open(os.path.join(folder, name), "w").close()
    while len(os.listdir(folder)) < count:
        time.sleep(0.01)
    return x


def fail_late(x):
    """Returns; the error comes up when somebody waits for the result."""
    late.append(RuntimeError("kernel failed"))
    return x


def fail_late_again(x, times, error=""):
    """Leaves errors, one of which comes up each time that somebody waits. Returns, or raises."""
    late.extend(RuntimeError("kernel failed") for _ in range(times))
    if error:
        raise ValueError(error)
    return x


def fail_late_in_checking(x):
    late.append(ValueError("kernel failed"))
    return x


def raise_runtime_error(x):
    raise RuntimeError("out of resources")


def raise_value_error(x):
    raise ValueError("no such value")


def raise_exit(x):
    sys.exit("the framework wants to leave")


def interrupt(x):
    raise KeyboardInterrupt("the framework interrupts")


class UnprintableError(Exception):
    def __str__(self):
        raise TypeError("no text")


def raise_unprintable(x):
    raise UnprintableError


def overwrite(x, first):
    x[0] = first
    return x


class Unreadable:
    def __repr__(self):
        raise RuntimeError("no text")


class Path(list):
    def __repr__(self):
        return "%s" % [entry[-190:] for entry in self]


def import_path(x):
    return Path(entry for entry in sys.path if "conformance" in entry)


def return_unreadable(x):
    return Unreadable()


def return_list(x):
    return x.tolist()


def return_two(x):
    return x, numpy.cumsum(x)


def return_dates(x):
    return x.astype("datetime64[D]")


def return_three(x):
    return x, x, x


def sum_into(x, out):
    return numpy.cumsum(x, out=out)


def fill_quietly(x, out):
    out[...] = 1


def leave_alone(x, out):
    """Says nothing, and does nothing."""


def write_both_quietly(x, out):
    out[0][...], out[1][...] = 1, 2


def write_both(x, out):
    write_both_quietly(x, out)
    return out


def write_both_in_a_list(x, out):
    return list(write_both(x, out))


def write_one(x, out):
    out[0][...] = 1


def write_both_swapped(x, out):
    return write_both(x, out)[::-1]


def write_both_anew(x, out):
    return tuple(one.copy() for one in write_both(x, out))


def write_both_return_one(x, out):
    return write_both(x, out)[0]


def write_both_return_three(x, out):
    return (*write_both(x, out), x)


def ignore_out(x, out):
    return numpy.cumsum(x)


def return_text(x, out):
    return "done"


class Scale:
    """A class that is constructed, then called. made: how often it was."""

    made = 0

    def __init__(self, factor, offset=0):
        if factor == 0:
            raise ValueError("factor must not be 0")
        Scale.made += 1
        self.factor = factor
        self.offset = offset

    def __call__(self, x, times=1):
        return x * self.factor * times + self.offset

    @classmethod
    def count(cls, x):
        return x * 0 + cls.made


def memory(x):
    """The whole array that x is a view of."""
    while isinstance(x.base, numpy.ndarray):
        x = x.base
    return x


def strides(x):
    """In elements, and how many elements there are in memory."""
    return numpy.array([*(step // x.itemsize for step in x.strides), memory(x).size], "int64")


calls = []


def count_calls(x):
    calls.append(x)
    return numpy.array(len(calls), "int64")


def differ_at(x, number):
    """The result of call number is another one."""
    calls.append(x)
    return x + (len(calls) == number)


def crash_at(x, number):
    calls.append(x)
    if len(calls) == number:
        os.abort()
    return x


def squares(x, power=2):
    return x**power, x


def gradient(function, tensor):
    """By central differences, each of which is exact for squares of small integers."""
    steps = []
    for i in range(tensor.size):
        step = numpy.zeros_like(tensor)
        step.flat[i] = 1
        steps.append((function(tensor + step).sum() - function(tensor - step).sum()) / 2)
    return numpy.array(steps, tensor.dtype).reshape(tensor.shape)


def return_odd_layout(x):
    """Big-endian, and every other element of something else."""
    wide = numpy.zeros(2 * len(x), ">f4")
    wide[::2] = x
    return wide[::2]


def return_zeros(x, count):
    return numpy.zeros(count, "float32")


def synchronise():
    if late:
        raise late.pop()


for name, function in list(globals().items()):
    if callable(function) and getattr(function, "__module__", None) == __name__:
        setattr(fake, name, function)  # noqa: F821
for number in range(5):  # who is blamed for a crash depends on the name
    setattr(fake, "abort_in_a_fork_%d" % number, abort_in_a_fork)  # noqa: F821
