"""How well the size of a gain is predicted, by features and by what tasks and topics have gained.

Notation
--------
g           gains, of which one meta-analysis predicts those of the test part, shape (n_pairs,)
m, s        predicted mean and standard deviation of each, shape (n_pairs,)
Σ           covariance of gains under crossed components fitted to the training pairs; Σ_tu its
            rows of the pairs t and columns of the pairs u
R²          1 − Σ (g − m)² / Σ (g − ḡ_train)²: 0 of the training pairs' mean, negative of worse

Two kinds of predictors stand beside each other:

ridge       linear regression on scaled features, of gains in units of their own spread, with the
            meta-model's strength of L2; s is the spread of what it leaves of the training pairs
crossed     what is to be expected given the gains of pairs with the same tasks and topics (the best
            linear prediction, Henderson 1975): m = μ + Σ_ut Σ_tt⁻¹ (g_t − μ); it sees no feature,
            and where nothing is shared with training it is the mean

Derived in docs/mathematics.md, §19.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import ndtr

from minimtl.gains.meta.crossed import Predictor
from minimtl.gains.meta.designs import Design
from minimtl.gains.meta.estimate import estimate_from
from minimtl.gains.meta.foldscores import score_folds
from minimtl.gains.meta.model import some_of
from minimtl.stats import (
    BoolArray,
    FloatArray,
    pseudo_values_of_means,
    scaling_parameters,
    spearman,
)
from minimtl.tasks import TIE, Meta, Pair


@dataclass(frozen=True)
class SizeScores:
    """Scores of predicted gains over all tested pairs; NaN where nothing could be tested.

    ``r_squared`` is against the mean of the training pairs, with its 95 % interval for new tasks;
    ``rank_correlation`` is Spearman's. The others are of the probability Φ(m/s) that there is a
    gain, as in `minimtl.gains.meta.heldout.HeldOutScores`.
    """

    r_squared: float
    r_squared_low: float
    r_squared_high: float
    rank_correlation: float
    accuracy: float
    brier: float
    log_loss: float


def score_sizes(
    gains: FloatArray, predictors: Sequence[Predictor], design: Design, pairs: Sequence[Pair]
) -> SizeScores:
    """Score predictions under a design that tests each pair once.

    Parameters
    ----------
    gains : float64 (n_pairs, n_data_sets)
    predictors : one for each data set; scores are of their squared errors and ranks averaged.
    """
    tested = design.tested
    if not tested.any():
        return SizeScores(*[float("nan")] * 7)
    errors, base, rows = [], [], []
    for g, predict in zip(gains.T, predictors, strict=True):
        mean, deviation, of_training = _of_unseen(g, predict, design)
        errors.append((g - mean)[tested] ** 2)
        base.append((g - of_training)[tested] ** 2)
        probability = ndtr(mean / np.maximum(deviation, TIE))[np.newaxis]
        scores = score_folds((g > TIE).astype(np.int64), probability, tested[np.newaxis])
        rank = spearman(g[tested], mean[tested])
        rows.append((rank, scores.accuracy[0], scores.brier[0], scores.log_loss[0]))
    squares = np.stack([np.mean(errors, axis=0), np.mean(base, axis=0)], axis=1)
    chosen = pairs
    if not tested.all():
        chosen = [pair for pair, is_tested in zip(pairs, tested, strict=True) if is_tested]
    of_pairs = pseudo_values_of_means(_r_squared, squares) if len(squares) > 1 else None
    value = float(_r_squared(squares.mean(axis=0)[:, np.newaxis])[0])
    found = estimate_from(value, None, of_pairs, chosen)
    new = found.new_tasks
    low, high = (new.low, new.high) if new else (float("nan"), float("nan"))
    return SizeScores(found.value, low, high, *map(float, np.mean(rows, axis=0)))


def ridge(X: FloatArray, settings: Meta) -> Predictor:
    """Linear regression on the features (n_pairs, n_features), scaled by the training pairs."""

    def predict(g: FloatArray, train: BoolArray, test: BoolArray) -> tuple[FloatArray, FloatArray]:
        rows = some_of(train)
        center, scale = scaling_parameters(X[rows], settings.scaling)
        seen, unseen = ((X[some] - center) / scale for some in (rows, test))
        unseen -= seen.mean(axis=0)
        seen -= seen.mean(axis=0)
        middle, spread = g[rows].mean(), max(float(g[rows].std()), TIE)
        y = (g[rows] - middle) / spread
        gram = seen.T @ seen + np.eye(seen.shape[1]) / settings.meta_c
        slope = spread * linalg.solve(gram, seen.T @ y, assume_a="pos")
        left = float((g[rows] - (middle + seen @ slope)).std())
        mean: FloatArray = middle + unseen @ slope
        return mean, np.full(len(mean), left)

    return predict


def _of_unseen(
    g: FloatArray, predict: Predictor, design: Design
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Of each tested pair the mean and deviation by the fit that tests it, and its own mean."""
    mean, deviation, of_training = np.zeros((3, len(g)))
    for train, test in zip(design.train, design.test, strict=True):
        mean[test], deviation[test] = predict(g, train, test)
        of_training[test] = g[train].mean()
    return mean, deviation, of_training


def _r_squared(means: FloatArray) -> FloatArray:
    """Of means (squared error, squared error of the training mean), shape (2, n)."""
    error, base = means
    return 1 - np.divide(error, base, out=np.full(len(base), np.nan), where=base > 0)
