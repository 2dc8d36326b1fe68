"""Where jobs run: what is asked for is checked, and every executor keeps one contract."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from multiprocessing import active_children, get_context

import pytest

from minimtl.errors import MinimtlError, UsageError
from minimtl.jobs import executors
from minimtl.jobs.executors import EXECUTOR_FORMS, Workers, check_executor, hold_data, make_workers
from minimtl.jobs.store import open_existing_store
from minimtl.system import THREAD_VARIABLES
from tests.jobs import toy_study as toy
from tests.jobs.processes import ENVIRONMENT, dask_worker, free_port, scheduler, wait_until

slow_dask = pytest.param("dask", marks=pytest.mark.slow)


@contextmanager
def threads(data):
    with ThreadPoolExecutor(2) as executor:
        yield Workers(executor, data)


@contextmanager
def stdlib_processes(data):
    spawn = get_context("spawn")
    with ProcessPoolExecutor(2, spawn, initializer=hold_data, initargs=(data,)) as executor:
        yield Workers(executor)


@pytest.fixture(scope="module")
def dask():
    """A cluster of two workers, which Dask starts again when they die."""
    distributed = pytest.importorskip("distributed")
    with scheduler() as dask, dask_worker(dask.address), dask_worker(dask.address):
        with closing(distributed.Client(f"tcp://{dask.address}", set_as_default=False)) as client:
            client.wait_for_workers(2, timeout=120)
        yield f"dask://{dask.address}"


@pytest.fixture(params=[threads, stdlib_processes, "process", slow_dask])
def start(request):
    """A function that starts two workers of the kind with some data, for a ``with`` block."""
    if callable(request.param):
        return request.param
    spec = request.getfixturevalue("dask") if request.param == "dask" else request.param
    return lambda data: make_workers(spec, 2, data)


replacing = pytest.mark.parametrize("start", ["process", slow_dask], indirect=True)


# --------------------------------------------------------------------------------------------------
# The contract.


def assert_only_the_fourth_fails(store, workers, compute, reason):
    with pytest.raises(MinimtlError, match=r"^1 job failed 3 times; all other.*kept") as raised:
        toy.run(store, workers, compute)
    assert f"\n{toy.JOBS[3]}:\n" in str(raised.value)
    assert reason in str(raised.value)
    assert toy.contents(store) == toy.expected_of(toy.JOBS[:3] + toy.JOBS[4:])


def test_results_are_the_same(store, start):
    with start(toy.DATA) as workers:
        assert toy.run(store, workers) == (0, len(toy.JOBS))
    assert toy.contents(store) == toy.EXPECTED


@pytest.mark.parametrize(
    ("compute", "reason"), [(toy.fail, "ValueError: toy failure"), (toy.lack_memory, "MemoryError")]
)
def test_a_failing_job_is_reported_and_the_others_are_kept(store, start, compute, reason):
    with start(toy.DATA) as workers:
        assert_only_the_fourth_fails(store, workers, compute, reason)


def test_data_travel_once_to_each_worker(store, start, tmp_path):
    jobs = [toy.ToyJob(number, 0.02) for number in range(40)]
    with start(toy.TracedData(tmp_path)) as workers:
        toy.run(store, workers, toy.compute_and_note_worker, jobs)
    arrivals = Counter(mark.name.partition("-")[0] for mark in tmp_path.iterdir())
    at_work = {worker.decode() for worker in toy.contents(store).values()} - {str(os.getpid())}
    assert len(at_work) <= 2
    assert {arrivals[process] for process in at_work} <= {1}


def test_workers_have_one_thread_and_this_process_stays_as_it_is(store, start, monkeypatch):
    for name in THREAD_VARIABLES:
        monkeypatch.setenv(name, "7")
    with start(toy.DATA) as workers:
        toy.run(store, workers, toy.note_threads, toy.JOBS[:4])
    is_this_process = start is threads
    assert set(toy.contents(store).values()) == {b"7" if is_this_process else b"1"}
    assert {os.environ[name] for name in THREAD_VARIABLES} == {"7"}


@replacing
def test_workers_that_die_are_replaced(store, start, tmp_path):
    with start(tmp_path) as workers:
        assert toy.run(store, workers, toy.die_first_time) == (0, len(toy.JOBS))
    assert toy.contents(store) == toy.EXPECTED


@replacing
def test_a_job_that_kills_its_workers_is_reported_and_the_others_are_kept(store, start, tmp_path):
    with start(tmp_path) as workers:
        assert_only_the_fourth_fails(store, workers, toy.die_always, "")
    assert len(list(tmp_path.glob("try-*"))) >= 3


def test_an_executor_that_breaks_is_a_sentence_and_results_are_kept(store, tmp_path):
    with stdlib_processes(tmp_path) as workers, pytest.raises(MinimtlError, match="broke"):
        toy.run(store, workers, toy.die_always, window=1)
    assert len(store) == 3


class BadData:
    """Data that run some code where they are loaded."""

    def __init__(self, code):
        self.code = code

    def __reduce__(self):
        return exec, (self.code,)


@pytest.mark.parametrize(
    ("loading", "said"),
    [
        ("1 / 0", "^a worker process could not begin: ZeroDivisionError: "),
        ("import os; os._exit(5)", "^a worker process .* exit code 5; a script .* below"),
        ("import os; os.kill(os.getpid(), 9)", "exit code -9, killed, perhaps"),  # not for ever
    ],
)
def test_local_workers_that_cannot_begin(store, capfd, loading, said):
    data = BadData(loading)
    with pytest.raises(MinimtlError, match=said), make_workers("process", 1, data) as workers:
        toy.run(store, workers, jobs=toy.JOBS[:1])
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("what", ["multiprocessing.context.SpawnProcess", "threading.Thread"])
def test_a_system_without_processes_or_threads(store, monkeypatch, what):
    def refuse(started):
        raise RuntimeError("temporarily unavailable")

    with make_workers("process", 2, toy.DATA) as workers:
        monkeypatch.setattr(f"{what}.start", refuse)
        with pytest.raises(MinimtlError, match=r"started: temporarily unavailable; .*ulimit -n"):
            toy.run(store, workers)


def test_idle_local_workers_end_and_others_take_the_next_jobs(store):
    with make_workers("process", 2, toy.DATA) as workers:
        toy.run(store, workers, toy.compute_and_note_worker, toy.JOBS[:4])
        wait_until(lambda: active_children() == [])
        toy.run(store, workers, toy.compute_and_note_worker, toy.JOBS[4:8])
    processes = [store[toy.key_of(job)] for job in toy.JOBS[:8]]
    assert set(processes[:4]).isdisjoint(processes[4:])
    assert str(os.getpid()).encode() not in processes


def test_an_interrupt_ends_local_workers_at_once(store):
    class Interrupting(toy.Progress):
        def tick(self):
            if active_children():
                raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), make_workers("process", 2, toy.DATA) as workers:
        toy.run(store, workers, jobs=[toy.ToyJob(0, 60.0)], progress=Interrupting(1))
    assert time.monotonic() - began < 10
    assert active_children() == []


# --------------------------------------------------------------------------------------------------
# What is asked for.


@pytest.mark.parametrize("spec", ["process", "mpi", "dask://localhost:8786", "dask://[::1]:8786"])
def test_executors_that_exist(monkeypatch, spec):
    for module in ("distributed", "mpi4py", "mpi4py.futures"):
        monkeypatch.setitem(sys.modules, module, sys)
    if spec == "mpi":
        with pytest.raises(UsageError, match="mpiexec -n RANKS python -m"):
            check_executor(spec)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "mpi4py.futures", "run_study.py"])
    check_executor(spec)


@pytest.mark.parametrize(
    "spec", ["", "threads", "dask://", "dask://host", "dask://a b:1", "tcp://host:1", "DASK://h:1"]
)
def test_executors_that_do_not(spec):
    with pytest.raises(UsageError, match=f"none of: {', '.join(EXECUTOR_FORMS)}"):
        check_executor(spec)


@pytest.mark.parametrize(
    ("spec", "module", "extra"),
    [("dask://localhost:1", "distributed", "dask"), ("mpi", "mpi4py.futures", "mpi")],
)
def test_a_missing_package(monkeypatch, spec, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MinimtlError, match=rf'pip install "minimtl\[{extra}\]"'):
        check_executor(spec)


# --------------------------------------------------------------------------------------------------
# Clusters.


def start_on(address):
    with make_workers(f"dask://{address}", 1, None):
        pass


def test_no_scheduler(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_SECONDS_TO_CONNECT", 1)
    with pytest.raises(MinimtlError, match="no Dask scheduler answers at dask:"):
        start_on(f"127.0.0.1:{free_port()}")


@pytest.mark.slow
def test_a_scheduler_without_workers(monkeypatch):
    pytest.importorskip("distributed")
    with scheduler() as dask:
        time.sleep(3)
        monkeypatch.setattr(executors, "_SECONDS_TO_CONNECT", 5)
        with pytest.raises(MinimtlError, match="has no workers"):
            start_on(dask.address)


@pytest.mark.slow
def test_a_dask_scheduler_that_is_killed_is_a_sentence(tmp_path):
    """What has finished is kept, and the same command goes on elsewhere."""
    pytest.importorskip("distributed")
    study = [
        sys.executable, "-m", "minimtl", "study", "--corpus", "synthetic", "--problem", "related",
        "--pairs", "4", "--runs", "10", "--quiet", "--out", tmp_path,
    ]  # fmt: skip

    def has_results():
        with suppress(MinimtlError), open_existing_store(tmp_path) as store:
            return len(store) > 0

    with scheduler() as lost, dask_worker(lost.address):
        command = [*study, "--executor", f"dask://{lost.address}"]
        process = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, text=True)
        wait_until(has_results, 120)
        os.killpg(lost.process.pid, signal.SIGKILL)
        _, said = process.communicate(timeout=120)
    assert process.returncode == 1
    assert said.startswith("minimtl: the executor broke")
    assert said.count("\n") == 1
    assert has_results()
    subprocess.run(study, env=ENVIRONMENT, check=True, timeout=300)
