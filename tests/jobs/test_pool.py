"""The pool of local processes by itself; `test_executors` has what it is for."""

import os
import signal
import time
from multiprocessing import active_children

import pytest

from minimtl.errors import MinimtlError
from minimtl.jobs import pool as pool_module
from minimtl.jobs.pool import CallError, ProcessPool, WorkerDiedError, WorkerStartError
from tests.jobs.processes import wait_until


def _end_by_signal():
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_call_that_fails_or_cannot_be_sent_and_the_worker_lives_on():
    with ProcessPool(1) as pool:
        worker = pool.submit(os.getpid).result()
        with pytest.raises(Exception, match="lambda"):
            pool.submit(lambda: 1).result()
        with pytest.raises(CallError, match="ZeroDivisionError"):
            pool.submit(divmod, 1, 0).result()
        assert pool.submit(os.getpid).result() == worker


def test_an_idle_worker_ends_and_another_takes_the_next_call(monkeypatch):
    monkeypatch.setattr(pool_module, "_SECONDS_IDLE", 0.05)
    with ProcessPool(1) as pool:
        first = pool.submit(os.getpid).result()
        wait_until(lambda: active_children() == [])
        assert pool.submit(os.getpid).result() not in (first, os.getpid())


def test_a_killed_pool_fails_its_calls():
    pool = ProcessPool(1)
    running, waiting = (pool.submit(time.sleep, 60) for _ in range(2))
    wait_until(running.running)
    time.sleep(0.3)
    pool.kill()
    with pytest.raises(WorkerDiedError, match="exit code -9, killed, perhaps"):
        running.result(timeout=5)
    assert waiting.cancelled()
    with pytest.raises(RuntimeError, match="shut down"):
        pool.submit(abs, -1)


@pytest.mark.parametrize(
    ("initializer", "arguments", "error", "said"),
    [
        (divmod, (1, 0), WorkerStartError, "could not begin: ZeroDivisionError: "),
        (os._exit, (5,), WorkerStartError, "ended with exit code 5; a script .* below"),
        (_end_by_signal, (), WorkerDiedError, "exit code -9"),  # another might do better
    ],
)
def test_workers_that_cannot_begin(capfd, initializer, arguments, error, said):
    with ProcessPool(1, initializer, arguments) as pool:
        for _ in range(2):
            with pytest.raises(error, match=said):
                pool.submit(abs, -1).result()
    assert capfd.readouterr().err == ""


def test_what_cannot_be_started(monkeypatch):
    with pytest.raises(ValueError, match="at least 1"):
        ProcessPool(0)
    with pytest.raises(Exception, match="lambda"):
        ProcessPool(1, lambda: 1)

    def refuse(started):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.context.SpawnProcess.start", refuse)
    with ProcessPool(2) as pool, pytest.raises(WorkerStartError, match="temporarily unavailable"):
        pool.submit(abs, -1).result()
    monkeypatch.setattr("threading.Thread.start", refuse)
    with pytest.raises(MinimtlError, match=r"no 2 workers can .*temporarily unavailable"):
        ProcessPool(2)
