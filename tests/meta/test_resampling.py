"""Permutations and bootstraps keep the pairs of a main task together."""

import numpy as np
import pytest
from scipy import stats

from minimtl.meta.resampling import ENOUGH, bootstrap_counts, permutation_p_value, permuted_rows

TASK = np.array([0, 1, 1, 0, 2, 3, 3, 4, 4, 4])


def test_labels_move_as_blocks_between_tasks_of_one_size():
    rows = permuted_rows(TASK, 200, np.random.default_rng(0))
    np.testing.assert_array_equal(np.sort(rows, axis=1), np.tile(np.arange(10), (200, 1)))
    sizes = np.bincount(TASK)
    for row in rows:
        source = TASK[row]
        for number in range(5):
            assert len(set(source[number == TASK])) == 1
        np.testing.assert_array_equal(sizes[source], sizes[TASK])
    # Both kinds of move happen: between tasks 0, 1 and 3, and within task 4.
    assert {tuple(TASK[row][[0, 1, 5]]) for row in rows} == {
        (0, 1, 3), (0, 3, 1), (1, 0, 3), (1, 3, 0), (3, 0, 1), (3, 1, 0)
    }  # fmt: skip
    assert len({tuple(row[7:]) for row in rows}) == 6


def test_bootstrap_draws_whole_tasks_as_often_as_there_are():
    counts = bootstrap_counts(TASK, 4000, np.random.default_rng(0))
    first = [np.flatnonzero(number == TASK)[0] for number in range(5)]
    np.testing.assert_array_equal(counts, counts[:, first][:, TASK])
    np.testing.assert_array_equal(counts[:, first].sum(axis=1), 5)
    # Each task is drawn once on average: 4000 draws have a standard error of √0.8 / √4000 = 0.014.
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)


def p_value_of(scores, truth=0.0):
    """The p-value of `truth` among the scores of permutations, and how many it asked for."""
    asked = []

    def is_as_good(rows):
        asked.extend(rows[:, 0])
        return scores[rows[:, 0]] >= truth

    rows = np.arange(len(scores))[:, np.newaxis]
    return permutation_p_value(rows, is_as_good), len(asked)


@pytest.mark.parametrize("n_as_good", [0, 1, ENOUGH - 1])
def test_a_small_p_value_has_all_permutations_counted(n_as_good):
    scores = np.where(np.arange(999) % 50 == 7, 1.0, -1.0)
    scores[np.flatnonzero(scores == 1)[n_as_good:]] = -1
    assert p_value_of(scores) == ((1 + n_as_good) / 1000, 999)


def test_a_large_p_value_stops_at_the_twentieth_as_good():
    scores = np.where(np.arange(999) % 8 == 3, 1.0, -1.0)  # the twentieth is number 8 · 19 + 4
    assert p_value_of(scores) == (ENOUGH / 156, 200)
    assert p_value_of(np.ones(999))[0] == 1.0


def test_a_p_value_is_below_any_level_as_often_as_that_level():
    """Under the hypothesis, truth and permutations are draws from one distribution."""
    rng = np.random.default_rng(0)
    p = np.array([p_value_of(rng.normal(size=399), rng.normal())[0] for _ in range(4000)])
    for level in (0.01, 0.05, 0.2, 0.5):
        expected = stats.binom(4000, level)
        assert expected.ppf(0.0001) - 4000 / 400 <= (p <= level).sum() <= expected.ppf(0.9999)


def test_labels_and_features_of_main_tasks_alone_are_no_finding():
    """Both the same within a task and unrelated: a free shuffle would see a relation."""
    rng = np.random.default_rng(1)
    task = np.repeat(np.arange(12), 6)
    grouped, free = [], []
    for _ in range(300):
        x, y = rng.normal(size=(2, 12))[:, task]

        def is_as_good(rows, x=x, y=y):
            return np.abs(y[rows] @ x) >= np.abs(y @ x) - 1e-9

        grouped.append(permutation_p_value(permuted_rows(task, 99, rng), is_as_good))
        shuffled = rng.permuted(np.tile(np.arange(72), (99, 1)), axis=1)
        free.append(permutation_p_value(shuffled, is_as_good))
    assert np.mean(np.array(grouped) <= 0.05) < 0.1
    assert np.mean(np.array(free) <= 0.05) > 0.3
