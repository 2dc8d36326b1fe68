"""Trains and scores one run: the main task alone and jointly and, for the features, the other."""

from typing import NamedTuple

import numpy as np

from minimtl.advice.trials import FEATURE_RUNS, SEED, Trial
from minimtl.execution import rng_for
from minimtl.nn import History, TaskData
from minimtl.stats import macro_f1
from minimtl.study import PAPER, train_model
from minimtl.system import pin_threads


class Measured(NamedTuple):
    """Macro-F1 of the main set's test texts, alone and jointly, and both sets' training losses.

    Losses are float64 (n_epochs,), and None in runs that the prediction does not use.
    """

    single: float
    multi: float
    main_losses: np.ndarray | None
    aux_losses: np.ndarray | None


def measure(trial: Trial) -> Measured:
    """Train the networks of a run, all by the ``paper`` protocol; runs in a worker process."""
    pin_threads()
    n_scored = PAPER.reading.read_at + 1
    if trial.run >= FEATURE_RUNS:
        single = _train(trial, "main", [trial.main], n_scored)
        main_losses = aux_losses = None
    else:
        # The loss curve needs more epochs than the score, which is read on the way.
        single = _train(trial, "main", [trial.main], PAPER.training.epochs_single)
        aux = _train(trial, "aux", [trial.aux], PAPER.training.epochs_single)
        main_losses, aux_losses = single.losses[0], aux.losses[0]
    joint = _train(trial, "joint", [trial.main, trial.aux], n_scored)
    return Measured(_score(trial, single), _score(trial, joint), main_losses, aux_losses)


def _train(trial: Trial, name: str, tasks: list[TaskData], n_epochs: int) -> History:
    """Train a network on some of the run's tasks; its random numbers depend on run and `name`."""
    n_classes = [len(np.unique(task.y)) for task in tasks]
    rng = rng_for("advise training", SEED, trial.run, name)
    return train_model(PAPER.settings, tasks, n_classes, n_epochs, rng)


def _score(trial: Trial, history: History) -> float:
    return float(macro_f1(trial.test_labels, history.predictions[0][PAPER.reading.read_at]))
