"""The crossed model against dense matrices, and against what it was simulated from."""

import numpy as np
import pytest
from scipy import optimize

from minimtl.stats.crossed import (
    PAIR,
    Components,
    crossed_effects,
    fit_components,
    simulate_gains,
)
from minimtl.tasks import NEWSGROUPS, unrelated_pairs
from tests.stats.crossed_models import EFFECTS, RELATED, dense, grid, newsgroups, of_one_run


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
    found = [*fitted.lasting.values(), *fitted.per_run.values()]
    np.testing.assert_allclose(found[: len(expected)], expected, rtol=1e-6, atol=1e-6)  # ridge
    assert fitted.mean == pytest.approx(gains.mean(), rel=1e-12)


def test_components_of_a_balanced_table_are_those_of_the_analysis_of_variance():
    """Worked by hand from mean squares, where all come out positive."""
    n_main, n_aux = 12, 9
    effects = crossed_effects(grid(n_main, n_aux))
    truth = of_one_run(effects, main=2.0, aux=1.0, pair=0.5)
    g = simulate_gains(truth, effects, 1, 1, np.random.default_rng(3))[0]
    table = g.reshape(n_main, n_aux)
    rows, columns = table.mean(axis=1), table.mean(axis=0)
    rest = table - rows[:, np.newaxis] - columns + table.mean()
    pair = (rest**2).sum() / ((n_main - 1) * (n_aux - 1))
    main = rows.var(ddof=1) - pair / n_aux
    aux = columns.var(ddof=1) - pair / n_main
    assert min(main, aux, pair) > 0
    fitted = fit_components(g, effects)
    assert list(fitted.lasting.values()) == pytest.approx([main, aux, pair], rel=1e-6)  # ridge


def test_components_are_those_that_gains_were_simulated_from():
    effects = crossed_effects(newsgroups(tuple(unrelated_pairs(NEWSGROUPS))))
    lasting = {"main": 0.4, "aux": 0.2, "main_topics": 0.1, "aux_topics": 0.05, "pair": 0.3}
    per_run = {"main": 0.2, "aux": 0.0, "main_topics": 0.0, "aux_topics": 0.0, "pair": 0.6}
    truth = Components(0.7, lasting, per_run)
    studies = simulate_gains(truth, effects, 3, 60, np.random.default_rng(0))
    fits = [fit_components(gains, effects) for gains in studies]
    assert np.mean([fit.mean for fit in fits]) == pytest.approx(0.7, abs=0.25)
    for name in effects.names:
        for kind in ("lasting", "per_run"):
            values = [getattr(fit, kind)[name] for fit in fits]
            error = np.std(values) / np.sqrt(len(fits))
            # Values cut at 0 have too large a mean, by less than their deviation.
            expected = getattr(truth, kind)[name]
            assert np.mean(values) == pytest.approx(expected, abs=4 * error + 0.03), (name, kind)


def test_simulated_gains_have_the_covariance_of_the_model():
    levels = grid(2, 2) | {"topics": np.array([[0, 1], [1, 2], [0, 2], [0, 1]])}
    effects = crossed_effects(levels)
    lasting = {"main": 1.0, "aux": 2.0, "topics": 0.5, "pair": 0.25}
    per_run = {"main": 0.5, "aux": 0.0, "topics": 0.0, "pair": 1.0}
    n_draws = 40_000
    gains = simulate_gains(
        Components(3.0, lasting, per_run), effects, 2, n_draws, np.random.default_rng(0)
    )
    assert gains.shape == (n_draws, 4, 2)
    kernels, _ = dense(effects)
    between = sum(v * K for v, K in zip(lasting.values(), kernels, strict=True))
    within = sum(v * K for v, K in zip(per_run.values(), kernels, strict=True))
    flat = gains.transpose(0, 2, 1).reshape(n_draws, 8)
    expected = np.block([[between + within, between], [between, between + within]])
    np.testing.assert_allclose(np.cov(flat.T), expected, atol=0.15)
    np.testing.assert_allclose(flat.mean(axis=0), 3.0, atol=0.06)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crossed_effects({}), "one length"),
        (lambda: crossed_effects({"main": [1, 2], "aux": [1, 2, 3]}), "one length"),
        (lambda: fit_components(np.zeros((3, 1)), EFFECTS), "gains must have shape"),
        (lambda: fit_components(np.zeros(52), EFFECTS), "gains must have shape"),
        (lambda: fit_components(np.full((52, 1), np.nan), EFFECTS), "NaN or infinity"),
        (
            lambda: fit_components([[1.0]], crossed_effects({"main": [1]})),
            "at least two pairs",
        ),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()
