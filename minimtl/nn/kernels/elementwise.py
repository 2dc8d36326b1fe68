"""Functions of one vector: e^x, activations and their slopes, dropout masks."""

import numpy as np

from minimtl.nn.dropout import MULTIPLIER_1, MULTIPLIER_2, drop_threshold
from minimtl.nn.kernels.jit import compiled, spliced
from minimtl.nn.network import FloatArray, IntArray

f32 = np.float32
u32 = np.uint32

SIGMOID, TANH, RELU = 0, 1, 2

threshold_of = compiled(drop_threshold)


@compiled
def exp32(x: np.float32) -> np.float32:
    """e^x in float32 to 2 units in the last place, clamped to the normal range; vectorisable.

    x = n·ln 2 + r with |r| ≤ ½·ln 2 (ln 2 in two parts), a polynomial for e^r, and 2^n by its bits.
    """
    x = min(max(x, f32(-87.0)), f32(88.0))
    n = np.floor(x * f32(1.44269504) + f32(0.5))
    r = (x - n * f32(0.693359375)) - n * f32(-2.12194440e-4)
    p = f32(1.0 / 720.0) + r * f32(1.0 / 5040.0)
    p = f32(1.0 / 120.0) + r * p
    p = f32(1.0 / 24.0) + r * p
    p = f32(1.0 / 6.0) + r * p
    p = f32(0.5) + r * p
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return (f32(1.0) + (r + (r * r) * p)) * power


@compiled
def activate(z: FloatArray, n: int, activation: int) -> None:
    """σ in place on the first `n` entries of a vector."""
    if activation == SIGMOID:
        for h in range(n):
            z[h] = f32(1.0) / (f32(1.0) + exp32(-z[h]))
    elif activation == TANH:
        for h in range(n):
            z[h] = f32(1.0) - f32(2.0) / (f32(1.0) + exp32(f32(2.0) * z[h]))
    else:
        for h in range(n):
            z[h] = max(z[h], f32(0.0))


@spliced
def times_slope(delta: FloatArray, a: FloatArray, n: int, activation: int) -> None:
    """delta ← delta·σ'(z), written in a = σ(z)."""
    if activation == SIGMOID:
        for h in range(n):
            delta[h] *= a[h] * (f32(1.0) - a[h])
    elif activation == TANH:
        for h in range(n):
            delta[h] *= f32(1.0) - a[h] * a[h]
    else:
        for h in range(n):
            delta[h] = delta[h] if a[h] > f32(0.0) else f32(0.0)


@spliced
def fill_mask(
    mask: FloatArray, n: int, first: int, key: IntArray, threshold: np.uint32, scale: np.float32
) -> None:
    """Entries `first` … of the dropout mask of `key`: `dropout.dropout_mask`, a row at a time."""
    key_0, key_1 = key[0], key[1]
    for h in range(n):
        x = u32(u32(first + h) ^ key_0)
        x = u32(u32(x ^ (x >> u32(16))) * u32(MULTIPLIER_1))
        x = u32(u32(x ^ (x >> u32(15))) + key_1)
        x = u32(x * u32(MULTIPLIER_2))
        x = u32(x ^ (x >> u32(16)))
        mask[h] = scale if x >= threshold else f32(0.0)
