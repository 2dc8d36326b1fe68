"""How well probabilities of a gain fit the pairs that each fit of a design is tested on.

Notation
--------
y, gain         label and mean gain of each pair, (n_pairs,)
probability     of a gain, by each fit of the design, (n_fits, n_pairs), float64
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from minimtl.gains.meta.designs import Design
from minimtl.gains.meta.foldscores import score_folds
from minimtl.gains.meta.model import of_unseen
from minimtl.stats import (
    BoolArray,
    FloatArray,
    IntArray,
    auc_within,
    crossed_effects,
    crossed_mean,
    decide,
    rank_correlation_within,
)


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


def score_design(y: IntArray, gain: FloatArray, probability: FloatArray, design: Design) -> Scores:
    """The scores of one predictor."""
    if design.n_folds == design.n_fits:
        tested = design.tested[np.newaxis]
        folds = score_folds(y, of_unseen(probability, design), tested)
    else:
        folds = score_folds(y, probability, design.test)
    return Scores(
        accuracy=float(folds.accuracy.mean()),
        f1=float(folds.f1.mean()),
        auc=auc_within(y, probability, design.test),
        brier=float(folds.brier.mean()),
        log_loss=float(folds.log_loss.mean()),
        rank_correlation=rank_correlation_within(gain, probability, design.test),
    )


def accuracy_interval(
    accuracy: float,
    y: IntArray,
    probability: FloatArray,
    design: Design,
    levels: Mapping[str, IntArray],
) -> tuple[float, float]:
    """95 % interval of an accuracy, were the tasks drawn anew; cut to what a share can be.

    Whether a pair is told right depends on its tasks, as its gain does: `stats.crossed_mean` takes
    that for the value whose mean is asked for. NaN where there is one main or one auxiliary task.
    """
    right = _share_right(y, probability, design.test)
    tested = design.tested
    some = {name: level[tested] for name, level in levels.items()}
    if min(len(np.unique(some[role])) for role in ("main", "aux")) < 2:
        return float("nan"), float("nan")
    estimate = crossed_mean(right[tested, np.newaxis], crossed_effects(some))
    half = (estimate.high - estimate.low) / 2
    return max(0.0, accuracy - half), min(1.0, accuracy + half)


def _share_right(y: IntArray, probability: FloatArray, test: BoolArray) -> FloatArray:
    """Of each pair the share of the fits tested on it that tell its label, (n_pairs,)."""
    right = ((decide(probability) == y) & test).sum(axis=0)
    share: FloatArray = right / np.maximum(test.sum(axis=0), 1)
    return share
