"""Intervals and tests against SciPy where fits are independent, coverage, and pseudo-values."""

import numpy as np
import pytest
from scipy import stats

from minimtl.stats.intervals import (
    corrected_mean,
    further_runs,
    pseudo_values,
    pseudo_values_of_means,
)

X = np.random.default_rng(0).normal(0.3, 1.0, size=20)


def test_independent_scores_have_the_ordinary_t_test():
    found, peer = corrected_mean(X, 0.0), stats.ttest_1samp(X, 0.0)
    interval = peer.confidence_interval(0.95)
    assert found.p_value == pytest.approx(peer.pvalue, rel=1e-10)
    assert (found.low, found.high) == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert found.mean == X.mean()


def test_interval_of_ten_times_ten_folds_worked_by_hand():
    # m = 100, ρ = 1/9: the variance factor of Bouckaert & Frank, 1/100 + 1/9.
    scores = np.tile([0.7, 0.8], 50)
    deviation = np.sqrt((0.01 + 1 / 9) * 100 / 99 * 0.05**2)
    half = stats.t.ppf(0.975, 99) * deviation
    found = corrected_mean(scores, 1 / 9)
    assert (found.low, found.high) == pytest.approx((0.75 - half, 0.75 + half), rel=1e-10)


def test_covers_as_often_as_it_says_when_fits_are_correlated():
    # Scores of m fits with correlation c = ρ / (1 + ρ): a shared and an own normal part. s² then
    # estimates the own part alone, (1 - c)σ², and v is the variance of the mean exactly.
    rng = np.random.default_rng(1)
    ratio, m, n_trials = 0.25, 25, 4000
    c = ratio / (1 + ratio)
    shared = np.sqrt(c) * rng.standard_normal((n_trials, 1))
    scores = shared + np.sqrt(1 - c) * rng.standard_normal((n_trials, m))

    def coverage(ratio):
        found = [corrected_mean(row, ratio) for row in scores]
        return np.mean([one.low < 0 < one.high for one in found])

    # Four standard errors of a share of 4000 at 0.95 are 0.014.
    assert coverage(ratio) == pytest.approx(0.95, abs=0.014)
    assert coverage(0.0) < 0.7


def test_further_runs_are_just_enough():
    differences = np.array([-1.0, 0.0, 0.5, 2.0, -0.5, 1.0])
    spread = differences.std(ddof=1)

    def half_width(n):
        return stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)

    enough = len(differences) + further_runs(differences)
    assert half_width(enough) < differences.mean() <= half_width(enough - 1)
    assert further_runs(10 + X) == 0
    assert further_runs(np.array([-1.0, 1.0])) is None


def test_differences_without_spread():
    assert corrected_mean([0.0, 0.0, 0.0], 0.0).p_value == 1.0
    assert corrected_mean([0.5, 0.5, 0.5], 0.0).p_value == 0.0


RNG = np.random.default_rng(1)


def test_their_mean_is_the_statistic_and_they_are_where_the_definition_puts_them():
    x = RNG.exponential(size=12)
    found = pseudo_values(lambda values: float(values.mean() ** 2), x)
    assert found.mean() == pytest.approx(x.mean() ** 2)
    without = np.array([((x.sum() - each) / 11) ** 2 for each in x])
    assert found - found.mean() == pytest.approx(11 * (without.mean() - without))


def test_a_function_of_means_has_the_same_pseudo_values_in_one_go():
    x = np.random.default_rng(3).uniform(1, 2, (40, 2))
    expected = pseudo_values(lambda rows: float(rows[:, 0].mean() / rows[:, 1].mean()), x)
    assert pseudo_values_of_means(lambda means: means[0] / means[1], x) == pytest.approx(expected)
