"""The crossed model, and the mean gain of new tasks, against dense matrices and simulations."""

import numpy as np
import pytest
from scipy import optimize, stats

from bench.published_intervals import clustered_variance
from minimtl.gains.pairtable import pair_levels
from minimtl.stats.crossed import (
    PAIR,
    Components,
    crossed_effects,
    crossed_mean,
    fit_components,
    simulate_gains,
)
from minimtl.tasks.taskpairs import NEWSGROUPS, related_pairs

RELATED = pair_levels(tuple(related_pairs(NEWSGROUPS)))
EFFECTS = crossed_effects(RELATED)


def grid(n_main, n_aux):
    """Every main task with every auxiliary one."""
    main, aux = np.divmod(np.arange(n_main * n_aux), n_aux)
    return {"main": main, "aux": aux}


def dense(effects):
    """K_k = Z_k Z_kᵀ and the centring matrix Q."""
    n = effects.n_pairs
    return [(Z @ Z.T).toarray() for Z in effects.incidence], np.eye(n) - 1 / n


def test_covariances_count_what_two_pairs_share():
    kernels, _ = dense(EFFECTS)
    for name, kernel in zip(EFFECTS.names, kernels, strict=True):
        for i in (0, 13, 51):
            for j in range(52):
                if name == PAIR:
                    shared = int(i == j)
                elif RELATED[name].ndim == 1:
                    shared = int(RELATED[name][i] == RELATED[name][j])
                else:
                    shared = len(set(RELATED[name][i]) & set(RELATED[name][j]))
                assert kernel[i, j] == shared


@pytest.mark.parametrize("n_runs", [1, 5])
def test_components_minimise_the_distance_of_dense_matrices(n_runs):
    """The products of deviations are fitted as vectors of n² entries.

    The ridge that makes the minimum unique moves it by some 1e-8 over the smallest eigenvalue.
    """
    gains = np.random.default_rng(0).normal(size=(52, n_runs))
    gains += np.random.default_rng(1).normal(size=100)[RELATED["main"]][:, np.newaxis]
    fitted = fit_components(gains, EFFECTS)
    kernels, Q = dense(EFFECTS)
    columns = np.array([(Q @ K @ Q).ravel() for K in kernels]).T
    average = Q @ gains.mean(axis=1)
    target = np.outer(average, average).ravel()
    if n_runs > 1:
        deviations = Q @ (gains - gains.mean(axis=1, keepdims=True))
        of_runs = (deviations @ deviations.T).ravel() / (n_runs - 1)
        weight = np.sqrt(n_runs - 1)
        columns = np.block(
            [[columns, columns / n_runs], [np.zeros_like(columns), weight * columns]]
        )
        target = np.concatenate([target, weight * of_runs])
    expected, _ = optimize.nnls(columns, target)
    found = [*fitted.lasting, *fitted.per_run]
    np.testing.assert_allclose(found[: len(expected)], expected, rtol=1e-6, atol=1e-6)  # ridge
    assert fitted.mean == pytest.approx(gains.mean(), rel=1e-12)


def test_simulated_gains_have_the_covariance_of_the_model():
    levels = grid(2, 2) | {"topics": np.array([[0, 1], [1, 2], [0, 2], [0, 1]])}
    effects = crossed_effects(levels)
    lasting, per_run = np.array([[1.0, 2.0, 0.5, 0.25], [0.5, 0.0, 0.0, 1.0]])
    n_draws = 40_000
    gains = simulate_gains(
        Components(3.0, lasting, per_run), effects, 2, n_draws, np.random.default_rng(0)
    )
    assert gains.shape == (n_draws, 4, 2)
    kernels, _ = dense(effects)
    between = sum(v * K for v, K in zip(lasting, kernels, strict=True))
    within = sum(v * K for v, K in zip(per_run, kernels, strict=True))
    flat = gains.transpose(0, 2, 1).reshape(n_draws, 8)
    expected = np.block([[between + within, between], [between, between + within]])
    np.testing.assert_allclose(np.cov(flat.T), expected, atol=0.15)
    np.testing.assert_allclose(flat.mean(axis=0), 3.0, atol=0.06)


def worked_with_dense_matrices(g, theta):
    """Variance and degrees of freedom of `crossed_mean` for main × aux, all matrices n × n."""
    kernels, Q = dense(EFFECTS)
    n = len(g)
    main, aux = kernels[0], kernels[1]
    A = Q @ (main + aux - np.eye(n)) @ Q / n**2
    sigma = sum(component * K for component, K in zip(theta, kernels, strict=True))
    average = g.mean(axis=1)
    product = A @ sigma
    value = average @ A @ average
    variance = value * (sigma.sum() / n**2) / np.trace(product)
    return variance, np.trace(product) ** 2 / np.trace(product @ product)


@pytest.fixture
def gains():
    lasting = {"main": 0.4, "aux": 0.2, "main_topics": 0.1, "pair": 0.3}
    variances = np.array([lasting.get(name, 0.0) for name in EFFECTS.names])
    truth = Components(0.2, variances, np.zeros_like(variances))
    return simulate_gains(truth, EFFECTS, 4, 1, np.random.default_rng(4))[0]


def test_the_mean_of_new_tasks_worked_with_dense_matrices(gains):
    theta = fit_components(gains, EFFECTS).of_average(4)
    variance, freedom = worked_with_dense_matrices(gains, theta)
    estimate = crossed_mean(gains, EFFECTS)
    assert estimate.standard_error == pytest.approx(np.sqrt(variance), rel=1e-12)
    assert estimate.degrees_of_freedom == pytest.approx(freedom, rel=1e-12)
    low, high = stats.t.interval(0.95, freedom, gains.mean(), np.sqrt(variance))
    assert (estimate.low, estimate.high) == pytest.approx((low, high), rel=1e-9)


def test_traces_of_many_pairs_are_estimated_well(gains, monkeypatch):
    exact = crossed_mean(gains, EFFECTS)
    monkeypatch.setattr("minimtl.stats.crossed._EXACT", 10)
    estimated = crossed_mean(gains, EFFECTS)
    assert estimated.degrees_of_freedom != exact.degrees_of_freedom
    assert estimated.degrees_of_freedom == pytest.approx(exact.degrees_of_freedom, rel=0.2)
    assert estimated.standard_error == pytest.approx(exact.standard_error, rel=1e-12)


def test_a_two_way_variance_that_is_not_positive_gives_way():
    checkered = np.array([[1.0], [-1.0], [-1.0], [1.1]])
    assert clustered_variance(checkered[:, 0], *grid(2, 2).values()) < 0
    assert crossed_mean(checkered, crossed_effects(grid(2, 2))).standard_error > 0


def test_gains_all_alike_have_no_variance():
    estimate = crossed_mean(np.full((52, 2), 0.25), EFFECTS)
    assert (estimate.low, estimate.high, estimate.p_value) == (0.25, 0.25, 0.0)
