"""How well probabilities of a gain fit the pairs that each fit of a design is tested on.

Notation
--------
y, gain         label and gain of each pair, (n_pairs,)
probability     of a gain, by each fit of the design, (n_fits, n_pairs), float64; above one half the
                decision is "gain"
train, test     which pairs each fit learns from and is scored on, (n_fits, n_pairs), bool
task            number of a task of each pair, (n_pairs,), int64

The baselines, which know the majority or the names of the tasks, give a probability for every pair
as the meta-model does.
"""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from scipy.special import expit, logit

from minimtl.gains.designs import Design
from minimtl.gains.metamodel import fit_design, of_unseen
from minimtl.stats import (
    BoolArray,
    Effects,
    FloatArray,
    IntArray,
    accuracy,
    auc_within,
    brier_score,
    decide,
    estimate_mean,
    f1_score,
    log_loss,
    rank_correlation_within,
)
from minimtl.tasks import LabelledPairs, Meta

Kind = Literal["baseline", "all", "set", "feature"]
N_BINS = 10  # of the reliability diagram
BASELINES = ("majority", "main_name", "aux_name", "both_names")


class Scores(NamedTuple):
    """Scores of one predictor under one design; NaN where a score is not defined.

    Attributes
    ----------
    accuracy, f1, brier, log_loss : of random folds, the mean over the folds; of a design that tests
        each pair once, over all tested pairs together. F1 is of "gain", the loss in nats.
    auc, rank_correlation : with the label and with the size of the gain, among pairs that the same
        fit is tested on.
    """

    accuracy: float
    f1: float
    auc: float
    brier: float
    log_loss: float
    rank_correlation: float


class Prediction(NamedTuple):
    """How well one predictor does under one design.

    Attributes
    ----------
    features : "all", the name of a set or of a feature, or one of `BASELINES`.
    n_pairs : how many pairs were tested.
    low, high : of the accuracy, were the tasks drawn anew; NaN for single features.
    p, p_holm : NaN for baselines, and where no p was asked for.
    """

    design: str
    features: str
    kind: Kind
    n_pairs: int
    scores: Scores
    low: float = float("nan")
    high: float = float("nan")
    p: float = float("nan")
    p_holm: float = float("nan")


class FoldScores(NamedTuple):
    """Scores of each fold, all float64 of shape (n_fits,); F1 is that of "gain"."""

    f1: FloatArray
    accuracy: FloatArray
    brier: FloatArray
    log_loss: FloatArray


def score_pairs(
    labelled: LabelledPairs, columns: Sequence[int], design: Design, settings: Meta
) -> FoldScores:
    """The meta-model's scores in every fold of the design, seeing the given columns only."""
    X, y = labelled.X[:, list(columns)], labelled.y
    return score_folds(y, fit_design(X, y, design, settings).probability, design.test)


def score_folds(y: IntArray, probability: FloatArray, test: BoolArray) -> FoldScores:
    """Score each row of ``probability`` on the pairs of the same row of ``test``."""
    decision = decide(probability).astype(np.int64)
    return FoldScores(
        f1=np.asarray(f1_score(y, decision, test)),
        accuracy=np.asarray(accuracy(y, decision, test)),
        brier=np.asarray(brier_score(y, probability, test)),
        log_loss=np.asarray(log_loss(y, probability, test)),
    )


def score_design(y: IntArray, gain: FloatArray, probability: FloatArray, design: Design) -> Scores:
    """The scores of one predictor of one data set."""
    if design.is_repeated:
        folds = score_folds(y, probability, design.test)
    else:
        folds = score_folds(y, of_unseen(probability, design), design.tested[np.newaxis])
    return Scores(
        **{name: float(each.mean()) for name, each in folds._asdict().items()},
        auc=auc_within(y, probability, design.test),
        rank_correlation=rank_correlation_within(gain, probability, design.test),
    )


