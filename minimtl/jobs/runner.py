"""The runner: jobs stream through an executor, and a finished one is on disk before it counts.

Never more than `window` jobs are held at a time, however many there are. Only this process
touches the store. A job that fails, or whose worker dies, is tried again twice; one that
fails every time is reported and the others go on. Only if the first ten jobs all fail every
time, and none succeeds, is the rest not tried.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.jobs.executors import Compute, JobError, Workers
from minimtl.jobs.progress import Describe, Progress, make_progress
from minimtl.jobs.store import Store

TRIES = 3
WINDOW = 4096  # jobs handed to the executor at a time: enough to keep 2,000 workers busy
_TICK = 0.5  # seconds after which progress is shown although no job has finished
_MAX_FAILURES = 10  # tracebacks kept; if more jobs fail, it is for the same reasons


def run_jobs(
    jobs: Iterable[tuple[str, Any]],
    compute: Compute,
    store: Store,
    workers: Workers,
    *,
    decode: Callable[[bytes], object],
    progress: Progress,
    window: int = WINDOW,
) -> None:
    """Compute the jobs that the store lacks, and store them.

    Parameters
    ----------
    jobs : iterable of (str, Job)
        Keys and jobs; read as the work proceeds. A key that comes twice is computed once.
    compute : callable
        A function of a module, ``compute(job, data) -> bytes``; what it returns is stored.
    store : Store
        Where results go.
    workers : Workers
        Where they are computed.
    decode : callable
        Raises ValueError for bytes that are no result; such a job is computed again.
    progress : Progress
        Is told of every job, after it is stored; counts from zero.
    window : int
        How many jobs the executor is given at a time; at least twice its number of workers.

    Raises
    ------
    MinimtlError
        If the store cannot be written, the executor breaks, or jobs failed every time; then with
        the tracebacks of the first of these. What was stored stays stored.
    KeyboardInterrupt
        On Ctrl-C, after what had finished was stored.
    """
    run = _Run(iter(jobs), compute, store, workers, decode, progress, window)
    try:
        run.work()
    except KeyboardInterrupt:
        run.store_results([future for future in run.in_flight if future.done()])
        raise
    finally:
        for future in run.in_flight:
            future.cancel()
    if run.failures:
        jobs_failed = "1 job" if progress.n_failed == 1 else f"{progress.n_failed} jobs"
        reports = "\n".join(run.failures)
        raise MinimtlError(
            f"{jobs_failed} failed {TRIES} times; all other results are kept, and the same command "
            f"tries again:\n{reports}"
        )


def run_shown(
    jobs: Iterable[tuple[str, Any]],
    n_jobs: int,
    compute: Compute,
    store: Store,
    workers: Workers,
    *,
    decode: Callable[[bytes], object],
    describe: Describe,
    quiet: bool = False,
) -> int:
    """`run_jobs` with progress on standard error; returns how many of `n_jobs` were computed."""
    with make_progress(n_jobs, stream=sys.stderr, describe=describe, quiet=quiet) as progress:
        run_jobs(jobs, compute, store, workers, decode=decode, progress=progress)
    return progress.n_computed


@dataclass(slots=True)
class _Attempt:
    """A job that is being tried."""

    key: str
    job: Any
    n_failures: int = 0


@dataclass
class _Run:
    """A call of `run_jobs` and where it stands."""

    jobs: Iterator[tuple[str, Any]]
    compute: Compute
    store: Store
    workers: Workers
    decode: Callable[[bytes], object]
    progress: Progress
    window: int
    failures: list[str] = field(default_factory=list)  # the first jobs and tracebacks
    in_flight: dict[Future[Any], _Attempt] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)  # of the jobs in flight
    arrivals: SimpleQueue[Future[Any]] = field(default_factory=SimpleQueue)

    def work(self) -> None:
        """Run all jobs to their end, or until it is plain that none will succeed."""
        self._fill()
        while self.in_flight:
            arrived = self._arrived()
            self.store_results(arrived)
            for future in arrived:
                self._settle(self.in_flight.pop(future), _answer(future))
            self.progress.tick()
            if self.progress.n_computed == 0 and self.progress.n_failed >= _MAX_FAILURES:
                return
            self._fill()

    def _fill(self) -> None:
        """Hand jobs that the store lacks to the executor until it holds a window full.

        Ends before if results have arrived while jobs are read that the store has: they need not
        wait.
        """
        while len(self.in_flight) < self.window:
            keyed_job = next(self.jobs, None)
            if keyed_job is None:
                return
            key, job = keyed_job
            if key in self.keys:
                continue
            if not self._is_finished(key):
                self.keys.add(key)
                self._submit(_Attempt(key, job))
                continue
            self.progress.resumed()
            self.progress.tick()
            if not self.arrivals.empty():
                return

    def _is_finished(self, key: str) -> bool:
        """Whether the store has a result of that key which can be decoded; others are removed."""
        try:
            self.decode(self.store[key])
        except KeyError:
            return False
        except ValueError:
            self.store.remove(key)
            return False
        return True

    def _submit(self, attempt: _Attempt) -> None:
        try:
            future = self.workers.submit_job(self.compute, attempt.job)
        except RuntimeError as error:  # broken, or shut down by someone else
            raise _broken(error) from error
        self.in_flight[future] = attempt
        future.add_done_callback(self.arrivals.put)

    def _arrived(self) -> list[Future[Any]]:
        """The futures that are done: all there are, or none if none comes within a tick."""
        futures = []
        try:
            futures.append(self.arrivals.get(timeout=_TICK))
            while True:
                futures.append(self.arrivals.get_nowait())
        except Empty:
            return futures

    def store_results(self, futures: list[Future[Any]]) -> None:
        """Store the results among the answers in one transaction, and count them after it."""
        answers = [(self.in_flight[future], _answer(future)) for future in futures]
        results = [(attempt, answer) for attempt, answer in answers if isinstance(answer, bytes)]
        if results:
            self.store.add((attempt.key, result) for attempt, result in results)
        for attempt, result in results:
            self.keys.discard(attempt.key)
            self.progress.computed(attempt.job, result)

    def _settle(self, attempt: _Attempt, answer: bytes | JobError | BaseException) -> None:
        """Try a job again that failed, or count it; a result is stored and counted by now."""
        if isinstance(answer, BaseException):
            raise _broken(answer) from answer
        if isinstance(answer, bytes):
            return
        attempt.n_failures += 1
        if attempt.n_failures < TRIES:
            self._submit(attempt)
            return
        self.keys.discard(attempt.key)
        self.progress.failed(attempt.job)
        if len(self.failures) < _MAX_FAILURES:
            self.failures.append(f"\n{attempt.job}:\n{answer.traceback}")


def _answer(future: Future[Any]) -> bytes | JobError | BaseException:
    """A job's result, how it failed, or how the executor broke."""
    try:
        answer: bytes | JobError = future.result()
    except (BrokenExecutor, CancelledError) as error:
        return error
    except Exception as error:  # the worker died, say; what a job raised is a JobError already
        return JobError(f"{type(error).__name__}: {error}")
    return answer


def _broken(error: BaseException) -> MinimtlError:
    reason = str(error) or type(error).__name__
    return MinimtlError(
        f"the executor broke ({reason}); every job finished before is kept, and the same command "
        "continues"
    )
