"""The meta-model: logistic regression on scaled features, and how strongly each feature counts.

Notation
--------
X, y            features (n_pairs, n_features) float64, and labels, 1 for a gain: (n_pairs,), or
                (n_fits, n_pairs) where each fit has labels of its own
counts          how often each fit counts each pair, shape (n_fits, n_pairs): a mask of training
                pairs, or a bootstrap's counts
rank            of a feature in one fit, by |coefficient|: n_features for the strongest, which the
                paper calls the inverse rank

Many training parts are fitted at once. Where the training pairs are all gains, or all losses, the
loss has no minimum. The fit is then the limit: coefficients of 0 and a probability of 1 or 0 for
every pair. Coefficients are in units of the scaled features, so that their sizes compare.

Derived in docs/mathematics.md, §11, and docs/mathematics.md, §13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from minimtl.gains.designs import Design
from minimtl.gains.pairtable import PairTable
from minimtl.stats import (
    BoolArray,
    FloatArray,
    IntArray,
    fit_logistic_regression,
    inverse_ranks,
    scale_features,
    scaling_parameters,
)
from minimtl.tasks import LabelledPairs, Meta

LabelArray = NDArray[np.integer[Any]]
N_BOOTSTRAP = 1000
# A feature is determined by the others when no more than rounding is left of it.
_DETERMINED = 1e-12


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


@dataclass(frozen=True)
class Importance:
    """What the coefficients of all features say, each array float64 of shape (n_features,).

    Attributes
    ----------
    inverse_rank, coefficient : averaged over all fits of the protocol's cross-validation.
    coefficient_all_pairs : of one fit to all pairs, which is what the authors printed.
    coefficient_low, coefficient_high : 95 % percentile interval over samples of main tasks.
    sign_stability : share of those samples in which the coefficient has the sign it has here.
    vif : variance inflation factor.
    condition_number : of all features together.
    """

    inverse_rank: FloatArray
    coefficient: FloatArray
    coefficient_all_pairs: FloatArray
    coefficient_low: FloatArray
    coefficient_high: FloatArray
    sign_stability: FloatArray
    vif: FloatArray
    condition_number: float


class Collinearity(NamedTuple):
    """``vif`` (n_features,), infinite for a feature that the others determine, NaN for a constant
    one; and the condition number, infinite if any feature is determined."""

    vif: FloatArray
    condition_number: float


def importance(table: PairTable, folds: Design, rng: np.random.Generator) -> Importance:
    """Coefficients and ranks of all features, averaged over the data sets, and their stability."""
    data_sets, settings = table.data_sets, table.settings
    of_folds = [fit_design(one.X, one.y, folds, settings).coef for one in data_sets]
    counts = bootstrap_counts(table.main, N_BOOTSTRAP, rng)
    draws = np.mean([_fit_counts(one, counts, settings) for one in data_sets], axis=0)
    whole = np.mean([fit_all_pairs(one, settings) for one in data_sets], axis=0)

    correlation = [collinearity(one.X) for one in data_sets]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return Importance(
        inverse_rank=_mean_over_fits([inverse_ranks(coef) for coef in of_folds]),
        coefficient=_mean_over_fits(of_folds),
        coefficient_all_pairs=whole,
        coefficient_low=low,
        coefficient_high=high,
        sign_stability=(np.sign(draws) == np.sign(whole)).mean(axis=0),
        vif=np.mean([one.vif for one in correlation], axis=0),
        condition_number=float(np.mean([one.condition_number for one in correlation])),
    )


def bootstrap_counts(task: IntArray, n_draws: int, rng: np.random.Generator) -> IntArray:
    """How often each pair is in a sample of main tasks drawn with replacement.

    Returns
    -------
    int64 array of shape (n_draws, n_pairs)
        Pairs of one main task have the same count.
    """
    names, number = np.unique(task, return_inverse=True)
    counts = rng.multinomial(len(names), np.full(len(names), 1 / len(names)), size=n_draws)
    return counts[:, number.ravel()].astype(np.int64)


def fit_all_pairs(labelled: LabelledPairs, settings: Meta) -> FloatArray:
    """Coefficients of one fit to all pairs, features scaled over all pairs; (n_features,)."""
    return _fit_counts(labelled, np.ones((1, len(labelled.y)), np.int64), settings)[0]


def _fit_counts(labelled: LabelledPairs, counts: IntArray, settings: Meta) -> FloatArray:
    """Coefficients of a fit for each row of ``counts``, which says how often a pair counts."""
    return fit_rows(scale_features(labelled.X, settings.scaling), labelled.y, counts, settings).coef


def _mean_over_fits(per_data_set: Sequence[FloatArray]) -> FloatArray:
    """Mean over the fits to each data set, then over these; NaN where there is no fit."""
    if not len(per_data_set[0]):
        return np.full(per_data_set[0].shape[1], np.nan)
    mean: FloatArray = np.mean([values.mean(axis=0) for values in per_data_set], axis=0)
    return mean


def collinearity(X: FloatArray) -> Collinearity:
    """Variance inflation factors and condition number of X, shape (n_samples, n_features)."""
    vif = np.full(X.shape[1], np.nan)
    deviation = X.std(axis=0)
    varying = np.flatnonzero(deviation > _DETERMINED * np.abs(X).max(axis=0, initial=1.0))
    if not varying.size:
        return Collinearity(vif, float("nan"))
    length = deviation[varying] * np.sqrt(len(X))
    Z = (X[:, varying] - X[:, varying].mean(axis=0)) / length
    singular = np.linalg.svd(Z, compute_uv=False)
    vif[varying] = [_inflation(Z, column) for column in range(varying.size)]
    determined = varying.size > min(len(X) - 1, len(singular)) or singular[-1] <= _DETERMINED
    return Collinearity(vif, float("inf") if determined else float(singular[0] / singular[-1]))


def _inflation(Z: FloatArray, column: int) -> float:
    others = np.delete(Z, column, axis=1)
    coefficients = np.linalg.lstsq(others, Z[:, column], rcond=None)[0]
    left = float(((Z[:, column] - others @ coefficients) ** 2).sum())  # 1 − R², as |Z_j| = 1
    return 1 / left if left > _DETERMINED else float("inf")
