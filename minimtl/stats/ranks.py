"""Ranks of numbers, and Spearman's correlation."""

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import FloatArray


def spearman(first: ArrayLike, second: ArrayLike) -> float:
    """Rank correlation of two vectors: Pearson's correlation of the ranks.

    Equal numbers share the mean of their ranks. The result is NaN where all of a vector's numbers
    are equal.
    """
    with np.errstate(invalid="ignore"):
        return float(np.corrcoef(_mean_ranks(first), _mean_ranks(second))[0, 1])


def inverse_ranks(values: FloatArray) -> FloatArray:
    """Ranks by absolute value within each row of `values`, shape (n_rows, n_columns).

    The largest has rank n_columns, the smallest rank 1; of equals the later column ranks higher.
    """
    order = np.abs(values).argsort(axis=1, kind="stable")
    return order.argsort(axis=1).astype(np.float64) + 1


def _mean_ranks(values: ArrayLike) -> FloatArray:
    """Ranks from 1, shape (n,); equal numbers share the mean of their ranks."""
    _, which, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    ranks: FloatArray = (np.cumsum(counts) - (counts - 1) / 2)[which]
    return ranks
