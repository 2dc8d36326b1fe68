"""Coefficients, ranks and intervals of known features; collinearity against the correlations."""

import numpy as np

from minimtl.gains.designs import random_folds
from minimtl.gains.metamodel import (
    bootstrap_counts,
    collinearity,
    importance,
)
from minimtl.tasks.outcomes import LabelledPairs
from minimtl.tasks.protocol import RELEASED
from minimtl.tasks.taskpairs import NEWSGROUPS, unrelated_pairs
from tests.gains.tables import of_topics

PAIRS = unrelated_pairs(NEWSGROUPS).sample(150)


def signal():
    """Feature 7 helps much, feature 2 hurts somewhat, the others say nothing."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150, 30)) * 50 + 3
    z = (X[:, 7] - 3) / 50 * 2 - (X[:, 2] - 3) / 50
    return LabelledPairs(X, (z + rng.normal(size=150) > 0).astype(np.int64))


def test_the_known_features_stand_out():
    protocol = RELEASED.replace(cv_repeats=5).meta
    rng = np.random.default_rng(0)
    X, y = signal()
    table = of_topics(PAIRS, X, y[:, np.newaxis] - 0.5, protocol)
    result = importance(table, random_folds("in_fold", 150, protocol, rng), rng)
    assert np.argsort(-result.inverse_rank)[:2].tolist() == [7, 2]
    assert result.inverse_rank[7] == 30
    np.testing.assert_allclose(result.inverse_rank.sum(), np.arange(1, 31).sum())
    assert result.coefficient[7] > 0 > result.coefficient[2]
    assert result.coefficient_low[7] > 0 > result.coefficient_high[2]
    assert result.sign_stability[7] == 1.0
    nothing = np.delete(np.arange(30), [2, 7])
    covered = (result.coefficient_low < 0) & (result.coefficient_high > 0)
    assert covered[nothing].mean() > 0.75
    assert (result.vif >= 1).all()


def test_vif_is_the_diagonal_of_the_inverse_correlation():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5)) * [1, 1e4, 1e-3, 1, 1] + 7
    result = collinearity(X)
    correlation = np.corrcoef(X.T)
    np.testing.assert_allclose(result.vif, np.diag(np.linalg.inv(correlation)), rtol=1e-8)
    values = np.linalg.eigvalsh(correlation)
    np.testing.assert_allclose(result.condition_number, np.sqrt(values[-1] / values[0]), rtol=1e-8)


def test_a_determined_feature_is_infinitely_inflated_and_a_constant_has_no_factor():
    rng = np.random.default_rng(0)
    a, b, c = rng.normal(size=(3, 40))
    result = collinearity(np.column_stack([a, b, a + b, c, np.full(40, 0.1)]))
    assert np.isinf(result.vif[:3]).all()
    assert 1 <= result.vif[3] < 2
    assert np.isnan(result.vif[4])
    assert np.isinf(result.condition_number)


def test_bootstrap_draws_whole_tasks_as_often_as_there_are():
    task = np.array([0, 1, 1, 0, 2, 3, 3, 4, 4, 4])
    counts = bootstrap_counts(10 * task, 4000, np.random.default_rng(0))
    first = [np.flatnonzero(number == task)[0] for number in range(5)]
    np.testing.assert_array_equal(counts, counts[:, first][:, task])
    np.testing.assert_array_equal(counts[:, first].sum(axis=1), 5)
    # Each task is drawn once on average: 4000 draws have a standard error of √0.8 / √4000 = 0.014.
    np.testing.assert_allclose(counts.mean(axis=0), 1, atol=0.06)
