"""How well a feature set predicts gains under one design of folds, and beside two baselines.

Notation
--------
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and y (n_pairs,)
columns         of X, those that the meta-model sees
task            number of each pair's main task, shape (n_pairs,), int64

Every score of a fold is its mean over the data sets, which have their folds in common; so an
interval is one of that mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from minimtl.gains.meta.designs import Design
from minimtl.gains.meta.foldscores import (
    FoldScores,
    identity_probability,
    majority_probability,
    score_folds,
    score_pairs,
)
from minimtl.stats import FloatArray, IntArray, corrected_resampled_interval
from minimtl.tasks import LabelledPairs, Meta


@dataclass(frozen=True)
class SetScores:
    """How well one feature set predicts under one design; NaN where the design has no fold.

    Scores are means over the folds: ``f1`` of "gain", ``macro_f1`` of both labels, ``brier`` and
    ``log_loss`` (in nats) of the probability of a gain. ``*_low`` and ``*_high`` bound corrected
    resampled 95 % intervals. ``majority_*`` and ``identity_*`` are the scores of the baselines on
    the same folds (`minimtl.gains.meta.foldscores`), ``*_lift`` is the accuracy above theirs.
    There is no p-value: these folds let something of the test part into training
    (`minimtl.gains.meta.heldout` has those that do not).
    """

    f1: float
    accuracy: float
    macro_f1: float
    brier: float
    log_loss: float
    f1_low: float
    f1_high: float
    accuracy_low: float
    accuracy_high: float
    majority_accuracy: float
    majority_f1: float
    majority_brier: float
    majority_log_loss: float
    majority_lift: float
    majority_lift_low: float
    majority_lift_high: float
    identity_accuracy: float
    identity_f1: float
    identity_brier: float
    identity_log_loss: float
    identity_lift: float
    identity_lift_low: float
    identity_lift_high: float


def score_set(
    data_sets: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    task: IntArray,
    settings: Meta,
) -> SetScores:
    """One feature set under one design, averaged over the data sets."""
    scores = _mean_scores(
        [score_pairs(labelled, columns, design, settings) for labelled in data_sets]
    )
    row = {name: _mean(values) for name, values in vars(scores).items()}
    row |= _interval("f1", scores.f1, design)
    row |= _interval("accuracy", scores.accuracy, design)
    for name, baseline in (
        ("majority", lambda y: majority_probability(y, design.train)),
        ("identity", lambda y: identity_probability(y, design.train, task)),
    ):
        of_baseline = _mean_scores(
            [score_folds(one.y, baseline(one.y), design.test) for one in data_sets]
        )
        row |= _beside(name, of_baseline, design, scores.accuracy)
    return SetScores(**row)


def _mean_scores(scores: Sequence[FoldScores]) -> FoldScores:
    """Each fold's scores averaged over the data sets, which have their folds in common."""
    return FoldScores(
        **{
            name: np.mean([getattr(of_one, name) for of_one in scores], axis=0)
            for name in vars(scores[0])
        }
    )


def _beside(
    name: str, scores: FoldScores, design: Design, model_accuracy: FloatArray
) -> dict[str, float]:
    """Scores of a baseline, and how far ``model_accuracy``, one for each fold, is above its own."""
    lift = model_accuracy - scores.accuracy
    return {
        f"{name}_accuracy": _mean(scores.accuracy),
        f"{name}_f1": _mean(scores.f1),
        f"{name}_brier": _mean(scores.brier),
        f"{name}_log_loss": _mean(scores.log_loss),
        f"{name}_lift": _mean(lift),
        **_interval(f"{name}_lift", lift, design),
    }


def _mean(values: FloatArray) -> float:
    """Mean over the folds; NaN if there is none."""
    return float(values.mean()) if values.size else float("nan")


def _interval(name: str, scores: FloatArray, design: Design) -> dict[str, float]:
    """Corrected resampled interval of the mean of ``scores``; NaN from fewer than two folds."""
    low = high = float("nan")
    if len(scores) > 1:
        ratio = float((design.test.sum(axis=1) / design.train.sum(axis=1)).mean())
        low, high = corrected_resampled_interval(scores, ratio)
    return {f"{name}_low": low, f"{name}_high": high}
