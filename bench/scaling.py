"""``python -m bench.scaling [--pairs N]``: what a study costs beside its training, as it grows.

A made-up hierarchy of 1,000 topics has 24,304,000 pairs over 496,000 tasks. Of N/100, N/10 and N
of its pairs, one run each, these steps are measured:

enumerate  the first of the pairs, one after the other; the last line is all of them
sample     so many pairs evenly spaced over all, as ``--pairs`` takes them
plan       every model that those pairs need, with its key
store      the same through the runner, an executor and a store that is flushed to disk; in place
           of training, a worker answers with a result of the right size
resume     the same again: the store is checked, and every model is found in it
collect    each pair's scores, features and curves read back, as for the tables

Each step runs in a process of its own, so that its peak memory is its own. CPU seconds are those
of this process; the workers of the executor are left out.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from minimtl.system import pin_threads

pin_threads()

import numpy as np  # noqa: E402  (reads the variables that were just set)

from minimtl.execution.executors import make_workers  # noqa: E402
from minimtl.execution.progress import Progress  # noqa: E402
from minimtl.execution.runner import run_jobs  # noqa: E402
from minimtl.store.store import Store, open_store  # noqa: E402
from minimtl.study.collect import Results, collect_outcomes  # noqa: E402
from minimtl.study.hierarchy import Hierarchy  # noqa: E402
from minimtl.study.jobs import Job, JobResult, StudyIdentity, decode, encode, job_key  # noqa: E402
from minimtl.study.plan import Problem, plan_jobs  # noqa: E402
from minimtl.study.protocol import PAPER  # noqa: E402
from minimtl.study.tasks import EvenSample, HierarchyPairs, unrelated_pairs  # noqa: E402

CLASSES, SUBCLASSES, TOPICS = 25, 5, 8  # of the hierarchy, of a class, of a subclass
IDENTITY = StudyIdentity.of(PAPER, "0" * 64, 0)
MEGABYTE = 1 << 20


class Measured(NamedTuple):
    """How much a step went through, and what it took."""

    n: int
    unit: str
    cpu: float
    wall: float
    peak_mb: float
    disk_mb: float


def all_pairs() -> HierarchyPairs:
    """UNRELATED over the made-up hierarchy."""
    return unrelated_pairs(
        Hierarchy.from_tree(
            {
                f"class{c}": {
                    f"subclass{s}": [f"topic{c}.{s}.{t}" for t in range(TOPICS)]
                    for s in range(SUBCLASSES)
                }
                for c in range(CLASSES)
            }
        )
    )


def some(n_pairs: int) -> list[Problem]:
    """One run of an even sample."""
    return [Problem("unrelated", EvenSample(all_pairs(), n_pairs), 1)]


def keyed_jobs(n_pairs: int) -> Iterator[tuple[str, Job]]:
    """The models of the sample by key."""
    return ((job_key(job, IDENTITY), job) for job in plan_jobs(some(n_pairs), PAPER))


def untrained(job: Job, data: None) -> bytes:
    """A result of the size that training by the protocol `paper` gives."""
    n_epochs = PAPER.training.epochs_single if len(job.tasks) == 1 else PAPER.training.epochs_joint
    halves = np.full((len(job.tasks), n_epochs), 0.5)
    return encode(JobResult(halves, halves, halves, 0.0))


def enumerate_pairs(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """The first `n_pairs`."""
    return count(islice(all_pairs(), n_pairs)), "pairs"


def sample_pairs(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """`n_pairs` evenly spaced."""
    return count(some(n_pairs)[0].pairs), "pairs"


def plan_models(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """Every job and its key."""
    return count(keyed_jobs(n_pairs)), "models"


def store_models(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """Run or resume the study without training."""
    with open_here(folder) as store, make_workers(executor, 1, None) as workers:
        summary = run_jobs(
            keyed_jobs(n_pairs), untrained, store, workers, decode=decode, progress=Progress(0)
        )
    summary.raise_for_failures()
    return summary.n_computed + summary.n_resumed, "models"


def collect_pairs(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """Scores and curves from the store; features of zeros."""
    with open_here(folder) as store:
        (problem,) = some(n_pairs)
        collect_outcomes(
            problem, Results(store, IDENTITY, PAPER), lambda *_: np.zeros((n_pairs, 30))
        )
    return n_pairs, "pairs"


def open_here(folder: Path) -> Store:
    """The store of a study without training."""
    return open_store(folder, {"seed": 0}, announce=print)


def count(items: Iterable[object]) -> int:
    """The number of items, of which none is kept."""
    return sum(1 for _ in items)


Step = Callable[[int, Path, str], tuple[int, str]]
STEPS: dict[str, Step] = {
    "enumerate": enumerate_pairs,
    "sample": sample_pairs,
    "plan": plan_models,
    "store": store_models,
    "resume": store_models,
    "collect": collect_pairs,
}


def take(step: Step, n_pairs: int, folder: Path, executor: str) -> Measured:
    """Measure one step in this process."""
    import resource  # not on Windows

    wall, cpu = time.perf_counter(), time.process_time()
    n, unit = step(n_pairs, folder, executor)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS, else kB
    peak_mb = peak / (MEGABYTE if sys.platform == "darwin" else 1024)
    disk_mb = sum(path.stat().st_size for path in folder.iterdir()) / MEGABYTE
    return Measured(n, unit, cpu, wall, peak_mb, disk_mb)


def take_apart(name: str, n_pairs: int, folder: Path, executor: str) -> str:
    """Measure one step in a process of its own; returns a row of the table."""
    with ProcessPoolExecutor(1, get_context("spawn")) as process:
        measured = process.submit(take, STEPS[name], n_pairs, folder, executor).result()
    return (
        f"| {name} | {n_pairs:,} | {measured.n:,} {measured.unit} | "
        f"{measured.n / measured.cpu:,.0f} | {measured.n / measured.wall:,.0f} | "
        f"{measured.peak_mb:,.0f} | {measured.disk_mb:,.0f} |"
    )


def main(argv: list[str] | None = None) -> int:
    """Print the table as Markdown, row by row."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--pairs", type=int, default=1_000_000, help="N (default: 1000000)")
    parser.add_argument("--executor", default="process", help="as in minimtl study")
    args = parser.parse_args(argv)
    print("| step | of pairs | through | per CPU s | per s | peak MB | disk MB |")
    print("|---|--:|--:|--:|--:|--:|--:|", flush=True)
    for n_pairs in (args.pairs // 100, args.pairs // 10, args.pairs):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            for name in STEPS:
                print(take_apart(name, n_pairs, Path(folder), args.executor), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        print(take_apart("enumerate", len(all_pairs()), Path(folder), args.executor))
    return 0


if __name__ == "__main__":
    # Under its own name, by which the workers of a cluster can import it too.
    from bench import scaling

    sys.exit(scaling.main())
