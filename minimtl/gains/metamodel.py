"""The meta-model, the baselines beside it, and how well their probabilities fit.

Notation
--------
X, y            features (n_pairs, n_features) float64, and labels, 1 for a gain: (n_pairs,), or
                (n_fits, n_pairs) where each fit has labels of its own
gain            what the labels are of, (n_pairs,)
train, test     which pairs each fit learns from and is scored on, (n_fits, n_pairs), bool
counts          how often each fit counts each pair, (n_fits, n_pairs): a mask of training pairs, or
                a bootstrap's counts
probability     of a gain, by each fit, (n_fits, n_pairs), float64; above one half the decision is
                "gain"
task            number of a task of each pair, (n_pairs,), int64

The meta-model is logistic regression on scaled features; many training parts are fitted at once.
Where the training pairs are all gains, or all losses, the loss has no minimum. The fit is then the
limit: coefficients of 0 and a probability of 1 or 0 for every pair. Coefficients are in units of
the scaled features, so that their sizes compare. Baselines know the majority or the tasks' names.
"""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from minimtl.gains.designs import Design
from minimtl.stats.arrays import BoolArray, FloatArray, IntArray
from minimtl.stats.logistic_fit import fit_logistic_regression, scale_features, scaling_parameters
from minimtl.stats.scores import (
    accuracy,
    auc_within,
    brier_score,
    decide,
    f1_score,
    log_loss,
    rank_correlation_within,
)
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import Meta

Kind = Literal["baseline", "all", "set", "feature"]
LabelArray = NDArray[np.integer[Any]]
BASELINES = ("majority", "main_name", "aux_name", "both_names")


class Fits(NamedTuple):
    """Fitted meta-models.

    Attributes
    ----------
    coef : float64, shape (n_fits, n_features)
        In units of the scaled features.
    probability : float64, shape (n_fits, n_pairs)
        Of a gain, for every pair, whether the fit learned from it or not.
    """

    coef: FloatArray
    probability: FloatArray


def fit_design(X: FloatArray, y: LabelArray, design: Design, settings: Meta) -> Fits:
    """One meta-model for each training part of the design.

    ``y`` has shape (n_pairs,), or (n_labellings, n_pairs): then there are as many fits as the
    design has for each labelling, those of the first labelling first.
    """
    labellings = np.atleast_2d(y)
    train = np.tile(design.train, (len(labellings), 1))
    labels = np.repeat(labellings, design.n_fits, axis=0)
    if not design.scaled_inside:
        return fit_rows(scale_features(X, settings.scaling), labels, train, settings)
    center, scale = scaling_parameters(X, settings.scaling, design.train)
    each = (len(labellings), 1)
    return fit_rows(X, labels, train, settings, np.tile(center, each), np.tile(scale, each))


def of_unseen(probability: FloatArray, design: Design) -> FloatArray:
    """The probability of each pair by the fit that tests it, (n_labellings, n_pairs).

    ``probability`` is that of `Fits`, a row a labelling and fit; 0 for a pair that no fit tests.
    Each pair is tested once at most.
    """
    of_fits = probability.reshape(-1, design.n_fits, design.test.shape[1])
    each = np.zeros((len(of_fits), design.test.shape[1]))
    for fit, test in enumerate(design.test):
        each[:, test] = of_fits[:, fit, test]
    return each


def fit_rows(
    X: FloatArray,
    y: LabelArray,
    counts: IntArray | BoolArray,
    settings: Meta,
    center: FloatArray | None = None,
    scale: FloatArray | None = None,
) -> Fits:
    """One meta-model for each row of ``counts``, on ``X`` or on ``(X - center) / scale``.

    Parameters
    ----------
    center, scale : float64, shape (n_fits, n_features), optional
    """
    labels, weights = np.broadcast_to(y, counts.shape), counts.astype(np.float64)
    share = np.einsum("ij,ij->i", weights, labels) / weights.sum(axis=1)
    coef = np.zeros((len(counts), X.shape[1]))
    probability = np.repeat(share[:, np.newaxis], len(X), axis=1)
    both = np.flatnonzero((share > 0) & (share < 1))
    if both.size:
        center = np.zeros_like(coef) if center is None else center
        scale = np.ones_like(coef) if scale is None else scale
        fit = fit_logistic_regression(
            X,
            labels[both],
            C=settings.meta_c,
            penalize_intercept=settings.penalize_intercept,
            sample_weight=weights[both],
            center=center[both],
            scale=scale[both],
        )
        coef[both] = fit.coef
        # In units of X itself one product serves all fits: w·(x − m)/s + b = (w/s)·x + b − (w/s)·m.
        slope = fit.coef / scale[both]
        offset = fit.intercept - (slope * center[both]).sum(axis=1)
        probability[both] = expit(slope @ X.T + offset[:, np.newaxis])
    return Fits(coef, probability)


def unseen_predictions(
    data_sets: Sequence[LabelledPairs], design: Design, settings: Meta
) -> tuple[IntArray, FloatArray]:
    """Label and probability of every tested pair of every data set, from all features."""
    tested = design.tested
    if not tested.any():
        return np.zeros(0, np.int64), np.zeros(0)
    y = np.concatenate([one.y[tested] for one in data_sets])
    fits = [fit_design(one.X, one.y, design, settings) for one in data_sets]
    unseen = [of_unseen(fit.probability, design)[0, tested] for fit in fits]
    return y, np.concatenate(unseen)


def fit_all_pairs(labelled: LabelledPairs, settings: Meta) -> FloatArray:
    """Coefficients of one fit to all pairs, features scaled over all pairs; (n_features,)."""
    return fit_counts(labelled, np.ones((1, len(labelled.y)), np.int64), settings)[0]


def fit_counts(labelled: LabelledPairs, counts: IntArray, settings: Meta) -> FloatArray:
    """Coefficients of a fit for each row of ``counts``, which says how often a pair counts."""
    return fit_rows(scale_features(labelled.X, settings.scaling), labelled.y, counts, settings).coef


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
    """The scores of one predictor under one design.

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

    @property
    def share(self) -> str:
        """The accuracy in per cent."""
        return f"{self.scores.accuracy:.0%}"


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


def baseline_probability(
    name: str, y: IntArray, train: BoolArray, main: IntArray, aux: IntArray
) -> FloatArray:
    """The answers of one of `BASELINES`, (n_fits, n_pairs)."""
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
    """The probability by both names together, (n_fits, n_pairs): their evidence adds up.

    logit p = logit p_main + logit p_aux − logit p_majority, with the probabilities of
    `identity_probability` and `majority_probability`. Where training pairs are all of one label,
    it is theirs.
    """
    majority = majority_probability(y, train)
    evidence = [logit(identity_probability(y, train, names)) for names in (main, aux)]
    with np.errstate(invalid="ignore"):  # of fits with one label, which the last line replaces
        both: FloatArray = expit(evidence[0] + evidence[1] - logit(majority))
    return np.where((majority > 0) & (majority < 1), both, majority)
