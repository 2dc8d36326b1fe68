"""Deferred moves against dense Adam: no further from float64 than dense float32 is."""

import numpy as np
import pytest

from minimtl.nn.adam import Adam
from minimtl.nn.kernels.adamrows import LONG, count_terms, first_step_of_rule, rule_error

FIRST, N_TERMS = first_step_of_rule(Adam()), count_terms(Adam())
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


SLOW = [(1, 0.5, 500), (2, 0.0, 500), (2, 0.5, 500), (1, 0.5, 13)]


@pytest.mark.parametrize(
    ("n_tasks", "dropout", "gap"),
    [(1, 0.0, 500), (2, 0.5, 13), *(pytest.param(*case, marks=pytest.mark.slow) for case in SLOW)],
)
def test_weights_after_2000_steps(n_tasks, dropout, gap, make_race, rng):
    race = make_race(n_tasks, (8, 6), dropout=dropout, n=N_DOCUMENTS, n_features=80)
    visit(race, n_tasks, 2000, gap, rng)
    errors = race.errors()
    # Both errors are maxima over weights of sums of roundings: equal up to luck, seen within 1.5.
    assert errors["kernel"] < 2 * errors["dense32"]


@pytest.mark.parametrize("n_steps", [1, 2, 3, FIRST - 1, FIRST, FIRST + 1])
def test_first_steps_and_the_border_between_the_two_rules(n_steps, make_race, rng):
    race = make_race(n=N_DOCUMENTS)
    visit(race, 1, n_steps, 50, rng)
    errors = race.errors()
    assert errors["kernel"] < max(2 * errors["dense32"], 1e-7)


@pytest.mark.parametrize("n_steps", [N_TERMS - 2, N_TERMS + 40, 3 * N_TERMS])
def test_a_row_touched_once_moves_on_to_the_end(n_steps, make_race, rng):
    race = make_race(n=N_DOCUMENTS)
    only = race.trainers["exact"].X[0].indices
    before = race.trainers["exact"].weights().first[only].copy()
    visit(race, 1, n_steps, n_steps, rng)
    exact = race.trainers["exact"].weights().first[only]
    assert np.abs(exact - before).max() > 1e-3
    np.testing.assert_allclose(race.trainers["kernel"].weights().first[only], exact, atol=1e-6)


@pytest.mark.parametrize(
    "adam",
    [
        Adam(learning_rate=3e-3, beta1=0.8, beta2=0.99),
        Adam(beta1=0.99),
        Adam(beta2=0.9),
        Adam(beta1=0.5, beta2=0.5),
        Adam(beta2=0.82, eps=1e-12),
        Adam(beta1=0.99, beta2=0.982),
        Adam(beta1=0.5, beta2=0.26),
        Adam(beta2=1.0 - 1e-9),
        *(Adam(eps=eps) for eps in (1e-15, 1e-12, 1e-5, 1e-3, 1e-1)),
    ],
)
def test_other_rates(adam, make_race, rng):
    race = make_race(adam=adam, n=N_DOCUMENTS)
    visit(race, 1, 400, 60, rng)
    errors = race.errors()
    assert errors["kernel"] < max(2 * errors["dense32"], 1e-7)


def test_the_rule_begins_where_its_error_is_small_enough():
    assert rule_error(Adam(), FIRST) <= 2e-6 < rule_error(Adam(), FIRST - 1)
    # z_k grows by a twentieth a step: no two points stand for all of them, however late.
    assert first_step_of_rule(Adam(beta2=0.9)) == LONG
