"""The batched fit, whose chunks change nothing, and constant features; peers are in oracles/."""

import numpy as np
import pytest

from minimtl.stats import logistic_fit
from minimtl.stats.logistic_fit import (
    fit_logistic_regression,
    scaling_parameters,
)

RNG = np.random.default_rng(0)
X, Y = RNG.standard_normal((40, 3)), RNG.random(40) < 0.5
MASKS = RNG.random((9, 40)) < 0.7


def test_size_of_the_batch_changes_nothing(monkeypatch):
    together = fit_logistic_regression(X, Y, sample_weight=MASKS)
    monkeypatch.setattr(logistic_fit, "_CHUNK", 120)
    apart = fit_logistic_regression(X, Y, sample_weight=MASKS)
    # Matrix products of other sizes round differently, and each ends at 1e-12 of its gradient.
    np.testing.assert_allclose(apart.coef, together.coef, rtol=0, atol=1e-11)
    np.testing.assert_allclose(apart.intercept, together.intercept, rtol=0, atol=1e-11)


@pytest.mark.parametrize("scaling", ["minmax", "standard"])
@pytest.mark.parametrize("size", [1e-9, 1.0, 1e9])
def test_roundings_are_no_spread(scaling, size):
    X = size * np.array([[0.1 + 0.2], [0.3], [0.3]])
    assert np.ptp(X) > 0
    _, scale = scaling_parameters(X, scaling)
    assert scale == 1.0
    _, scale = scaling_parameters(X * [[1], [1], [1 + 1e-12]], scaling)
    assert 0 < scale < 1e-11 * size
