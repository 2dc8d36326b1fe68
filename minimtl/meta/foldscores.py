"""Scores of predicted gains in each fold: the meta-model's, and those of baselines.

Notation
--------
y               1 where multi-task learning helped, shape (n_pairs,)
probability     of a gain, shape (n_fits, n_pairs); above one half the decision is "gain"
train, test     which pairs each fit learns from and is scored on, shape (n_fits, n_pairs), bool
task            number of each pair's main task, shape (n_pairs,), int64

The baselines know the majority, and the names of the tasks. They give a probability for every pair,
as the meta-model does, so that the same code scores all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from minimtl.meta.designs import Design
from minimtl.meta.model import fit_design
from minimtl.stats import (
    BoolArray,
    FloatArray,
    IntArray,
    accuracy,
    brier_score,
    f1_score,
    log_loss,
    macro_f1,
)
from minimtl.study import LabelledPairs, Meta


@dataclass(frozen=True)
class FoldScores:
    """Scores of each fold, all float64 of shape (n_fits,); F1 is that of "gain"."""

    f1: FloatArray
    accuracy: FloatArray
    macro_f1: FloatArray
    brier: FloatArray
    log_loss: FloatArray


def score_pairs(
    labelled: LabelledPairs, columns: Sequence[int], design: Design, settings: Meta
) -> FoldScores:
    """The meta-model's scores in every fold of the design, seeing the given columns only."""
    fits = fit_design(labelled.X[:, list(columns)], labelled.y, design, settings)
    return score_folds(labelled.y, fits.probability, design.test)


def score_folds(y: IntArray, probability: FloatArray, test: BoolArray) -> FoldScores:
    """Score each row of ``probability`` on the pairs of the same row of ``test``."""
    if not len(test):
        return FoldScores(*[np.empty(0)] * 5)
    decision = (probability > 0.5).astype(np.int64)
    return FoldScores(
        f1=np.asarray(f1_score(y, decision, test)),
        accuracy=np.asarray(accuracy(y, decision, test)),
        macro_f1=np.asarray(macro_f1(y, decision, test)),
        brier=np.asarray(brier_score(y, probability, test)),
        log_loss=np.asarray(log_loss(y, probability, test)),
    )


def majority_probability(y: IntArray, train: BoolArray) -> FloatArray:
    """The share of gains among the training pairs, for every pair: shape (n_fits, n_pairs).

    Its decision is the majority class, and its Brier score and log loss are those of the base
    rate.
    """
    share = (train & (y == 1)).sum(axis=1) / train.sum(axis=1)
    return np.repeat(share[:, np.newaxis], train.shape[1], axis=1)


def identity_probability(y: IntArray, train: BoolArray, task: IntArray) -> FloatArray:
    """The share of gains among the training pairs of the same main task, (n_fits, n_pairs).

    One pair with the overall share is added to each task, (k + p) / (n + 1): a task that is not in
    training gets the overall share, and a task with one pair is drawn halfway towards it.
    """
    member = (task[:, np.newaxis] == np.arange(task.max() + 1)).astype(float)
    gains = (train & (y == 1)).astype(float) @ member
    seen = train.astype(float) @ member
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
