"""The mean gain of new tasks against dense matrices and simulations."""

import numpy as np
import pytest
from scipy import stats

from bench.published_intervals import clustered_variance, dyadic_mean
from minimtl.stats.crossed import crossed_effects, fit_components, simulate_gains
from minimtl.stats.crossedmean import crossed_mean
from tests.stats.crossed_models import EFFECTS, RELATED, dense, grid, of_one_run

RNG = np.random.default_rng(0)
MAIN, AUX = RNG.integers(8, size=40), RNG.integers(8, 14, size=40)
TOPICS = RNG.integers(6, size=(40, 2))
GAINS = RNG.normal(0.01, 0.02, size=(40, 3))


def test_topics_widen_what_is_said_of_new_tasks():
    effect = np.random.default_rng(1).normal(size=6)
    gains = effect[TOPICS].sum(axis=1)[:, np.newaxis] + 0.1 * GAINS
    levels = {"main": MAIN, "aux": AUX}
    with_topics = crossed_mean(gains, crossed_effects(levels | {"main_topics": TOPICS}))
    without = crossed_mean(gains, crossed_effects(levels))
    assert with_topics.standard_error > 1.5 * without.standard_error


def test_refuses_what_does_not_fit():
    effects = crossed_effects({"main": MAIN, "aux": AUX})
    with pytest.raises(ValueError, match="NaN"):
        crossed_mean(np.full((40, 3), np.nan), effects)


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
    truth = of_one_run(EFFECTS, mean=0.2, main=0.4, aux=0.2, main_topics=0.1, pair=0.3)
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
    monkeypatch.setattr("minimtl.stats.crossedmean._EXACT", 10)
    estimated = crossed_mean(gains, EFFECTS)
    assert estimated.degrees_of_freedom != exact.degrees_of_freedom
    assert estimated.degrees_of_freedom == pytest.approx(exact.degrees_of_freedom, rel=0.2)
    assert estimated.standard_error == pytest.approx(exact.standard_error, rel=1e-12)


def test_a_two_way_variance_that_is_not_positive_gives_way():
    effects = crossed_effects(grid(2, 2))
    g = np.array([[3.0], [1.0], [-3.0], [-1.5]])
    estimate = crossed_mean(g, effects)
    assert clustered_variance(g[:, 0], grid(2, 2)["main"]) > 0
    assert estimate.standard_error > 0
    checkered = np.array([[1.0], [-1.0], [-1.0], [1.1]])
    assert clustered_variance(checkered[:, 0], *grid(2, 2).values()) < 0
    estimate = crossed_mean(checkered, effects)
    assert estimate.standard_error > 0


def test_gains_all_alike_have_no_variance():
    estimate = crossed_mean(np.full((52, 2), 0.25), EFFECTS)
    assert (estimate.low, estimate.high, estimate.p_value) == (0.25, 0.25, 0.0)


@pytest.mark.parametrize(
    "truth",
    [
        {"main": 0.37, "aux": 0.17, "main_topics": 0.08, "aux_topics": 0.03, "pair": 0.24},
        pytest.param(
            {"main": 0.25, "main_topics": 0.08, "aux_topics": 0.19, "pair": 0.5},
            marks=pytest.mark.slow,
        ),
    ],
    ids=["main tasks", "topics"],
)
def test_covers_as_often_as_it_says(truth):
    """A short form of `python -m bench.calibration`."""
    studies = simulate_gains(
        of_one_run(EFFECTS, **truth), EFFECTS, 1, 400, np.random.default_rng(0)
    )
    tasks = np.stack([RELATED["main"], RELATED["aux"]], axis=1)
    covered = {"crossed": 0, "dyadic": 0}
    for gains in studies:
        new_tasks = crossed_mean(gains, EFFECTS)
        covered["crossed"] += new_tasks.low <= 0 <= new_tasks.high
        as_published = dyadic_mean(gains[:, 0], tasks)
        covered["dyadic"] += as_published.low <= 0 <= as_published.high
    # Of 400 at 0.95, 0.92 to 0.98 is within 2.8 standard errors.
    assert 0.92 <= covered["crossed"] / 400 <= 0.98
    assert covered["dyadic"] / 400 < 0.88
