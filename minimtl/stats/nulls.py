"""p-values from simulated data, and from many tests at once.

Notation
--------
B       simulations
h       as good simulations at which the counting stops
p_(i)   the i-th smallest of m p-values

Derived in docs/mathematics.md, §17.
"""

from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import FloatArray, IntArray

ENOUGH = 20  # as good simulations: p is then known to a fifth of itself
_EQUAL = 1e-12  # scores that differ by less are equal but for rounding


def simulated_p_value(simulated: Iterable[ArrayLike], true: float) -> float:
    """The share of data sets, the true one among them, with a score at least as good.

    Of simulations that score exactly as well as the truth every second one counts (a mid-p value).
    It stops at the `ENOUGH`-th simulation that is as good: p is then that number over the number of
    simulations seen. After B simulations without that, p is (1 + as good) / (1 + B).

    Parameters
    ----------
    simulated : iterable of float arrays
        The scores of batches of simulations; batches after the last that is needed are not asked
        for.
    true : float
        The score of the truth.

    References
    ----------
    J. Besag and P. Clifford (1991), Sequential Monte Carlo p-values, Biometrika 78(2);
    H. O. Lancaster (1961), Significance tests in discrete distributions, JASA 56(294).
    """
    n_as_good = n_equal = n_seen = 0
    for scores in simulated:
        batch = np.asarray(scores, np.float64)
        equal = np.abs(batch - true) <= _EQUAL
        is_first_of_two = (n_equal + np.cumsum(equal)) % 2 == 1
        n_equal += int(equal.sum())
        places = np.flatnonzero((batch > true + _EQUAL) | (equal & is_first_of_two))
        if n_as_good + len(places) >= ENOUGH:
            return float(ENOUGH / (n_seen + 1 + places[ENOUGH - n_as_good - 1]))
        n_as_good += len(places)
        n_seen += len(batch)
    return (1 + n_as_good) / (1 + n_seen)


def label_largest(values: FloatArray, n_positive: int) -> IntArray:
    """1 for the `n_positive` largest values along the last axis, 0 for the others."""
    labels = np.zeros(values.shape, np.int64)
    n_negative = values.shape[-1] - n_positive
    largest = np.argsort(values, axis=-1, kind="stable")[..., n_negative:]
    np.put_along_axis(labels, largest, 1, axis=-1)
    return labels


def holm(p_values: ArrayLike) -> FloatArray:
    """p-values adjusted for having tried all of them, in the order given.

    Parameters
    ----------
    p_values : array-like, shape (m,)
        NaN is a test that was not made: it stays NaN and does not count.

    References
    ----------
    S. Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal
    of Statistics 6(2).
    """
    p = np.asarray(p_values, np.float64)
    made = ~np.isnan(p)
    order = np.flatnonzero(made)[np.argsort(p[made], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(factors * p[order]))
    return adjusted
