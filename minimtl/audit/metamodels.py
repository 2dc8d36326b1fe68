"""How well features predict the sign of gains: all that the audits ask of `minimtl.gains`.

Notation
--------
main, aux       number of each pair's main and auxiliary task, shape (n_pairs,)
train, test     which pairs each fit learns from and is scored on, shape (n_fits, n_pairs), bool
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minimtl.gains import (
    Design,
    fit_all_pairs,
    make_designs,
    score_held_out,
    score_pairs,
    score_set,
)
from minimtl.stats import FloatArray, repeated_k_fold
from minimtl.tasks import RELEASED, LabelledPairs, Meta, Pair

BINGEL_META = Meta(scaling="minmax", penalize_intercept=True)


class Accuracy(NamedTuple):
    """Mean over runs and repetitions, and the standard error that the random folds leave it."""

    mean: float
    error: float


def random_folds(pairs: Sequence[Pair], rng: np.random.Generator) -> Design:
    """The repeated random folds of Kerinec, Braud and Søgaard, drawn anew."""
    return make_designs(pairs, RELEASED.meta, rng)["random"]


def mean_accuracy(
    runs: Sequence[LabelledPairs], columns: Sequence[int], folds: Sequence[Design]
) -> Accuracy:
    """The accuracy of the meta-model that sees these columns, over the runs and their folds."""
    means, variances = [], []
    for labelled, design in zip(runs, folds, strict=True):
        accuracy = score_pairs(labelled, columns, design, RELEASED.meta).accuracy
        repetitions = accuracy.reshape(-1, design.n_folds).mean(axis=1)
        means.append(repetitions.mean())
        variances.append(repetitions.var() / len(repetitions))
    return Accuracy(float(np.mean(means)), float(np.sqrt(np.sum(variances)) / len(means)))


def coefficients(labelled: LabelledPairs, settings: Meta = RELEASED.meta) -> FloatArray:
    """Coefficients of one fit to all pairs, the features scaled over them, (n_features,)."""
    return fit_all_pairs(labelled, settings)


class SignScores(NamedTuple):
    """F1 of "gain", and accuracy."""

    f1: float
    accuracy: float


class SignPrediction(NamedTuple):
    """The scores of the features and of what knows less, on three designs.

    ``random`` folds are the authors': 100 repetitions of five, features scaled to [0, 1] over all
    pairs; there ``name`` knows the main task only, and ``majority`` nothing. The other designs
    test each pair once, by what was learned from pairs that have its main task, or either of its
    tasks, in neither role.
    """

    random: SignScores
    name: SignScores
    majority: SignScores
    main_unseen: SignScores
    majority_main_unseen: SignScores
    both_unseen: SignScores
    majority_both_unseen: SignScores


def predict_signs(
    features: FloatArray, gain: FloatArray, tasks: FloatArray, rng: np.random.Generator
) -> SignPrediction | None:
    """The scores of all features as Bingel and Søgaard had them; None of too few pairs.

    Parameters
    ----------
    features : shape (n_pairs, n_features).
    gain : shape (n_pairs,).
    tasks : numbers of the main and of the auxiliary task, int64, shape (2, n_pairs).
    rng : draws the random folds.
    """
    n_folds, n_pairs = BINGEL_META.cv_folds, len(gain)
    if n_pairs < n_folds or not 0 < (gain > 0).mean() < 1:
        return None

    labelled = [LabelledPairs(features, (gain > 0).astype(np.int64))]
    columns = range(features.shape[1])
    main, aux = tasks
    test = repeated_k_fold(n_pairs, n_folds, BINGEL_META.cv_repeats, rng).reshape(-1, n_pairs)
    random = Design("random", ~test, test, n_folds, scaled_inside=False)

    # A fit for each main task: row t trains without task t.
    of_main = np.arange(tasks.max() + 1)[:, np.newaxis]
    without = (main != of_main) & (aux != of_main)
    main_unseen = Design("main_unseen", without, main == of_main, len(of_main), scaled_inside=True)
    both_unseen = Design(
        "both_unseen",
        without[main] & without[aux],
        np.eye(n_pairs, dtype=bool),
        n_pairs,
        scaled_inside=True,
    )

    seen = score_set(labelled, columns, random, main, BINGEL_META)
    unseen, neither = (
        score_held_out(labelled, columns, design, BINGEL_META)
        for design in (main_unseen, both_unseen)
    )
    return SignPrediction(
        random=SignScores(seen.f1, seen.accuracy),
        name=SignScores(seen.identity_f1, seen.identity_accuracy),
        majority=SignScores(seen.majority_f1, seen.majority_accuracy),
        main_unseen=SignScores(unseen.f1, unseen.accuracy),
        majority_main_unseen=SignScores(unseen.majority_f1, unseen.majority_accuracy),
        both_unseen=SignScores(neither.f1, neither.accuracy),
        majority_both_unseen=SignScores(neither.majority_f1, neither.majority_accuracy),
    )
