"""Label noise, on gains whose variances are known."""

import numpy as np
import pytest

from minimtl.gains.pairanalysis import ceiling, label_noise


def gains(between, within, n_runs, mean=0.01):
    rng = np.random.default_rng(0)
    true = rng.normal(mean, between, (20_000, 1))
    return true, true + rng.normal(0, within, (20_000, n_runs))


@pytest.mark.parametrize("runs_per_label", [1, 5])
def test_reliability_and_ceiling_match_the_simulated_truth(runs_per_label):
    """20,000 pairs put the standard error of every figure below 0.005; 0.015 is three of them."""
    true, seen = gains(between=0.02, within=0.03, n_runs=5)
    noise = label_noise(seen, runs_per_label)
    ratio = 0.02**2 / (0.02**2 + 0.03**2 / runs_per_label)
    assert noise.label_reliability == pytest.approx(ratio, abs=0.015)
    assert noise.run_correlation == pytest.approx(0.02**2 / (0.02**2 + 0.03**2), abs=0.015)
    label = seen[:, :runs_per_label].mean(axis=1) > 0
    assert noise.ceiling_accuracy == pytest.approx((label == (true[:, 0] > 0)).mean(), abs=0.015)


def test_pure_noise_leaves_a_coin():
    _, seen = gains(between=0.0, within=0.03, n_runs=5, mean=0.0)
    noise = label_noise(seen, 1)
    assert noise.label_reliability < 0.02
    assert noise.ceiling_accuracy == pytest.approx(0.5, abs=0.06)


def test_ceiling_at_its_ends():
    assert ceiling(mean=0.0, between=1.0, noise=0.0) == 1.0
    assert ceiling(mean=0.0, between=0.0, noise=1.0) == 0.5
    # P(t and t + e have one sign) = 1/2 + arctan(τ/σ)/π for a mean of 0 (Sheppard 1899).
    assert ceiling(0.0, between=4.0, noise=1.0) == pytest.approx(
        0.5 + np.arctan(2) / np.pi, abs=1e-4
    )


def test_one_run_says_nothing():
    noise = label_noise(np.array([[0.1], [0.2], [-0.1]]), 1)
    assert np.isnan([noise.run_correlation, noise.label_reliability, noise.ceiling_accuracy]).all()
