"""One training epoch: the order of a step, and what happens to the rows of the first layer."""

from typing import NamedTuple

import numpy as np

from minimtl.nn.kernels.adamrows import (
    ROWS_AHEAD,
    Pending,
    adam_update,
    advance_moments,
    catch_up,
    extend_pending,
)
from minimtl.nn.kernels.jit import EntryKernel, spliced
from minimtl.nn.kernels.layers import Buffers, Flat, Layout, Plan, backward, biases, forward, heads
from minimtl.nn.kernels.vectors import add_far_rows, ask_for, sum_chain
from minimtl.nn.network import FloatArray, IntArray

f32 = np.float32
LARGEST = np.finfo(f32).max


class Documents(NamedTuple):
    """CSR: words `indices[indptr[i]:indptr[i+1]]` of document i, with values `data`."""

    indptr: IntArray
    indices: IntArray
    data: FloatArray


class Batch(NamedTuple):
    """The documents of one step, and each word's occurrences as a chain.

    `words` are the distinct words. Word j occurs first at place e = ``head[j]``, in document
    ``doc[e]`` of the batch with value ``value[e]``, then at place ``after[e]``, and so on to −1;
    `head` (n_rows,) is −1 for words that do not occur.
    """

    head: IntArray
    after: IntArray
    doc: IntArray
    value: FloatArray
    words: IntArray


class State(NamedTuple):
    """The arrays that training changes.

    `rows` (n_rows, 3·S) and the step `last` (n_rows,) of each row's last gradient, as in
    `kernels.adamrows`; `step` is the number of the last step made.
    """

    rows: FloatArray
    last: IntArray
    flat: Flat
    pending: Pending
    step: int


@EntryKernel
def train_epoch(
    documents: Documents,
    labels: IntArray,
    order: IntArray,
    keys: IntArray,
    plan: Plan,
    state: State,
    batch: Batch,
    buffers: Buffers,
) -> FloatArray:
    """Train on `order` (T, n), rows of `documents` by task; the mean training losses (T,).

    `keys` (n_steps, L, 2) are the steps' dropout keys. All of `state` but `step` is changed in
    place; `batch` and `buffers` are memory to work in, and `batch.head` is −1 between steps.
    """
    batch_size, layout = plan.batch_size, plan.layout
    rows, last, flat, pending, step = state
    n_tasks, n = order.shape
    losses = np.zeros(n_tasks)
    batch_rows = np.empty(n_tasks * batch_size, np.int64)
    for number, start in enumerate(range(0, n, batch_size)):
        step += 1
        size = min(batch_size, n - start)
        for task in range(n_tasks):
            for i in range(size):
                batch_rows[task * size + i] = order[task, start + i]
        n_words = link(documents, batch_rows, n_tasks * size, batch)
        catch_up(batch.words, n_words, rows, last, step - 1, pending)
        first_layer(documents, batch_rows, n_tasks * size, rows, flat.w, layout, buffers.A[0])
        forward(n_tasks * size, keys[number], plan, flat.w, buffers)
        flat.g[:] = f32(0.0)
        heads(batch_rows, labels, size, plan, flat, buffers, losses)
        backward(n_tasks * size, flat, layout, buffers)
        update_rows(batch, n_words, rows, last, step, buffers, pending)
        adam_update(flat.w, flat.m, flat.r, flat.g, step, pending)
        extend_pending(pending, step)
    losses /= n
    return losses


@spliced
def link(documents: Documents, batch_rows: IntArray, n: int, batch: Batch) -> int:
    """Fill `batch` from documents ``batch_rows[:n]``; returns the number of distinct words."""
    indptr, indices, data = documents.indptr, documents.indices, documents.data
    head, after, words = batch.head, batch.after, batch.words
    doc, value = batch.doc, batch.value
    e, n_words = 0, 0
    for i in range(n):
        begin, end = indptr[batch_rows[i]], indptr[batch_rows[i] + 1]
        # Two loops, as the first is vectorised if it is by itself.
        for p in range(begin, end):
            doc[e + p - begin] = i
            value[e + p - begin] = data[p]
        for p in range(begin, end):
            j = indices[p]
            before = head[j]
            words[n_words] = j
            n_words += before < 0
            after[e], head[j] = before, e
            e += 1
    return n_words


@spliced
def first_layer(
    documents: Documents,
    batch_rows: IntArray,
    n: int,
    rows: FloatArray,
    w: FloatArray,
    layout: Layout,
    Z: FloatArray,
) -> None:
    """Z_1 of the batch."""
    b = biases(w, np.int64(0), layout)
    for i in range(n):
        z = Z[i]
        for h in range(len(b)):
            z[h] = b[h]
        begin, end = documents.indptr[batch_rows[i]], documents.indptr[batch_rows[i] + 1]
        add_far_rows(z, rows, documents.indices, documents.data, begin, end, len(b))


@spliced
def update_rows(
    batch: Batch,
    n_words: int,
    rows: FloatArray,
    last: IntArray,
    step: int,
    buffers: Buffers,
    pending: Pending,
) -> None:
    """The gradient Xᵀ·G_1 of each word of the batch, and its moments; the moves stay pending."""
    head, after, doc, value = batch.head, batch.after, batch.doc, batch.value
    decay_m, decay_r = pending.decay_m, pending.decay_r
    G, g, S = buffers.G[0], buffers.g, rows.shape[1] // 3
    for q in range(n_words):
        j = batch.words[q]
        ask_for(rows, batch.words[min(q + ROWS_AHEAD, n_words - 1)], S, 3 * S)
        sum_chain(g, G, doc, value, after, head[j], S)
        head[j] = -1
        k = step - last[j]
        advance_moments(
            rows, j, S, g, f32(decay_m[k]), f32(decay_r[k] ** 2), pending.new1, pending.new2
        )
        last[j] = step


@EntryKernel
def are_finite(words: IntArray, rows: FloatArray) -> bool:
    """True if w, m and r of rows `words` are all finite; so are then the pending moves."""
    n_others = 0
    for j in words:
        for h in range(rows.shape[1]):
            n_others += not np.abs(rows[j, h]) <= LARGEST
    return n_others == 0
