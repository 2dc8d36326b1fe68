"""p-values of simulations and of many tests, worked by hand and by brute force."""

from itertools import chain, combinations

import numpy as np
import pytest

from minimtl.stats.nulls import holm, label_largest, simulated_p_value


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
    monkeypatch.setattr("minimtl.stats.nulls.ENOUGH", 3)
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
