"""The cost of predicting all test documents after every epoch, as a share of the training."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from bench.harness import interleave, ratio
from bench.ours import fresh_network
from bench.rows import Row, timing_row
from bench.settings import Settings
from minimtl.nn.adam import Adam
from minimtl.nn.training import Schedule, TaskData, train

SECTION = "Whole training, with and without the learning curve"
N_EPOCHS = 30
ALONE, FOLLOWED = "training alone", "test documents predicted after every epoch"


def measure(settings: Settings) -> list[Row]:
    """Milliseconds of CPU per epoch of `train`, all its preparations included."""
    rows = []
    for n_tasks, what in ((1, "single task"), (2, "two tasks jointly")):
        tasks = settings.tasks(n_tasks)
        n_test = sum(task.X_test.shape[0] for task in tasks if task.X_test is not None)
        unfollowed = [TaskData(task.X, task.y) for task in tasks]
        timings = interleave(
            {ALONE: partial(run, unfollowed), FOLLOWED: partial(run, tasks)},
            settings.choose(15, 3),
            units=N_EPOCHS,
        )
        share = ratio(timings[FOLLOWED], timings[ALONE]) - 1.0
        rows.append(timing_row(SECTION, what, ALONE, timings[ALONE]))
        note = f"{n_test:,} test documents cost {share:.0%} of the training"
        rows.append(
            timing_row(SECTION, what, FOLLOWED, timings[FOLLOWED], times_ours=1 + share, note=note)
        )
    return rows


def run(tasks: Sequence[TaskData]) -> None:
    """Train for `N_EPOCHS`."""
    network = fresh_network(tasks[0].X.shape[1], len(tasks))
    train(network, tasks, Schedule(N_EPOCHS), Adam(), np.random.default_rng(0), "numba")
