"""The runner: every job once, in the store before it counts, whatever happens to the workers."""

import io
import itertools
import os
import threading
import time
from collections import Counter
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
)
from multiprocessing import active_children, get_context

import pytest

from minimtl.errors import MinimtlError
from minimtl.jobs import runner
from minimtl.jobs.executors import Workers, hold_data
from minimtl.jobs.pool import ProcessPool
from minimtl.jobs.progress import Progress
from minimtl.jobs.runner import run_jobs
from minimtl.jobs.store import open_store
from tests.jobs import toy_study as toy

JOBS = [toy.ToyJob(number) for number in range(40)]
EXPECTED = {toy.key_of(job): toy.compute(job, toy.DATA) for job in JOBS}


@pytest.fixture
def store(tmp_path):
    with open_store(tmp_path / "out", toy.IDENTITY, announce=pytest.fail) as store:
        yield store


def run(store, executor, jobs=JOBS, compute=toy.compute, data=toy.DATA, **options):
    """Run the jobs; the data go with each call, unless they are None."""
    with executor:
        return run_jobs(
            toy.keyed(jobs),
            compute,
            store,
            Workers(executor, *([] if data is None else [data])),
            decode=toy.decode,
            progress=options.pop("progress", None) or Progress(len(jobs)),
            **options,
        )


def contents(store):
    return {key: store[key] for key in store}


class InlineExecutor(Executor):
    """Computes when asked to, and remembers what it was asked."""

    def __init__(self):
        self.calls = []

    @property
    def jobs(self):
        """The job of each call."""
        return [job for _, job, _ in self.calls]

    def submit(self, fn, /, *args, **kwargs):
        self.calls.append(args)
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_what_is_stored_is_not_computed_again(store):
    run(store, InlineExecutor(), JOBS[:15])
    executor = InlineExecutor()
    summary = run(store, executor)
    assert summary == runner.RunSummary(15, len(JOBS) - 15, 0, ())
    assert executor.jobs == JOBS[15:]
    assert contents(store) == EXPECTED


def test_a_job_that_comes_twice_is_computed_once(store):
    run(store, ThreadPoolExecutor(2), JOBS + JOBS)
    assert contents(store) == EXPECTED


def test_jobs_are_read_as_the_work_proceeds(store):
    """At no time are more than a window of jobs read and not stored."""
    read, most = 0, 0

    def jobs():
        nonlocal read, most
        for number in range(300):
            most = max(most, read - len(store))
            read += 1
            yield toy.ToyJob(number)

    class Jobs:
        def __iter__(self):
            return jobs()

        def __len__(self):
            return 300

    run(store, ThreadPoolExecutor(2), Jobs(), window=8)
    assert len(store) == 300
    assert most <= 8


def test_jobs_are_counted_after_they_are_stored(store):
    class Watching(Progress):
        def computed(self, job, result):
            super().computed(job, result)
            assert store[toy.key_of(job)] == result

    progress = Watching(len(JOBS))
    run(store, ThreadPoolExecutor(2), progress=progress)
    assert progress.n_computed == len(JOBS)


def arrivals(folder):
    """How often data arrived in each process that they arrived in."""
    return Counter(mark.name.partition("-")[0] for mark in folder.glob("[0-9]*-*"))


def test_a_worker_that_replaces_another_gets_the_data_too(store, tmp_path):
    data = toy.TracedData(os.fsencode(tmp_path / "out"))
    pool = ProcessPool(1, hold_data, (data,))
    summary = run(store, pool, compute=toy.die_first_time, data=None)
    assert summary == runner.RunSummary(0, len(JOBS), 0, ())
    assert [*arrivals(tmp_path / "out").values()] == [1, 1, 1]  # two of them died


def test_without_data_every_job_fails(store):
    summary = run(store, ProcessPool(1), JOBS[:1], data=None)
    assert "_held" in summary.failures[0].traceback


def test_a_stored_result_that_cannot_be_decoded_is_computed_again(store):
    store.add([(toy.key_of(JOBS[0]), b"no result"), (toy.key_of(JOBS[1]), b"any other")])
    summary = run(store, ThreadPoolExecutor(1), JOBS[:3])
    assert summary == runner.RunSummary(1, 2, 0, ())
    assert store[toy.key_of(JOBS[0])] == EXPECTED[toy.key_of(JOBS[0])]
    assert store[toy.key_of(JOBS[1])] == b"any other"


