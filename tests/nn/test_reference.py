"""The readable mathematics, held against central differences."""

import tracemalloc

import numpy as np
import pytest

from minimtl.nn.adam import Adam
from minimtl.nn.dropout import dropout_mask
from minimtl.nn.network import ACTIVATIONS, Shape, initialize
from minimtl.nn.reference import loss_and_gradients, softmax


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("hidden", [(7,), (7, 5), (6, 5, 4)])
@pytest.mark.parametrize("rate", [0.0, 0.5])
def test_gradients_agree_with_central_differences(activation, hidden, rate, documents, rng):
    shape = Shape(30, hidden, (2, 3), activation)
    network = initialize(shape, rng).rows(slice(None), np.float64)
    network.flat += rng.normal(scale=0.3, size=network.flat.shape)
    X = documents(9, 30)
    labels, weights = [rng.integers(0, 2, 5), rng.integers(0, 3, 4)], np.array([1.0, 0.7])
    keys = rng.integers(2**32, size=(len(hidden), 2), dtype=np.uint32)
    masks = [
        dropout_mask(k, 9, h, rate) if rate else None for k, h in zip(keys, hidden, strict=True)
    ]

    def objective():
        losses, _ = loss_and_gradients(network, X, labels, weights, masks)
        return losses @ weights

    _, gradient = loss_and_gradients(network, X, labels, weights, masks)
    # The error of a central difference is O(step²) + O(rounding / step): about 1e-9 at 1e-5.
    step = 1e-5
    for part in ("first", "flat"):
        values, slopes = getattr(network, part).reshape(-1), getattr(gradient, part).reshape(-1)
        for i in rng.choice(values.size, 40, replace=False):
            kept = values[i]
            values[i] = kept + step
            above = objective()
            values[i] = kept - step
            below = objective()
            values[i] = kept
            assert (above - below) / (2 * step) == pytest.approx(slopes[i], abs=2e-8)


def test_softmax_survives_large_logits():
    P = softmax(np.array([[1000.0, 0.0], [-1000.0, -1000.0]]))
    np.testing.assert_array_equal(P, [[1.0, 0.0], [0.5, 0.5]])


def test_adam_takes_rows_in_blocks_without_large_temporaries(rng):
    adam, shape = Adam(), (1501, 60)  # some blocks, the last one shorter
    w, g = rng.normal(size=(2, *shape))
    m, v = np.abs(rng.normal(size=(2, *shape)))
    by_row = [x.copy() for x in (w, g, m, v)]
    tracemalloc.start()
    adam.update(w, g, m, v, 3)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < w.nbytes
    for row in zip(*by_row, strict=True):
        adam.update(*row, 3)
    for one, other in zip((w, m, v), (by_row[0], *by_row[2:]), strict=True):
        np.testing.assert_array_equal(one, other)
