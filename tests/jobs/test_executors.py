"""Where jobs run: what is asked for is checked, and every executor keeps one contract."""

import os
import signal
import sys
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import pytest

from minimtl.errors import MinimtlError, UsageError
from minimtl.jobs import executors
from minimtl.jobs.executors import (
    EXECUTOR_FORMS,
    Workers,
    check_executor,
    hold_data,
    make_workers,
)
from minimtl.jobs.progress import Progress
from minimtl.jobs.runner import RunSummary, run_jobs
from minimtl.jobs.store import open_store
from minimtl.system import available_cores
from tests.jobs import toy_study as toy
from tests.jobs.cluster import dask_worker, free_port, run_mpi, scheduler

JOBS = [toy.ToyJob(number) for number in range(40)]
EXPECTED = {toy.key_of(job): toy.compute(job, toy.DATA) for job in JOBS}


@contextmanager
def threads(data):
    with ThreadPoolExecutor(2) as executor:
        yield Workers(executor, data)


@contextmanager
def stdlib_processes(data):
    spawn = get_context("spawn")
    with ProcessPoolExecutor(2, spawn, initializer=hold_data, initargs=(data,)) as executor:
        yield Workers(executor)


@contextmanager
def two_dask_workers(address):
    """Waits until the cluster has two workers, and gives their process ids."""
    from distributed import Client

    with Client(f"tcp://{address}", set_as_default=False) as client:
        client.wait_for_workers(2, timeout=120)
        yield [*client.run(os.getpid).values()]


@pytest.fixture(scope="module")
def dask():
    """A cluster of two workers, which Dask starts again when they die."""
    pytest.importorskip("distributed")
    with (
        scheduler() as dask,
        dask_worker(dask.address),
        dask_worker(dask.address),
        two_dask_workers(dask.address),
    ):
        yield f"dask://{dask.address}"


@pytest.fixture(
    params=["threads", "stdlib processes", "process", pytest.param("dask", marks=pytest.mark.slow)]
)
def start(request):
    """A function that starts two workers of the kind with some data, for a ``with`` block."""
    if request.param == "threads":
        return threads
    if request.param == "stdlib processes":
        return stdlib_processes
    spec = request.getfixturevalue("dask") if request.param == "dask" else request.param
    return lambda data: make_workers(spec, 2, data)


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "out", toy.IDENTITY, announce=pytest.fail) as store:
        yield store


def run(store, workers, compute=toy.compute, jobs=JOBS):
    return run_jobs(
        toy.keyed(jobs), compute, store, workers, decode=toy.decode, progress=Progress(len(jobs))
    )


def test_results_are_the_same_on_every_executor(store, start):
    with start(toy.DATA) as workers:
        assert run(store, workers) == RunSummary(0, len(JOBS), 0, ())
        assert run(store, workers) == RunSummary(len(JOBS), 0, 0, ())
    assert {key: store[key] for key in store} == EXPECTED


def test_a_failing_job_is_reported_and_the_others_are_kept(store, start):
    with start(toy.DATA) as workers:
        summary = run(store, workers, toy.fail)
    assert (summary.n_computed, summary.n_failed) == (len(JOBS) - 1, 1)
    assert summary.failures[0].job == JOBS[3]
    assert "ValueError: toy failure b'some words'" in summary.failures[0].traceback
    assert {key: store[key] for key in store}.items() == EXPECTED.items() - {
        (toy.key_of(JOBS[3]), EXPECTED[toy.key_of(JOBS[3])])
    }
    with pytest.raises(MinimtlError, match=r"(?s)1 job failed 3 times.*toy failure"):
        summary.raise_for_failures()


def test_data_travel_once_to_each_worker(store, start, tmp_path):
    marks = tmp_path / "marks"
    marks.mkdir()
    jobs = [toy.ToyJob(number, 0.02) for number in range(40)]
    with start(toy.TracedData(os.fsencode(marks))) as workers:
        run(store, workers, toy.compute_and_note_worker, jobs)
    arrivals = Counter(mark.name.partition("-")[0] for mark in marks.iterdir())
    at_work = {store[key].decode() for key in store} - {str(os.getpid())}
    assert len(at_work) <= 2
    assert {arrivals[process] for process in at_work} <= {1}


@pytest.mark.parametrize(
    "start", ["process", pytest.param("dask", marks=pytest.mark.slow)], indirect=True
)
def test_workers_that_die_are_replaced(store, start, tmp_path):
    with start(toy.ToyData(os.fsencode(tmp_path))) as workers:
        summary = run(store, workers, toy.die_first_time)
    assert summary == RunSummary(0, len(JOBS), 0, ())
    assert {key: store[key] for key in store} == EXPECTED


@pytest.mark.parametrize("spec", ["process", "mpi", "dask://localhost:8786", "dask://[::1]:8786"])
def test_executors_that_exist(monkeypatch, spec):
    monkeypatch.setattr(executors, "_import_or_advise", lambda module, extra: None)
    monkeypatch.setattr(sys, "orig_argv", ["python", "-m", "mpi4py.futures", "run_study.py"])
    check_executor(spec)


