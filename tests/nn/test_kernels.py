"""The compiled kernels against their NumPy twin in float64, step after step."""

import numpy as np
import pytest

from minimtl.nn.kernels.jit import EntryKernel
from minimtl.nn.kernels.layers import exp32
from minimtl.nn.network import ACTIVATIONS

TRAINERS = ("kernel", "exact")


def shuffled(n_tasks, n, rng):
    return np.stack([rng.permutation(n) + n * task for task in range(n_tasks)])


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("n_tasks", [1, 2, 3])
@pytest.mark.parametrize("hidden", [(16,), (16, 12), (13, 9, 7)])
def test_losses_and_weights_follow_the_twin(activation, n_tasks, hidden, make_race, rng):
    race = make_race(n_tasks, hidden, activation)
    for _ in range(60):  # 300 steps
        losses = race.epoch(shuffled(n_tasks, 40, rng), rng)
        # Losses are near 0.7 or below; float32 holds them to 1e-7, and 300 steps add up. A ReLU
        # whose input is nearly 0 may be on in the one and off in the other.
        atol = 1e-4 if activation == "relu" else 5e-6
        np.testing.assert_allclose(losses["kernel"], losses["exact"], atol=atol)
    errors = race.errors()
    # What float32 itself costs, with room for two roundings falling differently.
    assert errors["kernel"] < max(4 * errors["dense32"], 2e-6)


# A layer is summed in groups of up to seven vectors of 16 floats: every remainder, and more groups.
@pytest.mark.parametrize("width", [9, 17, 33, 50, 70, 90, 112, 130, 230])
def test_layers_of_every_width_predict_as_the_twin_does(width, make_race, documents, rng):
    race = make_race(2, (width, 13, 5), "tanh", dropout=0.5 if width % 2 else 0.0)
    X, base = documents(25, 200).tocsc().astype("f4"), rng.normal(size=(25, width)).astype("f4")
    for sizes in ([10, 15], [0, 25], [25, 0]):
        race.epoch(shuffled(2, 40, rng), rng)
        P, P_twin = (
            race.trainers[name].predict_proba(X, base, np.array(sizes)) for name in TRAINERS
        )
        for ours, theirs in zip(P, P_twin, strict=True):
            np.testing.assert_allclose(ours, theirs, atol=2e-6)
    padded, _, _ = race.trainers["kernel"].as_networks()
    for W, real in zip(padded.weights, race.trainers["kernel"].weights().weights, strict=True):
        assert not W[real.shape[0] :].any()
        assert not W[:, real.shape[1] :].any()


def test_exp32_is_exact_to_two_units_in_the_last_place():
    call = EntryKernel(exp32.py_func, folder=None)
    x = np.linspace(-86, 87, 20001).astype(np.float32)
    got = np.array([call(value) for value in x])
    exact = np.exp(x.astype(np.float64))
    assert np.abs(got / exact - 1.0).max() < 2 * np.finfo(np.float32).eps
    assert call(np.float32(-1000.0)) < 1e-37
    assert np.isfinite(call(np.float32(1000.0)))
