"""The runner: every job once, in the store before it counts, whatever happens."""

import io
import itertools
import threading
import time
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from multiprocessing import active_children

import pytest

from minimtl.errors import MinimtlError
from minimtl.jobs.executors import Workers, make_workers
from tests.jobs import toy_study as toy

JOBS, EXPECTED = toy.JOBS, toy.EXPECTED


class InlineExecutor(Executor):
    """Computes when asked to, and remembers which jobs."""

    def __init__(self):
        self.jobs = []

    def submit(self, fn, /, *args, **kwargs):
        self.jobs.append(args[1])
        future = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def run(store, executor, jobs=JOBS, compute=toy.compute, **options):
    with executor:
        return toy.run(store, Workers(executor, toy.DATA), compute, jobs, **options)


def test_what_is_stored_is_not_computed_again(store):
    run(store, InlineExecutor(), JOBS[:15])
    executor = InlineExecutor()
    assert run(store, executor) == (15, len(JOBS) - 15)
    assert executor.jobs == JOBS[15:]
    assert toy.contents(store) == EXPECTED


def test_a_job_that_comes_twice_is_computed_once(store):
    executor = InlineExecutor()
    run(store, executor, JOBS + JOBS)
    assert executor.jobs == JOBS


def test_a_stored_result_that_cannot_be_decoded_is_computed_again(store):
    first, second = map(toy.key_of, JOBS[:2])
    store.add([(first, b"no result"), (second, b"any other")])
    assert run(store, ThreadPoolExecutor(1), JOBS[:3]) == (1, 2)
    assert (store[first], store[second]) == (EXPECTED[first], b"any other")


class ReadJobs(list):
    """Jobs that note how many results are stored when each is read."""

    def __init__(self, jobs, store):
        super().__init__(jobs)
        self.store, self.n_stored = store, []

    def __iter__(self):
        for job in super().__iter__():
            self.n_stored.append(len(self.store))
            yield job


def test_jobs_are_read_as_the_work_proceeds(store):
    """At no time are more than a window of jobs read and not stored."""
    jobs = ReadJobs([toy.ToyJob(number) for number in range(300)], store)
    run(store, ThreadPoolExecutor(2), jobs, window=8)
    assert len(store) == 300
    assert max(n_read - n_stored for n_read, n_stored in enumerate(jobs.n_stored)) < 8


def test_results_are_stored_while_jobs_are_read_that_the_store_has(store):
    run(store, InlineExecutor(), JOBS[5:])
    jobs = ReadJobs(JOBS, store)
    run(store, InlineExecutor(), jobs)
    assert jobs.n_stored[8] == len(JOBS)


def test_jobs_are_counted_after_they_are_stored(store):
    class Watching(toy.Progress):
        def computed(self, job, result):
            super().computed(job, result)
            assert store[toy.key_of(job)] == result

    progress = Watching(len(JOBS))
    run(store, ThreadPoolExecutor(2), progress=progress)
    assert progress.n_computed == len(JOBS)


def test_a_failing_job_is_tried_three_times(store):
    executor = InlineExecutor()
    with pytest.raises(MinimtlError, match="1 job failed 3 times"):
        run(store, executor, compute=toy.fail, window=1)
    assert len(executor.jobs) == len(JOBS) + 2
    assert executor.jobs.count(JOBS[3]) == 3


def test_when_no_job_succeeds_the_rest_is_not_tried(store):
    jobs = [toy.ToyJob(3, number / 1e9) for number in range(100)]
    executor = InlineExecutor()
    with pytest.raises(MinimtlError, match=r"1\d jobs failed 3 times"):
        run(store, executor, jobs, toy.fail, window=4)
    assert len(store) == 0
    assert len(executor.jobs) < 60


def test_an_interrupt_keeps_what_has_finished(store):
    class Interrupting(toy.Progress):
        def computed(self, job, result):
            time.sleep(0.5)  # the other jobs of the window finish meanwhile
            raise KeyboardInterrupt

    jobs = toy.SLOW_JOBS[:20]
    with pytest.raises(KeyboardInterrupt):
        run(store, ThreadPoolExecutor(2), jobs, progress=Interrupting(20), window=10)
    assert toy.contents(store) == toy.expected_of(jobs[:10])


def test_a_clock_that_jumps_changes_nothing_and_nothing_is_left_over(store, monkeypatch):
    n_threads = threading.active_count()
    jumps = itertools.cycle([0.0, 4e9, 1.7e9, -1.0])
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    with make_workers("process", 3, toy.DATA) as workers:
        toy.run(store, workers, progress=toy.Progress(len(JOBS), io.StringIO()))
    assert toy.contents(store) == EXPECTED
    assert active_children() == []
    assert threading.active_count() == n_threads
