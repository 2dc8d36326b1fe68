"""Where jobs run: local processes, a Dask cluster, or the ranks of an MPI program.

To add a kind, add its form, its check and its start. In a worker jobs run one after the other, on
data that it was given when it started.
"""

import importlib
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from minimtl.errors import MinimtlError, UsageError
from minimtl.jobs.pool import ProcessPool
from minimtl.system import pin_threads

EXECUTOR_FORMS = ("process", "dask://HOST:PORT", "mpi")
_DASK = re.compile(r"dask://[^/\s]+:\d+")
_SECONDS_TO_CONNECT = 30

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
        return self._executor.submit(_compute_job, compute, job, *self._data)


class _DaskWorkers(Workers):
    """Workers that no initializer holds to one thread."""

    def submit_job(self, compute: Callable[[Any, Any], Any], job: Any) -> "Future[Any]":
        return self._executor.submit(_compute_on_one_thread, compute, job, *self._data)


# The data of this process, by the one name "data".
_held: dict[str, Any] = {}


def hold_data(data: Any) -> None:
    """Make this process a worker: of one thread, and with `data` for all jobs that it will get."""
    pin_threads()
    _held["data"] = data


def _compute_job(compute: Callable[[Any, Any], Any], job: Any, *data: Any) -> Any:
    """Return ``compute(job, data)``, on the data that this process holds if none are given."""
    try:
        return compute(job, data[0] if data else _held["data"])
    except MinimtlError as error:  # a sentence for people, which needs no traceback
        return JobError(str(error))
    except Exception:
        return JobError(traceback.format_exc())


def _compute_on_one_thread(compute: Callable[[Any, Any], Any], job: Any, *data: Any) -> Any:
    _pin_threads_once()
    return _compute_job(compute, job, *data)


_pin_threads_once = cache(pin_threads)


def is_local(spec: str) -> bool:
    """Whether `spec` works on this machine, with as many workers as it is told."""
    return spec == "process"


def check_executor(spec: str) -> None:
    """Find out early whether `make_workers` has what it needs for `spec`.

    Raises
    ------
    UsageError
        If it is of none of the `EXECUTOR_FORMS`, or MPI was not started.
    MinimtlError
        If the packages for it are missing.
    """
    if _DASK.fullmatch(spec):
        _import_or_advise("distributed", "dask")
    elif spec == "mpi":
        _import_or_advise("mpi4py.futures", "mpi")
        if "mpi4py.futures" not in sys.orig_argv:
            raise UsageError(
                "--executor mpi runs under MPI only: `mpiexec -n RANKS python -m mpi4py.futures "
                "-m minimtl study --executor mpi ...`"
            )
    elif spec != "process":
        raise UsageError(f"--executor {spec} is none of: {', '.join(EXECUTOR_FORMS)}")


@contextmanager
def make_workers(spec: str, n_workers: int, data: Any) -> Iterator[Workers]:
    """Workers of the executor that `spec` names, for the length of a ``with`` block.

    Parameters
    ----------
    spec : str
        A value of ``--executor``, such as ``process``; of one of the `EXECUTOR_FORMS`.
    n_workers : int
        Number of workers, where the executor is local; a cluster and MPI bring their own.
    data : any object that pickles
        What the jobs are computed from; each worker gets it once.

    Raises
    ------
    UsageError, MinimtlError
        As `check_executor`, or if the scheduler does not answer or has no workers.
    """
    check_executor(spec)
    if spec == "process":
        # One worker is a process too, so that it can die or be stopped without the parent.
        with ProcessPool(n_workers, hold_data, (data,)) as executor:
            yield Workers(executor)
    elif spec == "mpi":
        futures = importlib.import_module("mpi4py.futures")
        with futures.MPIPoolExecutor(initializer=hold_data, initargs=(data,)) as executor:
            yield Workers(executor)
    else:
        with _dask_client(spec) as client:
            # The data are a Dask result, to which calls refer: Dask brings it to each worker once,
            # from another that has it, and makes it again if all of those are lost.
            future = client.submit(_identity, data, pure=False)
            yield _DaskWorkers(client.get_executor(pure=False), future)


def _dask_client(spec: str) -> Any:
    """A client of the scheduler, which has at least one worker."""
    distributed = importlib.import_module("distributed")
    address = spec.replace("dask://", "tcp://")
    try:
        client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MinimtlError(
            f"no Dask scheduler answers at {spec} ({error}); start one with `dask scheduler`"
        ) from error
    try:
        client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
    except TimeoutError as error:
        client.close()
        raise MinimtlError(
            f"the Dask scheduler at {spec} has no workers; start some with `dask worker`"
        ) from error
    return client


def _identity(data: Any) -> Any:
    return data


def _import_or_advise(module: str, extra: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise MinimtlError(
            f"--executor {extra} needs a package that is missing ({error}); `pip install "
            f'"minimtl[{extra}]"`'
        ) from error
