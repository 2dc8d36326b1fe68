"""Training the models that a store lacks: where it happens, and how long it will take.

The same for a study, for the many of a multiverse, and for a tuning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from minimtl.jobs.executors import Workers, is_local
from minimtl.jobs.runner import duration, run_shown
from minimtl.jobs.store import Store
from minimtl.report.wording import counted
from minimtl.study.definition import PlacedJob, Study, data_of, jobs_of
from minimtl.system import available_cores, say
from minimtl.tasks.compute import StudyData, compute, time_training
from minimtl.tasks.modeljobs import decode
from minimtl.tasks.outcomes import read_score
from minimtl.tasks.plan import Problem, Shard
from minimtl.tasks.protocol import Reading


@dataclass(frozen=True)
class Conditions:
    """The folder of models and who trains them; no number depends on any of it.

    Attributes
    ----------
    out : the folder of store, tables and page.
    n_workers : processes that train, where the executor is on this machine.
    executor : as ``--executor`` names it.
    fresh : set what is in the folder aside, and begin anew.
    quiet : say no progress. verbose : say what each part took.
    command : the arguments of ``minimtl`` that do the same, which continue it.
    """

    out: Path
    n_workers: int
    executor: str = "process"
    fresh: bool = False
    quiet: bool = False
    verbose: bool = False
    command: Sequence[str] = ()

    def announce(self, line: str) -> None:
        """Say a line about the progress, if it is wanted."""
        if not self.quiet:
            say(line)

    def announce_time(self, what: str, seconds: float) -> None:
        """Say what a part took, if it is wanted."""
        if self.verbose:
            say(f"{what}: {seconds} s")


def train_models(
    jobs: Mapping[str, PlacedJob],
    store: Store,
    workers: Workers,
    reading: Reading | None = None,
    *,
    quiet: bool = False,
) -> int:
    """Train every model of `jobs_of` studies that the store lacks; returns their number.

    `workers` compute on `data_of` these studies. The progress has the score that `reading` reads.
    """

    def describe(placed: PlacedJob, payload: bytes) -> str:
        names = " beside ".join(" / ".join(task) for task in placed.job.tasks)
        if reading is None:
            return names
        return f"{reading.score} {read_score(decode(payload), reading, 0):.3f} of {names}"

    return run_shown(
        jobs.items(), len(jobs), compute_placed, store, workers,
        decode=decode, describe=describe, quiet=quiet,
    )  # fmt: skip


def compute_placed(placed: PlacedJob, data: Mapping[int, StudyData]) -> bytes:
    """Train the job's model from its data; as `compute.compute`."""
    return compute(placed.job, data[placed.place])


def kinds_of(jobs: Iterable[PlacedJob]) -> list[list[PlacedJob]]:
    """Jobs that take about as long as one another: single-task and joint ones of each data."""
    kinds: dict[tuple[int, int], list[PlacedJob]] = {}
    for placed in jobs:
        kinds.setdefault((placed.place, len(placed.job.tasks)), []).append(placed)
    return list(kinds.values())


def seconds_of(placed: PlacedJob, data: Mapping[int, StudyData]) -> float:
    """Seconds that a core takes to train the job's model; as `compute.time_training`."""
    return time_training(placed.job, data[placed.place])


def announce_training(
    jobs: Mapping[str, PlacedJob],
    store: Store,
    workers: Workers,
    conditions: Conditions,
    before: str,
    after: str,
) -> None:
    """Say how many models the store lacks and what they will take, between two parts of a line.

    The workers find the time by trying. A job that cannot be timed cannot be trained either, and
    the training says why.
    """
    missing = kinds_of(job for key, job in jobs.items() if key not in store)
    if conditions.quiet or not missing:
        return
    futures = [workers.submit_job(seconds_of, kind[0]) for kind in missing]
    answers = [future.result() for future in futures if future.exception() is None]
    seconds = [answer for answer in answers if isinstance(answer, float)]
    when = _training_time(missing, seconds, conditions) if len(seconds) == len(missing) else ""
    n_models = counted(sum(map(len, missing)), "model")
    say(f"{before}{n_models} to train{when}{after}")


def planned(studies: Sequence[Study], shard: Shard, conditions: Conditions) -> str:
    """The number of models to train and how long it would take, as this process finds by trying."""
    jobs, data = jobs_of(studies, shard), data_of(studies)
    kinds = kinds_of(jobs.values())
    when = _training_time(kinds, [seconds_of(kind[0], data) for kind in kinds], conditions)
    return (
        f"{counted(len(jobs), 'model')}, seed {studies[0].seed}, into {conditions.out}{when}; "
        "nothing was computed"
    )


def described(problem: Problem) -> str:
    """Pairs and runs of a problem."""
    return (
        f"{problem.name}: {counted(len(problem.pairs), 'pair')}, {counted(problem.n_runs, 'run')}"
    )


def _training_time(
    kinds: Sequence[Sequence[PlacedJob]], seconds: Sequence[float], conditions: Conditions
) -> str:
    total = sum(len(kind) * each for kind, each in zip(kinds, seconds, strict=True))
    if not is_local(conditions.executor):  # whose number of workers is not ours to know
        return f", about {duration(total)} of one core's time"
    n_workers = min(conditions.n_workers, available_cores())
    return f", about {duration(total / n_workers)} on {n_workers} of this machine's cores"
