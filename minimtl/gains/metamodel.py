"""The meta-model: logistic regression on scaled features, for many training parts at once.

Notation
--------
X, y            features (n_pairs, n_features) float64, and labels, 1 for a gain: (n_pairs,), or
                (n_fits, n_pairs) where each fit has labels of its own
counts          how often each fit counts each pair, shape (n_fits, n_pairs): a mask of training
                pairs, or a bootstrap's counts

Where the training pairs are all gains, or all losses, the loss has no minimum. The fit is then
the limit: coefficients of 0 and a probability of 1 or 0 for every pair.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from minimtl.gains.designs import Design
from minimtl.stats import (
    BoolArray,
    FloatArray,
    IntArray,
    fit_logistic_regression,
    scale_features,
    scaling_parameters,
)
from minimtl.tasks import LabelledPairs, Meta

LabelArray = NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Fits:
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
