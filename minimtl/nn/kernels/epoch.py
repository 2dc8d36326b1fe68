"""One training epoch: what happens to the rows of the first layer, and the order of a step."""

from typing import Any, NamedTuple

import numpy as np

from minimtl.nn.kernels.adam import adam_update, advance_moments, catch_up, extend_pending
from minimtl.nn.kernels.batch import link
from minimtl.nn.kernels.heads import heads
from minimtl.nn.kernels.jit import compiled, inlined
from minimtl.nn.kernels.layers import backward, biases, forward
from minimtl.nn.kernels.vectors import add_rows, sum_chain

f32 = np.float32


class Flat(NamedTuple):
    """Parameters outside the first weight matrix, their moments m and r = √v, and gradient."""

    w: np.ndarray
    m: np.ndarray
    r: np.ndarray
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
    pending: Any,
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
        n_words = link(documents, batch_rows, n_tasks * size, batch)
        catch_up(batch.words, n_words, rows, last, step - 1, pending, constants.eps)
        first_layer(documents, batch_rows, n_tasks * size, rows, flat.w, layout, buffers.A[0])
        forward(n_tasks * size, keys[number], rule, flat.w, layout, buffers)
        flat.g[:] = f32(0.0)
        heads(batch_rows, labels, size, rule, flat, layout, buffers, losses)
        backward(n_tasks * size, flat, layout, buffers)
        update_rows(batch, n_words, rows, last, step, buffers, pending, constants)
        adam_update(flat.w, flat.m, flat.r, flat.g, step, pending, constants)
        extend_pending(pending, step, constants.eps)
    losses /= n
    return step


@inlined
def first_layer(
    documents: Any, batch_rows: Any, n: int, rows: Any, w: Any, layout: Any, Z: Any
) -> None:
    """Z_1 of the batch."""
    b = biases(w, 0, layout)
    for i in range(n):
        z = Z[i]
        for h in range(len(b)):
            z[h] = b[h]
        begin, end = documents.indptr[batch_rows[i]], documents.indptr[batch_rows[i] + 1]
        add_rows(z, rows, documents.indices, documents.data, begin, end, len(b))


@inlined
def update_rows(
    batch: Any,
    n_words: int,
    rows: Any,
    last: Any,
    step: int,
    buffers: Any,
    pending: Any,
    constants: Any,
) -> None:
    """The gradient Xᵀ·G_1 of each word of the batch, and its moments; the moves stay pending."""
    head, after, doc, value = batch.head, batch.after, batch.doc, batch.value
    decay_m, decay_r = pending.decay_m, pending.decay_r
    G, g, S = buffers.G[0], buffers.g, rows.shape[1] // 3
    for q in range(n_words):
        j = batch.words[q]
        sum_chain(g, G, doc, value, after, head[j], S)
        head[j] = -1
        k = step - last[j]
        advance_moments(
            rows, j, S, g, f32(decay_m[k]), f32(decay_r[k] ** 2), constants.new1, constants.new2
        )
        last[j] = step
