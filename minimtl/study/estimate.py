"""How long the training of a study will take here, from a few epochs of its own models."""

import time
from collections.abc import Iterable

from minimtl.nn import TaskData
from minimtl.study.compute import epochs_of, samples_of, task_data, train_model
from minimtl.study.data import StudyData
from minimtl.study.jobs import Job, training_rng

# The difference between a longer and a shorter training is the cost of the epochs alone.
_SHORT = 5
_LONG = 25


def seconds_of_training(jobs: Iterable[Job], data: StudyData) -> float:
    """CPU seconds that the training of `jobs` takes, estimated.

    One single-task and one joint model are trained for a few epochs, the first of each among
    `jobs`. The kernels are compiled before, if they are not yet.
    """
    seconds: dict[int, float] = {}
    total = 0.0
    for job in jobs:
        n_tasks = len(job.tasks)
        if n_tasks not in seconds:
            seconds[n_tasks] = _seconds_of(job, data)
        total += seconds[n_tasks]
    return total


def _seconds_of(job: Job, data: StudyData) -> float:
    tasks = task_data(samples_of(job, data), data)
    _timed(job, data, tasks, 1)  # loads or compiles the kernels
    short = _timed(job, data, tasks, _SHORT)
    per_epoch = (_timed(job, data, tasks, _LONG) - short) / (_LONG - _SHORT)
    return short + (epochs_of(job, data.protocol.training) - _SHORT) * per_epoch


def _timed(job: Job, data: StudyData, tasks: list[TaskData], n_epochs: int) -> float:
    began = time.perf_counter()
    rng = training_rng(job, data.identity)
    train_model(data.protocol.settings, tasks, [2] * len(tasks), n_epochs, rng, data.backend)
    return time.perf_counter() - began
