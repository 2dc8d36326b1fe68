"""The layers above the first, one document at a time.

flat      the parameters outside the first weight matrix, see `network.flat_offsets`
a, d, z   vectors of one document in one hidden layer
"""

from typing import Any, NamedTuple

import numpy as np

from minimtl.nn.kernels.elementwise import activate, exp32
from minimtl.nn.kernels.jit import compiled

f32 = np.float32


class Layout(NamedTuple):
    """Sizes and places of the parameters in the flat vector, see `network.flat_offsets`."""

    widths: np.ndarray
    layers: np.ndarray
    n_classes: np.ndarray
    heads: np.ndarray
    activation: int


@compiled
def add_row_product(z: Any, a: Any, n_in: int, W: Any, n_out: int) -> None:
    """z ← z + a·W for one document, W flat (n_in, n_out); four rows of W at a time."""
    k = 0
    while k + 4 <= n_in:
        a0, a1, a2, a3 = a[k], a[k + 1], a[k + 2], a[k + 3]
        w0, w1 = W[k * n_out :], W[(k + 1) * n_out :]
        w2, w3 = W[(k + 2) * n_out :], W[(k + 3) * n_out :]
        for h in range(n_out):
            z[h] += (a0 * w0[h] + a1 * w1[h]) + (a2 * w2[h] + a3 * w3[h])
        k += 4
    while k < n_in:
        w = W[k * n_out :]
        for h in range(n_out):
            z[h] += a[k] * w[h]
        k += 1


@compiled
def add_outer_product(g_W: Any, D: Any, n_in: int, G: Any, n_out: int, n: int) -> None:
    """g_W ← g_W + DᵀG over `n` documents, g_W flat (n_in, n_out); four documents at a time."""
    for k in range(n_in):
        g = g_W[k * n_out :]
        i = 0
        while i + 4 <= n:
            d0, d1, d2, d3 = D[i, k], D[i + 1, k], D[i + 2, k], D[i + 3, k]
            g0, g1, g2, g3 = G[i], G[i + 1], G[i + 2], G[i + 3]
            for h in range(n_out):
                g[h] += (d0 * g0[h] + d1 * g1[h]) + (d2 * g2[h] + d3 * g3[h])
            i += 4
        while i < n:
            for h in range(n_out):
                g[h] += D[i, k] * G[i, h]
            i += 1


@compiled
def transposed_product(out: Any, W: Any, n_in: int, delta: Any, n_out: int) -> None:
    """out = W·delta for one document, W flat (n_in, n_out)."""
    for k in range(n_in):
        w, s = W[k * n_out :], f32(0.0)
        for h in range(n_out):
            s += w[h] * delta[h]
        out[k] = s


@compiled
def forward_layer(a: Any, below: Any, layer: int, flat: Any, layout: Any) -> None:
    """a = σ(below·W_l + b_l) for one document."""
    n_in, n_out = layout.widths[layer - 1], layout.widths[layer]
    W = flat[layout.layers[layer] :]
    b = W[n_in * n_out :]
    for h in range(n_out):
        a[h] = b[h]
    add_row_product(a, below, n_in, W, n_out)
    activate(a, n_out, layout.activation)


@compiled
def head_softmax(p: Any, d: Any, t: int, y: int, flat: Any, layout: Any) -> Any:
    """Class probabilities p of task t from d = D_L; returns the loss −ln p[y]."""
    width, n_classes = layout.widths[-1], layout.n_classes[t]
    U = flat[layout.heads[t] :]
    top = f32(-np.inf)
    for c in range(n_classes):
        o = U[n_classes * width + c]
        u = U[c * width :]
        s = f32(0.0)
        for h in range(width):
            s += u[h] * d[h]
        p[c] = o + s
        top = max(top, p[c])
    total, o_y = f32(0.0), p[y]
    for c in range(n_classes):
        p[c] = exp32(p[c] - top)
        total += p[c]
    for c in range(n_classes):
        p[c] /= total
    return np.log(total) - (o_y - top)
