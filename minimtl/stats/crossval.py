"""Cross-validation: who is held out when, and how an estimator then scores.

A *fold* is a pair of index arrays (train, test), shape (n_train,) and (n_test,), intp, each in
ascending order. The test sets of one split are disjoint and cover all samples.

Cross-validation is repeated with a new split each time; scores are one for each fit, shape
(n_repeats, n_splits). The score of a repeat is their mean over its folds, as the mean of
scikit-learn's ``cross_val_score`` is; an F1 is 0 in a fold without a positive, true or predicted.
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from minimtl.estimator import check_consistent_length, check_X_y
from minimtl.stats.scores import accuracy, brier_score, f1_score, log_loss, macro_f1

Indices = NDArray[np.intp]
Fold = tuple[Indices, Indices]


def k_fold(n: int, n_splits: int, rng: np.random.Generator) -> list[Fold]:
    """Shuffle ``range(n)`` and cut it into `n_splits` test sets.

    The first ``n % n_splits`` of them have one sample more, as those of scikit-learn's ``KFold``.

    Raises
    ------
    ValueError
        For fewer than two splits or more splits than samples.
    """
    _check_splits(n_splits, n, "samples")
    fold_of = np.empty(n, dtype=np.intp)
    sizes = np.full(n_splits, n // n_splits) + (np.arange(n_splits) < n % n_splits)
    fold_of[rng.permutation(n)] = np.repeat(np.arange(n_splits), sizes)
    return _folds(fold_of, n_splits)


def grouped_k_fold(groups: ArrayLike, n_splits: int, rng: np.random.Generator) -> list[Fold]:
    """A random split in which no group is in both train and test of any fold.

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
    ties = rng.random((len(sizes), n_splits))  # less than a sample: they decide among equals only
    for group in order:
        fold = (filled + ties[group]).argmin()
        fold_of_group[group] = fold
        filled[fold] += sizes[group]
    return _folds(fold_of_group[group_of], n_splits)


def repeated_k_fold(
    n: int,
    n_splits: int,
    n_repeats: int,
    rng: np.random.Generator,
    groups: ArrayLike | None = None,
) -> NDArray[np.bool_]:
    """Test sets of `n_repeats` splits as masks, shape (n_repeats, n_splits, n).

    Splits are `k_fold`, or `grouped_k_fold` where `groups`, shape (n,), are given.
    """
    masks = np.zeros((n_repeats, n_splits, n), dtype=bool)
    for repeat in masks:
        folds = (
            k_fold(n, n_splits, rng) if groups is None else grouped_k_fold(groups, n_splits, rng)
        )
        for mask, (_, test) in zip(repeat, folds, strict=True):
            mask[test] = True
    return masks


def cross_validate(
    estimator: Any,
    X: Any,
    y: Any,
    *,
    n_splits: int = 5,
    n_repeats: int = 100,
    groups: ArrayLike | None = None,
    random_state: int | np.random.Generator | None = None,
) -> dict[str, NDArray[np.float64]]:
    """Scores of a classifier on samples it was not fitted to.

    Parameters
    ----------
    estimator : a classifier by scikit-learn's conventions
        Fitted afresh, with the same parameters, for every fold; itself left alone.
    X : array-like or sparse, shape (n_samples, n_features)
    y : array-like, shape (n_samples,)
    groups : array-like, shape (n_samples,), optional
        Samples of one group are never in both train and test.
    random_state : int or Generator, optional
        Of the splits.

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


def _check_splits(n_splits: int, n: int, what: str) -> None:
    if n_splits < 2:
        raise ValueError(f"Cross-validation needs at least 2 splits, got n_splits={n_splits}.")
    if n_splits > n:
        raise ValueError(f"Cannot make n_splits={n_splits} folds of {n} {what}.")


def _folds(fold_of: Indices, n_splits: int) -> list[Fold]:
    return [
        (np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold))
        for fold in range(n_splits)
    ]
