"""How well a set of features predicts gains under one design of folds, and beside what is trivial.

Notation
--------
labelled          what one meta-analysis is fitted to: X (n_pairs, 30) and y (n_pairs,)
columns         of X, those that the meta-model sees
task            number of each pair's main task, shape (n_pairs,), int64
rows            a labelling as row numbers: pair i has the label of pair rows[i], (n_pairs,), int64

Every number is the mean over the samples.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minimtl.meta.baselines import identity_probability, majority_probability
from minimtl.meta.designs import Design
from minimtl.meta.foldscores import FoldScores, score_folds
from minimtl.meta.model import fit_design
from minimtl.meta.resampling import permutation_p_value
from minimtl.stats import corrected_resampled_interval
from minimtl.study import LabelledPairs, Meta

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class SetScores:
    """How well one set of features predicts under one design; NaN where the design has no fold.

    Scores are means over the folds: ``f1`` of "gain", ``macro_f1`` of both labels, ``brier`` and
    ``log_loss`` (in nats) of the probability of a gain. ``*_low`` and ``*_high`` bound corrected
    resampled 95 % intervals. ``majority_*`` and ``identity_*`` are the scores of the baselines
    (`minimtl.meta.baselines`) on the same folds, ``*_lift`` is the accuracy above theirs.
    ``p_value`` is the share of labellings, permuted within the grouping and the true one, whose
    accuracy is no worse than the true one's (see `minimtl.meta.resampling.permutation_p_value`).
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
    p_value: float


def score_pairs(
    labelled: LabelledPairs, columns: Sequence[int], design: Design, settings: Meta
) -> FoldScores:
    """The meta-model's scores in every fold of the design, seeing the given columns only."""
    X = labelled.X[:, list(columns)]
    fits = fit_design(X, labelled.y, design, settings)
    return score_folds(labelled.y, fits.probability, design.test)


def score_set(
    fitted_to: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    task: IntArray,
    permutations: IntArray,
    settings: Meta,
) -> SetScores:
    """One set of features under one design, averaged over the samples."""
    rows = []
    for labelled in fitted_to:
        scores = score_pairs(labelled, columns, design, settings)
        rows.append(
            {
                **scores.means(),
                **_interval("f1", scores.f1, design),
                **_interval("accuracy", scores.accuracy, design),
                **_baselines(labelled, design, task, scores.accuracy),
            }
        )
    means = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return SetScores(**means, p_value=_p_value(fitted_to, columns, design, permutations, settings))


def _interval(name: str, scores: FloatArray, design: Design) -> dict[str, float]:
    """Corrected resampled interval of the mean of ``scores``; NaN from fewer than two folds."""
    low = high = float("nan")
    if len(scores) > 1:
        ratio = float((design.test.sum(axis=1) / design.train.sum(axis=1)).mean())
        low, high = corrected_resampled_interval(scores, ratio)
    return {f"{name}_low": low, f"{name}_high": high}


def _baselines(
    labelled: LabelledPairs, design: Design, task: IntArray, accuracy: FloatArray
) -> dict[str, float]:
    """Scores of both baselines, and how far ``accuracy``, one for each fold, is above theirs."""
    known = {
        "majority": majority_probability(labelled.y, design.train),
        "identity": identity_probability(labelled.y, design.train, task),
    }
    row: dict[str, float] = {}
    for name, probability in known.items():
        scores = score_folds(labelled.y, probability, design.test)
        means = scores.means()
        lift = accuracy - scores.accuracy
        row |= {
            f"{name}_{score}": means[score] for score in ("accuracy", "f1", "brier", "log_loss")
        }
        row[f"{name}_lift"] = float(lift.mean()) if lift.size else float("nan")
        row |= _interval(f"{name}_lift", lift, design)
    return row


def _p_value(
    fitted_to: Sequence[LabelledPairs],
    columns: Sequence[int],
    design: Design,
    permutations: IntArray,
    settings: Meta,
) -> float:
    """How often a permuted labelling is predicted at least as accurately as the true one.

    One repetition of the folds is enough: they are the same for all labellings, which is what
    makes the comparison valid.
    """
    once = design.first_repetition()
    if not once.n_fits:
        return float("nan")

    def accuracy(rows: IntArray) -> FloatArray:
        of_samples = [
            _accuracies(labelled, columns, once, rows, settings) for labelled in fitted_to
        ]
        mean: FloatArray = np.mean(of_samples, axis=0)
        return mean

    of_truth = accuracy(np.arange(permutations.shape[1])[np.newaxis])
    return permutation_p_value(permutations, lambda rows: accuracy(rows) >= of_truth - 1e-12)


def _accuracies(
    labelled: LabelledPairs,
    columns: Sequence[int],
    design: Design,
    rows: IntArray,
    settings: Meta,
) -> FloatArray:
    """Mean accuracy over the folds for each labelling ``y[rows]``, shape (n_labellings,)."""
    labels = labelled.y[rows]
    fits = fit_design(labelled.X[:, list(columns)], labels, design, settings)
    right = (fits.probability > 0.5) == np.repeat(labels, design.n_fits, axis=0).astype(bool)
    test = np.tile(design.test, (len(rows), 1))
    share: FloatArray = (right & test).sum(axis=1) / test.sum(axis=1)
    return share.reshape(len(rows), design.n_fits).mean(axis=1)
