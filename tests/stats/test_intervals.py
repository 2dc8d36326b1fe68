"""Intervals against SciPy and by coverage, pseudo-values, p-values by hand and by brute force."""

from itertools import chain, combinations

import numpy as np
import pytest
from scipy import stats

from minimtl.stats.intervals import (
    corrected_mean,
    further_runs,
    holm,
    label_largest,
    pseudo_values,
    pseudo_values_of_means,
    simulated_p_value,
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


@pytest.mark.parametrize("seed", range(20))
def test_holm_is_the_closed_test_of_bonferroni(seed):
    """A hypothesis is rejected if every set that holds it has a p below α over its size."""
    p = np.random.default_rng(seed).beta(0.4, 2.0, size=6)
    p[3] = p[2]
    sets = chain.from_iterable(combinations(range(6), size) for size in range(1, 7))
    adjusted = np.zeros(6)
    for some in sets:
        of_set = min(1.0, len(some) * p[list(some)].min())
        adjusted[list(some)] = np.maximum(adjusted[list(some)], of_set)
    assert holm(p) == pytest.approx(adjusted, rel=1e-14)


def test_a_test_that_was_not_made_does_not_count():
    adjusted = holm([0.01, np.nan, 0.02])
    assert np.isnan(adjusted[1])
    assert adjusted[[0, 2]] == pytest.approx([0.02, 0.02])


def test_the_share_of_simulations_that_are_as_good():
    scores = np.array([0.5, 0.9, 0.5, 0.7])
    assert simulated_p_value([scores, scores], 0.8) == 3 / 9
    assert simulated_p_value([], 0.8) == 1.0


def test_of_equal_scores_every_second_counts():
    assert simulated_p_value([[0.5, 0.5, 0.4]], 0.5) == 2 / 4
    assert simulated_p_value([[0.5], [0.5, 0.5 + 1e-15], [0.6, 0.4]], 0.5) == 4 / 6


def test_it_stops_where_enough_are_as_good(monkeypatch):
    monkeypatch.setattr("minimtl.stats.intervals.ENOUGH", 3)
    seen = []

    def batches():
        for number in range(4):
            seen.append(number)
            yield np.array([0.9, 0.1, 0.8])

    # The third that is as good is the fourth simulation.
    assert simulated_p_value(batches(), 0.5) == 3 / 4
    assert seen == [0, 1]


def test_p_is_uniform_where_the_truth_is_one_of_the_simulations():
    rng = np.random.default_rng(0)
    p = np.array([simulated_p_value([rng.random(99)], rng.random()) for _ in range(4000)])
    for level in (0.05, 0.2, 0.5):
        # Stopping makes few values of p possible above 0.2: none is more likely than it says.
        assert np.mean(p <= level) <= level + 4 * np.sqrt(level * (1 - level) / 4000)
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.014)


def test_p_of_a_score_with_few_values_is_small_as_often_as_it_says():
    """Of accuracies on ten pairs; with all equal scores counted it would be so half as often."""
    rng = np.random.default_rng(1)
    scores = rng.binomial(10, 0.5, size=(4000, 100)) / 10
    p = np.array([simulated_p_value([row[1:]], row[0]) for row in scores])
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=0.03)
    all_counted = (1 + (scores[:, 1:] >= scores[:, :1]).sum(axis=1)) / 100
    assert np.mean(all_counted <= 0.05) < 0.03


def test_the_largest_are_labelled():
    values = np.array([[0.3, -1.0, 2.0], [5.0, 4.0, 3.0]])
    assert label_largest(values, 2).tolist() == [[1, 0, 1], [1, 1, 0]]
    assert label_largest(values, 0).sum() == 0
    assert label_largest(values, 3).all()
