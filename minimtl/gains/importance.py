"""How strongly each feature counts in the meta-model, and how firmly that is known.

Notation
--------
data set        what one meta-analysis is fitted to: X (n_pairs, n_features) and y (n_pairs,)
rank            of a feature in one fit, by |coefficient|: n_features for the strongest, which the
                paper calls the inverse rank
R               correlation matrix of the features that vary, eigenvalues λ_1 ≥ … ≥ λ_p
VIF_j           variance inflation factor, 1 / (1 − R_j²), R_j² from regressing feature j on the
                others: by how much their correlation multiplies the variance of an unpenalised
                coefficient
κ               condition number √(λ_1 / λ_p); above 30 is commonly called severe (Belsley 1980)

Coefficients are in units of the scaled features, so that their sizes compare. Features that repeat
one another share an effect, and a single coefficient of theirs then means little.

Derived in docs/mathematics.md, §11, and docs/mathematics.md, §13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from minimtl.gains.designs import Design
from minimtl.gains.metamodel import fit_design, fit_rows
from minimtl.gains.pairtable import PairTable
from minimtl.stats import FloatArray, IntArray, inverse_ranks, scale_features
from minimtl.tasks import LabelledPairs, Meta

N_BOOTSTRAP = 1000
# A feature is determined by the others when no more than rounding is left of it.
_DETERMINED = 1e-12


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

    Pairs of one main task share its single-task score, so their labels depend on one another: a
    bootstrap over pairs would give intervals that are too short.

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
