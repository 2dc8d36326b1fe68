"""Intervals against SciPy, pseudo-values, p-values by hand and by brute force."""

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


def test_further_runs_are_just_enough():
    differences = np.array([-1.0, 0.0, 0.5, 2.0, -0.5, 1.0])
    spread = differences.std(ddof=1)

    def half_width(n):
        return stats.t.ppf(0.975, n - 1) * spread / np.sqrt(n)

    enough = len(differences) + further_runs(differences)
    assert half_width(enough) < differences.mean() <= half_width(enough - 1)
    assert further_runs(10 + X) == 0
    assert further_runs(np.array([-1.0, 1.0])) is None


@pytest.mark.parametrize(("mean", "p_value"), [(0.0, 1.0), (0.5, 0.0)])
def test_differences_without_spread(mean, p_value):
    assert corrected_mean([mean] * 3, 0.0).p_value == p_value


def test_the_mean_of_pseudo_values_is_the_statistic_and_they_are_where_the_definition_puts_them():
    x = np.random.default_rng(1).exponential(size=12)
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
    """A hypothesis is rejected if every set that holds it has a p below α over its size.

    A test that was not made, whose p is NaN, does not count.
    """
    p = np.random.default_rng(seed).beta(0.4, 2.0, size=6)
    p[3] = p[2]
    sets = chain.from_iterable(combinations(range(6), size) for size in range(1, 7))
    adjusted = np.zeros(6)
    for members in map(list, sets):
        of_set = min(1.0, len(members) * p[members].min())
        adjusted[members] = np.maximum(adjusted[members], of_set)
    found = holm(np.insert(p, 1, np.nan))
    assert found == pytest.approx(np.insert(adjusted, 1, np.nan), rel=1e-14, nan_ok=True)


@pytest.mark.parametrize(
    ("simulated", "p_value"),
    [
        ([[0.5, 0.9, 0.5, 0.7]] * 2, 3 / 9),
        ([], 1.0),
        # Of scores equal to the truth, but for rounding, every second counts.
        ([[0.8, 0.8, 0.7]], 2 / 4),
        ([[0.8], [0.8, 0.8 + 1e-15], [0.9, 0.7]], 4 / 6),
    ],
)
def test_the_share_of_simulations_that_are_as_good(simulated, p_value):
    assert simulated_p_value(simulated, 0.8) == p_value


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


@pytest.mark.parametrize(("n_pairs", "tolerance"), [(10, 0.03), (10**9, 0.014)])
def test_p_is_small_as_often_as_it_says(n_pairs, tolerance):
    """Also of accuracies on ten pairs, of which many are equal."""
    scores = np.random.default_rng(1).binomial(n_pairs, 0.5, size=(4000, 100)) / n_pairs
    p = np.array([simulated_p_value([row[1:]], row[0]) for row in scores])
    # Four standard errors of a share of 4000 at 0.05 are 0.014.
    assert np.mean(p <= 0.05) == pytest.approx(0.05, abs=tolerance)


def test_the_largest_are_labelled():
    values = np.array([[0.3, -1.0, 2.0], [5.0, 4.0, 3.0]])
    assert label_largest(values, 2).tolist() == [[1, 0, 1], [1, 1, 0]]
    assert label_largest(values, 0).sum() == 0
    assert label_largest(values, 3).all()
