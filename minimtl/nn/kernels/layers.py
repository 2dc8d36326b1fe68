"""The shared layers, forward and backward, and the heads with their softmax and loss.

Notation as in `reference`: a step's B documents, those of each task in turn, run through the
shared layers together. ``A[l]`` (B, S) activations, ``R[l]`` their dropout mask, ``D[l]`` = A∘R,
``G[l]`` the gradient of the loss by A or Z. Layers are padded with units that have no weights:
their mask is zero, and so are their outputs.
"""

from typing import NamedTuple

import numpy as np

from minimtl.nn.dropout import MULTIPLIER_1, MULTIPLIER_2, drop_threshold
from minimtl.nn.kernels.jit import compiled, inlined, spliced
from minimtl.nn.kernels.vectors import add_four_products, add_rows, dot
from minimtl.nn.network import FloatArray, IntArray

f32 = np.float32
u32 = np.uint32

SIGMOID, TANH, RELU = 0, 1, 2


class Layout(NamedTuple):
    """Sizes and places of the parameters in the flat vector, see `network`.

    `units` are the layers' real widths, `widths` those padded to whole vector registers.
    """

    units: IntArray
    widths: IntArray
    layers: IntArray
    n_classes: IntArray
    heads: IntArray
    activation: int


class Flat(NamedTuple):
    """Parameters outside the first weight matrix, their moments m and r = √v, and gradient."""

    w: FloatArray
    m: FloatArray
    r: FloatArray
    g: FloatArray


class Plan(NamedTuple):
    """The values that are the same in all steps: of the schedule, the classes' weights, places.

    `batch_size` documents of each task, the share `dropout`, weights λ (T,) and ω (T, K).
    """

    batch_size: int
    dropout: float
    task_weights: FloatArray
    class_weights: FloatArray
    layout: Layout


class Sparse(NamedTuple):
    """Scratch space for a vector's entries that are not zero."""

    indices: IntArray
    values: FloatArray


class Buffers(NamedTuple):
    """Scratch space: layers (L, B, S), class probabilities, a word's gradient and row (1, S).

    `transposed` (S, S or B) holds a layer's weights or documents, transposed; `sparse` one vector.
    """

    A: FloatArray
    R: FloatArray
    D: FloatArray
    G: FloatArray
    p: FloatArray
    g: FloatArray
    word: FloatArray
    transposed: FloatArray
    sparse: Sparse


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


@inlined
def matrix(flat: FloatArray, layer: int, layout: Layout) -> FloatArray:
    """W_l (n_in, n_out), l ≥ 1, within the flat vector."""
    n_in, n_out, begin = layout.widths[layer - 1], layout.widths[layer], layout.layers[layer]
    return flat[begin : begin + n_in * n_out].reshape(n_in, n_out)


@inlined
def biases(flat: FloatArray, layer: int, layout: Layout) -> FloatArray:
    """b_l (n_out,) within the flat vector."""
    begin = layout.layers[layer]
    if layer > 0:
        begin += layout.widths[layer - 1] * layout.widths[layer]
    return flat[begin : begin + layout.widths[layer]]


@inlined
def pass_up(
    n: int,
    layer: int,
    below: FloatArray,
    w: FloatArray,
    layout: Layout,
    Z: FloatArray,
    sparse: Sparse,
    dropped: bool,
) -> None:
    """Z_l = below·W_l + b_l, l ≥ 1; after dropout `below` is `dropped`: half of it is zero."""
    b, W = biases(w, layer, layout), matrix(w, layer, layout)
    for i in range(n):
        z = Z[i]
        for h in range(len(b)):
            z[h] = b[h]
    n_terms = layout.units[layer - 1]
    # Reading a row of W for four documents at a time saves more than skipping some zeros.
    fours = 0 if dropped else n - n % 4
    for i in range(0, fours, 4):
        add_four_products(Z, below, W, i, n_terms, len(b))
    add_product(Z[fours:], below[fours:], W, n - fours, n_terms, sparse, len(b))


@spliced
def forward(n: int, keys: IntArray, plan: Plan, w: FloatArray, buffers: Buffers) -> None:
    """A, R and D of every hidden layer, from Z_1 in ``A[0]``."""
    layout, threshold = plan.layout, threshold_of(plan.dropout)
    scale, dropped = f32(1.0 / (1.0 - plan.dropout)), bool(threshold > 0)
    for layer in range(len(layout.widths)):
        width, units, key = layout.widths[layer], layout.units[layer], keys[layer]
        A, R, D = buffers.A[layer], buffers.R[layer], buffers.D[layer]
        if layer > 0:
            pass_up(n, layer, buffers.D[layer - 1], w, layout, A, buffers.sparse, dropped)
        for i in range(n):
            a, mask, d = A[i], R[i], D[i]
            activate(a, width, layout.activation)
            fill_mask(mask, units, i * units, key, threshold, scale)
            for h in range(width):
                d[h] = a[h] * mask[h]


