"""A study small enough to watch: functions that worker processes can import, and a script.

``python toy_study.py FOLDER [N_WORKERS [EXECUTOR]]`` runs 60 jobs of 10 ms as a command of minimtl
would.
"""

import hashlib
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from minimtl.cli.main import EXIT_FAILED, EXIT_INTERRUPTED
from minimtl.errors import MinimtlError
from minimtl.jobs import make_workers, open_existing_store, open_store
from minimtl.jobs.runner import Progress, run_jobs
from minimtl.system import THREAD_VARIABLES

IDENTITY = {"protocol": {"name": "toy", "n_epochs": 3}, "corpus": "c" * 64, "seed": 0}
N_JOBS = 60
SLOWER = float(os.environ.get("TOY_SLOWER", "1"))  # how much slower than 10 ms a job is


@dataclass(frozen=True)
class ToyData:
    words: bytes


class TracedData(ToyData):
    """Wherever it arrives it leaves a mark in the folder that `words` names."""

    def __setstate__(self, state):
        self.__dict__.update(state)
        tempfile.mkstemp(prefix=f"{os.getpid()}-", dir=os.fsdecode(self.words))


@dataclass(frozen=True)
class ToyJob:
    number: int
    seconds: float = 0.0


DATA = ToyData(b"some words")
JOBS = [ToyJob(number) for number in range(40)]
SLOW_JOBS = [ToyJob(number, 0.01) for number in range(N_JOBS)]


def key_of(job):
    return hashlib.sha256(repr(job).encode()).hexdigest()


def keyed(jobs):
    return ((key_of(job), job) for job in jobs)


def compute(job, data):
    """A few kB that depend on the job and the data."""
    time.sleep(job.seconds * SLOWER)
    block = hashlib.sha512(data.words + str(job.number).encode()).digest()
    return block * (1 + job.number % 100)


EXPECTED = {key: compute(job, DATA) for key, job in keyed(JOBS)}
EXPECTED_BUT_THE_FOURTH = {key: compute(job, DATA) for key, job in keyed(JOBS[:3] + JOBS[4:])}


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
        raise ValueError(f"toy failure {data.words!r}")
    return compute(job, data)


def lack_memory(job, data):
    if job.number == 3:
        bytearray(1 << 62)
    return compute(job, data)


def die_first_time(job, data):
    """`data.words` names a folder; a mark in it says that the job was tried before."""
    mark = Path(os.fsdecode(data.words)) / str(job.number)
    if job.number in (3, 4) and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return compute(job, ToyData(b"some words"))


def die_always(job, data):
    """`data.words` names a folder that collects one mark for each try."""
    if job.number == 3:
        folder = Path(os.fsdecode(data.words))
        (folder / f"try-{os.getpid()}").touch()
        os._exit(7)
    return compute(job, ToyData(b"some words"))


def run_toy(folder, n_workers=2, executor="process"):
    """The whole toy study in `folder`."""
    with (
        open_store(Path(folder), IDENTITY, announce=print) as store,
        make_workers(executor, n_workers, DATA) as workers,
    ):
        return run(store, workers, jobs=SLOW_JOBS)


def expected_results():
    """What the whole toy study gives, computed without a runner."""
    return {key: compute(replace(job, seconds=0.0), DATA) for key, job in keyed(SLOW_JOBS)}


def stored_results(folder):
    """What the toy study in `folder` has stored; nothing of it may be damaged."""
    with open_existing_store(Path(folder)) as store:
        return {key: store[key] for key in store}


def main():
    try:
        counts = run_toy(sys.argv[1], *map(int, sys.argv[2:3]), *sys.argv[3:4])
    except MinimtlError as error:
        print(f"minimtl: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    print(counts)
    return 0


if __name__ == "__main__":
    sys.exit(main())
