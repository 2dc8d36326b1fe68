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
    p_value = _p_value(mean, error, degrees_of_freedom)
    return MeanEstimate(mean, mean - half, mean + half, error, degrees_of_freedom, p_value)


def _p_value(mean: float, error: float, degrees_of_freedom: float) -> float:
    if error > 0:
        return float(2 * special.stdtr(degrees_of_freedom, -abs(mean) / error))
    return float(mean == 0)


def mean_of_runs(values: ArrayLike) -> MeanEstimate:
    """The mean over these rows, were all runs repeated: the runs' means are independent.

    Parameters
    ----------
    values : array-like, shape (n, n_runs)
        At least two runs.

    Raises
    ------
    ValueError
        For one run, or values that are not finite.
    """
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or values.shape[1] < 2 or not values.size:
        raise ValueError(f"values must have shape (n, n_runs ≥ 2), got {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("values contains NaN or infinity.")
    means = values.mean(axis=0)
    variance = float(means.var(ddof=1)) / len(means)
    return mean_estimate(float(means.mean()), variance, len(means) - 1)


def corrected_resampled_interval(scores: ArrayLike, test_train_ratio: float) -> tuple[float, float]:
    """95 % confidence interval of the mean of scores of overlapping fits.

    Parameters
    ----------
    scores : array-like, shape (n_fits,)
        One for each fold of each repeat; at least two.
    test_train_ratio : float
        Samples in a test set over samples in a training set; 0 for independent scores.

    Returns
    -------
    low, high : float

    Raises
    ------
    ValueError
        For fewer than two scores, one that is not finite, or a negative ratio.

    References
    ----------
    C. Nadeau and Y. Bengio (2003), Inference for the generalization error, Machine Learning 52.
    R. R. Bouckaert and E. Frank (2004), Evaluating the replicability of significance tests for
    comparing learning algorithms, PAKDD: the form for r × k-fold cross-validation.
    """
    values = _checked(scores, test_train_ratio)
    half = _half_width(values.std(ddof=1), len(values), test_train_ratio)
    return float(values.mean() - half), float(values.mean() + half)


@dataclass(frozen=True)
class PairedComparison:
    """Two methods compared by the paired differences of their scores.

    Attributes
    ----------
    mean, low, high : float
        Of the differences, with the 95 % confidence interval.
    p_value : float
        Two-sided, of the hypothesis that the methods are equally good.
    further_runs : int or None
        How many more runs would move 0 out of the interval, should mean and spread stay as they
        are; 0 if that is so already, None if no number (below a million) would.
    """

    mean: float
    low: float
    high: float
    p_value: float
    further_runs: int | None


def compare_paired(differences: ArrayLike, test_train_ratio: float) -> PairedComparison:
    """Corrected resampled t test and interval of paired differences.

    Parameters, exceptions and source are those of `corrected_resampled_interval`. Differences that
    are all the same have no spread: p is 0, or 1 where that difference is 0.
    """
    values = _checked(differences, test_train_ratio)
    low, high = corrected_resampled_interval(values, test_train_ratio)
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    error = spread * math.sqrt(1 / len(values) + test_train_ratio)
    p_value = _p_value(mean, error, len(values) - 1)
    further = _further_runs(abs(mean), spread, len(values), test_train_ratio)
    return PairedComparison(mean, low, high, p_value, further)


def _half_width(spread: float, n: int, ratio: float) -> float:
    quantile = special.stdtrit(n - 1, (1 + LEVEL) / 2)
    return float(quantile * spread * math.sqrt(1 / n + ratio))


def _further_runs(target: float, spread: float, n: int, ratio: float) -> int | None:
    """The least number of further runs for a half-width below `target`, by bisection.

    The half-width falls with the number of runs.
    """
    if _half_width(spread, n, ratio) < target:
        return 0
    if not _half_width(spread, _MOST_RUNS, ratio) < target:
        return None

    too_few, enough = n, _MOST_RUNS
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if _half_width(spread, middle, ratio) < target:
            enough = middle
        else:
            too_few = middle
    return enough - n


def _checked(scores: ArrayLike, ratio: float) -> FloatArray:
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"An interval needs at least two scores, got shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("scores contains NaN or infinity.")
    if not ratio >= 0:
        raise ValueError(f"test_train_ratio must not be negative, got {ratio!r}.")
    return values


def pseudo_values(statistic: Callable[[FloatArray], float], data: ArrayLike) -> FloatArray:
    """The jackknife's pseudo-values of each row of `data`, shape (n,), their mean the statistic.

    Parameters
    ----------
    statistic : callable
        Of data with any number of rows.
    data : array-like, shape (n, …)
        Of two rows or more.

    Raises
    ------
    ValueError
        For fewer than two rows.

    References
    ----------
    J. W. Tukey (1958), Bias and confidence in not quite large samples, Annals of Mathematical
    Statistics 29(2).
    """
    x = _rows(data)
    without = np.array([statistic(np.delete(x, i, axis=0)) for i in range(len(x))])
    return statistic(x) + (len(x) - 1) * (without.mean() - without)


def pseudo_values_of_means(
    function: Callable[[FloatArray], FloatArray], data: ArrayLike
) -> FloatArray:
    """`pseudo_values` of a function of the columns' means; its time grows with n, not its square.

    Parameters
    ----------
    function : callable
        Of means, float64 (n_columns, m): its m values, float64 (m,).
    data : array-like, shape (n, n_columns)
        Of two rows or more.
    """
    x = _rows(data)
    n, total = len(x), x.sum(axis=0)
    without = function(((total - x) / (n - 1)).T)
    return function(total[:, np.newaxis] / n) + (n - 1) * (without.mean() - without)


def _rows(data: ArrayLike) -> FloatArray:
    x = np.asarray(data, np.float64)
    if len(x) < 2:
        raise ValueError("The jackknife needs two rows at least.")
    return x
