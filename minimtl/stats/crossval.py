"""Random divisions of samples, and cross-validation: scores on samples that were not fitted to.

Notation
--------
n       samples
fold    number of each sample's fold, 0 … n_splits − 1, shape (n,), intp: the sample is in that
        fold's test set and in the training sets of all other folds
labels  class of each sample, shape (n,), int64

Cross-validation is repeated with a new split each time, and each fit has a score, shape
(n_repeats, n_splits); an F1 is 0 in a fold without a positive sample, true or predicted.
"""

from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minimtl.estimator import check_consistent_length, check_X_y
from minimtl.stats.arrays import BoolArray, FloatArray, IndexArray, IntArray
from minimtl.stats.scores import accuracy, brier_score, f1_score, log_loss, macro_f1


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


def k_fold(n: int, n_splits: int, rng: np.random.Generator) -> IndexArray:
    """The fold of each of `n` samples, shuffled and cut into `n_splits` test sets.

    The first ``n % n_splits`` of them have one sample more, as those of scikit-learn's ``KFold``.

    Raises
    ------
    ValueError
        For fewer than two splits or more splits than samples.
    """
    _check_splits(n_splits, n, "samples")
    fold = np.empty(n, dtype=np.intp)
    sizes = np.full(n_splits, n // n_splits) + (np.arange(n_splits) < n % n_splits)
    fold[rng.permutation(n)] = np.repeat(np.arange(n_splits), sizes)
    return fold


def grouped_k_fold(groups: ArrayLike, n_splits: int, rng: np.random.Generator) -> IndexArray:
    """The fold of each sample in a random split that keeps every group in one fold.

    Groups are taken from the largest to the smallest, ties in random order, and each goes to one
    of the folds with the fewest samples so far, again at random: no test set then exceeds another
    by more than one group. (scikit-learn's ``GroupKFold`` without its fixed order.)

    Parameters
    ----------
    groups : array-like, shape (n_samples,)

    Raises
    ------
    ValueError
        For fewer than two splits or more splits than groups.
    """
    _, group_of, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    _check_splits(n_splits, len(sizes), "groups")
    order = rng.permutation(len(sizes))
    order = order[np.argsort(-sizes[order], kind="stable")]
    fold_of_group = np.empty(len(sizes), dtype=np.intp)
    filled = np.zeros(n_splits, dtype=np.intp)
    ties = rng.random((len(sizes), n_splits))  # below 1 sample: they decide among equals only
    for group in order:
        fold = (filled + ties[group]).argmin()
        fold_of_group[group] = fold
        filled[fold] += sizes[group]
    return fold_of_group[group_of]


def repeated_k_fold(
    n: int,
    n_splits: int,
    n_repeats: int,
    rng: np.random.Generator,
    groups: ArrayLike | None = None,
) -> BoolArray:
    """Test sets of `n_repeats` splits as masks, shape (n_repeats, n_splits, n).

    Splits are `k_fold`, or `grouped_k_fold` where `groups`, shape (n,), are given.
    """
    masks = np.empty((n_repeats, n_splits, n), dtype=bool)
    for mask in masks:
        fold = k_fold(n, n_splits, rng) if groups is None else grouped_k_fold(groups, n_splits, rng)
        mask[:] = fold == np.arange(n_splits)[:, np.newaxis]
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


def _check_splits(n_splits: int, n: int, what: str) -> None:
    if n_splits < 2:
        raise ValueError(f"Cross-validation needs at least 2 splits, got n_splits={n_splits}.")
    if n_splits > n:
        raise ValueError(f"Cannot make n_splits={n_splits} folds of {n} {what}.")
