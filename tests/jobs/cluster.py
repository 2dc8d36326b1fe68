"""A Dask cluster and MPI ranks, separate processes on this machine, for tests."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(*command, **settings):
    """A Python module as a process, which is killed with all that it started at the end.

    `settings` are added to its environment.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=ENVIRONMENT | settings,
        start_new_session=True,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@contextmanager
def scheduler():
    """A scheduler: its HOST:PORT and its process."""
    port = free_port()
    with started(
        "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", str(port),
        "--no-dashboard",
    ) as process:  # fmt: skip
        yield SimpleNamespace(address=f"127.0.0.1:{port}", process=process)


def dask_worker(address, *options, **settings):
    """A worker of one thread; `settings` are added to its environment."""
    return started(
        "distributed.cli.dask_worker", f"tcp://{address}", "--host", "127.0.0.1",
        "--nthreads", "1", "--no-dashboard", *options, **settings,
    )  # fmt: skip


def run_mpi(n_ranks, *program):
    """Run a program as MPI ranks, the first of which is the parent of a study."""
    # The package may be there without the library of an MPI that it can load.
    pytest.importorskip("mpi4py.MPI", exc_type=ImportError)
    own = Path(sys.executable).with_name("mpiexec")
    mpiexec = str(own) if own.exists() else shutil.which("mpiexec")
    if mpiexec is None:
        pytest.skip("needs mpiexec")
    open_mpi = {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    }
    command = [mpiexec, "-n", str(n_ranks), sys.executable, "-m", "mpi4py.futures", *program]
    subprocess.run(command, env=ENVIRONMENT | open_mpi, check=True, timeout=600)
