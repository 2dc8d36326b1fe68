"""Collinearity, against the inverse of the correlation matrix and its eigenvalues."""

import numpy as np

from minimtl.meta.collinearity import collinearity


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


def test_more_features_than_samples_are_determined():
    X = np.random.default_rng(0).normal(size=(5, 8))
    assert np.isinf(collinearity(X).condition_number)
    assert np.isinf(collinearity(X).vif).all()
