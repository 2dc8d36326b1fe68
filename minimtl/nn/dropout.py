"""Dropout masks from a counter: the i-th bit of a mask is a hash of i and a key.

A mask is then a pure function of its key: nothing is stored or carried from step to step, the
compiled kernel computes it in registers, and the NumPy twin computes the very same bits. A change
of the masks needs a new `minimtl.nn.training.TRAINING_VERSION`.

The hash is two multiply-xorshift rounds on 32-bit integers (the constants of C. Wellons's
"lowbias32", chosen by search for low bias); the key enters before and between the rounds.
"""

import numpy as np

from minimtl.nn.network import FloatArray, IntArray

MULTIPLIER_1 = 0x7FEB352D
MULTIPLIER_2 = 0x846CA68B


def hash_counters(counters: IntArray, key: IntArray) -> IntArray:
    """Hash uint32 `counters` under `key`, two uint32 words, to uniform uint32 values."""
    x = counters ^ key[0]
    x = (x ^ (x >> np.uint32(16))) * np.uint32(MULTIPLIER_1)
    x = (x ^ (x >> np.uint32(15))) + key[1]
    x = x * np.uint32(MULTIPLIER_2)
    return x ^ (x >> np.uint32(16))


def drop_threshold(rate: float) -> np.uint32:
    """Hashes below this value drop a unit: ``rate`` of the range of uint32."""
    return np.uint32(min(round(rate * 2.0**32), 2**32 - 1))


def dropout_mask(key: IntArray, n_rows: int, width: int, rate: float) -> FloatArray:
    """Inverted dropout, float64 (n_rows, width): 0 with probability `rate`, else 1/(1−rate).

    Srivastava et al. (2014), with the scaling at training time, so prediction needs none.
    """
    counters = np.arange(n_rows * width, dtype=np.uint32)
    kept = hash_counters(counters, key) >= drop_threshold(rate)
    mask: FloatArray = kept.reshape(n_rows, width) / (1.0 - rate)
    return mask
