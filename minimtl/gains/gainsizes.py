"""How well the size of a gain is predicted, by features and by what tasks and topics have gained.

Notation
--------
g           gains, of which one meta-analysis predicts those of the test part, shape (n_pairs,)
m, s        predicted mean and standard deviation of each, shape (n_pairs,)
Z_k, θ_k    effects and their components, fitted to the training pairs (`minimtl.stats.crossed`)
Σ           covariance of gains, Σ_k θ_k Z_k Z_kᵀ; Σ_tu its rows of the pairs t and columns of u
R²          1 − Σ (g − m)² / Σ (g − ḡ_train)²: 0 of the training pairs' mean, negative of worse

ridge       linear regression on scaled features, of gains in units of their own spread, with the
            meta-model's strength of L2; s is the spread of what it leaves of the training pairs
crossed     the best linear prediction (Henderson 1975), which sees no feature:
            m = μ + Σ_ut Σ_tt⁻¹ (g_t − μ)

Derived in docs/mathematics.md, §19.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from scipy import linalg
from scipy.special import ndtr

from minimtl.gains.designs import Design
from minimtl.gains.pairtable import PairTable, labels_of
from minimtl.gains.scoring import score_folds
from minimtl.stats import (
    BoolArray,
    FloatArray,
    estimate_from,
    fit_components,
    pseudo_values_of_means,
    scaling_parameters,
    spearman,
)
from minimtl.tasks import TIE, Meta

CROSSED = "crossed"
_RIDGE = 1e-6  # of the mean variance, added to that of each training pair
# What is predicted of the test pairs from the training pairs of one fit: means and deviations, of
# gains (n_pairs,) and two masks of them.
Predictor = Callable[[FloatArray, BoolArray, BoolArray], tuple[FloatArray, FloatArray]]


class SizeScores(NamedTuple):
    """Scores of predicted gains over all tested pairs; NaN where nothing could be tested.

    ``predictor`` is a set of features or `CROSSED`. ``r_squared`` is against the mean of the
    training pairs, with its 95 % interval for new tasks; ``rank_correlation`` is Spearman's. The
    others are of the probability Φ(m/s) that there is a gain, as in `minimtl.gains.scoring.Scores`.
    """

    predictor: str
    design: str
    r_squared: float
    r_squared_low: float
    r_squared_high: float
    rank_correlation: float
    accuracy: float
    brier: float
    log_loss: float


def score_sizes(table: PairTable, designs: Sequence[Design]) -> list[SizeScores]:
    """The scores of each set of features, and of the crossed model, under each design."""
    n_sets = len(table.data_sets)
    predictors = {
        name: [ridge(one.X[:, table.columns_of(name)], table.settings) for one in table.data_sets]
        for name in ("all", *table.sets)
    }
    predictors[CROSSED] = [crossed(table)] * n_sets
    return [
        _score(name, of_name, design, table)
        for name, of_name in predictors.items()
        for design in designs
    ]


def _score(
    name: str, predictors: Sequence[Predictor], design: Design, table: PairTable
) -> SizeScores:
    """Scores under a design that tests each pair once, of a predictor for each data set.

    They are of the squared errors and ranks averaged over the data sets.
    """
    tested = design.tested
    if not tested.any():
        return SizeScores(name, design.name, *[float("nan")] * 7)

    errors, base, rows = [], [], []
    for g, predict in zip(table.label_gains.T, predictors, strict=True):
        mean, deviation, of_training = _of_unseen(g, predict, design)
        errors.append((g - mean)[tested] ** 2)
        base.append((g - of_training)[tested] ** 2)
        probability = ndtr(mean / np.maximum(deviation, TIE))[np.newaxis]
        scores = score_folds(labels_of(g, 0.0), probability, tested[np.newaxis])
        rank = spearman(g[tested], mean[tested])
        rows.append((rank, scores.accuracy[0], scores.brier[0], scores.log_loss[0]))

    squares = np.stack([np.mean(errors, axis=0), np.mean(base, axis=0)], axis=1)
    of_pairs = pseudo_values_of_means(_r_squared, squares) if len(squares) > 1 else None
    value = float(_r_squared(squares.mean(axis=0)[:, np.newaxis])[0])
    found = estimate_from(value, None, of_pairs, table.effects_among(tested))
    new = found.new_tasks
    low, high = (new.low, new.high) if new else (float("nan"), float("nan"))
    return SizeScores(name, design.name, found.value, low, high, *map(float, np.mean(rows, axis=0)))


def ridge(X: FloatArray, settings: Meta) -> Predictor:
    """Linear regression on the features (n_pairs, n_features), scaled by the training pairs."""

    def predict(g: FloatArray, train: BoolArray, test: BoolArray) -> tuple[FloatArray, FloatArray]:
        center, scale = scaling_parameters(X[train], settings.scaling)
        seen, unseen = ((X[part] - center) / scale for part in (train, test))
        unseen -= seen.mean(axis=0)
        seen -= seen.mean(axis=0)

        middle, spread = g[train].mean(), max(float(g[train].std()), TIE)
        y = (g[train] - middle) / spread
        gram = seen.T @ seen + np.eye(seen.shape[1]) / settings.meta_c
        slope = spread * linalg.solve(gram, seen.T @ y, assume_a="pos")

        left = float((g[train] - (middle + seen @ slope)).std())
        mean: FloatArray = middle + unseen @ slope
        return mean, np.full(len(mean), left)

    return predict


def crossed(table: PairTable) -> Predictor:
    """The best linear prediction from the gains of pairs that share tasks or topics."""
    incidence = table.effects.incidence

    def predict(g: FloatArray, train: BoolArray, test: BoolArray) -> tuple[FloatArray, FloatArray]:
        if train.sum() < 2:
            return np.full(test.sum(), g[train].mean()), np.zeros(test.sum())
        components = fit_components(g[train][:, np.newaxis], table.effects_among(train))
        theta = components.of_average(1)
        covariance = sum(
            component * (Z @ Z.T).toarray() for component, Z in zip(theta, incidence, strict=True)
        )

        # Where no pair has an effect of its own Σ_tt may be singular; a little on the diagonal
        # changes nothing that can be seen.
        known = covariance[np.ix_(train, train)] + np.eye(train.sum()) * (
            _RIDGE * np.trace(covariance) / len(g) + TIE
        )
        # Of all pairs: a product of fewer rows rounds otherwise, and equal predictions differ.
        across = covariance[:, train]
        weights = linalg.solve(known, across.T, assume_a="pos")
        mean: FloatArray = components.mean + weights.T @ (g[train] - components.mean)
        left = np.diag(covariance) - np.einsum("ij,ji->i", across, weights)
        return mean[test], np.sqrt(np.maximum(left, 0.0))[test]

    return predict


def _of_unseen(
    g: FloatArray, predict: Predictor, design: Design
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Mean and deviation of each tested pair by the fit that tests it, and that fit's mean gain."""
    mean, deviation, of_training = np.zeros((3, len(g)))
    for train, test in zip(design.train, design.test, strict=True):
        mean[test], deviation[test] = predict(g, train, test)
        of_training[test] = g[train].mean()
    return mean, deviation, of_training


def _r_squared(means: FloatArray) -> FloatArray:
    """R² of means (squared error, squared error of the training mean), shape (2, n)."""
    error, base = means
    return 1 - np.divide(error, base, out=np.full(len(base), np.nan), where=base > 0)
