"""Pseudo-values against the values of a mean, and their spread against simulations."""

import numpy as np
import pytest

from minimtl.stats.intervals import pseudo_values, pseudo_values_of_means
from minimtl.stats.scores import spearman

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


def test_one_row_is_refused():
    with pytest.raises(ValueError, match="two rows"):
        pseudo_values(np.mean, [1.0])


def test_a_function_of_means_has_the_same_pseudo_values_in_one_go():
    x = np.random.default_rng(3).uniform(1, 2, (40, 2))
    expected = pseudo_values(lambda rows: float(rows[:, 0].mean() / rows[:, 1].mean()), x)
    assert pseudo_values_of_means(lambda means: means[0] / means[1], x) == pytest.approx(expected)
    with pytest.raises(ValueError, match="two rows"):
        pseudo_values_of_means(lambda means: means[0], x[:1])