def test_mpi_without_mpiexec_is_a_sentence(monkeypatch):
    monkeypatch.setattr(executors, "_import_or_advise", lambda module, extra: None)
    with pytest.raises(UsageError, match="mpiexec -n RANKS python -m"):
        check_executor("mpi")


@pytest.mark.parametrize(
    "spec", ["", "threads", "dask://", "dask://host", "dask://a b:1", "tcp://host:1", "DASK://h:1"]
)
def test_executors_that_do_not(spec):
    with pytest.raises(UsageError, match="none of: process, dask://HOST:PORT, mpi"):
        check_executor(spec)


def test_the_command_line_names_all_of_them():
    assert EXECUTOR_FORMS == ("process", "dask://HOST:PORT", "mpi")


@pytest.mark.parametrize(
    ("spec", "module", "extra"),
    [("dask://localhost:1", "distributed", "dask"), ("mpi", "mpi4py.futures", "mpi")],
)
def test_a_missing_package_is_a_sentence(monkeypatch, spec, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with (
        pytest.raises(MinimtlError, match=rf'pip install "minimtl\[{extra}\]"'),
        make_workers(spec, 1, None),
    ):
        pass


def test_there_is_at_least_one_core():
    assert 1 <= available_cores() <= os.cpu_count()


def test_no_scheduler_is_a_sentence(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(executors, "_SECONDS_TO_CONNECT", 1)
    with (
        pytest.raises(MinimtlError, match="no Dask scheduler answers at dask:"),
        make_workers(f"dask://127.0.0.1:{free_port()}", 1, None),
    ):
        pass


@pytest.mark.slow
def test_a_scheduler_without_workers_is_a_sentence(monkeypatch):
    pytest.importorskip("distributed")
    with scheduler() as dask:
        time.sleep(3)
        monkeypatch.setattr(executors, "_SECONDS_TO_CONNECT", 5)
        with (
            pytest.raises(MinimtlError, match="has no workers"),
            make_workers(f"dask://{dask.address}", 1, None),
        ):
            pass


@pytest.mark.slow
def test_a_dask_cluster_that_loses_a_worker_gives_the_same_results(tmp_path):
    """A scheduler and two workers, one of which is killed in the middle of the study."""
    pytest.importorskip("distributed")
    jobs = [toy.ToyJob(number, 0.05) for number in range(120)]
    marks = tmp_path / "marks"
    marks.mkdir()
    data = toy.TracedData(os.fsencode(marks))

    class KillingOne(Progress):
        def computed(self, job, result):
            super().computed(job, result)
            if self.n_computed == 30:
                os.killpg(victim.pid, signal.SIGKILL)

    with (
        scheduler() as dask,
        dask_worker(dask.address, "--no-nanny") as victim,
        dask_worker(dask.address),
        open_store(tmp_path, toy.IDENTITY, announce=pytest.fail) as store,
        two_dask_workers(dask.address) as pids,
        make_workers(f"dask://{dask.address}", 1, data) as workers,
    ):
        summary = run_jobs(
            toy.keyed(jobs), toy.compute, store, workers,
            decode=toy.decode, progress=KillingOne(120),
        )  # fmt: skip
        found = {key: store[key] for key in store}
    assert summary == RunSummary(0, 120, 0, ())
    assert found == {toy.key_of(job): toy.compute(replace(job, seconds=0.0), data) for job in jobs}
    arrivals = Counter(int(mark.name.partition("-")[0]) for mark in marks.iterdir())
    assert [arrivals[pid] for pid in pids] == [1, 1]


@pytest.mark.slow
def test_mpi_ranks_give_the_same_results(tmp_path):
    run_mpi(3, Path(__file__).with_name("toy_study.py"), tmp_path, "1", "mpi")
    assert toy.stored_results(tmp_path) == toy.expected_results()


@pytest.mark.slow
def test_a_dask_scheduler_that_is_lost_is_a_sentence(tmp_path, capfd):
    """What has finished is kept, and the same study goes on elsewhere."""
    pytest.importorskip("distributed")

    class KillingScheduler(Progress):
        def computed(self, job, result):
            super().computed(job, result)
            if self.n_computed == 10:
                os.killpg(lost.process.pid, signal.SIGKILL)

    with (
        open_store(tmp_path, toy.IDENTITY, announce=pytest.fail) as store,
        scheduler() as lost,
        dask_worker(lost.address),
    ):
        with (
            pytest.raises(MinimtlError, match="the executor broke"),
            make_workers(f"dask://{lost.address}", 1, toy.DATA) as workers,
        ):
            run_jobs(
                toy.keyed(toy.JOBS), toy.compute, store, workers,
                decode=toy.decode, progress=KillingScheduler(toy.N_JOBS),
            )  # fmt: skip
        assert 10 <= len(store) < toy.N_JOBS
    assert "Traceback" not in capfd.readouterr().err
    toy.run_toy(tmp_path)
    assert toy.stored_results(tmp_path) == toy.expected_results()
