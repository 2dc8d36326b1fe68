"""Intervals and tests of means and of other statistics, p-values by simulation and of many tests.

Notation
--------
x       scores, or differences of two methods' scores, of m fits, shape (m,), float64
        (m = r·k for r repeats of k-fold cross-validation)
x̄, s²   their mean and variance (divisor m - 1)
ρ       samples in a test set over samples in a training set; 1 / (k - 1) for k folds
t       Student's distribution
T       a statistic of data with a row for each unit (a pair, a run); T_(i) without the i-th
B       simulations

    v = (1/m + ρ) s²,   x̄ ± t_{(1 + level)/2} √v       of fits, with ρ = 0 of independent ones
    p_i = T + (n − 1)(m − T_(i)),   m = n⁻¹ Σ T_(i)     pseudo-values, of which T is the mean

Derived in docs/mathematics.md, §10, docs/mathematics.md, §14, docs/mathematics.md, §17, and
docs/mathematics.md, §18.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from minimtl.stats.arrays import FloatArray, IntArray

LEVEL = 0.95
# The search for a sufficient number of runs ends here.
_MOST_RUNS = 1_000_000
ENOUGH = 20  # as good simulations: p is then known to a fifth of itself
_EQUAL = 1e-12  # scores that differ by less are equal but for rounding


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
    """The further runs that would move 0 out of the interval of the mean of independent scores.

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
