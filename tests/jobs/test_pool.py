"""The pool of local processes by itself; `test_runner` has what the runner makes of it."""

import os
import signal
import time
from multiprocessing import active_children

import pytest

from minimtl.errors import MinimtlError
from minimtl.jobs import pool as pool_module
from minimtl.jobs.pool import CallError, ProcessPool, WorkerDiedError, WorkerStartError


def test_a_call_that_cannot_be_sent_fails_and_the_worker_lives_on():
    with ProcessPool(1) as pool:
        assert pool.submit(abs, -1).result() == 1
        with pytest.raises(Exception, match="lambda"):
            pool.submit(lambda: 1).result()
        with pytest.raises(CallError, match="ZeroDivisionError"):
            pool.submit(divmod, 1, 0).result()
        assert pool.submit(abs, -2).result() == 2


def test_a_pool_that_is_shut_down_takes_no_calls():
    pool = ProcessPool(1)
    pool.shutdown()
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(abs, -1)
    with pytest.raises(ValueError, match="at least 1"):
        ProcessPool(0)


def test_an_idle_worker_ends_and_another_takes_the_next_call(monkeypatch):
    monkeypatch.setattr(pool_module, "_SECONDS_IDLE", 0.05)
    with ProcessPool(1) as pool:
        first = pool.submit(os.getpid).result()
        ends = time.monotonic() + 30
        while active_children() and time.monotonic() < ends:
            time.sleep(0.02)
        assert active_children() == []
        assert pool.submit(os.getpid).result() not in (first, os.getpid())


def test_a_killed_pool_fails_its_calls():
    pool = ProcessPool(1)
    running = pool.submit(time.sleep, 60)
    waiting = pool.submit(time.sleep, 60)
    while not running.running():
        time.sleep(0.01)
    time.sleep(0.3)
    pool.kill()
    with pytest.raises(WorkerDiedError, match="exit code -9, killed, perhaps"):
        running.result(timeout=5)
    assert waiting.cancelled()


@pytest.mark.parametrize(
    ("initializer", "arguments", "said"),
    [
        (divmod, (1, 0), "could not begin: ZeroDivisionError: "),
        (os._exit, (5,), "could not begin: it ended with exit code 5"),
    ],
)
def test_a_pool_whose_workers_cannot_begin_is_broken_and_says_why(
    capfd, initializer, arguments, said
):
    with ProcessPool(1, initializer, arguments) as pool:
        for _ in range(2):
            with pytest.raises(WorkerStartError, match=said):
                pool.submit(abs, -1).result()
    assert capfd.readouterr().err == ""


def test_a_worker_that_is_killed_before_it_is_ready_breaks_nothing():
    with ProcessPool(1, _end_by_signal) as pool, pytest.raises(WorkerDiedError, match="code -9"):
        pool.submit(abs, -1).result()


def test_a_pool_that_gets_no_threads_says_so(monkeypatch):
    def refuse(thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr("threading.Thread.start", refuse)
    with pytest.raises(MinimtlError, match=r"no 2 workers can .* \(can't start new"):
        ProcessPool(2)


def test_a_pool_that_gets_no_processes_is_broken(monkeypatch):
    def refuse(process):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with ProcessPool(2) as pool, pytest.raises(WorkerStartError, match="temporarily unavailable"):
        pool.submit(abs, -1).result()


def _end_by_signal():
    os.kill(os.getpid(), signal.SIGKILL)


def test_an_initializer_that_cannot_be_sent_is_an_error_at_once():
    with pytest.raises(Exception, match="lambda"):
        ProcessPool(1, lambda: 1)