def test_a_failing_job_is_tried_three_times(store):
    executor = InlineExecutor()
    run(store, executor, compute=toy.fail, window=1)
    assert len(executor.calls) == len(JOBS) + 2
    assert executor.jobs.count(JOBS[3]) == 3


def test_when_no_job_succeeds_the_rest_is_not_tried(store):
    jobs = [toy.ToyJob(3, number / 1e9) for number in range(100)]
    executor = InlineExecutor()
    summary = run(store, executor, jobs, toy.fail, window=4)
    assert summary.n_computed == 0
    assert 10 <= summary.n_failed < 20
    assert len(executor.calls) < 60
    with pytest.raises(MinimtlError, match="jobs failed 3 times"):
        summary.raise_for_failures()


def test_a_summary_without_failures_raises_nothing():
    runner.RunSummary(1, 2, 0, ()).raise_for_failures()


def test_a_job_that_kills_its_workers_is_reported_and_the_others_are_kept(store, tmp_path):
    marks = toy.ToyData(os.fsencode(tmp_path))
    summary = run(store, ProcessPool(2), compute=toy.die_always, data=marks)
    assert (summary.n_computed, summary.n_failed) == (len(JOBS) - 1, 1)
    assert summary.failures[0].job == JOBS[3]
    assert "exit code 7" in summary.failures[0].traceback
    assert len(list(tmp_path.glob("try-*"))) == 3
    assert contents(store) == {
        key: result for key, result in EXPECTED.items() if key != toy.key_of(JOBS[3])
    }


def test_a_broken_executor_is_a_sentence_and_results_are_kept(store, tmp_path):
    marks = toy.ToyData(os.fsencode(tmp_path))
    pool = ProcessPoolExecutor(1, get_context("spawn"))
    with pytest.raises(MinimtlError, match="executor broke"):
        run(store, pool, compute=toy.die_always, data=marks, window=1)
    assert len(store) == 3


def test_an_executor_that_breaks_on_submit_is_a_sentence(store):
    class Broken(InlineExecutor):
        def submit(self, fn, /, *args, **kwargs):
            raise BrokenExecutor("gone")

    with pytest.raises(MinimtlError, match="executor broke"):
        run(store, Broken())


def test_a_store_that_cannot_be_written_stops_the_run(store):
    store._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(MinimtlError, match="readonly"):
        run(store, ThreadPoolExecutor(1))


def test_an_interrupt_keeps_what_has_finished(store):
    class Interrupting(Progress):
        def computed(self, job, result):
            super().computed(job, result)
            if self.n_computed == 5:
                time.sleep(0.2)  # more results arrive meanwhile
                raise KeyboardInterrupt

    executor = ThreadPoolExecutor(2)
    with pytest.raises(KeyboardInterrupt):
        run(store, executor, progress=Interrupting(len(JOBS)), window=10)
    assert len(store) >= 10
    assert contents(store).items() <= EXPECTED.items()
    run(store, ThreadPoolExecutor(2))
    assert contents(store) == EXPECTED


def test_an_interrupt_ends_the_workers_at_once(store):
    class Interrupting(Progress):
        def tick(self):
            if active_children():
                raise KeyboardInterrupt

    jobs = [toy.ToyJob(0, 60.0), toy.ToyJob(1, 60.0)]
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        run(store, ProcessPool(2), jobs, progress=Interrupting(2))
    assert time.monotonic() - began < 10
    assert active_children() == []


def test_no_thread_or_process_is_left_over(store):
    before = threading.active_count()
    run(store, ProcessPool(3))
    assert active_children() == []
    assert threading.active_count() == before


def test_results_are_stored_while_jobs_are_read_that_the_store_has(store):
    run(store, InlineExecutor(), JOBS[5:])
    stored = []

    class Jobs(list):
        def __iter__(self):
            for job in list.__iter__(self):
                stored.append(len(store))
                yield job

    run(store, InlineExecutor(), Jobs(JOBS))
    assert stored[8] == len(JOBS)


def test_a_clock_that_jumps_changes_nothing(store, monkeypatch):
    jumps = itertools.cycle([0.0, 4e9, 1.7e9, -1.0])
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    run(store, ProcessPool(2), progress=Progress(len(JOBS), io.StringIO()))
    assert contents(store) == EXPECTED


def test_a_job_that_lacks_memory_is_reported_and_the_others_are_kept(store):
    summary = run(store, ProcessPool(1), compute=toy.lack_memory)
    assert (summary.n_computed, summary.n_failed) == (len(JOBS) - 1, 1)
    assert "MemoryError" in summary.failures[0].traceback
