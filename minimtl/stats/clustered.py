"""A mean with its interval, and how the values that share a unit are grouped.

Notation
--------
ways    what each value belongs to, its cluster in each way of clustering, shape (n,) each
t       Student's distribution

Derived in docs/mathematics.md, §14.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from minimtl.stats.arrays import FloatArray, IntArray
from minimtl.stats.intervals import LEVEL


@dataclass(frozen=True)
class MeanEstimate:
    """A mean, its confidence interval, and the test of the hypothesis that it is 0.

    Attributes
    ----------
    mean, low, high : float
        The mean and its interval, mean ± t · standard_error.
    standard_error, degrees_of_freedom : float
        Of the t distribution that interval and test take.
    p_value : float
        Two-sided.
    """

    mean: float
    low: float
    high: float
    standard_error: float
    degrees_of_freedom: float
    p_value: float


def mean_estimate(
    mean: float, variance: float, degrees_of_freedom: float, *, level: float = LEVEL
) -> MeanEstimate:
    """Interval and test from a mean, the variance of that mean, and its degrees of freedom.

    Without variance the interval is the mean itself, and p is 0, or 1 where the mean is 0.

    Raises
    ------
    ValueError
        For a level outside (0, 1).
    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}.")
    error = math.sqrt(variance)
    half = float(special.stdtrit(degrees_of_freedom, (1 + level) / 2)) * error
    if error > 0:
        p_value = float(2 * special.stdtr(degrees_of_freedom, -abs(mean) / error))
    else:
        p_value = float(mean == 0)
    return MeanEstimate(mean, mean - half, mean + half, error, degrees_of_freedom, p_value)


def mean_of_runs(values: ArrayLike, *, level: float = LEVEL) -> MeanEstimate:
    """The mean over these rows, were all runs repeated: the runs' means are independent.

    Parameters
    ----------
    values : array-like, shape (n, n_runs)
        At least two runs.

    Raises
    ------
    ValueError
        For one run, values that are not finite, or a level outside (0, 1).
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not values.size:
        raise ValueError(f"values must have shape (n, n_runs ≥ 2), got {values.shape}.")
    means = _finite(values).mean(axis=0)
    variance = float(means.var(ddof=1)) / len(means)
    return mean_estimate(float(means.mean()), variance, len(means) - 1, level=level)


def intersections(ways: list[IntArray]) -> Iterator[tuple[int, IntArray]]:
    """The sign and the clusters of each set of ways taken together, by inclusion and exclusion.

    `ways` and the clusters that come out are numbers from 0, shape (n,).
    """
    for size in range(1, len(ways) + 1):
        for some in combinations(ways, size):
            _, group = np.unique(np.stack(some, axis=1), axis=0, return_inverse=True)
            yield -((-1) ** size), group.ravel()


def _finite(x: FloatArray) -> FloatArray:
    if not np.isfinite(x).all():
        raise ValueError("values contains NaN or infinity.")
    return x
