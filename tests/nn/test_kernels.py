"""Kernels against their NumPy twin in layers of every width; tests/oracles trains for longer."""

import numpy as np
import pytest

from minimtl.nn.kernels.jit import EntryKernel
from minimtl.nn.kernels.layers import exp32


# A layer is summed in groups of up to seven vectors of 16 floats: every remainder, and more groups.
@pytest.mark.parametrize("width", [9, 17, 33, 50, 70, 90, 112, 130, 230])
def test_layers_of_every_width_predict_as_the_twin_does(width, make_race, documents, rng):
    race = make_race(2, (width, 13, 5), "tanh", dropout=0.5 if width % 2 else 0.0)
    X, base = documents(25, 200).tocsc().astype("f4"), rng.normal(size=(25, width)).astype("f4")
    for sizes in ([10, 15], [0, 25], [25, 0]):
        race.epoch(np.stack([rng.permutation(40), 40 + rng.permutation(40)]), rng)
        P, P_twin = (
            race.trainers[name].predict_proba(X, base, np.array(sizes))
            for name in ("kernel", "exact")
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
