"""The places for jobs: processes of this machine, a Dask cluster, the ranks of an MPI program.

To add a kind, add its form, its check and its start. In a worker jobs run one after the other, on
data that it was given when it started.

The processes of this machine are not Python's `ProcessPoolExecutor`, which breaks as a whole when a
worker dies, does not say whose job it was, and needs semaphores in /dev/shm. Here each worker has a
pipe and a thread in the parent, which knows what its worker held and starts another in its place.
"""

import importlib
import multiprocessing
import multiprocessing.process
import multiprocessing.resource_tracker
import os
import re
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, NamedTuple

from minimtl.errors import MinimtlError, UsageError
from minimtl.system import ENDING_SIGNALS, pin_threads

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


def is_local(spec: str) -> bool:
    """True if `spec` works on this machine, with as many workers as it is told."""
    return spec == "process"


def check_executor(spec: str) -> None:
    """Find out early whether `make_workers` has what it needs for `spec`.

    Raises
    ------
    UsageError
        If it is of none of the `EXECUTOR_FORMS`, or MPI was not started.
    MinimtlError
        If the packages for it are missing.
    SystemExit
        In a worker that runs the script which has started it once more; the script gets a sentence.
    """
    if getattr(multiprocessing.current_process(), "_inheriting", False):
        raise SystemExit(1)
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


def _import_or_advise(module: str, extra: str) -> None:
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise MinimtlError(
            f"--executor {extra} needs a package that is missing ({error}); `pip install "
            f'"minimtl[{extra}]"`'
        ) from error


@contextmanager
def make_workers(spec: str, n_workers: int, data: Any) -> Iterator[Workers]:
    """Workers of the executor that `spec` names, for the length of a ``with`` block.

    Parameters
    ----------
    spec : str
        A value of ``--executor``, such as ``process``; of one of the `EXECUTOR_FORMS`.
    n_workers : int
        Number of workers, where the executor is local; a cluster and MPI bring their own. Left by
        an exception (Ctrl-C), the block kills local workers at once.
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
        workers = _LocalWorkers(n_workers, data)
        try:
            yield workers
        except BaseException:
            workers.kill()
            raise
        workers.end()
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


# --------------------------------------------------------------------------------------------------
# Dask.


class _DaskWorkers(Workers):
    """Workers that no initializer holds to one thread."""

    def submit_job(self, compute: Callable[[Any, Any], Any], job: Any) -> "Future[Any]":
        return self._executor.submit(_compute_on_one_thread, compute, job, *self._data)


def _compute_on_one_thread(compute: Compute, job: Any, data: Any) -> Any:
    _pin_threads_once()
    return _compute_job(compute, job, data)


_pin_threads_once = cache(pin_threads)


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


# --------------------------------------------------------------------------------------------------
# Processes of this machine.

# Fresh interpreters: no lock, thread or open store of the parent is copied into them.
_SPAWN = multiprocessing.get_context("spawn")
_SECONDS_IDLE = 2.0  # after which a worker ends; another starts in about as long
_ENDED_IDLE = 77  # the exit code then, which no other end has
_SECONDS_TO_END = 1.0  # from the end of a worker's pipe to its own


class WorkerDiedError(RuntimeError):
    """The process that computed a job ended before it answered."""


class WorkerStartError(BrokenExecutor):
    """No worker can be started here: processes, files or memory are lacking, or a package."""


class _Process(NamedTuple):
    """A process that answers jobs, and the parent's end of its pipe."""

    process: multiprocessing.process.BaseProcess
    connection: "Connection[Any, Any]"

    def end(self) -> int | None:
        """End the process and return its exit code, which is its own if it was about to end."""
        self.connection.close()
        self.process.join(_SECONDS_TO_END)
        self.process.kill()
        self.process.join()
        exit_code = self.process.exitcode
        self.process.close()
        return exit_code


