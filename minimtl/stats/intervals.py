"""Intervals and tests of means: of runs, of overlapping fits, and of statistics that are no means.

Notation
--------
x       scores, or differences of two methods' scores, of m fits, shape (m,), float64
        (m = r·k for r repeats of k-fold cross-validation)
x̄, s²   their mean and variance (divisor m - 1)
ρ       samples in a test set over samples in a training set; 1 / (k - 1) for k folds
t       Student's distribution
T       a statistic of data with a row for each unit (a pair, a run); T_(i) without the i-th

    v = (1/m + ρ) s²,   x̄ ± t_{(1 + level)/2} √v       of fits, with ρ = 0 of independent ones
    p_i = T + (n − 1)(m − T_(i)),   m = n⁻¹ Σ T_(i)     pseudo-values, of which T is the mean

Derived in docs/mathematics.md, §10, docs/mathematics.md, §14, and docs/mathematics.md, §18.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from minimtl.stats.arrays import FloatArray

LEVEL = 0.95
# The search for a sufficient number of runs ends here.
_MOST_RUNS = 1_000_000


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


def mean_estimate(mean: float, variance: float, degrees_of_freedom: float) -> MeanEstimate:
    """Interval and test from a mean, the variance of that mean, and its degrees of freedom.

    Without variance the interval is the mean itself, and p is 0, or 1 where the mean is 0.
    """
    error = math.sqrt(variance)
    half = float(special.stdtrit(degrees_of_freedom, (1 + LEVEL) / 2)) * error
    p_value = float(mean == 0)
    if error > 0:
        p_value = float(2 * special.stdtr(degrees_of_freedom, -abs(mean) / error))
    return MeanEstimate(mean, mean - half, mean + half, error, degrees_of_freedom, p_value)


def mean_of_runs(values: FloatArray) -> MeanEstimate:
    """The mean over these rows, were all runs repeated: the runs' means are independent.

    Parameters
    ----------
    values : float64, shape (n, n_runs)
        Finite, of at least two runs.
    """
    return corrected_mean(values.mean(axis=0), 0.0)


def corrected_mean(scores: ArrayLike, test_train_ratio: float) -> MeanEstimate:
    """The mean of scores of overlapping fits, or of differences of two methods' scores.

    Parameters
    ----------
    scores : array-like, shape (n_fits,)
        One for each fold of each repeat; at least two.
    test_train_ratio : float
        Samples in a test set over samples in a training set; 0 for independent scores.

    References
    ----------
    C. Nadeau and Y. Bengio (2003), Inference for the generalization error, Machine Learning 52.
    R. R. Bouckaert and E. Frank (2004), Evaluating the replicability of significance tests for
    comparing learning algorithms, PAKDD: the form for r × k-fold cross-validation.
    """
    x = np.asarray(scores, np.float64)
    variance = float(x.var(ddof=1)) * (1 / len(x) + test_train_ratio)
    return mean_estimate(float(x.mean()), variance, len(x) - 1)


def further_runs(scores: FloatArray) -> int | None:
    """How many more runs would move 0 out of the interval of the mean of independent scores.

    Mean and spread are taken to stay as they are. 0 if that is so already, None if no number (below
    a million) would. The interval narrows with every run, so that bisection finds the least number.
    """
    mean, variance, n = float(scores.mean()), float(scores.var(ddof=1)), len(scores)

    def tells(n_runs: int) -> bool:
        quantile = special.stdtrit(n_runs - 1, (1 + LEVEL) / 2)
        return bool(quantile * math.sqrt(variance / n_runs) < abs(mean))

    if tells(n):
        return 0
    if not tells(_MOST_RUNS):
        return None

    too_few, enough = n, _MOST_RUNS
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if tells(middle):
            enough = middle
        else:
            too_few = middle
    return enough - n


def pseudo_values(statistic: Callable[[FloatArray], float], data: FloatArray) -> FloatArray:
    """The jackknife's pseudo-values of each row of `data`, shape (n,), their mean the statistic.

    Parameters
    ----------
    statistic : callable
        Of data with any number of rows.
    data : float64, shape (n, …)
        Of two rows or more.

    References
    ----------
    J. W. Tukey (1958), Bias and confidence in not quite large samples, Annals of Mathematical
    Statistics 29(2).
    """
    n = len(data)
    without = np.array([statistic(np.delete(data, i, axis=0)) for i in range(n)])
    return statistic(data) + (n - 1) * (without.mean() - without)


def pseudo_values_of_means(
    function: Callable[[FloatArray], FloatArray], data: FloatArray
) -> FloatArray:
    """`pseudo_values` of a function of the columns' means; its time grows with n, not its square.

    Parameters
    ----------
    function : callable
        Of means, float64 (n_columns, m): its m values, float64 (m,).
    data : float64, shape (n, n_columns)
        Of two rows or more.
    """
    n, total = len(data), data.sum(axis=0)
    without = function(((total - data) / (n - 1)).T)
    return function(total[:, np.newaxis] / n) + (n - 1) * (without.mean() - without)
