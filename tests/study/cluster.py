"""A Dask cluster of separate processes on this machine, for tests."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from types import SimpleNamespace

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def started(*command):
    """A Python module as a process, which is killed with all that it started at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", *command],
        env=ENVIRONMENT,
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


def dask_worker(address, *options):
    """A worker of one thread."""
    return started(
        "distributed.cli.dask_worker", f"tcp://{address}", "--host", "127.0.0.1",
        "--nthreads", "1", "--no-dashboard", *options,
    )  # fmt: skip
