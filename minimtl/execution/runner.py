"""The runner: jobs stream through an executor, and a finished one is on disk before it counts.

Never more than `window` jobs are held at a time, whatever their number. Only this process
touches the store. A job that fails, or whose worker dies, is tried again twice; one that
fails every time is reported and does not take the others down. Only if the first ten jobs all
fail every time, and none succeeds, is the rest not tried.
"""

import traceback
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.execution.progress import Progress
from minimtl.execution.worker import (
    Compute,
    Data,
    DataMissing,
    JobError,
    SharingExecutor,
    perform,
)
from minimtl.store import Store

TRIES = 3
WINDOW = 4096  # jobs handed to the executor at a time: enough to keep 2,000 workers busy
_TICK = 0.5  # seconds after which progress is shown although no job has finished
_MOST_FAILURES = 10  # tracebacks kept; if more jobs fail, it is for the same reasons


@dataclass(frozen=True)
class Failure:
    """A job that failed every time, and how it failed the last time."""

    job: Any
    traceback: str


@dataclass(frozen=True)
class RunSummary:
    """What a call of `run_jobs` did.

    Attributes
    ----------
    n_resumed : jobs that were in the store before.
    n_computed : jobs computed and stored now.
    n_failed : jobs that failed every time.
    failures : the first of those, with their tracebacks.
    """

    n_resumed: int
    n_computed: int
    n_failed: int
    failures: tuple[Failure, ...]

    def raise_for_failures(self) -> None:
        """Raise MinimtlError with the tracebacks if a job failed every time."""
        if not self.n_failed:
            return
        reports = "\n".join(f"\n{failure.job}:\n{failure.traceback}" for failure in self.failures)
        jobs = "1 job" if self.n_failed == 1 else f"{self.n_failed} jobs"
        raise MinimtlError(
            f"{jobs} failed {TRIES} times; all other results are kept, and the same command tries "
            f"again:\n{reports}"
        )


def run_jobs(
    jobs: Iterable[tuple[str, Any]],
    compute: Compute,
    data: Data,
    store: Store,
    executor: Executor,
    *,
    progress: Progress,
    window: int = WINDOW,
) -> RunSummary:
    """Compute the jobs that the store lacks, and store them.

    Parameters
    ----------
    jobs : iterable of (str, Job)
        Keys and jobs; read as the work proceeds. A key that comes twice is computed once.
    compute : callable
        A function of a module, ``compute(job, data) -> bytes``; what it returns is stored.
    data : Data
        What it needs beside the job; sent to each worker once.
    store : Store
        Where results go.
    executor : concurrent.futures.Executor
        Where they are computed: any executor. It is not shut down.
    progress : Progress
        Is told of every job, after it is stored.
    window : int
        How many jobs the executor is given at a time; at least twice its number of workers.

    Raises
    ------
    MinimtlError
        If the store cannot be written or the executor breaks. What was stored stays stored.
    KeyboardInterrupt
        On Ctrl-C, after what had finished was stored.
    """
    run = _Run(iter(jobs), compute, data, store, executor, progress, window)
    try:
        run.work()
    except KeyboardInterrupt:
        run.store_finished()
        raise
    finally:
        run.cancel()
    return RunSummary(run.n_resumed, run.n_computed, run.n_failed, tuple(run.failures))


@dataclass
class _Attempt:
    """A job on its way; `missing_at` is the worker that asked for the data it carries."""

    key: str
    job: Any
    n_failures: int = 0
    missing_at: str | None = None


