"""Deferred moves against dense Adam: no further from float64 than dense float32 is."""

import numpy as np
import pytest

from minimtl.nn.adam import Adam
from minimtl.nn.kernels.adam import EXACT_STEPS, WINDOW

BATCH = 8
N_DOCUMENTS = 40


def visit(race, n_tasks, n_steps, gap, rng):
    """`n_steps` steps in which document 0 of each task comes in every `gap`-th only."""
    for step in range(n_steps):
        order = np.stack(
            [rng.choice(np.arange(1, N_DOCUMENTS), BATCH, replace=False) for _ in range(n_tasks)]
        )
        if step % gap == 0:
            order[:, 0] = 0
        race.epoch(order + N_DOCUMENTS * np.arange(n_tasks)[:, None], rng)


@pytest.mark.parametrize(
    ("n_tasks", "dropout", "gap"),
    [
        (1, 0.0, 500),
        (2, 0.5, 13),
        pytest.param(1, 0.5, 500, marks=pytest.mark.slow),
        pytest.param(2, 0.0, 500, marks=pytest.mark.slow),
        pytest.param(2, 0.5, 500, marks=pytest.mark.slow),
        pytest.param(1, 0.5, 13, marks=pytest.mark.slow),
    ],
)
def test_weights_after_2000_steps(n_tasks, dropout, gap, make_race, rng):
    race = make_race(n_tasks, (8, 6), dropout=dropout, n=N_DOCUMENTS, n_features=80)
    visit(race, n_tasks, 2000, gap, rng)
    errors = race.errors()
    # Both errors are maxima over weights of sums of roundings: equal up to luck, seen within 1.5.
    assert errors["kernel"] < 2 * errors["dense32"]


@pytest.mark.parametrize("eps", [1e-12, 1e-8, 1e-5, 1e-3, 1e-1])
def test_eps_from_nothing_to_far_above_the_moments(eps, make_race, rng):
    race = make_race(adam=Adam(eps=eps), n=N_DOCUMENTS, dropout=0.0)
    visit(race, 1, 300, 7, rng)
    errors = race.errors()
    assert errors["kernel"] < max(2 * errors["dense32"], 1e-7)


@pytest.mark.parametrize("n_steps", [1, 2, 3, EXACT_STEPS - 1, EXACT_STEPS, EXACT_STEPS + 1])
def test_first_steps_and_the_border_between_the_two_rules(n_steps, make_race, rng):
    race = make_race(n=N_DOCUMENTS)
    visit(race, 1, n_steps, 50, rng)
    errors = race.errors()
    assert errors["kernel"] < max(2 * errors["dense32"], 1e-7)


@pytest.mark.parametrize("n_steps", [WINDOW - 2, WINDOW + 40, 3 * WINDOW])
def test_a_row_touched_once_moves_on_to_the_end(n_steps, make_race, rng):
    race = make_race(n=N_DOCUMENTS)
    only = race.trainers["exact"].X[0].indices
    before = race.trainers["exact"].network.first[only].copy()
    visit(race, 1, n_steps, n_steps, rng)
    race.trainers["kernel"].finish()
    exact = race.trainers["exact"].network.first[only]
    assert np.abs(exact - before).max() > 1e-3
    np.testing.assert_allclose(race.trainers["kernel"].network.first[only], exact, atol=1e-6)


def test_other_decay_rates(make_race, rng):
    adam = Adam(learning_rate=3e-3, beta1=0.8, beta2=0.99)
    race = make_race(adam=adam, n=N_DOCUMENTS)
    visit(race, 1, 400, 60, rng)
    errors = race.errors()
    assert errors["kernel"] < max(2 * errors["dense32"], 1e-7)
