"""A study small enough to watch: functions that worker processes can import, and a script.

``python toy_study.py FOLDER`` runs 60 jobs of 10 ms in two processes, as a command would.
"""

import hashlib
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from minimtl.cli.main import EXIT_FAILED
from minimtl.errors import MinimtlError
from minimtl.jobs.executors import make_workers
from minimtl.jobs.runner import Progress, run_jobs
from minimtl.jobs.store import open_existing_store, open_store
from minimtl.system import THREAD_VARIABLES

IDENTITY = {"protocol": {"name": "toy", "n_epochs": 3}, "corpus": "c" * 64, "seed": 0}
SLOWER = float(os.environ.get("TOY_SLOWER", "1"))  # how much slower than 10 ms a job is


class TracedData:
    """Data that leave a mark in a folder for each process in which they arrive."""

    def __init__(self, folder):
        self.folder = folder

    def __setstate__(self, state):
        self.folder = state["folder"]  # workers of a cluster pass it on
        tempfile.mkstemp(prefix=f"{os.getpid()}-", dir=self.folder)


@dataclass(frozen=True)
class ToyJob:
    number: int
    seconds: float = 0.0


DATA = b"some words"
JOBS = [ToyJob(number) for number in range(40)]
SLOW_JOBS = [ToyJob(number, 0.01) for number in range(60)]


def key_of(job):
    return hashlib.sha256(repr(job).encode()).hexdigest()


def keyed(jobs):
    return ((key_of(job), job) for job in jobs)


def compute(job, data):
    """A few kB that depend on the job and the data."""
    time.sleep(job.seconds * SLOWER)
    block = hashlib.sha512(data + str(job.number).encode()).digest()
    return block * (1 + job.number % 100)


def expected_of(jobs):
    """What the jobs give, computed without a runner, and without taking their time."""
    return {key: compute(replace(job, seconds=0.0), DATA) for key, job in keyed(jobs)}


EXPECTED = expected_of(JOBS)


def run(store, workers, compute=compute, jobs=JOBS, *, progress=None, **options):
    """The jobs by these workers: how many were found in the store, and how many computed."""
    progress = progress or Progress(len(jobs))
    run_jobs(keyed(jobs), compute, store, workers, decode=decode, progress=progress, **options)
    return progress.n_resumed, progress.n_computed


def compute_and_note_worker(job, data):
    """The process that computed it: shows who got the data."""
    time.sleep(job.seconds)
    return str(os.getpid()).encode()


def note_threads(job, data):
    """How many threads libraries may have in the process that computes it."""
    return ",".join({os.environ[name] for name in THREAD_VARIABLES}).encode()


def decode(result):
    """Any bytes but these are a result."""
    if result == b"no result":
        raise ValueError("no result")


def fail(job, data):
    if job.number == 3:
        raise ValueError("toy failure")
    return compute(job, data)


def lack_memory(job, data):
    if job.number == 3:
        bytearray(1 << 62)
    return compute(job, data)


def die_first_time(job, folder):
    """A mark in the folder says that the job was tried before."""
    mark = folder / str(job.number)
    if job.number in (3, 4) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return compute(job, DATA)


def die_always(job, folder):
    """The folder collects one mark for each try."""
    if job.number == 3:
        tempfile.mkstemp(prefix="try-", dir=folder)
        os._exit(7)
    return compute(job, DATA)


def contents(store):
    """All results by their keys."""
    return {key: store[key] for key in store}


def assert_complete(folder):
    """The toy study in `folder` has stored all its results, and nothing of it is damaged."""
    with open_existing_store(Path(folder)) as store:
        assert contents(store) == expected_of(SLOW_JOBS)


def main():
    try:
        with (
            open_store(Path(sys.argv[1]), IDENTITY, announce=print) as store,
            make_workers("process", 2, DATA) as workers,
        ):
            print(run(store, workers, jobs=SLOW_JOBS))
    except MinimtlError as error:
        print(f"minimtl: {error}", file=sys.stderr)
        return EXIT_FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
