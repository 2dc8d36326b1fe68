"""Dropout masks: their rate, their scale, and that their bits look independent."""

import numpy as np
import pytest

from minimtl.nn.dropout import dropout_mask, hash_counters


@pytest.mark.parametrize("rate", [0.0, 0.2, 0.5, 0.95])
def test_units_are_dropped_at_the_rate_and_the_rest_scaled(rate, rng):
    key = rng.integers(2**32, size=2, dtype=np.uint32)
    mask = dropout_mask(key, 400, 500, rate)
    assert set(np.unique(mask)) <= {0.0, 1.0 / (1.0 - rate)}
    # 200,000 independent units: five standard deviations of their mean.
    assert (mask == 0).mean() == pytest.approx(rate, abs=5 * np.sqrt(0.25 / mask.size) + 1e-12)


def test_bits_of_neighbours_rows_and_keys_are_uncorrelated(rng):
    keys = rng.integers(2**32, size=(3, 2), dtype=np.uint32)
    keys[1, 0] = keys[0, 0] + 1  # keys that differ in one word only, and little
    keys[1, 1] = keys[0, 1]
    masks = [dropout_mask(key, 300, 300, 0.5) - 1.0 for key in keys]
    bound = 5 / np.sqrt(masks[0].size)
    one = masks[0]
    assert abs((one[:, 1:] * one[:, :-1]).mean()) < bound
    assert abs((one[1:] * one[:-1]).mean()) < bound
    for other in masks[1:]:
        assert abs((one * other).mean()) < bound


def test_hashes_fill_their_range_evenly(rng):
    key = rng.integers(2**32, size=2, dtype=np.uint32)
    hashes = hash_counters(np.arange(2**16, dtype=np.uint32), key)
    assert len(np.unique(hashes)) == 2**16  # each round can be undone, so none collide
    counts = np.bincount(hashes >> np.uint32(24), minlength=256)
    # χ² with 255 degrees of freedom: mean 255, standard deviation √510.
    assert ((counts - 256) ** 2 / 256).sum() < 255 + 6 * np.sqrt(510)
