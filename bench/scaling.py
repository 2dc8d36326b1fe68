"""``python -m bench.scaling [--pairs N]``: what a study costs beside its training, as it grows.

A made-up hierarchy of 1,000 topics has 24,304,000 pairs over 496,000 tasks. Of N/100, N/10 and N
of its pairs, one run each, these steps are measured:

enumerate  the first of the pairs, one after the other; the last line is all of them
sample     an even sample of so many pairs, as ``--pairs`` takes it
plan       every model that those pairs need, with its key
store      the same through the runner, an executor and a store that is flushed to disk; in place
           of training, a worker answers with made-up curves of the right size
resume     the same again: the store is checked, and every model is found in it
collect    each pair's scores, features and curves read back, as for the tables
conclude   the same, then all that `minimtl report` makes: meta-analysis, claims, tables, figures
           and page

Each step runs in a process of its own, so that its peak memory is its own. CPU seconds are those
of this process; the workers of the executor are left out.
"""

import argparse
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from minimtl.system import pin_threads

pin_threads()

import numpy as np  # noqa: E402  (reads the variables that were just set)

from minimtl.jobs.executors import make_workers  # noqa: E402
from minimtl.jobs.identity import rng_for  # noqa: E402
from minimtl.jobs.runner import Progress, run_jobs  # noqa: E402
from minimtl.jobs.store import Store, open_store  # noqa: E402
from minimtl.tasks.modeljobs import Job, JobResult, StudyIdentity, decode, encode, job_key  # noqa: E402
from minimtl.tasks.outcomes import Results, collect_outcomes  # noqa: E402
from minimtl.tasks.pairfeatures import FEATURE_NAMES  # noqa: E402
from minimtl.tasks.plan import Problem, plan_jobs  # noqa: E402
from minimtl.tasks.protocol import PAPER  # noqa: E402
from minimtl.tasks.taskpairs import (  # noqa: E402
    Hierarchy,
    HierarchyPairs,
    Task,
    unrelated_pairs,
)

CLASSES, SUBCLASSES, TOPICS = 25, 5, 8  # of the hierarchy, of a class, of a subclass
IDENTITY = StudyIdentity(PAPER.settings, "0" * 64, 0)
MEGABYTE = 1 << 20


class Measured(NamedTuple):
    """How much a step went through, and what it took."""

    n: int
    unit: str
    cpu: float
    wall: float
    peak_mb: float
    disk_mb: float


TREE = {
    f"class{c}": {
        f"subclass{s}": [f"topic{c}.{s}.{t}" for t in range(TOPICS)] for s in range(SUBCLASSES)
    }
    for c in range(CLASSES)
}
# What the report says of a corpus that is none.
MANIFEST = {
    "minimtl": "",
    "finished": False,
    "command": ["study"],
    "identity": {"seed": 0},
    "corpus": {
        "edition": "made-up", "source": "", "sha256": "", "tree": TREE, "train": 0, "test": 0
    },
}  # fmt: skip


def all_pairs() -> HierarchyPairs:
    """UNRELATED over the made-up hierarchy."""
    return unrelated_pairs(Hierarchy.from_tree(TREE))


def some(n_pairs: int) -> list[Problem]:
    """One run of an even sample."""
    return [Problem("unrelated", all_pairs().sample(n_pairs), 1)]


def keyed_jobs(n_pairs: int) -> Iterator[tuple[str, Job]]:
    """The models of the sample by key."""
    return ((job_key(job, IDENTITY), job) for job in plan_jobs(some(n_pairs), PAPER))


def untrained(job: Job, data: None) -> bytes:
    """A result of the size that training by the protocol `paper` gives.

    A score rises from one half to 0.8, to which tasks and chance add something.
    """
    n_tasks = len(job.tasks)
    n_epochs = PAPER.training.epochs_single if n_tasks == 1 else PAPER.training.epochs_joint
    epochs = np.array(PAPER.training.curve_epochs(n_epochs))
    noise = rng_for("made up", job.tasks, job.run).normal(0, 0.01, (n_tasks, n_epochs))
    ends = 0.8 + 0.05 * np.array([[effect(task)] for task in job.tasks])
    if n_tasks > 1:
        ends += 0.02 * ends[::-1] - 0.016
    rise = 1 - np.exp(-np.arange(n_epochs) / 15)
    score = np.clip(0.5 + (ends - 0.5) * rise + noise, 0, 1)
    names = "accuracy", "f1", "f1_negative", "log_loss"
    return encode(JobResult(1.2 - score, epochs, dict.fromkeys(names, score[:, epochs]), 0.0))


def effect(task: Task) -> float:
    """What is the task's own, from -1 to 1."""
    return zlib.crc32("/".join(task).encode()) / (1 << 31) - 1


def made_up_features(problem: Problem, run: int) -> np.ndarray:
    """Features by chance: they predict nothing."""
    rng = rng_for("features", problem.pairs[0], run)
    return rng.normal(size=(len(problem.pairs), len(FEATURE_NAMES)))


def enumerate_pairs(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """The first `n_pairs`."""
    return count(islice(all_pairs(), n_pairs)), "pairs"


def sample_pairs(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """An even sample of `n_pairs`."""
    return count(some(n_pairs)[0].pairs), "pairs"


def plan_models(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """Every job and its key."""
    return count(keyed_jobs(n_pairs)), "models"


def store_models(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """Run or resume the study without training."""
    with open_here(folder) as store, make_workers(executor, 1, None) as workers:
        progress = Progress(0)
        run_jobs(keyed_jobs(n_pairs), untrained, store, workers, decode=decode, progress=progress)
    return progress.n_computed + progress.n_resumed, "models"


def collect_pairs(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """Scores and curves from the store; features are made up, and stored like others."""
    with open_here(folder) as store:
        (problem,) = some(n_pairs)
        collect_outcomes(problem, Results(store, IDENTITY, PAPER), made_up_features)
    return n_pairs, "pairs"


def conclude_study(n_pairs: int, folder: Path, executor: str) -> tuple[int, str]:
    """From the store to tables, figures and page, which it removes again."""
    from minimtl.gains.studyanalysis import conclude  # here, as other steps load less
    from minimtl.study.studyresult import StudyResult

    with (
        open_here(folder) as store,
        tempfile.TemporaryDirectory(dir=folder.parent) as out,
    ):
        results = Results(store, IDENTITY, PAPER)
        concluded = conclude(some(n_pairs), results, 0, made_up_features)
        StudyResult(MANIFEST, concluded, Path(out)).write(out, announce=print)
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
    "conclude": conclude_study,
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
