"""Bare compiled loops: nothing but the arithmetic a training step cannot do without.

Compiled with the flags of minimtl's kernels. Each is as easy for the machine as its operations
allow: contiguous vectors, no index, no branch, and small operands in the nearest cache.
"""

from typing import Any

import numpy as np
from numba import njit

f32 = np.float32
bare = njit(error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})


@bare
def move(w: Any, m: Any, r: Any) -> None:
    """All pending moves of each element: one ÷, m and r read, w read and written."""
    a1, a2, e1, e2 = f32(1e-6), f32(2e-6), f32(1e-8), f32(2e-8)
    for i in range(len(w)):
        d1, d2 = r[i] + e1, r[i] + e2
        w[i] -= m[i] * (a1 * d2 + a2 * d1) / (d1 * d2)


@bare
def advance(m: Any, r: Any, g: Any) -> None:
    """The moments of each element, one gradient `g` for all: one √, m and r read and written."""
    decay_m, decay_v, new1, new2 = f32(0.9), f32(0.999), f32(0.1), f32(1e-3)
    for i in range(len(m)):
        m[i] = decay_m * m[i] + new1 * g
        r[i] = np.sqrt(decay_v * (r[i] * r[i]) + new2 * (g * g))


@bare
def update(w: Any, m: Any, r: Any, g: Any) -> None:
    """An Adam step of each element, one gradient `g` for all: one √, one ÷."""
    beta1, beta2, new1, new2 = f32(0.9), f32(0.999), f32(0.1), f32(1e-3)
    size, correction, eps = f32(1e-3), f32(1.01), f32(1e-8)
    for i in range(len(w)):
        m_i = beta1 * m[i] + new1 * g
        r_i = np.sqrt(beta2 * (r[i] * r[i]) + new2 * (g * g))
        m[i] = m_i
        r[i] = r_i
        w[i] -= size * m_i / (r_i * correction + eps)


@bare
def multiply_add(z: Any, W: Any, n: int) -> None:
    """`n` multiply-adds or a few more, on `z` and four rows of a small matrix at a time."""
    a0, a1, a2, a3 = f32(1e-3), f32(-1e-3), f32(2e-3), f32(-2e-3)
    for turn in range(-(-n // (4 * len(z)))):
        k = 4 * (turn % (len(W) // 4))
        w0, w1, w2, w3 = W[k], W[k + 1], W[k + 2], W[k + 3]
        for h in range(len(z)):
            z[h] += (a0 * w0[h] + a1 * w1[h]) + (a2 * w2[h] + a3 * w3[h])


@bare
def sigmoids(z: Any, n: int) -> None:
    """`n` sigmoids, counted as one ÷ and a polynomial of degree 7 each."""
    c = f32(0.1)
    for _ in range(0, n, len(z)):
        for h in range(len(z)):
            x = z[h]
            p = c + x * (c + x * (c + x * (c + x * (c + x * (c + x * (c + x * c))))))
            z[h] = f32(1.0) / (f32(1.0) + p)
