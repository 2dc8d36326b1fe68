"""Cross-validation: how a classifier scores on samples that it was not fitted to.

It is repeated with a new split each time, and each fit has a score, shape (n_repeats, n_splits);
an F1 is 0 in a fold without a positive sample, true or predicted.
"""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minimtl.estimator import check_consistent_length, check_X_y
from minimtl.stats.arrays import FloatArray
from minimtl.stats.scores import accuracy, brier_score, f1_score, log_loss, macro_f1
from minimtl.stats.splits import repeated_k_fold


def cross_validate(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    n_splits: int = 5,
    n_repeats: int = 100,
    groups: ArrayLike | None = None,
    random_state: int | np.random.Generator | None = None,
) -> dict[str, FloatArray]:
    """Scores of a classifier on samples it was not fitted to.

    Parameters
    ----------
    estimator : a classifier by scikit-learn's conventions
        A copy with the same parameters is fitted for every fold; it is not changed itself.
    X : array-like or sparse, shape (n_samples, n_features)
    y : array-like, shape (n_samples,)
    groups : array-like, shape (n_samples,), optional
        Samples of one group are never in both train and test.
    random_state : int or Generator, optional
        Draws the splits.

    Returns
    -------
    dict of float64 arrays, shape (n_repeats, n_splits)
        ``accuracy`` and ``macro_f1``; for two classes ``f1`` of the second in sorted order,
        and, where the estimator has ``predict_proba``, ``log_loss`` and ``brier_score``.

    Raises
    ------
    ValueError
        For splits that cannot be made, or whatever the estimator's ``fit`` raises.
    """
    X, y = check_X_y(X, y, accept_sparse=True, estimator=estimator)
    if groups is not None:
        check_consistent_length(X, np.asarray(groups))
    for name, value in (("n_splits", n_splits), ("n_repeats", n_repeats)):
        if not (isinstance(value, Integral) and value >= 1):
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    rng = np.random.default_rng(random_state)
    masks = repeated_k_fold(len(y), n_splits, n_repeats, rng, groups)
    classes = np.unique(y)
    fits = []
    for test in masks.reshape(-1, len(y)):
        model = type(estimator)(**estimator.get_params(deep=False)).fit(X[~test], y[~test])
        fits.append(_scores(model, X[test], y[test], classes))
    return {name: np.reshape([fit[name] for fit in fits], masks.shape[:2]) for name in fits[0]}


def _scores(model: Any, X: Any, y: NDArray[Any], classes: NDArray[Any]) -> dict[str, Any]:
    """Scores of a fitted `model` on one test set."""
    predicted = model.predict(X)
    scores = {"accuracy": accuracy(y, predicted), "macro_f1": macro_f1(y, predicted)}
    if len(classes) == 2:
        scores["f1"] = f1_score(y, predicted, positive=classes[1])
        if hasattr(model, "predict_proba"):
            probability = model.predict_proba(X)[:, 1]
            scores["log_loss"] = log_loss(y == classes[1], probability)
            scores["brier_score"] = brier_score(y == classes[1], probability)
    return scores
