"""The compiled kernels against their NumPy twin in float64, step after step."""

from functools import partial

import numpy as np
import pytest

from minimtl.nn.dropout import drop_threshold, dropout_mask
from minimtl.nn.kernels import elementwise, layers
from minimtl.nn.kernels.jit import EntryKernel
from minimtl.nn.kernels.layers import Sparse
from minimtl.nn.kernels.vectors import (
    add_far_rows,
    add_four_products,
    add_rows,
    add_to_rows,
    ask_for,
    sum_chain,
)
from minimtl.nn.network import ACTIVATIONS

called = partial(EntryKernel, folder=None)
exp32, fill_mask, add_product, transpose = (
    called(part.py_func)
    for part in (elementwise.exp32, elementwise.fill_mask, layers.add_product, layers.transpose)
)


@called
def call_add_rows(z, W, indices, values, begin, end, S):
    add_rows(z, W, indices, values, begin, end, S)


@called
def call_add_far_rows(z, W, indices, values, begin, end, S):
    add_far_rows(z, W, indices, values, begin, end, S)


@called
def call_sum_chain(z, W, indices, values, after, first, S):
    sum_chain(z, W, indices, values, after, first, S)


@called
def call_add_to_rows(Z, W, indices, values, j, begin, end, S):
    add_to_rows(Z, W, indices, values, j, begin, end, S)


@called
def call_add_four_products(Z, C, W, i, n, S):
    add_four_products(Z, C, W, i, n, S)


@called
def call_ask_for(W, j, begin, end):
    ask_for(W, j, begin, end)


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


@pytest.mark.parametrize("hidden", [(9, 13, 5), (17, 3), (33, 32)])
def test_units_that_fill_a_register_up_stay_without_effect(hidden, make_race, documents, rng):
    race = make_race(2, hidden, "tanh")
    X, base = (
        documents(25, 200).tocsc().astype("f4"),
        rng.normal(size=(25, hidden[0])).astype(np.float32),
    )
    for _ in range(4):
        race.epoch(shuffled(2, 40, rng), rng)
    predicted = (race.trainers[name].predict_proba(X, base, np.array([0, 25])) for name in TRAINERS)
    for P, P_twin in zip(*predicted, strict=True):
        np.testing.assert_allclose(P, P_twin, atol=2e-6)
    padded, _, _ = race.trainers["kernel"].as_networks()
    for W, real in zip(padded.weights, race.trainers["kernel"].weights().weights, strict=True):
        assert not W[real.shape[0] :].any()
        assert not W[:, real.shape[1] :].any()


def test_predictions_follow_the_twin_in_the_middle_of_training(make_race, documents, rng):
    race = make_race(2)
    X, base = documents(25, 200).tocsc().astype("f4"), rng.normal(size=(25, 16)).astype(np.float32)
    for _ in range(5):
        race.epoch(shuffled(2, 40, rng), rng)
        predicted = (
            race.trainers[name].predict_proba(X, base, np.array([10, 15])) for name in TRAINERS
        )
        for P, P_twin in zip(*predicted, strict=True):
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


def floats(rng, *size):
    return rng.normal(size=size).astype(np.float32)


# Sums of some ten products of normal numbers, each rounded by 6e-8 of itself.
CLOSE = {"rtol": 1e-5, "atol": 1e-5}


@pytest.mark.parametrize("S", [16, 48, 64, 80, 96, 112, 128, 144])
@pytest.mark.parametrize(("begin", "end"), [(0, 0), (3, 4), (2, 9), (0, 12)])
def test_rows_are_added_in_every_width(S, begin, end, rng):
    W, z = floats(rng, 20, 3 * S), floats(rng, S + 16)
    indices, values = rng.integers(0, 20, 12).astype(np.int32), floats(rng, 12)
    expected = z.copy()
    expected[:S] += values[begin:end] @ W[indices[begin:end], :S]
    far = z.copy()
    call_add_rows(z, W, indices, values, begin, end, S)
    np.testing.assert_allclose(z, expected, **CLOSE)
    np.testing.assert_array_equal(z[S:], expected[S:])
    call_add_far_rows(far, W, indices, values, begin, end, S)
    np.testing.assert_array_equal(far, z)


@pytest.mark.parametrize("S", [16, 112, 128])
def test_a_chain_is_summed_to_its_end(S, rng):
    W, z = floats(rng, 20, S), floats(rng, S)
    indices, values = rng.integers(0, 20, 9).astype(np.int32), floats(rng, 9)
    after = np.full(9, -1, np.int32)
    after[[7, 2, 5]] = 2, 5, 0
    call_sum_chain(z, W, indices, values, after, 7, S)
    chain = [7, 2, 5, 0]
    np.testing.assert_allclose(z, values[chain] @ W[indices[chain]], **CLOSE)


@pytest.mark.parametrize("S", [16, 96, 112, 144])
@pytest.mark.parametrize(("begin", "end"), [(0, 0), (2, 9)])
def test_a_row_is_added_to_many(S, begin, end, rng):
    Z, W = floats(rng, 5, S + 16), floats(rng, 3, 2 * S)
    indices, values = rng.integers(0, 5, 12).astype(np.int32), floats(rng, 12)
    expected = Z.copy()
    for p in range(begin, end):
        expected[indices[p], :S] += values[p] * W[2, :S]
    call_add_to_rows(Z, W, indices, values, 2, begin, end, S)
    np.testing.assert_allclose(Z, expected, **CLOSE)


@pytest.mark.parametrize("S", [16, 112])
@pytest.mark.parametrize(("i", "n"), [(0, 1), (3, 13), (4, 0)])
def test_four_rows_of_a_product_at_once(S, i, n, rng):
    Z, C, W = floats(rng, 8, S + 16), floats(rng, 8, 13), floats(rng, 13, 2 * S)
    expected = Z.copy()
    expected[i : i + 4, :S] += C[i : i + 4, :n] @ W[:n, :S]
    call_add_four_products(Z, C, W, i, n, S)
    np.testing.assert_allclose(Z, expected, **CLOSE)


def test_asking_for_a_row_changes_nothing(rng):
    W = floats(rng, 3, 48)
    expected = W.copy()
    call_ask_for(W, 2, 16, 48)
    np.testing.assert_array_equal(W, expected)


@pytest.mark.parametrize(("n", "n_terms"), [(1, 1), (5, 13), (8, 0)])
def test_product_with_zeros(n, n_terms, rng):
    Z, C, W = floats(rng, 8, 32), floats(rng, 8, 13), floats(rng, 13, 32)
    C[rng.random(C.shape) < 0.5] = 0.0
    expected = Z.copy()
    expected[:n] += C[:n, :n_terms] @ W[:n_terms]
    sparse = Sparse(np.zeros(14, np.int32), np.zeros(14, np.float32))
    add_product(Z, C, W, n, n_terms, sparse, 32)
    np.testing.assert_allclose(Z, expected, **CLOSE)


def test_transpose(rng):
    W, T = floats(rng, 5, 7), floats(rng, 8, 8)
    expected = T.copy()
    expected[:3, :4] = W[:4, :3].T
    transpose(W, 4, 3, T)
    np.testing.assert_array_equal(T, expected)
