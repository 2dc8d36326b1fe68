"""Intervals and tests against SciPy where fits are independent, coverage, and pseudo-values."""

import numpy as np
import pytest
from scipy import stats

from minimtl.stats.intervals import (
    compare_paired,
    corrected_resampled_interval,
    pseudo_values,
    pseudo_values_of_means,
)
from minimtl.stats.scores import spearman

X = np.random.default_rng(0).normal(0.3, 1.0, size=20)


def test_independent_scores_have_the_ordinary_t_interval():
    expected = stats.t.interval(0.95, df=19, loc=X.mean(), scale=stats.sem(X))
    # The same quantile from two routines of SciPy.
    assert corrected_resampled_interval(X, 0.0) == pytest.approx(expected, rel=1e-10)


def test_independent_differences_have_the_ordinary_t_test():
    compared, peer = compare_paired(X, 0.0), stats.ttest_1samp(X, 0.0)
    interval = peer.confidence_interval(0.95)
    assert compared.p_value == pytest.approx(peer.pvalue, rel=1e-10)
    assert (compared.low, compared.high) == pytest.approx((interval.low, interval.high), rel=1e-10)
    assert compared.mean == X.mean()


def test_interval_of_ten_times_ten_folds_worked_by_hand():
    # m = 100, ρ = 1/9: the variance factor of Bouckaert & Frank, 1/100 + 1/9.
    scores = np.tile([0.7, 0.8], 50)
    deviation = np.sqrt((0.01 + 1 / 9) * 100 / 99 * 0.05**2)
    half = stats.t.ppf(0.975, 99) * deviation
    expected = (0.75 - half, 0.75 + half)
    assert corrected_resampled_interval(scores, 1 / 9) == pytest.approx(expected, rel=1e-10)


def test_covers_as_often_as_it_says_when_fits_are_correlated():
    # Scores of m fits with correlation c = ρ / (1 + ρ): a shared and an own normal part. s² then
    # estimates the own part alone, (1 - c)σ², and v is the variance of the mean exactly.
    rng = np.random.default_rng(1)
    ratio, m, n_trials = 0.25, 25, 4000
    c = ratio / (1 + ratio)
    shared = np.sqrt(c) * rng.standard_normal((n_trials, 1))
    scores = shared + np.sqrt(1 - c) * rng.standard_normal((n_trials, m))
    intervals = np.array([corrected_resampled_interval(row, ratio) for row in scores])
    naive = np.array([corrected_resampled_interval(row, 0.0) for row in scores])
    # Four standard errors of a share of 4000 at 0.95 are 0.014.
    assert np.mean((intervals[:, 0] < 0) & (intervals[:, 1] > 0)) == pytest.approx(0.95, abs=0.014)
    assert np.mean((naive[:, 0] < 0) & (naive[:, 1] > 0)) < 0.7


@pytest.mark.parametrize("ratio", [0.0, 0.01])
def test_further_runs_are_just_enough(ratio):
    differences = np.array([-1.0, 0.0, 0.5, 2.0, -0.5, 1.0])
    compared = compare_paired(differences, ratio)
    assert compared.low < 0 < compared.high
    spread = differences.std(ddof=1)

    def half_width(n):
        return stats.t.ppf(0.975, n - 1) * spread * np.sqrt(1 / n + ratio)

    enough = len(differences) + compared.further_runs
    assert half_width(enough) < compared.mean <= half_width(enough - 1)


def test_no_number_of_runs_tells_what_the_overlap_hides():
    assert compare_paired([-1.0, 1.1, -0.9, 1.0], 0.25).further_runs is None
    assert compare_paired([-1.0, 1.0], 0.0).further_runs is None
    assert compare_paired(10 + X, 0.0).further_runs == 0


def test_differences_without_spread():
    assert compare_paired([0.0, 0.0, 0.0], 0.0).p_value == 1.0
    assert compare_paired([0.5, 0.5, 0.5], 0.0).p_value == 0.0


@pytest.mark.parametrize(
    ("scores", "ratio", "message"),
    [
        ([1.0], 0.25, "at least two scores"),
        ([[1.0, 2.0]], 0.25, "at least two scores"),
        ([1.0, np.nan], 0.25, "NaN or infinity"),
        ([1.0, 2.0], -0.1, "must not be negative"),
        ([1.0, 2.0], np.nan, "must not be negative"),
    ],
)
def test_refuses(scores, ratio, message):
    for function in (corrected_resampled_interval, compare_paired):
        with pytest.raises(ValueError, match=message):
            function(scores, ratio)


RNG = np.random.default_rng(1)


def test_of_a_mean_they_are_the_values():
    values = RNG.normal(size=(9, 4))
    found = pseudo_values(lambda x: float(x.mean()), values)
    assert found == pytest.approx(values.mean(axis=1))


def test_their_mean_is_the_statistic_and_they_are_where_the_definition_puts_them():
    x = RNG.exponential(size=12)
    found = pseudo_values(lambda values: float(values.mean() ** 2), x)
    assert found.mean() == pytest.approx(x.mean() ** 2)
    without = np.array([((x.sum() - each) / 11) ** 2 for each in x])
    assert found - found.mean() == pytest.approx(11 * (without.mean() - without))


def test_the_standard_error_of_a_rank_correlation_is_that_of_simulations():
    def draw():
        first = RNG.normal(size=60)
        return np.stack([first, 0.6 * first + RNG.normal(size=60)], axis=1)

    def rho(x):
        return spearman(*x.T)

    errors = [pseudo_values(rho, draw()).std(ddof=1) / np.sqrt(60) for _ in range(60)]
    spread = np.std([rho(draw()) for _ in range(3000)])
    # The spread is known to 1.3 %, the mean of 60 standard errors to some 2 %.
    assert np.mean(errors) == pytest.approx(spread, rel=0.08)


def test_a_function_of_means_has_the_same_pseudo_values_in_one_go():
    x = np.random.default_rng(3).uniform(1, 2, (40, 2))
    expected = pseudo_values(lambda rows: float(rows[:, 0].mean() / rows[:, 1].mean()), x)
    assert pseudo_values_of_means(lambda means: means[0] / means[1], x) == pytest.approx(expected)
    with pytest.raises(ValueError, match="two rows"):
        pseudo_values_of_means(lambda means: means[0], x[:1])
