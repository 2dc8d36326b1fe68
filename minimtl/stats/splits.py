"""Random divisions of samples: folds, whole groups to a fold, parts and draws by class.

Notation
--------
n       samples
fold    number of each sample's fold, 0 … n_splits − 1, shape (n,), intp: the sample is in that
        fold's test set and in the training sets of all other folds
labels  class of each sample, shape (n,), int64
"""

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import BoolArray, IndexArray, IntArray


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
