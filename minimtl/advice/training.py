"""What one run trains: the main task alone, both jointly and, for the features, the other alone."""

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
    for_features = trial.run < FEATURE_RUNS
    # The loss curve needs more epochs than the score, which is read on the way.
    n_epochs = PAPER.training.epochs_single if for_features else PAPER.reading.read_at + 1
    single = _train(trial, "main", [trial.main], trial.n_classes[:1], n_epochs)
    joint = _train(
        trial, "joint", [trial.main, trial.aux], trial.n_classes, PAPER.reading.read_at + 1
    )
    aux_losses = None
    if for_features:
        aux_losses = _train(trial, "aux", [trial.aux], trial.n_classes[1:], n_epochs).losses[0]
    return Measured(
        _score(trial, single),
        _score(trial, joint),
        single.losses[0] if for_features else None,
        aux_losses,
    )


def _train(
    trial: Trial, what: str, tasks: list[TaskData], n_classes: tuple[int, ...], n_epochs: int
) -> History:
    rng = rng_for("advise training", SEED, trial.run, what)
    return train_model(PAPER.settings, tasks, n_classes, n_epochs, rng)


def _score(trial: Trial, history: History) -> float:
    return float(macro_f1(trial.test_labels, history.predictions[0][PAPER.reading.read_at]))
