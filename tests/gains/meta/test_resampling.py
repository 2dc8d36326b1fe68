"""The bootstrap keeps the pairs of a main task together."""

import numpy as np

from minimtl.gains.meta.resampling import bootstrap_counts

TASK = np.array([0, 1, 1, 0, 2, 3, 3, 4, 4, 4])


def test_bootstrap_draws_whole_tasks_as_often_as_there_are():
    counts = bootstrap_counts(TASK, 4000, np.random.default_rng(0))
    first = [np.flatnonzero(number == TASK)[0] for number in range(5)]
    np.testing.assert_array_equal(counts, counts[:, first][:, TASK])
    np.testing.assert_array_equal(counts[:, first].sum(axis=1), 5)
    # Each task is drawn once on average: 4000 draws have a standard error of √0.8 / √4000 = 0.014.
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)
