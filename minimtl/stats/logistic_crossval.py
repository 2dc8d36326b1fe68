"""Repeated cross-validation of a logistic regression, all folds fitted at once.

The same scores as `minimtl.stats.crossval.cross_validate` of a `LogisticRegression`, for hundreds
of fits in a few hundred milliseconds: test sets are masks, training sets 0/1 weights, and scaling
inside the folds is moved into the penalty (`minimtl.stats.logistic_fit`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from minimtl.stats.logistic_fit import fit_logistic_regression
from minimtl.stats.scaling import Scaling, scaling_parameters
from minimtl.stats.scores import accuracy, brier_score, f1_score, log_loss, macro_f1

Array = NDArray[np.float64]


@dataclass(frozen=True)
class LogisticCrossValidation:
    """What a repeated cross-validation gave.

    Attributes
    ----------
    coef : float64, shape (n_repeats, n_splits, n_features)
        Of each fit, in the units of its scaled features.
    intercept : float64, shape (n_repeats, n_splits)
    probability : float64, shape (n_repeats, n)
        Of class 1, for each sample from the fit of its repeat that had not seen it.
    scores : dict of float64 arrays, shape (n_repeats, n_splits)
        See `fold_scores`.
    """

    coef: Array
    intercept: Array
    probability: Array
    scores: dict[str, Array]


def cross_validate_logistic(
    X: ArrayLike,
    y: ArrayLike,
    test_masks: NDArray[np.bool_],
    *,
    C: float = 1.0,
    penalize_intercept: bool = False,
    scaling: Scaling | None = None,
) -> LogisticCrossValidation:
    """Cross-validate an L2 logistic regression over given splits.

    Parameters
    ----------
    X : array-like, shape (n, n_features)
    y : array-like of bool or 0/1, shape (n,) or (n_repeats, n)
        With a row for each repeat, every repeat has its own labels (a permutation test).
    test_masks : bool, shape (n_repeats, n_splits, n)
        As from `minimtl.stats.crossval.repeated_k_fold`.
    scaling : {"minmax", "standard"}, optional
        Of the features, by the training samples of each fold; None takes X as it is.

    Raises
    ------
    ValueError
        As `fit_logistic_regression`: for instance for a training set of one class only.
    """
    X, y = np.asarray(X, np.float64), np.asarray(y)
    n_repeats, n_splits, n = test_masks.shape
    train = ~test_masks.reshape(-1, n)
    labels = np.repeat(np.broadcast_to(y, (n_repeats, n)), n_splits, axis=0)
    center, scale = np.zeros((len(train), X.shape[1])), np.ones((len(train), X.shape[1]))
    if scaling is not None:
        center, scale = scaling_parameters(X, scaling, train)
    fits = fit_logistic_regression(
        X,
        labels,
        C=C,
        penalize_intercept=penalize_intercept,
        sample_weight=train,
        center=center,
        scale=scale,
    )
    # Back in the units of X, one product gives all decisions.
    coef = fits.coef / scale
    intercept = fits.intercept - np.einsum("ij,ij->i", coef, center)
    decision = (coef @ X.T + intercept[:, np.newaxis]).reshape(test_masks.shape)
    probability = expit(np.where(test_masks, decision, 0.0).sum(axis=1))
    return LogisticCrossValidation(
        fits.coef.reshape(n_repeats, n_splits, -1),
        fits.intercept.reshape(n_repeats, n_splits),
        probability,
        fold_scores(y, probability, test_masks),
    )


def fold_scores(
    y: ArrayLike, probability: ArrayLike, test_masks: NDArray[np.bool_]
) -> dict[str, Array]:
    """Scores of out-of-fold probabilities in each fold, arrays of shape (n_repeats, n_splits).

    ``accuracy``, ``f1`` of class 1, ``macro_f1``, ``log_loss``, ``brier_score``; class 1 is
    predicted where its probability exceeds one half. For a baseline, hand in its probabilities.

    Parameters
    ----------
    y : array-like of bool or 0/1, shape (n,) or (n_repeats, n)
    probability : array-like, shape (n,) or (n_repeats, n)
    test_masks : bool, shape (n_repeats, n_splits, n)
    """
    n_repeats, _, n = test_masks.shape
    y = np.broadcast_to(np.asarray(y), (n_repeats, n))[:, np.newaxis].astype(np.int8)
    p = np.broadcast_to(np.asarray(probability, np.float64), (n_repeats, n))[:, np.newaxis]
    predicted = (p > 0.5).astype(np.int8)
    scores = {
        "accuracy": accuracy(y, predicted, test_masks),
        "f1": f1_score(y, predicted, test_masks),
        "macro_f1": macro_f1(y, predicted, test_masks),
        "log_loss": log_loss(y, p, test_masks),
        "brier_score": brier_score(y, p, test_masks),
    }
    return {name: np.asarray(score) for name, score in scores.items()}
