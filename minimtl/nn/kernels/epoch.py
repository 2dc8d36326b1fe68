"""One training epoch, and prediction.

Notation as in `reference`: a step's B documents, those of each task in turn, run through the
shared layers together. ``A[l]`` (B, H_l) activations, ``R[l]`` their dropout mask (all ones
where nothing is dropped), ``D[l]`` = A∘R, ``G[l]`` the gradient of the loss by A or Z.
"""

from typing import Any, NamedTuple

import numpy as np

from minimtl.nn.kernels.adam import adam_row, adam_update, extend_idle, idle_move, settle
from minimtl.nn.kernels.batch import turn_round
from minimtl.nn.kernels.elementwise import activate, fill_mask, times_slope
from minimtl.nn.kernels.jit import compiled
from minimtl.nn.kernels.layers import (
    add_outer_product,
    forward_layer,
    head_softmax,
    transposed_product,
)
from minimtl.nn.kernels.prefetch import prefetch_row

f32 = np.float32


class Flat(NamedTuple):
    """Parameters outside the first weight matrix, their moments m and r = √v, and gradient."""

    w: np.ndarray
    m: np.ndarray
    r: np.ndarray
    g: np.ndarray


class Buffers(NamedTuple):
    """Scratch space of a step: layers (L, B, S or more), class probabilities, a row's gradient.

    Places beyond a layer's width are never set and stay zero.
    """

    A: np.ndarray
    R: np.ndarray
    D: np.ndarray
    G: np.ndarray
    p: np.ndarray
    g: np.ndarray


class Rule(NamedTuple):
    """How a step is made: dropout as `fill_mask` needs it, and the weight λ_t of each task."""

    threshold: np.uint32
    scale: np.float32
    task_weights: np.ndarray


@compiled
def train_epoch(
    documents: Any,
    labels: Any,
    order: Any,
    batch_size: int,
    keys: Any,
    rule: Any,
    rows: Any,
    last: Any,
    flat: Any,
    layout: Any,
    batch: Any,
    buffers: Any,
    idle: Any,
    constants: Any,
    step: int,
    losses: Any,
) -> int:
    """Train on `order` (T, n), rows of `documents` by task; returns the number of the last step.

    `losses` (T,) receives the mean training loss of each task; `step` is the last step before.
    """
    n_tasks, n = order.shape
    losses[:] = 0.0
    batch_rows = np.empty(n_tasks * batch_size, np.int64)
    for number, start in enumerate(range(0, n, batch_size)):
        step += 1
        size = min(batch_size, n - start)
        for task in range(n_tasks):
            for i in range(size):
                batch_rows[task * size + i] = order[task, start + i]
        n_words = turn_round(documents, batch_rows, n_tasks * size, batch)
        first_layer(
            batch, n_words, n_tasks * size, rows, last, step, flat, layout, buffers, idle,
            constants,
        )  # fmt: skip
        forward(n_tasks * size, keys[number], rule, flat.w, layout, buffers)
        flat.g[:] = f32(0.0)
        heads(batch_rows, labels, size, rule, flat, layout, buffers, losses)
        backward(n_tasks * size, flat, layout, buffers)
        update_rows(batch, n_words, rows, last, step, buffers, idle, constants)
        adam_update(flat.w, flat.m, flat.r, flat.g, step, idle, constants)
        extend_idle(idle, step, constants.eps)
    losses /= n
    return step


@compiled
def first_layer(
    batch: Any,
    n_words: int,
    n: int,
    rows: Any,
    last: Any,
    step: int,
    flat: Any,
    layout: Any,
    buffers: Any,
    idle: Any,
    constants: Any,
) -> None:
    """Z_1 of the batch; each word's row is first brought up to the step before this one."""
    Z, width, S = buffers.A[0], layout.widths[0], rows.shape[1] // 3
    for i in range(n):
        for h in range(width):
            Z[i, h] = flat.w[h]
    for q in range(n_words):
        j = batch.words[q]
        row = rows[j]
        if q + 1 < n_words:
            prefetch_row(rows, batch.words[q + 1])
        if 0 < last[j] < step - 1:
            idle_move(row, last[j], step - 1, idle, constants)
        for p in range(batch.starts[q], batch.starts[q + 1]):
            z, x = Z[batch.doc[p]], batch.value[p]
            for h in range(S):
                z[h] += x * row[h]


@compiled
def forward(n: int, keys: Any, rule: Any, w: Any, layout: Any, buffers: Any) -> None:
    """A, R and D of every hidden layer, from Z_1 in ``A[0]``."""
    A, R, D = buffers.A, buffers.R, buffers.D
    for layer in range(len(layout.widths)):
        width = layout.widths[layer]
        for i in range(n):
            if layer == 0:
                activate(A[0, i], width, layout.activation)
            else:
                forward_layer(A[layer, i], D[layer - 1, i], layer, w, layout)
            fill_mask(R[layer, i], width, i * width, keys[layer], rule.threshold, rule.scale)
            for h in range(width):
                D[layer, i, h] = A[layer, i, h] * R[layer, i, h]


