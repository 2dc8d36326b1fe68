"""Which features the meta-model leans on, and how much of that would survive other main tasks.

Notation
--------
rank            of a feature in one fit, by |coefficient|: 30 is the strongest ("inverse rank")
labelled          what one meta-analysis is fitted to: X (n_pairs, 30) and y (n_pairs,)

Coefficients are in units of the scaled features, so that their sizes compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from minimtl.meta.collinearity import collinearity
from minimtl.meta.designs import Design
from minimtl.meta.model import fit_design, fit_rows
from minimtl.meta.resampling import bootstrap_counts
from minimtl.stats import scale_features
from minimtl.study import LabelledPairs, Meta

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

N_BOOTSTRAP = 1000


@dataclass(frozen=True)
class Importance:
    """What the coefficients of all features say, each array float64 of shape (30,).

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


def coefficients(labelled: LabelledPairs, settings: Meta) -> FloatArray:
    """Of one fit to all pairs, in units of the scaled features; shape (n_features,)."""
    X = scale_features(labelled.X, settings.scaling)
    return fit_rows(X, labelled.y, np.ones((1, len(X))), settings).coef[0]


def inverse_ranks(coef: FloatArray) -> FloatArray:
    """Rank of each column by absolute value within its row, the largest the number of columns."""
    order = np.abs(coef).argsort(axis=1, kind="stable")
    return order.argsort(axis=1).astype(np.float64) + 1


def importance(
    fitted_to: Sequence[LabelledPairs],
    design: Design,
    task: IntArray,
    settings: Meta,
    rng: np.random.Generator,
) -> Importance:
    """Coefficients and ranks of all features, averaged over the samples, and their stability."""
    folds = [fit_design(labelled.X, labelled.y, design, settings).coef for labelled in fitted_to]
    counts = bootstrap_counts(task, N_BOOTSTRAP, rng)
    draws = np.mean(
        [_coefficients_of_draws(labelled, counts, settings) for labelled in fitted_to], 0
    )
    whole = np.mean([coefficients(labelled, settings) for labelled in fitted_to], axis=0)
    correlation = [collinearity(labelled.X) for labelled in fitted_to]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    return Importance(
        inverse_rank=_mean_over([inverse_ranks(coef) for coef in folds]),
        coefficient=_mean_over(folds),
        coefficient_all_pairs=whole,
        coefficient_low=low,
        coefficient_high=high,
        sign_stability=(np.sign(draws) == np.sign(whole)).mean(axis=0),
        vif=np.mean([of_sample.vif for of_sample in correlation], axis=0),
        condition_number=float(np.mean([of_sample.condition_number for of_sample in correlation])),
    )


def _coefficients_of_draws(labelled: LabelledPairs, counts: IntArray, settings: Meta) -> FloatArray:
    X = scale_features(labelled.X, settings.scaling)
    return fit_rows(X, labelled.y, counts, settings).coef


def _mean_over(per_sample: Sequence[FloatArray]) -> FloatArray:
    """Mean over the fits of each labelled, then over the samples; NaN where there is no fit."""
    if not len(per_sample[0]):
        return np.full(per_sample[0].shape[1], np.nan)
    mean: FloatArray = np.mean([values.mean(axis=0) for values in per_sample], axis=0)
    return mean
