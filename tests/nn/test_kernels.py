"""The compiled kernels against their NumPy twin in float64, step after step."""

import numpy as np
import pytest

from minimtl.nn.dropout import drop_threshold, dropout_mask
from minimtl.nn.kernels.elementwise import exp32, fill_mask
from minimtl.nn.network import ACTIVATIONS


def shuffled(n_tasks, n, rng):
    return np.stack([rng.permutation(n) + n * task for task in range(n_tasks)])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_tasks", [1, 2, 3])
@pytest.mark.parametrize("hidden", [(16,), (16, 12), (13, 9, 7)])
def test_losses_and_weights_follow_the_twin(activation, n_tasks, hidden, make_race, rng):
    race = make_race(n_tasks, hidden, activation)
    for _ in range(60):  # 300 steps
        losses = race.epoch(shuffled(n_tasks, 40, rng), rng)
        # Losses are near 0.7 or below; float32 holds them to 1e-7, and 300 steps add up.
        np.testing.assert_allclose(losses["kernel"], losses["exact"], atol=5e-6)
    errors = race.errors()
    # What float32 itself costs, with room for two roundings falling differently.
    assert errors["kernel"] < max(4 * errors["dense32"], 2e-6)


def test_predictions_follow_the_twin_in_the_middle_of_training(make_race, documents, rng):
    race = make_race(2)
    X, base = documents(25, 200), rng.normal(size=(25, 16)).astype(np.float32)
    for _ in range(5):
        race.epoch(shuffled(2, 40, rng), rng)
        for task in range(2):
            P = race.trainers["kernel"].predict_proba(X, base, task)
            P_twin = race.trainers["exact"].predict_proba(X, base, task)
            np.testing.assert_allclose(P, P_twin, atol=2e-6)


def test_a_batch_of_one_document_many_times(make_race, rng):
    race = make_race()
    losses = race.epoch(np.zeros((1, 8), np.int64), rng)
    np.testing.assert_allclose(losses["kernel"], losses["exact"], atol=1e-6)


def test_exp32_is_exact_to_two_units_in_the_last_place():
    x = np.linspace(-86, 87, 20001).astype(np.float32)
    got = np.array([exp32(value) for value in x])
    exact = np.exp(x.astype(np.float64))
    assert np.abs(got / exact - 1.0).max() < 2 * np.finfo(np.float32).eps
    assert exp32(np.float32(-1000.0)) < 1e-37
    assert np.isfinite(exp32(np.float32(1000.0)))


@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_masks_are_the_same_bits_as_the_twins(rate, rng):
    key = rng.integers(2**32, size=2, dtype=np.uint32)
    expected = dropout_mask(key, 6, 50, rate).astype(np.float32)
    mask = np.empty((6, 50), np.float32)
    scale = np.float32(1.0 / (1.0 - rate))
    for i in range(6):
        fill_mask(mask[i], 50, i * 50, key, drop_threshold(rate), scale)
    np.testing.assert_array_equal(mask, expected)
