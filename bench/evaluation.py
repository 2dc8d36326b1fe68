"""The cost of predicting all test documents after every epoch, as a share of the training."""

from collections.abc import Sequence
from functools import partial

import numpy as np

from bench.floor import PredictionFloor
from bench.harness import interleave, ratio
from bench.ours import fresh_network
from bench.rows import OURS, Row, timing_row
from bench.settings import Settings
from bench.steps import WHATS
from minimtl.nn.adam import Schedule
from minimtl.nn.training import Learner, TaskData

SECTION = "Whole training, with and without the learning curve"
N_EPOCHS = 30
ALONE, FOLLOWED = "training alone", "test documents predicted after every epoch"
FLOOR = "the floor of predicting"


def measure(settings: Settings) -> list[Row]:
    """Milliseconds of CPU per epoch of `Learner.run`, all its preparations included."""
    rows = []
    for n_tasks, what in WHATS.items():
        tasks = settings.tasks(n_tasks)
        floor = PredictionFloor(tasks)
        unfollowed = [TaskData(task.X, task.y) for task in tasks]
        timings = interleave(
            {
                ALONE: partial(run, unfollowed),
                FOLLOWED: partial(run, tasks),
                FLOOR: partial(several, floor),
            },
            settings.choose(15, 3),
            units=N_EPOCHS,
        )
        share = ratio(timings[FOLLOWED], timings[ALONE]) - 1.0
        least = ratio(timings[FLOOR], timings[ALONE])
        notes = {
            ALONE: "",
            FOLLOWED: f"{floor.n_documents:,} test documents",
            FLOOR: f"{least:.0%} of the training",
        }
        rows += [
            timing_row(SECTION, what, who, timing, note=notes[who])
            for who, timing in timings.items()
        ]
        rows.append(Row(SECTION, cost_of(what), OURS, "%", 100 * share))
    return rows


def cost_of(what: str) -> str:
    """What the row is of that says how much longer training takes with a learning curve."""
    return f"{what}: the learning curve, of the training"


def run(tasks: Sequence[TaskData]) -> None:
    """Train for `N_EPOCHS`."""
    network = fresh_network(tasks[0].X.shape[1], len(tasks))
    Learner(network).run(tasks, Schedule(N_EPOCHS), np.random.default_rng(0), "numba")


def several(floor: PredictionFloor) -> None:
    """The floor of as many epochs."""
    for _ in range(N_EPOCHS):
        floor.epoch()
