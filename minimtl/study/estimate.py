"""How long the training of a study will take here, from a few epochs of its own models."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from minimtl.nn import TaskData
from minimtl.tasks import (
    Job,
    StudyData,
    epochs_of,
    samples_of,
    task_data,
    train_model,
    training_rng,
)

# The difference between a longer and a shorter training is the cost of the epochs alone.
_SHORT = 5
_LONG = 25


class JobKind(NamedTuple):
    """Jobs that take about as long as one another: an example of them, and their number."""

    example: Job
    n_jobs: int


def kinds_of(jobs: Iterable[Job]) -> list[JobKind]:
    """Single-task and joint jobs apart; memory does not grow with their number."""
    examples: dict[int, Job] = {}
    counts: Counter[int] = Counter()
    for job in jobs:
        examples.setdefault(len(job.tasks), job)
        counts[len(job.tasks)] += 1
    return [JobKind(example, counts[n_tasks]) for n_tasks, example in examples.items()]


def seconds_of(job: Job, data: StudyData) -> float:
    """Seconds that a core takes to train the job's model, from a few of its epochs.

    The kernels are loaded, or compiled, before.
    """
    tasks = task_data(samples_of(job, data), data)
    _timed(job, data, tasks, 1)
    short = _timed(job, data, tasks, _SHORT)
    per_epoch = (_timed(job, data, tasks, _LONG) - short) / (_LONG - _SHORT)
    return short + (epochs_of(job, data.protocol.training) - _SHORT) * per_epoch


def _timed(job: Job, data: StudyData, tasks: list[TaskData], n_epochs: int) -> float:
    began = time.perf_counter()
    rng = training_rng(job, data.identity)
    train_model(data.protocol.settings, tasks, [2] * len(tasks), n_epochs, rng, data.backend)
    return time.perf_counter() - began
