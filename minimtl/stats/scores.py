"""Scores of predictions: accuracy, F1, log loss, Brier score, and ranks.

Notation
--------
y       true classes, shape (..., n)
ŷ       predicted classes, shape (..., n)
p       predicted probability of the positive class, shape (..., n), float64
w       weights of the samples, shape (..., n); 0 leaves a sample out of a fold's score

    F1 = 2 TP / (2 TP + FP + FN),  0 where the divisor is 0 (no positive, none predicted)

Leading axes broadcast, and a score has their shape: a float for one vector of predictions.

Ranks are taken within the test set of each of several models, whose scores and test sets have the
shape (n_models, n), as a model that learned from few positive samples gives all a low score.

Derived in docs/mathematics.md, §9.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minimtl.elementary import log
from minimtl.stats.arrays import BoolArray, FloatArray, IntArray

Score = float | FloatArray
# A probability this near one half is one half but for rounding, and decides for the negative class.
_ROUNDING = 1e-9


def decide(probability: FloatArray) -> BoolArray:
    """True where a probability of the positive class, of any shape, is above one half."""
    is_above: BoolArray = probability > 0.5 + _ROUNDING
    return is_above


def accuracy(y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> Score:
    """Share of samples whose class is predicted."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    weights = _weights(y_true, y_pred, sample_weight)
    return _mean(y_true == y_pred, weights)


def f1_score(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    sample_weight: ArrayLike | None = None,
    *,
    positive: Any = 1,
) -> Score:
    """F1 of the class `positive`: harmonic mean of its precision and recall."""
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    weights = _weights(y_true, y_pred, sample_weight)
    true, predicted = y_true == positive, y_pred == positive
    hits = (weights * (true & predicted)).sum(axis=-1)
    # 2 TP + FP + FN counts every true and every predicted member once.
    members = (weights * true).sum(axis=-1) + (weights * predicted).sum(axis=-1)
    return _plain(np.divide(2 * hits, members, out=np.zeros(np.shape(hits)), where=members > 0))


def macro_f1(y_true: ArrayLike, y_pred: ArrayLike, sample_weight: ArrayLike | None = None) -> Score:
    """Mean F1 of the classes that are among the true or the predicted of the sample.

    As in scikit-learn, a class that neither holds has no part in the mean; in a fold, that is a
    class without a sample of positive weight.
    """
    y_true, y_pred = np.asarray(y_true), np.asarray(y_pred)
    weights = _weights(y_true, y_pred, sample_weight)
    total, n_present = np.zeros(weights.shape[:-1]), np.zeros(weights.shape[:-1])
    for label in np.union1d(y_true, y_pred):
        total += f1_score(y_true, y_pred, weights, positive=label)
        n_present += ((weights > 0) & ((y_true == label) | (y_pred == label))).any(axis=-1)
    return _plain(total / n_present)


def log_loss(
    y_true: ArrayLike, probability: ArrayLike, sample_weight: ArrayLike | None = None
) -> Score:
    """Mean of -ln of the probability given to the true class, in nats.

    `y_true` holds 0 and 1 and `probability` that of 1. A probability of exactly 0 for
    the true class costs -ln of float64's ε, about 36, as in scikit-learn.
    """
    y_true, p = _binary(y_true, probability)
    eps = np.finfo(np.float64).eps
    p = np.clip(p, eps, 1 - eps)
    return _mean(-log(np.where(y_true == 1, p, 1 - p)), _weights(y_true, p, sample_weight))


def brier_score(
    y_true: ArrayLike, probability: ArrayLike, sample_weight: ArrayLike | None = None
) -> Score:
    """Mean squared difference of the probability of class 1 and the true class, 0 or 1."""
    y_true, p = _binary(y_true, probability)
    return _mean((p - y_true) ** 2, _weights(y_true, p, sample_weight))


def _binary(y_true: ArrayLike, probability: ArrayLike) -> tuple[NDArray[Any], FloatArray]:
    y_true, p = np.asarray(y_true), np.asarray(probability, np.float64)
    if not np.isin(y_true, (0, 1)).all():
        raise ValueError("y_true must hold only 0 and 1, or False and True.")
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("probability must lie between 0 and 1.")
    return y_true.astype(np.float64), p


def _weights(
    y_true: NDArray[Any], y_pred: NDArray[Any], sample_weight: ArrayLike | None
) -> FloatArray:
    """Weights with the broadcast shape of all three; ones for None."""
    given = np.ones(1) if sample_weight is None else np.asarray(sample_weight, np.float64)
    lengths = {a.shape[-1] for a in (y_true, y_pred) if a.ndim}
    if len(lengths) != 1 or lengths == {0}:
        raise ValueError(
            "Scores need as many true as predicted values, and at least one; got shapes "
            f"{y_true.shape} and {y_pred.shape}."
        )
    weights = np.broadcast_to(given, np.broadcast_shapes(y_true.shape, y_pred.shape, given.shape))
    if not (weights.sum(axis=-1) > 0).all():
        raise ValueError("Scores need a sample with positive weight.")
    return weights


def _mean(values: NDArray[Any], weights: FloatArray) -> Score:
    return _plain((weights * values).sum(axis=-1) / weights.sum(axis=-1))


def _plain(score: FloatArray) -> Score:
    return float(score) if np.ndim(score) == 0 else score


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
