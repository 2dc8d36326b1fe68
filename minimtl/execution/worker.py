"""What runs in a worker: one job, on data that the worker was given when it started."""

import traceback
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from functools import cache
from typing import Any

from minimtl.errors import MinimtlError
from minimtl.system import pin_threads

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
    """

    def __init__(self, executor: Executor, *data: Any) -> None:
        self._executor = executor
        self._data = data

    def submit_job(self, compute: Callable[[Any, Any], Any], job: Any) -> "Future[Any]":
        """Have a worker call ``compute(job, data)``; the answer is its result or a `JobError`."""
        return self._executor.submit(compute_job, compute, job, *self._data)


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


_pin_threads_once = cache(pin_threads)