class _LocalWorkers(Workers):
    """Processes of this machine, each started when there is a job for it.

    A worker that dies takes only its own job with it. One without work ends after a while, so that
    its memory is free for what the parent does meanwhile. Where no process can be started, or the
    data cannot be loaded in one, jobs fail with WorkerStartError, since another could not either.
    """

    def __init__(self, n_workers: int, data: Any) -> None:
        super().__init__(ThreadPoolExecutor(n_workers, "worker", _block_signals))
        self._pickled_data = ForkingPickler.dumps(data)
        self._of_thread = threading.local()
        self._processes: set[_Process] = set()
        self._is_killed = False
        # Processes are started and waited for by one thread at a time, as multiprocessing wants.
        self._lock = threading.Lock()
        if hasattr(signal, "pthread_sigmask"):
            # Started here because its start would undo the threads' signal mask.
            try:
                multiprocessing.resource_tracker.ensure_running()
            except OSError as error:
                raise MinimtlError(str(_no_worker(error))) from None

    def submit_job(self, compute: Callable[[Any, Any], Any], job: Any) -> "Future[Any]":
        try:
            return self._executor.submit(self._compute, compute, job)
        except RuntimeError as error:  # what Python raises where there are no threads
            answer: Future[Any] = Future()
            answer.set_exception(_no_worker(error))
            return answer

    def kill(self) -> None:
        """End all workers at once; jobs that they held fail with WorkerDiedError."""
        with self._lock:
            self._is_killed = True
            for worker in self._processes:
                worker.process.kill()
        self._executor.shutdown(cancel_futures=True)
        self.end()

    def end(self) -> None:
        """End the workers after the jobs that are left."""
        self._executor.shutdown()
        for worker in self._processes:
            worker.connection.close()  # so that all end at the same time
        for worker in list(self._processes):
            self._end(worker)

    def _compute(self, compute: Callable[[Any, Any], Any], job: Any) -> Any:
        """Have the process of this thread compute the job; a new one if it has none."""
        worker = getattr(self._of_thread, "worker", None) or self._start()
        try:
            worker.connection.send((compute, job))
            return worker.connection.recv()
        except (EOFError, OSError):
            exit_code = self._end(worker)
        if exit_code == _ENDED_IDLE:
            return self._compute(compute, job)
        raise _death(exit_code)

    def _start(self) -> _Process:
        """A process that has the data, for this thread."""
        with self._lock:
            if self._is_killed:
                raise WorkerDiedError("the workers were killed")
            try:
                connection, child_connection = _SPAWN.Pipe()
                process = _SPAWN.Process(target=_answer_jobs, args=(child_connection,), daemon=True)
                process.start()
            except (OSError, RuntimeError) as error:
                raise _no_worker(error) from None
            child_connection.close()  # so that the death of the process closes the pipe
            worker = _Process(process, connection)
            self._processes.add(worker)
        try:
            connection.send_bytes(self._pickled_data)
            complaint = connection.recv()
        except (EOFError, OSError):
            exit_code = self._end(worker)
            if exit_code is None or exit_code <= 0:  # it was killed; another might do better
                raise _death(exit_code) from None
            complaint = (
                f"it ended with exit code {exit_code}; a script of your own must call minimtl "
                'below `if __name__ == "__main__":`'
            )
        if complaint:
            raise WorkerStartError(f"a worker process could not begin: {complaint}")
        self._of_thread.worker = worker
        return worker

    def _end(self, worker: _Process) -> int | None:
        """End a process, dead or alive; its exit code."""
        self._of_thread.worker = None
        with self._lock:
            self._processes.discard(worker)
            return worker.end()


def _death(exit_code: int | None) -> WorkerDiedError:
    hint = ", killed, perhaps because memory ran out" if exit_code == -9 else ""
    return WorkerDiedError(f"the worker process ended with exit code {exit_code}{hint}")


def _no_worker(error: Exception) -> WorkerStartError:
    return WorkerStartError(
        f"no worker process could be started: {error}; ask for fewer workers, or raise the limits "
        "of open files and processes (`ulimit -n`, `ulimit -u`)"
    )


def _block_signals() -> None:
    """Runs in each thread; its workers inherit it. The parent alone decides what ends."""
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDING_SIGNALS)


def _answer_jobs(connection: "Connection[Any, Any]") -> None:
    """Load the data and answer jobs, while any come. Runs in the worker."""
    pin_threads()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # The parent may end, or be killed, at any time; there is nobody to tell of it then.
    with suppress(EOFError, ConnectionError):
        try:
            hold_data(connection.recv())
        except (EOFError, ConnectionError):
            raise
        except Exception as error:
            connection.send(f"{type(error).__name__}: {error}")
            return
        connection.send("")

        while connection.poll(_SECONDS_IDLE):
            connection.send(_answer(connection))
        sys.exit(_ENDED_IDLE)


def _answer(connection: "Connection[Any, Any]") -> Any:
    """The answer to the next job; it may be one that cannot be loaded here."""
    try:
        compute, job = connection.recv()
    except (EOFError, ConnectionError):
        raise
    except Exception:
        return JobError(traceback.format_exc())
    return _compute_job(compute, job)


def _end_with_parent() -> None:
    """End this process when its parent has, even in the middle of a job."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # the worker was started by multiprocessing
    parent.join()
    os._exit(1)
