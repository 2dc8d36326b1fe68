"""The runner: jobs stream through an executor, and a finished one is on disk before it counts.

Never more than `window` jobs are held at a time, however many there are. Only this process
touches the store. A job that fails, or whose worker dies, is tried again twice; one that
fails every time is reported and the others go on. Only if the first ten jobs all fail every
time, and none succeeds, is the rest not tried. How far the study is, a bar shows on a terminal, and
elsewhere a plain line every 30 s.
"""

import importlib
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TextIO

from minimtl.errors import MinimtlError
from minimtl.jobs.executors import Compute, JobError, Workers, WorkerStartError
from minimtl.jobs.store import Store

Describe = Callable[[Any, bytes], str]

TRIES = 3
WINDOW = 4096  # jobs handed to the executor at a time: enough to keep 2,000 workers busy
_TICK = 0.5  # seconds after which progress is shown although no job has finished
_MAX_FAILURES = 10  # tracebacks kept; if more jobs fail, it is for the same reasons


class Progress:
    """Counts jobs and, given a stream, prints a line every 30 s and one at the end, or draws a bar.

    Parameters
    ----------
    n_jobs : int
        Number of all jobs, finished ones included.
    stream : text file, optional
        Where to print; without one this only counts.
    describe : callable
        ``describe(job, result)`` is a short text about a finished job.
    clock : callable
        The time in seconds.
    bar : tqdm.tqdm, optional
        Drawn twice a second in place of lines.

    Attributes
    ----------
    n_resumed, n_computed, n_failed : int
        How many jobs were finished before, were finished now, and failed every time.
    """

    def __init__(
        self,
        n_jobs: int,
        stream: TextIO | None = None,
        describe: Describe = lambda job, result: str(job),
        clock: Callable[[], float] = time.monotonic,
        bar: Any = None,
    ) -> None:
        self.n_jobs = n_jobs
        self.n_resumed = self.n_computed = self.n_failed = 0
        self._stream, self._describe, self._clock, self._bar = stream, describe, clock, bar
        self._seconds_between = 30.0 if bar is None else 0.5
        self._started = self._last_shown = clock()
        self._last: tuple[Any, bytes] | None = None

    def resumed(self) -> None:
        """Count a job that was found in the store."""
        self.n_resumed += 1

    def computed(self, job: Any, result: bytes) -> None:
        """Count a job that was computed and stored."""
        self.n_computed += 1
        self._last = job, result

    def failed(self, job: Any) -> None:
        """Count a job that failed every time."""
        self.n_failed += 1
        if self._stream:
            self._print(f"{job} failed every time; its traceback comes at the end")

    def tick(self) -> None:
        """Show how far the study is, if it is time."""
        if self._stream and self._clock() - self._last_shown >= self._seconds_between:
            self._last_shown = self._clock()
            self._show()

    def close(self) -> None:
        """Show how far the study is a last time."""
        if self._stream:
            self._show()
        if self._bar is not None:
            self._bar.close()

    def _print(self, line: str) -> None:
        if self._bar is not None:
            self._bar.write(line, file=self._stream)
        else:
            print(line, file=self._stream, flush=True)

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.initial = self.n_resumed  # not part of the rate
            self._bar.n = self.n_resumed + self.n_computed
            if self._last:
                self._bar.set_postfix_str(self._describe(*self._last), refresh=False)
            self._bar.refresh()
        else:
            self._print(self._line())

    def _line(self) -> str:
        elapsed = self._clock() - self._started
        n_done = self.n_resumed + self.n_computed
        parts = [f"{n_done} of {self.n_jobs} models"]
        if self.n_resumed:
            parts.append(f"{self.n_resumed} of them from before")
        if self.n_failed:
            parts.append(f"{self.n_failed} failed")
        if self.n_computed and elapsed > 0:
            rate = self.n_computed / elapsed
            n_left = self.n_jobs - n_done - self.n_failed
            parts += [f"{rate:.2g} per second", f"{duration(n_left / rate)} left"]
        if self._last:
            parts.append(f"last: {self._describe(*self._last)}")
        return ", ".join(parts)

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def make_progress(
    n_jobs: int, *, stream: TextIO, describe: Describe, quiet: bool = False
) -> Progress:
    """The progress display for this stream; parameters as for `Progress`, or `quiet`: none."""
    if quiet:
        return Progress(n_jobs)
    if not stream.isatty():
        return Progress(n_jobs, stream, describe)
    try:
        tqdm = importlib.import_module("tqdm").tqdm
    except ImportError:
        print('`pip install "minimtl[progress]"` would show a bar here', file=stream)
        return Progress(n_jobs, stream, describe)
    bar = tqdm(
        total=n_jobs,
        file=stream,
        unit=" models",
        smoothing=0,  # the rate is the mean, as single and joint models differ in cost
        bar_format="{l_bar}{bar:10}{r_bar}",  # of a fixed width, which leaves the rest its room
        dynamic_ncols=True,
    )
    return Progress(n_jobs, stream, describe, bar=bar)


def duration(seconds: float) -> str:
    """A time span in the two units that matter: ``2 h 05 min``, ``3 min 20 s``, ``14 s``."""
    whole = round(seconds)
    if whole >= 3600:
        return f"{whole // 3600} h {whole % 3600 // 60:02} min"
    if whole >= 60:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole} s"


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
            self._take(self._arrived())
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
        """True if the store has a result of that key which can be decoded; others are removed."""
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
            raise _broken(error) from None
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
        """Store the results among the answers, in one transaction."""
        answers = ((self.in_flight[future].key, _answer(future)) for future in futures)
        results = [(key, answer) for key, answer in answers if isinstance(answer, bytes)]
        if results:
            self.store.add(results)

    def _take(self, futures: list[Future[Any]]) -> None:
        """Store the results among the answers, then count them, and try failed jobs again."""
        self.store_results(futures)
        for future in futures:
            attempt, answer = self.in_flight.pop(future), _answer(future)
            if isinstance(answer, bytes):
                self.keys.discard(attempt.key)
                self.progress.computed(attempt.job, answer)
            elif isinstance(answer, JobError):
                self._try_again(attempt, answer)
            else:
                raise _broken(answer) from None

    def _try_again(self, attempt: _Attempt, error: JobError) -> None:
        """Submit a job that failed, or count it if it failed as often as it may."""
        attempt.n_failures += 1
        if attempt.n_failures < TRIES:
            self._submit(attempt)
            return
        self.keys.discard(attempt.key)
        self.progress.failed(attempt.job)
        if len(self.failures) < _MAX_FAILURES:
            self.failures.append(f"\n{attempt.job}:\n{error.traceback}")


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
    if isinstance(error, WorkerStartError):
        return MinimtlError(reason)
    return MinimtlError(
        f"the executor broke ({reason}); every job finished before is kept, and the same command "
        "continues"
    )
