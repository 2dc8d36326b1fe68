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
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import expit, logit

from minimtl.gains.meta.designs import Design
from minimtl.gains.meta.model import MOST_TRAINING, fit_design, fit_unseen
from minimtl.stats import (
    BoolArray,
    FloatArray,
    IntArray,
    accuracy,
    brier_score,
    decide,
    f1_score,
    log_loss,
    macro_f1,
)
from minimtl.tasks import LabelledPairs, Meta

_CELLS = 1 << 20  # folds times pairs that are scored at once


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
    X, y = labelled.X[:, list(columns)], labelled.y
    if len(y) <= MOST_TRAINING:
        return score_folds(y, fit_design(X, y, design, settings).probability, design.test)
    each = []
    for some in design.repetitions:
        predicted = fit_unseen(X, y, some, settings).probability
        each.append(score_folds(y, np.broadcast_to(predicted, some.test.shape), some.test))
    return _joined(each)


def score_folds(y: IntArray, probability: FloatArray, test: BoolArray) -> FoldScores:
    """Score each row of ``probability`` on the pairs of the same row of ``test``."""
    if not len(test):
        return FoldScores(*[np.empty(0)] * 5)
    at_once = max(1, _CELLS // len(y))
    if len(test) > at_once:
        starts = range(0, len(test), at_once)
        parts = [slice(start, start + at_once) for start in starts]
        return _joined([score_folds(y, probability[some], test[some]) for some in parts])
    decision = decide(probability).astype(np.int64)
    return FoldScores(
        f1=np.asarray(f1_score(y, decision, test)),
        accuracy=np.asarray(accuracy(y, decision, test)),
        macro_f1=np.asarray(macro_f1(y, decision, test)),
        brier=np.asarray(brier_score(y, probability, test)),
        log_loss=np.asarray(log_loss(y, probability, test)),
    )


def _joined(parts: Sequence[FoldScores]) -> FoldScores:
    """The scores of all folds of the parts, one after the other."""
    return FoldScores(
        **{
            score.name: np.concatenate([getattr(one, score.name) for one in parts])
            for score in fields(FoldScores)
        }
    )


def majority_probability(y: IntArray, train: BoolArray) -> FloatArray:
    """The share of gains among the training pairs, for every pair: shape (n_fits, n_pairs).

    Its decision is the majority class, and its Brier score and log loss are those of the base
    rate.
    """
    share = (train & (y == 1)).sum(axis=1) / train.sum(axis=1)
    return np.broadcast_to(share[:, np.newaxis], train.shape)


def identity_probability(y: IntArray, train: BoolArray, task: IntArray) -> FloatArray:
    """The share of gains among the training pairs of the same main task, (n_fits, n_pairs).

    One pair with the overall share is added to each task, (k + p) / (n + 1): a task that is not in
    training gets the overall share, and a task with one pair is drawn halfway towards it.
    """
    n_tasks = int(task.max()) + 1
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
