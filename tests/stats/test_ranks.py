"""Ranks worked by hand, and Spearman's correlation against SciPy's."""

import numpy as np
import pytest
from scipy.stats import spearmanr

from minimtl.stats.scores import inverse_ranks, spearman


def test_inverse_rank_of_the_strongest_is_the_number_of_columns():
    values = np.array([[0.1, -3.0, 2.0], [0.5, 0.2, -0.1], [0.0, 1.0, 0.0]])
    np.testing.assert_array_equal(inverse_ranks(values), [[1, 3, 2], [3, 2, 1], [1, 3, 2]])


@pytest.mark.parametrize("n_values", [6, 1000])
def test_spearman_is_scipys(n_values):
    a, b = np.random.default_rng(0).integers(0, n_values, (2, 30)).astype(float)
    assert spearman(a, b) == pytest.approx(spearmanr(a, b).statistic)
