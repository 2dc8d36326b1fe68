"""The features of two sets with any classes: each class against the rest, averaged.

The features are those of two tasks with two aligned classes, a positive and a negative one. Here
each class of the main set is the positive one in turn, the others together the negative one, and
so is the class of the auxiliary set that is aligned with it; the features of the turns are
averaged. Two classes have two turns, so that it does not matter which of them is called positive.

Classes are aligned by name where both sets have the same labels; otherwise by their words: the
one-to-one assignment of least total divergence, and for classes that are left over the nearest one.
"""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from minimtl.advice.measure import Measured
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
    """The features, float64 (n_features,): means over the runs with both sets' loss curves."""
    counted = WordCounts(pair.counts, pair.counts)
    words = FeatureWords(counted, counted)
    runs = []
    for trial, (_, _, main_losses, aux_losses) in zip(trials, measured, strict=True):
        if main_losses is None or aux_losses is None:
            continue
        main = _class_features(trial.main_rows, trial.test_rows, pair.labels, main_losses, words)
        # An auxiliary set's test texts enter no feature.
        aux = _class_features(trial.aux_rows, trial.aux_rows, pair.labels, aux_losses, words)
        turns = [pair_features(main[k], aux[j]) for k, j in enumerate(align(pair, trial))]
        runs.append(np.mean(turns, axis=0))
    mean: np.ndarray = np.mean(runs, axis=0)
    return mean


def _class_features(
    train_rows: np.ndarray,
    test_rows: np.ndarray,
    labels: np.ndarray,
    losses: np.ndarray,
    words: FeatureWords,
) -> list[TaskFeatures]:
    """The features of a set with each of its classes as the positive one."""
    curve = fit_log_curve(losses)
    features = []
    for k in np.unique(labels[train_rows]):
        positive = (labels == k).astype(np.int64)
        sample = Sample(train_rows, positive[train_rows], test_rows, positive[test_rows])
        features.append(task_features(sample, losses, curve, words, PAPER.reading))
    return features


def align(pair: PairOfSets, trial: Trial) -> list[int]:
    """The class of the auxiliary set that is aligned with each class of the main set."""
    if pair.main.classes == pair.aux.classes:
        return list(range(len(pair.main.classes)))
    main, aux = (
        [bag_of(pair.counts, rows[pair.labels[rows] == k]) for k in np.unique(pair.labels[rows])]
        for rows in (trial.main_rows, trial.aux_rows)
    )
    distance = np.array([[bag_divergence(a, b) for b in aux] for a in main])
    nearest = distance.argmin(axis=1)
    rows, columns = linear_sum_assignment(distance)
    nearest[rows] = columns
    return nearest.tolist()
