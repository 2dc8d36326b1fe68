"""Permutations and bootstraps keep the pairs of a main task together."""

import numpy as np

from minimtl.study.resampling import bootstrap_counts, permuted_rows

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