class _Run:
    def __init__(
        self,
        jobs: Iterator[tuple[str, Any]],
        compute: Compute,
        data: Data,
        store: Store,
        executor: Executor,
        progress: Progress,
        window: int,
    ) -> None:
        self._jobs, self._compute, self._data = jobs, compute, data
        self._store, self._executor, self._progress = store, executor, progress
        self._window = window
        self._shared = (executor.share(data),) if isinstance(executor, SharingExecutor) else ()
        self._in_flight: dict[Future[Any], _Attempt] = {}
        self._arrivals: SimpleQueue[Future[Any]] = SimpleQueue()
        self._waiting: deque[_Attempt] = deque()  # to be submitted before new jobs
        self._parked: list[_Attempt] = []  # until a worker that lacks the data has it
        self._keys: set[str] = set()  # of all attempts held
        self.n_resumed = self.n_computed = self.n_failed = 0
        self.failures: list[Failure] = []

    def work(self) -> None:
        """Run all jobs to their end, or until it is plain that none will succeed."""
        self._fill()
        while self._in_flight and not (self.n_computed == 0 and self.n_failed >= _MOST_FAILURES):
            self._settle(self._arrived())
            self._progress.tick()
            self._fill()

    def store_finished(self) -> None:
        """Store the results that have arrived and were not looked at yet."""
        arrived = [(self._in_flight[f], _answer(f)) for f in self._in_flight if f.done()]
        self._store_results(arrived)

    def cancel(self) -> None:
        """Take back what the executor has not begun."""
        for future in self._in_flight:
            future.cancel()

    def _fill(self) -> None:
        """Hand jobs to the executor until it holds a window full, or none are left."""
        while self._waiting:
            self._submit(self._waiting.popleft())
        while len(self._keys) < self._window:
            try:
                key, job = next(self._jobs)
            except StopIteration:
                return
            if key in self._store:
                self.n_resumed += 1
                self._progress.resumed()
                self._progress.tick()
            elif key not in self._keys:
                self._keys.add(key)
                self._submit(_Attempt(key, job))

    def _submit(self, attempt: _Attempt) -> None:
        data = self._shared if attempt.missing_at is None else (self._data,)
        try:
            future = self._executor.submit(
                perform, self._compute, attempt.job, self._data.digest, *data
            )
        except RuntimeError as error:  # broken, or shut down by someone else
            raise _broken(error) from error
        self._in_flight[future] = attempt
        future.add_done_callback(self._arrivals.put)

    def _arrived(self) -> list[Future[Any]]:
        """The futures that are done: all there are, or none if none comes within a tick."""
        futures = []
        try:
            futures.append(self._arrivals.get(timeout=_TICK))
            while True:
                futures.append(self._arrivals.get_nowait())
        except Empty:
            return futures

    def _settle(self, futures: list[Future[Any]]) -> None:
        """Store the results among the answers, then count them; deal with all other answers."""
        answers = [(self._in_flight[future], _answer(future)) for future in futures]
        self._store_results(answers)
        for future in futures:
            del self._in_flight[future]
        for attempt, answer in answers:
            if attempt.missing_at is not None:
                attempt.missing_at = None
                self._waiting.extend(self._parked)
                self._parked.clear()
            if isinstance(answer, DataMissing):
                self._send_data(attempt, answer.worker)
            elif isinstance(answer, JobError):
                self._try_again(attempt, answer.traceback)
        for _, answer in answers:
            if isinstance(answer, BaseException):
                raise _broken(answer) from answer

    def _store_results(self, answers: list[tuple[_Attempt, Any]]) -> None:
        """Store the results among the answers in one transaction, and count them after it."""
        results = [(attempt, answer) for attempt, answer in answers if isinstance(answer, bytes)]
        if results:
            self._store.add((attempt.key, result) for attempt, result in results)
        for attempt, result in results:
            self._keys.discard(attempt.key)
            self.n_computed += 1
            self._progress.computed(attempt.job, result)

    def _send_data(self, attempt: _Attempt, worker: str) -> None:
        """Let this job carry the data to the worker, unless another one is on its way there."""
        carried = (*self._in_flight.values(), *self._waiting)
        if any(other.missing_at == worker for other in carried):
            self._parked.append(attempt)
        else:
            attempt.missing_at = worker
            self._waiting.append(attempt)

    def _try_again(self, attempt: _Attempt, trace: str) -> None:
        attempt.n_failures += 1
        if attempt.n_failures < TRIES:
            self._waiting.append(attempt)
            return
        self._keys.discard(attempt.key)
        self.n_failed += 1
        self._progress.failed(attempt.job)
        if len(self.failures) < _MOST_FAILURES:
            self.failures.append(Failure(attempt.job, trace))


def _answer(future: Future[Any]) -> bytes | DataMissing | JobError | BaseException:
    """What came of a call: the worker's answer, how it failed, or how the executor broke."""
    try:
        return future.result()
    except (BrokenExecutor, CancelledError) as error:
        return error
    except Exception:
        return JobError(traceback.format_exc())


def _broken(error: BaseException) -> MinimtlError:
    reason = str(error) or type(error).__name__
    return MinimtlError(
        f"the executor broke ({reason}); every job finished before is kept, and the same command "
        "continues"
    )
