"""Processes for tests: found through /proc, killed, waited for; a Dask cluster and MPI ranks."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@contextlib.contextmanager
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


@contextlib.contextmanager
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
    beside_python = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    mpiexec = shutil.which("mpiexec", path=beside_python) or pytest.skip("needs mpiexec")
    open_mpi = {
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1",
        "PRTE_MCA_rmaps_default_mapping_policy": ":oversubscribe",
    }
    command = [mpiexec, "-n", str(n_ranks), sys.executable, "-m", "mpi4py.futures", *program]
    subprocess.run(command, env=ENVIRONMENT | open_mpi, check=True, timeout=600)


def session(leader):
    """The live processes that `leader` started, itself included: process id to command line."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            state, _, _, number = (entry / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(number) == leader and state != "Z":
                found[int(entry.name)] = (entry / "cmdline").read_bytes()
    return found


def workers(leader):
    return [pid for pid, command in session(leader).items() if b"spawn_main" in command]


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.01)


def kill(pid):
    with contextlib.suppress(ProcessLookupError):  # it has ended by itself
        os.kill(pid, signal.SIGKILL)


def kill_some(leader, rng):
    """kill -9 of the parent, a worker, or all at once; whether there was anyone to kill."""
    everyone = [*session(leader)]
    victims = rng.choice([[leader], workers(leader)[:1], everyone])
    for pid in victims:
        kill(pid)
    return bool(victims)


def heed_signals():
    """Runs in a new process before its program: `nohup` and a shell's & have it ignore some."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def compile_faulty_disk(folder):
    """The library that makes a disk fail; None where it cannot be compiled."""
    if not sys.platform.startswith("linux") or not shutil.which("gcc"):
        return None
    library, source = folder / "faulty_disk.so", Path(__file__).with_name("faulty_disk.c")
    subprocess.run(["gcc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    return library
