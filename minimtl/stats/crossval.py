"""Random divisions of samples, and cross-validation: scores on samples that were not fitted to.

Notation
--------
n       samples
fold    number of each sample's fold, 0 … n_splits − 1: the sample is in that fold's test set and
        in the training sets of all other folds
labels  class of each sample, shape (n,), int64

Cross-validation is repeated with a new split each time, and each fit has a score, shape
(n_repeats, n_splits); an F1 is 0 in a fold without a positive sample, true or predicted.
"""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minimtl.estimator.validation import check_X_y
from minimtl.stats.arrays import BoolArray, FloatArray, IntArray
from minimtl.stats.scores import accuracy, brier_score, f1_score, log_loss, macro_f1


def cross_validate(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    n_splits: int = 5,
    n_repeats: int = 100,
    random_state: int | np.random.Generator | None = None,
) -> dict[str, FloatArray]:
    """Scores of a classifier on samples it was not fitted to.

    Parameters
    ----------
    estimator : a classifier by scikit-learn's conventions
        A copy with the same parameters is fitted for every fold; it is not changed itself.
    X : array-like or sparse, shape (n_samples, n_features)
    y : array-like, shape (n_samples,)
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
    for name, value in (("n_splits", n_splits), ("n_repeats", n_repeats)):
        if not (isinstance(value, Integral) and value >= 1):
            raise ValueError(f"{name} must be a whole number of at least 1, got {value!r}.")
    rng = np.random.default_rng(random_state)
    masks = repeated_k_fold(len(y), n_splits, n_repeats, rng)
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


def repeated_k_fold(n: int, n_splits: int, n_repeats: int, rng: np.random.Generator) -> BoolArray:
    """Test sets of `n_repeats` splits as masks, shape (n_repeats, n_splits, n).

    Each split shuffles the samples and cuts them into folds, the first ``n % n_splits`` of which
    have one sample more, as those of scikit-learn's ``KFold``.

    Raises
    ------
    ValueError
        For fewer than two splits or more splits than samples.
    """
    if n_splits < 2:
        raise ValueError(f"Cross-validation needs at least 2 splits, got n_splits={n_splits}.")
    if n_splits > n:
        raise ValueError(f"Cannot make n_splits={n_splits} folds of {n} samples.")

    folds = np.arange(n_splits)
    fold_of_place = np.repeat(folds, n // n_splits + (folds < n % n_splits))
    fold = np.empty(n, dtype=np.intp)
    masks = np.empty((n_repeats, n_splits, n), dtype=bool)
    for mask in masks:
        fold[rng.permutation(n)] = fold_of_place
        mask[:] = fold == folds[:, np.newaxis]
    return masks


def stratified_parts(labels: IntArray, n_parts: int, rng: np.random.Generator) -> IntArray:
    """The part of each sample, 0 … n_parts − 1, drawn at random; int64 (n,).

    Parts differ by one sample at most, in all and in each class: a class starts with the part
    after the one where the class before it ended.
    """
    part = np.empty(len(labels), np.int64)
    n_dealt = 0
    for label in np.unique(labels):
        members = rng.permutation(np.flatnonzero(labels == label))
        part[members] = (n_dealt + np.arange(len(members))) % n_parts
        n_dealt += len(members)
    return part


def draw_per_class(rows: IntArray, labels: IntArray, n: int, rng: np.random.Generator) -> IntArray:
    """At most `n` of the `rows` of each class at random, ascending; `labels` are of all samples."""
    shuffled = rng.permutation(rows)
    chosen = [shuffled[labels[shuffled] == label][:n] for label in np.unique(labels[rows])]
    drawn: IntArray = np.sort(np.concatenate(chosen))
    return drawn
