"""The 30 features of two sets with any classes: each class against the rest, averaged.

The features are those of two tasks with two aligned classes, a positive and a negative one. Here
each class of the main set is the positive one in turn, the others together the negative one, and
so is the class of the auxiliary set that stands beside it; the features of the turns are averaged.
Two classes have two turns, so that the answer does not hang on which of them is called positive.

Classes stand side by side by name where both sets have the same labels; otherwise as their words
are nearest: the one-to-one assignment of least total divergence, and for classes that are left
over the nearest one.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from minimtl.advice.training import Measured
from minimtl.advice.trials import PairOfSets, Trial
from minimtl.stats import fit_log_curve
from minimtl.study import (
    PAPER,
    FeatureWords,
    Sample,
    TaskFeatures,
    WordCounts,
    bag_divergence,
    bag_of,
    pair_features,
    task_features,
)


def features_of_pair(
    pair: PairOfSets, trials: Sequence[Trial], measured: Sequence[Measured]
) -> np.ndarray:
    """The features, float64 (30,), averaged over the runs that have both sets' loss curves."""
    runs = [
        _features(pair, trial, result.main_losses, result.aux_losses)
        for trial, result in zip(trials, measured, strict=True)
        if result.main_losses is not None and result.aux_losses is not None
    ]
    mean: np.ndarray = np.mean(runs, axis=0)
    return mean


def _features(
    pair: PairOfSets, trial: Trial, main_losses: np.ndarray, aux_losses: np.ndarray
) -> np.ndarray:
    counted = WordCounts(pair.counts, pair.counts)
    words = FeatureWords(counted, counted)
    beside = align(pair, trial)
    main = _turns(trial.main_rows, trial.test_rows, pair.labels, main_losses, words)
    # An auxiliary set's test texts enter no feature.
    aux = _turns(trial.aux_rows, trial.aux_rows, pair.labels, aux_losses, words)
    turns = [pair_features(main[k], aux[beside[k]]) for k in range(len(main))]
    mean: np.ndarray = np.mean(turns, axis=0)
    return mean


def _turns(
    train_rows: np.ndarray,
    test_rows: np.ndarray,
    labels: np.ndarray,
    losses: np.ndarray,
    words: FeatureWords,
) -> list[TaskFeatures]:
    """The features of a set with each of its classes as the positive one."""
    curve = fit_log_curve(losses)
    return [
        task_features(
            Sample(
                train_rows,
                (labels[train_rows] == k).astype(np.int64),
                test_rows,
                (labels[test_rows] == k).astype(np.int64),
            ),
            losses,
            curve,
            words,
            PAPER.reading,
        )
        for k in np.unique(labels[train_rows])
    ]


def align(pair: PairOfSets, trial: Trial) -> list[int]:
    """The class of the auxiliary set that stands beside each class of the main set."""
    if pair.main.classes == pair.aux.classes:
        return list(range(len(pair.main.classes)))
    main, aux = (
        [bag_of(pair.counts, rows[pair.labels[rows] == k]) for k in range(n)]
        for rows, n in zip((trial.main_rows, trial.aux_rows), trial.n_classes, strict=True)
    )
    distance = np.array([[bag_divergence(a, b) for b in aux] for a in main])
    beside = distance.argmin(axis=1)
    rows, columns = linear_sum_assignment(distance)
    beside[rows] = columns
    return [int(k) for k in beside]
