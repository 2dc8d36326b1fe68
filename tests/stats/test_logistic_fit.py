"""The batched fit: its minimum is one, chunks change nothing; scaled features."""

import numpy as np
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from minimtl.stats import logistic_fit
from minimtl.stats.logistic_fit import (
    fit_logistic_regression,
    scale_features,
    scaling_parameters,
)

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 3)), RNG.random(40) < 0.5
MASKS = RNG.random((9, 40)) < 0.7


@pytest.mark.parametrize("C", [1e-4, 1.0, 1e4])
def test_gradient_vanishes_at_the_fit(C):
    fit = fit_logistic_regression(X, Y, C=C)
    miss = 1 / (1 + np.exp(-(X @ fit.coef[0] + fit.intercept[0]))) - Y
    # The stated tolerance: 1e-12 of the terms C Σ |x| that cancel, here C · 40 at most.
    np.testing.assert_allclose(fit.coef[0] + C * X.T @ miss, 0, atol=1e-12 * C * 60)
    assert abs(miss.sum()) < 1e-12 * 60
    assert fit.converged.all()


def test_size_of_the_batch_changes_nothing(monkeypatch):
    together = fit_logistic_regression(X, Y, sample_weight=MASKS)
    monkeypatch.setattr(logistic_fit, "_CHUNK", 120)
    apart = fit_logistic_regression(X, Y, sample_weight=MASKS)
    # Matrix products of other sizes round differently, and each ends at 1e-12 of its gradient.
    np.testing.assert_allclose(apart.coef, together.coef, rtol=0, atol=1e-11)
    np.testing.assert_allclose(apart.intercept, together.intercept, rtol=0, atol=1e-11)


@pytest.mark.parametrize(
    ("scaling", "peer"), [("minmax", MinMaxScaler), ("standard", StandardScaler)]
)
def test_is_scikit_learns(scaling, peer):
    X = np.random.default_rng(0).standard_normal((30, 4)) * [1, 100, 1e-3, 0] + [0, 7, 1, 0.1]
    # Centring features of size 7 and spread 1e-3 leaves 13 digits.
    np.testing.assert_allclose(
        scale_features(X, scaling), peer().fit_transform(X), rtol=1e-12, atol=1e-11
    )


def test_sets_are_scaled_by_their_own_samples():
    rng = np.random.default_rng(1)
    X, masks = rng.standard_normal((20, 3)), rng.random((4, 20)) < 0.7
    for scaling in ("minmax", "standard"):
        centers, scales = scaling_parameters(X, scaling, masks)
        for k, mask in enumerate(masks):
            center, scale = scaling_parameters(X[mask], scaling)
            np.testing.assert_array_equal(centers[k], center)
            np.testing.assert_array_equal(scales[k], scale)


@pytest.mark.parametrize("scaling", ["minmax", "standard"])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_roundings_are_no_spread(scaling, size):
    X = size * np.array([[0.1 + 0.2], [0.3], [0.3]])
    assert np.ptp(X) > 0
    _, scale = scaling_parameters(X, scaling)
    assert scale == 1.0
    _, scale = scaling_parameters(X * [[1], [1], [1 + 1e-12]], scaling)
    assert 0 < scale < 1e-11 * size
