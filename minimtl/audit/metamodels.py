"""How well features predict the sign of gains: all that the audits ask of `minimtl.gains`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from minimtl.gains import (
    Design,
    PairAnalysis,
    PairTable,
    analyse,
    fit_all_pairs,
    score_pairs,
)
from minimtl.gains import random_folds as draw_folds
from minimtl.stats import FloatArray, IntArray
from minimtl.tasks import RELEASED, LabelledPairs, Meta

BINGEL_META = Meta(scaling="minmax", penalize_intercept=True)


class Accuracy(NamedTuple):
    """Mean over runs and repetitions, and the standard error that the random folds leave it."""

    mean: float
    error: float


def random_folds(n_pairs: int, rng: np.random.Generator) -> Design:
    """The repeated random folds of Kerinec, Braud and Søgaard, drawn anew."""
    return draw_folds("in_fold", n_pairs, RELEASED.meta, rng, scaled_inside=False)


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
    features: FloatArray,
    gain: FloatArray,
    names: Sequence[str],
    tasks: IntArray,
    rng: np.random.Generator,
) -> SignPrediction | None:
    """The scores of all features as Bingel and Søgaard had them; None of too few pairs.

    Parameters
    ----------
    features : shape (n_pairs, n_features).
    gain : shape (n_pairs,).
    names : of the features.
    tasks : numbers of the main and of the auxiliary task, int64, shape (2, n_pairs).
    rng : draws the random folds.
    """
    if len(gain) < BINGEL_META.cv_folds or not 0 < (gain > 0).mean() < 1:
        return None
    main, aux = tasks
    table = PairTable(
        source="the released logs",
        tasks=tuple(str(task) for task in range(tasks.max() + 1)),
        main=main,
        aux=aux,
        gains=gain[:, np.newaxis],
        data_sets=(LabelledPairs(features, (gain > 0).astype(np.int64)),),
        features=tuple(names),
        sets={},
        groups=None,
        levels={"main": main, "aux": aux},
        settings=BINGEL_META,
    )
    designs = ("in_fold", "main_unseen", "both_unseen")
    analysis = analyse(table, rng, designs, alone=(), fewest=BINGEL_META.cv_folds, tested=())
    seen, unseen, neither = designs
    return SignPrediction(
        random=_scores(analysis, seen, "all"),
        name=_scores(analysis, seen, "main_name"),
        majority=_scores(analysis, seen, "majority"),
        main_unseen=_scores(analysis, unseen, "all"),
        majority_main_unseen=_scores(analysis, unseen, "majority"),
        both_unseen=_scores(analysis, neither, "all"),
        majority_both_unseen=_scores(analysis, neither, "majority"),
    )


def _scores(analysis: PairAnalysis, design: str, predictor: str) -> SignScores:
    """The scores under a design; NaN where nothing could be tested."""
    row = analysis.of(design, predictor)
    return SignScores(row.scores.f1, row.scores.accuracy) if row else SignScores(np.nan, np.nan)