@compiled
def heads(
    batch_rows: Any,
    labels: Any,
    size: int,
    rule: Any,
    flat: Any,
    layout: Any,
    buffers: Any,
    losses: Any,
) -> None:
    """Loss and gradient of the heads; the gradient by D_L goes to the last layer of G."""
    width, p = layout.widths[-1], buffers.p
    top = len(layout.widths) - 1
    for task in range(len(layout.n_classes)):
        n_classes, begin = layout.n_classes[task], layout.heads[task]
        scale = f32(rule.task_weights[task] / size)
        for i in range(task * size, (task + 1) * size):
            d, delta = buffers.D[top, i], buffers.G[top, i]
            y = labels[batch_rows[i]]
            losses[task] += head_softmax(p, d, task, y, flat.w, layout)
            p[y] -= f32(1.0)
            delta[:width] = f32(0.0)
            for c in range(n_classes):
                g = p[c] * scale
                u = flat.w[begin + c * width :]
                g_u = flat.g[begin + c * width :]
                for h in range(width):
                    delta[h] += g * u[h]
                    g_u[h] += g * d[h]
                flat.g[begin + n_classes * width + c] += g


@compiled
def backward(n: int, flat: Any, layout: Any, buffers: Any) -> None:
    """From the gradient by D_L down to that by Z_1 in ``G[0]``, collecting the parameters'."""
    R, G = buffers.R, buffers.G
    for layer in range(len(layout.widths) - 1, -1, -1):
        width, begin = layout.widths[layer], layout.layers[layer]
        for i in range(n):
            for h in range(width):
                G[layer, i, h] *= R[layer, i, h]
            times_slope(G[layer, i], buffers.A[layer, i], width, layout.activation)
        n_below = 0 if layer == 0 else layout.widths[layer - 1]
        if layer > 0:
            W, g_W = flat.w[begin:], flat.g[begin:]
            add_outer_product(g_W, buffers.D[layer - 1], n_below, G[layer], width, n)
            for i in range(n):
                transposed_product(G[layer - 1, i], W, n_below, G[layer, i], width)
        g_b = flat.g[begin + n_below * width :]
        for i in range(n):
            for h in range(width):
                g_b[h] += G[layer, i, h]


@compiled
def update_rows(
    batch: Any,
    n_words: int,
    rows: Any,
    last: Any,
    step: int,
    buffers: Any,
    idle: Any,
    constants: Any,
) -> None:
    """The gradient Xᵀ·G_1 of each word of the batch, and Adam's step on its row."""
    G, g, S = buffers.G[0], buffers.g, rows.shape[1] // 3
    for q in range(n_words):
        j, begin, end = batch.words[q], batch.starts[q], batch.starts[q + 1]
        if q + 1 < n_words:
            prefetch_row(rows, batch.words[q + 1])
        # Most words occur once or twice in a batch: two at a time spare passes over g.
        delta, x = G[batch.doc[begin]], batch.value[begin]
        if end - begin == 1:
            for h in range(S):
                g[h] = x * delta[h]
        else:
            delta_2, x_2 = G[batch.doc[begin + 1]], batch.value[begin + 1]
            for h in range(S):
                g[h] = x * delta[h] + x_2 * delta_2[h]
            for p in range(begin + 2, end):
                delta, x = G[batch.doc[p]], batch.value[p]
                for h in range(S):
                    g[h] += x * delta[h]
        adam_row(rows[j], g, step, idle, constants)
        last[j] = step


@compiled
def add_words(z: Any, documents: Any, i: int, rows: Any, S: int) -> None:
    """z ← z + x·W_1 for document i, four words at a time."""
    p, end = documents.indptr[i], documents.indptr[i + 1]
    indices, data = documents.indices, documents.data
    while p + 4 <= end:
        x0, x1, x2, x3 = data[p], data[p + 1], data[p + 2], data[p + 3]
        w0, w1 = rows[indices[p]], rows[indices[p + 1]]
        w2, w3 = rows[indices[p + 2]], rows[indices[p + 3]]
        for h in range(S):
            z[h] += (x0 * w0[h] + x1 * w1[h]) + (x2 * w2[h] + x3 * w3[h])
        p += 4
    while p < end:
        x, w = data[p], rows[indices[p]]
        for h in range(S):
            z[h] += x * w[h]
        p += 1


@compiled
def predict(
    documents: Any,
    base: Any,
    task: int,
    rows: Any,
    last: Any,
    step: int,
    w: Any,
    layout: Any,
    buffers: Any,
    idle: Any,
    constants: Any,
    probabilities: Any,
) -> None:
    """Class probabilities (n, K_t) of documents whose other words add `base` (n, H_1) to Z_1."""
    settle(rows, last, step, idle, constants)
    A, S = buffers.A, rows.shape[1] // 3
    top = len(layout.widths) - 1
    for i in range(len(base)):
        z = A[0, 0]
        for h in range(layout.widths[0]):
            z[h] = base[i, h] + w[h]
        add_words(z, documents, i, rows, S)
        activate(z, layout.widths[0], layout.activation)
        for layer in range(1, len(layout.widths)):
            forward_layer(A[layer, 0], A[layer - 1, 0], layer, w, layout)
        head_softmax(probabilities[i], A[top, 0], task, 0, w, layout)