@spliced
def backward(n: int, flat: Flat, layout: Layout, buffers: Buffers) -> None:
    """From the gradient by D_L down to that by Z_1 in ``G[0]``, collecting the parameters'."""
    for layer in range(len(layout.widths) - 1, -1, -1):
        A, R, G = buffers.A[layer], buffers.R[layer], buffers.G[layer]
        width, g_b = layout.widths[layer], biases(flat.g, layer, layout)
        for i in range(n):
            g, mask = G[i], R[i]
            for h in range(width):
                g[h] *= mask[h]
            times_slope(g, A[i], width, layout.activation)
            for h in range(width):
                g_b[h] += g[h]
        if layer > 0:
            collect(n, layer, flat.g, layout, buffers)
            pass_down(n, layer, flat.w, layout, buffers)


@spliced
def collect(n: int, layer: int, flat_g: FloatArray, layout: Layout, buffers: Buffers) -> None:
    """The gradient DᵀG by W_l."""
    T, n_in, n_out = buffers.transposed, layout.units[layer - 1], layout.widths[layer]
    transpose(buffers.D[layer - 1], n, n_in, T)
    g_W = matrix(flat_g, layer, layout)
    add_product(g_W, T, buffers.G[layer], n_in, n, buffers.sparse, n_out)


@spliced
def pass_down(n: int, layer: int, w: FloatArray, layout: Layout, buffers: Buffers) -> None:
    """The gradient GW_lᵀ by D_{l−1}."""
    T, n_in, n_out = buffers.transposed, layout.widths[layer - 1], layout.units[layer]
    transpose(matrix(w, layer, layout), n_in, n_out, T)
    below = buffers.G[layer - 1]
    below[:n] = f32(0.0)
    add_product(below, buffers.G[layer], T, n, n_out, buffers.sparse, n_in)


@inlined
def add_product(
    Z: FloatArray, C: FloatArray, W: FloatArray, n: int, n_terms: int, sparse: Sparse, S: int
) -> None:
    """Z ← Z + C·W for the first `n` rows and `n_terms` terms; `sparse` is scratch space."""
    for i in range(n):
        kept = nonzeros(C[i], n_terms, sparse)
        add_rows(Z[i], W, sparse.indices, sparse.values, 0, kept, S)


@inlined
def nonzeros(v: FloatArray, n: int, sparse: Sparse) -> int:
    """Indices and values of the entries of v (n,) that are not zero; returns their number."""
    indices, values = sparse.indices, sparse.values
    count = 0
    for h in range(n):
        indices[count] = h
        values[count] = v[h]
        count += v[h] != 0
    return count


@inlined
def transpose(W: FloatArray, n_rows: int, n_columns: int, T: FloatArray) -> None:
    """T[:n_columns, :n_rows] = W[:n_rows, :n_columns]ᵀ."""
    for i in range(n_rows):
        for k in range(n_columns):
            T[k, i] = W[i, k]


@compiled
def head_softmax(
    p: FloatArray, d: FloatArray, t: int, y: int, flat: FloatArray, layout: Layout
) -> float:
    """Class probabilities p of task t from d = D_L; returns the loss −ln p[y]."""
    width, n_classes = layout.widths[-1], layout.n_classes[t]
    U = flat[layout.heads[t] :]
    top = f32(-np.inf)
    for c in range(n_classes):
        p[c] = U[n_classes * width + c] + dot(U[c * width :], d, width)
        top = max(top, p[c])
    total, o_y = f32(0.0), p[y]
    for c in range(n_classes):
        p[c] = exp32(p[c] - top)
        total += p[c]
    for c in range(n_classes):
        p[c] /= total
    return np.log(total) - (o_y - top)


@spliced
def heads(
    batch_rows: IntArray,
    labels: IntArray,
    size: int,
    plan: Plan,
    flat: Flat,
    buffers: Buffers,
    losses: FloatArray,
) -> None:
    """Loss and gradient of the heads; the gradient by D_L goes to the last layer of G."""
    layout, p = plan.layout, buffers.p
    width = layout.widths[-1]
    top = len(layout.widths) - 1
    for task in range(len(layout.n_classes)):
        n_classes, begin = layout.n_classes[task], layout.heads[task]
        for i in range(task * size, (task + 1) * size):
            d, delta = buffers.D[top, i], buffers.G[top, i]
            y = labels[batch_rows[i]]
            omega = plan.class_weights[task, y]
            scale = f32(omega * plan.task_weights[task] / size)
            losses[task] += omega * head_softmax(p, d, task, y, flat.w, layout)
            p[y] -= f32(1.0)
            delta[:] = f32(0.0)
            for c in range(n_classes):
                g = p[c] * scale
                u = flat.w[begin + c * width :]
                g_u = flat.g[begin + c * width :]
                for h in range(width):
                    delta[h] += g * u[h]
                    g_u[h] += g * d[h]
                flat.g[begin + n_classes * width + c] += g