def accuracy_interval(accuracy: float, right: FloatArray, effects: Effects) -> tuple[float, float]:
    """95 % interval of an accuracy, were the tasks drawn anew; cut to what a share can be.

    Whether a pair is told right depends on its tasks, as its gain does. NaN where there is one main
    or one auxiliary task.

    Parameters
    ----------
    right : float64, shape (n_pairs, n_data_sets)
        The share of the fits tested on each pair that tell its label.
    """
    estimate = estimate_mean(right, effects).new_tasks
    if estimate is None:
        return float("nan"), float("nan")
    half = (estimate.high - estimate.low) / 2
    return max(0.0, accuracy - half), min(1.0, accuracy + half)


def share_right(y: IntArray, probability: FloatArray, test: BoolArray) -> FloatArray:
    """The share of the fits tested on each pair that tell its label, (n_pairs,)."""
    right = ((decide(probability) == y) & test).sum(axis=0)
    share: FloatArray = right / np.maximum(test.sum(axis=0), 1)
    return share


def baseline_probability(
    name: str, y: IntArray, train: BoolArray, main: IntArray, aux: IntArray
) -> FloatArray:
    """What one of `BASELINES` answers, (n_fits, n_pairs)."""
    if name == "majority":
        return majority_probability(y, train)
    if name == "both_names":
        return names_probability(y, train, main, aux)
    return identity_probability(y, train, main if name == "main_name" else aux)


def majority_probability(y: IntArray, train: BoolArray) -> FloatArray:
    """The share of gains among the training pairs, for every pair: shape (n_fits, n_pairs)."""
    share = (train & (y == 1)).sum(axis=1) / train.sum(axis=1)
    return np.broadcast_to(share[:, np.newaxis], train.shape)


def identity_probability(y: IntArray, train: BoolArray, task: IntArray) -> FloatArray:
    """The share of gains among the training pairs of the same task, (n_fits, n_pairs).

    One pair with the overall share is added to each task, (k + p) / (n + 1): a task that is not in
    training gets the overall share, and a task with one pair is drawn halfway towards it.
    """
    tasks, task = np.unique(task, return_inverse=True)
    n_tasks = len(tasks)
    gains, seen = np.zeros((2, len(train), n_tasks), np.int64)
    for fit, row in enumerate(train):
        gains[fit] = np.bincount(task[row & (y == 1)], minlength=n_tasks)
        seen[fit] = np.bincount(task[row], minlength=n_tasks)
    share = majority_probability(y, train)[:, :1]
    rate: FloatArray = ((gains + share) / (seen + 1))[:, task]
    return rate


def names_probability(y: IntArray, train: BoolArray, main: IntArray, aux: IntArray) -> FloatArray:
    """What both names together say, (n_fits, n_pairs): their evidence adds up.

    logit p = logit p_main + logit p_aux − logit p_majority, with the probabilities of
    `identity_probability` and `majority_probability`. Where training pairs are all of one label,
    it is theirs.
    """
    majority = majority_probability(y, train)
    evidence = [logit(identity_probability(y, train, names)) for names in (main, aux)]
    with np.errstate(invalid="ignore"):  # of fits with one label, which the last line replaces
        both: FloatArray = expit(evidence[0] + evidence[1] - logit(majority))
    return np.where((majority > 0) & (majority < 1), both, majority)


class CalibrationBin(NamedTuple):
    """Predictions with ``low`` <= probability < ``high``; the last bin takes 1 as well.

    ``predicted`` is their mean, ``observed`` the share of gains among them, ``n`` their number.
    """

    low: float
    high: float
    predicted: float
    observed: float
    n: int


def reliability_diagram(y: IntArray, probability: FloatArray) -> list[CalibrationBin]:
    """The bins of equal width that hold a prediction, from the lowest.

    Parameters
    ----------
    y : int64, shape (n,)
        1 where there was a gain.
    probability : float64, shape (n,)
        Of a gain, from a fit that had not seen the pair.
    """
    which = np.minimum((probability * N_BINS).astype(np.int64), N_BINS - 1)
    return [
        CalibrationBin(
            low=float(number) / N_BINS,
            high=float(number + 1) / N_BINS,
            predicted=float(probability[which == number].mean()),
            observed=float(y[which == number].mean()),
            n=int((which == number).sum()),
        )
        for number in np.unique(which)
    ]
