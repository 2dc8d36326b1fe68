"""The corrected resampled t interval and test of a mean of repeated scores.

Notation
--------
x       scores, or differences of two methods' scores, of m fits, shape (m,), float64
        (m = r·k for r repeats of k-fold cross-validation)
x̄, s²   their mean and variance (divisor m - 1)
ρ       samples in a test set over samples in a training set; 1 / (k - 1) for k folds
t       Student's distribution with m - 1 degrees of freedom

Fits whose training sets overlap are not independent, and s²/m is too small a variance of x̄:
more repeats would shrink it to 0 on the same data. Nadeau & Bengio (2003) put the correlation of
two fits at n_test / (n_test + n_train), which makes the variance of x̄

    v = (1/m + ρ) s²,   and the interval  x̄ ± t_{(1 + level)/2} √v.

With ρ = 0 the fits are independent, and this is the ordinary interval of a mean.

Derived in docs/mathematics.md, §10.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from minimtl.stats.arrays import FloatArray

LEVEL = 0.95
# The search for a sufficient number of runs ends here.
_MOST_RUNS = 1_000_000


def corrected_resampled_interval(
    scores: ArrayLike, test_train_ratio: float, *, level: float = LEVEL
) -> tuple[float, float]:
    """Confidence interval of the mean of scores of overlapping fits.

    Parameters
    ----------
    scores : array-like, shape (n_fits,)
        One for each fold of each repeat; at least two.
    test_train_ratio : float
        Samples in a test set over samples in a training set; 0 for independent scores.
    level : float
        Coverage, between 0 and 1.

    Returns
    -------
    low, high : float

    Raises
    ------
    ValueError
        For fewer than two scores, one that is not finite, a negative ratio, or a level outside
        (0, 1).

    References
    ----------
    C. Nadeau and Y. Bengio (2003), Inference for the generalization error, Machine Learning 52.
    R. R. Bouckaert and E. Frank (2004), Evaluating the replicability of significance tests for
    comparing learning algorithms, PAKDD: the form for r × k-fold cross-validation.
    """
    values = _checked(scores, test_train_ratio, level)
    half = _half_width(values.std(ddof=1), len(values), test_train_ratio, level)
    return float(values.mean() - half), float(values.mean() + half)


@dataclass(frozen=True)
class PairedComparison:
    """Two methods compared by the paired differences of their scores.

    Attributes
    ----------
    mean : float
        Of the differences.
    low, high : float
        Its confidence interval.
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


def compare_paired(
    differences: ArrayLike, test_train_ratio: float, *, level: float = LEVEL
) -> PairedComparison:
    """Corrected resampled t test and interval of paired differences.

    Parameters, exceptions and source are those of `corrected_resampled_interval`. Differences that
    are all the same have no spread: p is 0, or 1 where that difference is 0.
    """
    values = _checked(differences, test_train_ratio, level)
    low, high = corrected_resampled_interval(values, test_train_ratio, level=level)
    mean, spread = float(values.mean()), float(values.std(ddof=1))
    error = spread * math.sqrt(1 / len(values) + test_train_ratio)
    if error > 0:
        p_value = float(2 * special.stdtr(len(values) - 1, -abs(mean) / error))
    else:
        p_value = float(mean == 0)
    further = _further_runs(abs(mean), spread, len(values), test_train_ratio, level)
    return PairedComparison(mean, low, high, p_value, further)


def _half_width(spread: float, n: int, ratio: float, level: float) -> float:
    quantile = special.stdtrit(n - 1, (1 + level) / 2)
    return float(quantile * spread * math.sqrt(1 / n + ratio))


def _further_runs(target: float, spread: float, n: int, ratio: float, level: float) -> int | None:
    """The least number of further runs for a half-width below `target`, by bisection.

    The half-width falls with the number of runs.
    """

    def is_enough(n_runs: int) -> bool:
        return _half_width(spread, n_runs, ratio, level) < target

    if is_enough(n):
        return 0
    if not is_enough(_MOST_RUNS):
        return None
    too_few, enough = n, _MOST_RUNS
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        too_few, enough = (too_few, middle) if is_enough(middle) else (middle, enough)
    return enough - n


def _checked(scores: ArrayLike, ratio: float, level: float) -> FloatArray:
    values = np.asarray(scores, np.float64)
    if values.ndim != 1 or len(values) < 2:
        raise ValueError(f"An interval needs at least two scores, got shape {values.shape}.")
    if not np.isfinite(values).all():
        raise ValueError("scores contains NaN or infinity.")
    if not ratio >= 0:
        raise ValueError(f"test_train_ratio must not be negative, got {ratio!r}.")
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1, got {level!r}.")
    return values
