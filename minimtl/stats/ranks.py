"""Ranks of numbers, Spearman's correlation, and the area under the ROC curve.

Notation
--------
score           of every sample by each of several models, shape (n_models, n), float64
test            which samples each model is scored on, shape (n_models, n), bool

Scores of different models are not compared with each other: a model that learned from few positive
samples gives all a low score, and is tested on many positive ones, so that ranks over several test
sets of a cross-validation are turned upside down where there is nothing to learn.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import BoolArray, FloatArray, IntArray


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Rank correlation of two vectors: Pearson's correlation of the ranks.

    Equal numbers share the mean of their ranks. The result is NaN where all of a vector's numbers
    are equal.
    """
    with np.errstate(invalid="ignore"):
        return float(np.corrcoef(_mean_ranks(first), _mean_ranks(second))[0, 1])


def auc_within(y: IntArray, score: FloatArray, test: BoolArray) -> float:
    """Share of the pairs of a positive and a negative sample that a model ranks rightly.

    Of pairs that the same model is tested on, over all models together; equal scores count one
    half. For one model it is the area under its ROC curve. NaN where no model has such a pair.

    Parameters
    ----------
    y : int64, shape (n,)
        1 for a positive sample, 0 for a negative one.
    """
    right = compared = 0.0
    for members, ranks in _ranks_within(score, test):
        positive = y[members] == 1
        n_positive = int(positive.sum())
        right += float(ranks[positive].sum()) - n_positive * (n_positive + 1) / 2
        compared += n_positive * (len(members) - n_positive)
    return right / compared if compared else float("nan")


def rank_correlation_within(values: FloatArray, score: FloatArray, test: BoolArray) -> float:
    """Correlation of the ranks of `values`, (n,), with those of the scores, each in its test set.

    Ranks are taken less their mean in the test set, over its size. For one model it is Spearman's
    correlation. NaN where all values, or all scores, of each test set are equal.
    """
    product = of_values = of_scores = 0.0
    for members, ranks in _ranks_within(score, test):
        scored = (ranks - ranks.mean()) / len(members)
        true = _mean_ranks(values[members])
        true = (true - true.mean()) / len(members)
        product += float(true @ scored)
        of_values += float(true @ true)
        of_scores += float(scored @ scored)
    scale = np.sqrt(of_values * of_scores)
    return float(product / scale) if scale > 0 else float("nan")


def _ranks_within(score: FloatArray, test: BoolArray) -> Iterator[tuple[np.ndarray, FloatArray]]:
    """The samples of each test set that is not empty, and the ranks of their scores."""
    for of_model, tested in zip(score, test, strict=True):
        members = np.flatnonzero(tested)
        if members.size:
            # Scores that differ by rounding only are equal.
            yield members, _mean_ranks(np.round(of_model[members], 10))


def inverse_ranks(values: FloatArray) -> FloatArray:
    """Ranks by absolute value within each row of `values`, shape (n_rows, n_columns).

    The largest has rank n_columns, the smallest rank 1; of equals the later column ranks higher.
    """
    order = np.abs(values).argsort(axis=1, kind="stable")
    return order.argsort(axis=1, kind="stable").astype(np.float64) + 1


def _mean_ranks(values: ArrayLike) -> FloatArray:
    """Ranks from 1, shape (n,); equal numbers share the mean of their ranks."""
    _, which, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(counts) - (counts - 1) / 2)[which]
    return ranks
