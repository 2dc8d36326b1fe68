"""Where the jobs run: local processes, a Dask cluster, or the ranks of an MPI program."""

import importlib
import logging
import re
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any

from minimtl.errors import MinimtlError, UsageError
from minimtl.execution.pool import ProcessPool
from minimtl.execution.worker import Data, SharingExecutor

_DASK = re.compile(r"dask://(?P<address>[^/\s]+:\d+)")
_SECONDS_TO_CONNECT = 30


def check_executor(spec: str) -> None:
    """Find out early whether `make_executor` has what it needs for `spec`.

    Raises
    ------
    UsageError
        If it is none of ``process``, ``mpi`` and ``dask://HOST:PORT``, or MPI was not started.
    MinimtlError
        If the packages for it are missing.
    """
    if spec == "mpi":
        _need("mpi4py.futures", "mpi")
        if "mpi4py.futures" not in sys.orig_argv:
            raise UsageError(
                "--executor mpi runs under MPI only: `mpiexec -n RANKS python -m mpi4py.futures "
                "-m minimtl study --executor mpi ...`"
            )
    elif _DASK.fullmatch(spec):
        _need("distributed", "dask")
    elif spec != "process":
        raise UsageError(f"--executor {spec} is none of: process, mpi, dask://HOST:PORT")


@contextmanager
def make_executor(spec: str, n_workers: int) -> Iterator[Executor]:
    """The executor that `spec` names, for the length of a ``with`` block.

    One worker is a process too, so that it can die or be stopped without the parent.

    Parameters
    ----------
    spec : str
        ``process``, ``mpi`` or ``dask://HOST:PORT``, the address of a Dask scheduler.
    n_workers : int
        Number of local processes; a cluster and MPI bring their own.

    Raises
    ------
    UsageError, MinimtlError
        As `check_executor`, or if the scheduler does not answer or has no workers.
    """
    check_executor(spec)
    if spec == "process":
        with ProcessPool(n_workers) as executor:
            yield executor
    elif spec == "mpi":
        with _need("mpi4py.futures", "mpi").MPIPoolExecutor() as executor:
            yield executor
    else:
        with _dask_client(spec) as client:
            yield _DaskExecutor(client)


class _DaskExecutor(SharingExecutor):
    """Dask's executor; data are a Dask result of their own, and calls refer to it.

    Dask brings a result to each worker once, from another that has it, and makes it again if all
    of those are lost.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._executor = client.get_executor(pure=False)

    def share(self, data: Data) -> Any:
        return self._client.submit(_same, data, pure=False)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait)


def _same(data: Data) -> Data:
    return data


@contextmanager
def _dask_client(spec: str) -> Iterator[Any]:
    distributed = _need("distributed", "dask")
    address = f"tcp://{spec.removeprefix('dask://')}"
    try:
        client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, ValueError) as error:
        raise MinimtlError(
            f"no Dask scheduler answers at {spec} ({error}); start one with `dask scheduler`"
        ) from error
    # Data go out with some jobs, which Dask takes for an oversight.
    quiet = importlib.import_module("dask.config").set(
        {"distributed.admin.large-graph-warning-threshold": "1 TB"}
    )
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # we say what failed
    with client, quiet:
        try:
            client.wait_for_workers(1, timeout=_SECONDS_TO_CONNECT)
        except TimeoutError as error:
            raise MinimtlError(
                f"the Dask scheduler at {spec} has no workers; start some with `dask worker`"
            ) from error
        yield client


def _need(module: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MinimtlError(
            f"--executor {extra} needs a package that is missing ({error}); `pip install "
            f'"minimtl[{extra}]"`'
        ) from error
