"""What runs in a worker: jobs, one after the other, on data that it was given when it started."""

import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cache
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.system import pin_threads

# Of a call with several jobs: as many as begin in this time are computed. It is what a worker that
# dies loses, and how long others may wait for its last jobs.
SECONDS_OF_CALL = 5.0

# Takes a job and the data and returns the result as bytes; a function of a module.
Compute = Callable[[Any, Any], bytes]


@dataclass(frozen=True)
class JobError:
    """The answer when a job raised: a sentence or the traceback, as not every exception pickles."""

    traceback: str


class Workers:
    """An executor whose workers compute jobs from the same data.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Calls functions in its workers. It is not shut down.
    data : optional
        The data, for an executor of threads; an executor that copies arguments would copy them
        with every job. Leave this out where ``hold_data(data)`` has run in each worker, for which
        most executors have a parameter: ``Executor(initializer=hold_data, initargs=(data,))``.
    jobs_per_call : int
        The most jobs that one call carries: more than one where a call costs much beside a job.
    count : callable
        How many workers there are now; only asked where calls carry several jobs.
    """

    def __init__(
        self,
        executor: Executor,
        *data: Any,
        jobs_per_call: int = 1,
        count: Callable[[], int] = lambda: 1,
    ) -> None:
        self._executor = executor
        self._data = data
        self.jobs_per_call, self.count = jobs_per_call, count

    def submit_job(self, compute: Callable[[Any, Any], Any], job: Any) -> "Future[Any]":
        """Have a worker call ``compute(job, data)``; the answer is its result or a `JobError`."""
        return self._executor.submit(compute_job, compute, job, *self._data)

    def submit_jobs(
        self, compute: Callable[[Any, Any], Any], jobs: Sequence[Any]
    ) -> "Future[list[Any]]":
        """Have a worker compute jobs in one call; the answers are those of the first, or all."""
        return self._executor.submit(compute_jobs, compute, jobs, *self._data)


# The data of this process, by the one name "data".
_held: dict[str, Any] = {}


def hold_data(data: Any) -> None:
    """Keep `data` in this process for all jobs that it will compute; replaces earlier data."""
    _held["data"] = data


def compute_job(compute: Callable[[Any, Any], Any], job: Any, *data: Any) -> Any:
    """Return ``compute(job, data)``, on the data that this process holds if none are given."""
    _pin_threads_once()
    try:
        return compute(job, data[0] if data else _held["data"])
    except MinimtlError as error:  # a sentence for people, which needs no traceback
        return JobError(str(error))
    except Exception:
        return JobError(traceback.format_exc())


def compute_jobs(compute: Callable[[Any, Any], Any], jobs: Sequence[Any], *data: Any) -> list[Any]:
    """The answers of the first job and of those after it that begin within SECONDS_OF_CALL."""
    ends, answers = time.monotonic() + SECONDS_OF_CALL, []
    for job in jobs:
        answers.append(compute_job(compute, job, *data))
        if time.monotonic() > ends:
            break
    return answers


_pin_threads_once = cache(pin_threads)
