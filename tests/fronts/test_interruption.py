"""Ctrl-C and SIGTERM, sent to this very process."""

import os
import signal

import pytest

from conformance.fronts.interruption import Interrupted, Signals


@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_interrupts_with_its_status(sent, status):
    with pytest.raises(Interrupted) as error, Signals():
        os.kill(os.getpid(), sent)
    assert error.value.status == status


def test_what_is_held_back_comes_when_the_work_is_done():
    done = []

    def work(signals):
        with signals.held_back():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("inside")
        done.append("behind")

    with pytest.raises(Interrupted) as error, Signals() as entered:
        work(entered)
    assert done == ["inside"]
    assert error.value.status == 143


def test_afterwards_signals_mean_what_they_meant():
    before = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]
    with pytest.raises(Interrupted), Signals():
        os.kill(os.getpid(), signal.SIGINT)
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == before


def test_a_second_signal_ends_the_process_at_once():
    pid = os.fork()
    if pid == 0:
        try:
            with Signals() as signals, signals.held_back():
                os.kill(os.getpid(), signal.SIGTERM)
                os.kill(os.getpid(), signal.SIGTERM)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 143
