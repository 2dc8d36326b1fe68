"""The NumPy twin where numbers are large or many; tests/oracles compares its mathematics."""

import tracemalloc

import numpy as np

from minimtl.nn.adam import Adam
from minimtl.nn.reference import softmax


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
