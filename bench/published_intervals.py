"""Published intervals of a mean of dependent values, against which minimtl's own is measured.

Notation
--------
x, e    values and their deviations from the mean x̄, shape (n,), float64
units   what each value belongs to, shape (n, k): its k clusters, or the k members of a dyad
U       a set of units; e(U) the sum of e over the values that have all units of U
G       how many units there are; G_w of one way of clustering, a column of units

A gain belongs to a main task and to an auxiliary task, and in either to topics. Two values are
taken to be dependent, in whatever way, if they share a unit, and else independent. Then the
variance of x̄ is estimated by

    V = n⁻² Σ_{i,j share a unit} e_i e_j = n⁻² Σ_{U ≠ ∅} (−1)^{|U|+1} e(U)²,

the second form by inclusion and exclusion over the units that two values share. It needs no list
of pairs of values: each value is in 2^k − 1 sums.

*Multi-way clustering* (Cameron, Gelbach & Miller 2011) takes the columns of units for ways of their
own: the same number in two columns is not the same unit. *Dyads* (Aronow, Samii & Assenova 2015)
have units of one kind, so that a task counts as shared whatever role it has in either pair.

Derived in docs/mathematics.md, §14.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.intervals import MeanEstimate, mean_estimate


def intersections(ways: list[IntArray]) -> Iterator[tuple[int, IntArray]]:
    """The sign and the clusters of each set of ways taken together, by inclusion and exclusion.

    `ways` and the clusters that come out are numbers from 0, shape (n,).
    """
    for size in range(1, len(ways) + 1):
        for some in combinations(ways, size):
            _, group = np.unique(np.stack(some, axis=1), axis=0, return_inverse=True)
            yield -((-1) ** size), group.ravel()


def clustered_variance(values: ArrayLike, *ways: ArrayLike) -> float:
    """Multi-way cluster-robust variance of the mean of `values`; it can be negative.

    It has the factor G/(G − 1) of the way with the fewest clusters, the larger of the two that
    Cameron, Gelbach & Miller consider; of their factor (n − 1)/(n − 1) with one regressor, the
    constant, nothing is left.

    Parameters
    ----------
    values : array-like, shape (n,)
    ways : array-like, shape (n,), one or more
        The cluster of each value; the same label in two ways is two clusters.

    Raises
    ------
    ValueError
        For no way, values that are not finite, shapes that differ, or a way of one cluster.

    References
    ----------
    A. C. Cameron, J. B. Gelbach and D. L. Miller (2011), Robust inference with multiway
    clustering, Journal of Business & Economic Statistics 29(2).
    """
    x, columns = _checked(values, ways)
    e = x - x.mean()
    total = sum(sign * _sum_of_squares(e, group) for sign, group in intersections(columns))
    fewest = _fewest_clusters(columns)
    return fewest / (fewest - 1) * total / len(x) ** 2


def clustered_mean(values: ArrayLike, *ways: ArrayLike) -> MeanEstimate:
    """The mean of values that are dependent within each way's clusters, were clusters drawn anew.

    The degrees of freedom are the least G_w less 1. Where the multi-way variance is below a
    one-way variance, negative perhaps, the largest one-way variance takes its place (MacKinnon,
    Nielsen & Webb 2024): within clusters that are alike at all, a second way adds variance.

    Parameters and exceptions are those of `clustered_variance`.

    References
    ----------
    J. G. MacKinnon, M. Ø. Nielsen and M. D. Webb (2024), Jackknife inference with two-way
    clustering, arXiv:2406.08880.
    """
    x, columns = _checked(values, ways)
    variance = max(clustered_variance(x, *some) for some in (columns, *([w] for w in columns)))
    freedom = _fewest_clusters(columns) - 1
    return mean_estimate(float(x.mean()), variance, freedom)


def dyadic_variance(values: ArrayLike, units: ArrayLike) -> float:
    """Dyadic-robust variance of the mean of `values`; it can be negative.

    It has the factor G/(G − 1).

    Parameters
    ----------
    values : array-like, shape (n,)
    units : array-like, shape (n, k)
        The units of each value, in any order: its two tasks, or its four topics. The same unit
        twice in a row counts once. Time and memory grow with n·2^k.

    Raises
    ------
    ValueError
        For values that are not finite, shapes that do not fit, or a single unit.

    References
    ----------
    P. M. Aronow, C. Samii and V. A. Assenova (2015), Cluster-robust variance estimation for
    dyadic data, Political Analysis 23(4).
    """
    x, members, n_units = _checked_dyads(values, units)
    e = x - x.mean()
    total = 0.0
    for size in range(1, members.shape[1] + 1):
        total -= (-1) ** size * _sum_over_sets(e, members, size)
    return n_units / (n_units - 1) * total / len(x) ** 2


def dyadic_mean(values: ArrayLike, units: ArrayLike) -> MeanEstimate:
    """The mean of values that are dependent if they share any unit, were the units drawn anew.

    The degrees of freedom are G − 1. Where the dyadic variance is below that of independent
    values, negative perhaps, the latter takes its place. Where most values share a unit with most
    others, as pairs of tasks do that are made of 20 topics, the variance is much too small, as
    the sum of all e_i e_j is 0: `minimtl.stats.crossed` corrects for that.

    Parameters and exceptions are those of `dyadic_variance`.
    """
    x, _, n_units = _checked_dyads(values, units)
    variance = max(dyadic_variance(x, units), clustered_variance(x, np.arange(len(x))))
    return mean_estimate(float(x.mean()), variance, n_units - 1)


def _fewest_clusters(ways: list[IntArray]) -> int:
    return min(int(way.max()) + 1 for way in ways)


def _sum_of_squares(e: FloatArray, group: IntArray) -> float:
    """The sum over groups of the squared sum of `e`."""
    sums = np.bincount(group, e)
    return float(sums @ sums)


def _sum_over_sets(e: FloatArray, members: IntArray, size: int) -> float:
    """The sum of e(U)² over the sets U of so many units; `members` ascend in a row, -1 is none."""
    sets = []
    owners = []
    for columns in combinations(range(members.shape[1]), size):
        chosen = members[:, columns]
        present = np.flatnonzero((chosen >= 0).all(axis=1))
        sets.append(chosen[present])
        owners.append(present)
    of_value = np.concatenate(owners)
    if not of_value.size:
        return 0.0
    _, number = np.unique(np.concatenate(sets), axis=0, return_inverse=True)
    return _sum_of_squares(e[of_value], number.ravel())


def _checked(values: ArrayLike, ways: tuple[ArrayLike, ...]) -> tuple[FloatArray, list[IntArray]]:
    """Values, and each way's clusters as numbers from 0."""
    x = np.asarray(values, np.float64)
    labels = [np.asarray(way) for way in ways]
    if x.ndim != 1 or not labels or any(way.shape != x.shape for way in labels):
        shapes = ", ".join(str(way.shape) for way in labels) or "none"
        raise ValueError(
            f"{x.shape} values need clusters of that shape, one or more; got {shapes}."
        )
    columns = [np.unique(way, return_inverse=True)[1].ravel() for way in labels]
    if any(not way.any() for way in columns):
        raise ValueError("A clustered variance needs at least two clusters in each way.")
    return _finite(x), columns


def _checked_dyads(values: ArrayLike, units: ArrayLike) -> tuple[FloatArray, IntArray, int]:
    """Values, units as numbers from 0 in ascending order, repeated ones -1; how many there are."""
    x = np.asarray(values, np.float64)
    labels = np.asarray(units)
    if x.ndim != 1 or labels.ndim != 2 or len(labels) != len(x) or not labels.size:
        raise ValueError(
            f"{x.shape} values need units of shape (n_values, n_units ≥ 1), got {labels.shape}."
        )
    names, number = np.unique(labels, return_inverse=True)
    if len(names) < 2:
        raise ValueError("A dyadic variance needs at least two units.")
    members = np.sort(number.reshape(labels.shape), axis=1)
    members[:, 1:][members[:, 1:] == members[:, :-1]] = -1
    return _finite(x), members, len(names)


def _finite(x: FloatArray) -> FloatArray:
    if not np.isfinite(x).all():
        raise ValueError("values contains NaN or infinity.")
    return x
