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

Derived in docs/mathematics.md, §13.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import linalg

from minimtl.gains.meta.designs import Design
from minimtl.gains.meta.model import MOST_TRAINING, fit_design, fit_rows, fit_unseen
from minimtl.gains.meta.resampling import bootstrap_counts, task_counts
from minimtl.stats import (
    FloatArray,
    GroupedFit,
    IntArray,
    fit_grouped_logistic_regression,
    inverse_ranks,
    scale_features,
)
from minimtl.tasks import LabelledPairs, Meta

N_BOOTSTRAP = 1000
# A feature is determined by the others when no more than rounding is left of it.
_DETERMINED = 1e-12
_ROWS_AT_ONCE = 1 << 14


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


def importance(
    data_sets: Sequence[LabelledPairs],
    design: Design,
    task: IntArray,
    settings: Meta,
    rng: np.random.Generator,
) -> Importance:
    """Coefficients and ranks of all features, averaged over the data sets, and their stability."""
    folds = [_fit_folds(labelled, design, settings) for labelled in data_sets]
    draws, whole = _bootstrap(data_sets, task, settings, rng)
    correlation = [collinearity(labelled.X) for labelled in data_sets]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return Importance(
        inverse_rank=_mean_over_fits([inverse_ranks(coef) for coef in folds]),
        coefficient=_mean_over_fits(folds),
        coefficient_all_pairs=whole,
        coefficient_low=low,
        coefficient_high=high,
        sign_stability=(np.sign(draws) == np.sign(whole)).mean(axis=0),
        vif=np.mean([of_one.vif for of_one in correlation], axis=0),
        condition_number=float(np.mean([of_one.condition_number for of_one in correlation])),
    )


def _fit_folds(labelled: LabelledPairs, design: Design, settings: Meta) -> FloatArray:
    """Coefficients of each fit of the design, (n_fits, n_features)."""
    if len(labelled.y) <= MOST_TRAINING:
        return fit_design(labelled.X, labelled.y, design, settings).coef
    each = [fit_unseen(*labelled, some, settings).coef for some in design.repetitions]
    return np.concatenate(each)


def _bootstrap(
    data_sets: Sequence[LabelledPairs], task: IntArray, settings: Meta, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Coefficients by samples of main tasks, (N_BOOTSTRAP, n_features), and by all pairs.

    Means over the data sets. Of many pairs a sample's fit is one Newton step from that to all.
    """
    if len(task) <= MOST_TRAINING:
        counts = bootstrap_counts(task, N_BOOTSTRAP, rng)
        draws = np.mean([_fit_counts(labelled, counts, settings) for labelled in data_sets], axis=0)
        return draws, np.mean([fit_all_pairs(one, settings) for one in data_sets], axis=0)
    fits = [_fit_grouped(labelled, task, settings) for labelled in data_sets]
    moves = np.mean([fit.moves for fit in fits], axis=0)
    whole = np.mean([fit.coef for fit in fits], axis=0)
    each = [(counts - 1.0) @ moves for counts in task_counts(len(moves), N_BOOTSTRAP, rng)]
    return whole + np.concatenate(each), whole


def _fit_grouped(labelled: LabelledPairs, task: IntArray, settings: Meta) -> GroupedFit:
    if 0 < labelled.y.mean() < 1:
        return fit_grouped_logistic_regression(
            scale_features(labelled.X, settings.scaling),
            labelled.y == 1,
            task,
            C=settings.meta_c,
            penalize_intercept=settings.penalize_intercept,
        )
    n_features = labelled.X.shape[1]
    return GroupedFit(np.zeros(n_features), np.zeros((task.max() + 1, n_features)))


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
    Z = _triangle(X, varying, deviation[varying] * np.sqrt(len(X)))
    singular = np.linalg.svd(Z, compute_uv=False)
    vif[varying] = [_inflation(Z, column) for column in range(varying.size)]
    determined = varying.size > min(len(X) - 1, len(singular)) or singular[-1] <= _DETERMINED
    return Collinearity(vif, float("inf") if determined else float(singular[0] / singular[-1]))


def _triangle(X: FloatArray, varying: IntArray, scale: FloatArray) -> FloatArray:
    """The columns `varying`, less their means and by `scale`; of many rows R of their QR.

    R has the same singular values, and the same lengths of what is left of a column by others.
    """
    center = X[:, varying].mean(axis=0)
    if len(X) <= MOST_TRAINING:
        return (X[:, varying] - center) / scale
    triangle = np.zeros((0, varying.size))
    for start in range(0, len(X), _ROWS_AT_ONCE):
        rows = (X[start : start + _ROWS_AT_ONCE, varying] - center) / scale
        triangle = linalg.qr(np.concatenate([triangle, rows]), mode="r")[0][: varying.size]
    return triangle


def _inflation(Z: FloatArray, column: int) -> float:
    others = np.delete(Z, column, axis=1)
    coefficients = np.linalg.lstsq(others, Z[:, column], rcond=None)[0]
    left = float(((Z[:, column] - others @ coefficients) ** 2).sum())  # 1 − R², as |Z_j| = 1
    return 1 / left if left > _DETERMINED else float("inf")
