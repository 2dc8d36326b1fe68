"""Prediction of many documents at once, by the weights that training has at that moment."""

from typing import NamedTuple

import numpy as np

from minimtl.nn.kernels.adamrows import ROWS_AHEAD, read_row
from minimtl.nn.kernels.epoch import State
from minimtl.nn.kernels.jit import EntryKernel, spliced
from minimtl.nn.kernels.layers import Buffers, Layout, activate, biases, head_softmax, pass_up
from minimtl.nn.kernels.vectors import add_to_rows, ask_for
from minimtl.nn.network import FloatArray, IntArray


class Occurrences(NamedTuple):
    """By words: `words[q]` occurs in documents `docs[indptr[q]:indptr[q+1]]`, with values `data`.

    The documents are those of each task in turn.
    """

    words: IntArray
    indptr: IntArray
    docs: IntArray
    data: FloatArray


@EntryKernel
def predict(
    found: Occurrences,
    base: FloatArray,
    sizes: IntArray,
    state: State,
    layout: Layout,
    buffers: Buffers,
    Z: FloatArray,
    probabilities: FloatArray,
) -> None:
    """Class probabilities (n, K) after a step, of documents whose other words add `base` to Z_1.

    `sizes` (T,) are the numbers of each task's documents, `base` is (n, H_1); Z (n, S) is scratch
    space.
    """
    A, n_batch, w = buffers.A, buffers.A.shape[1], state.flat.w
    zero = np.int64(0)  # a literal would have what it is passed to compiled once more
    first_layer(found, base, state, biases(w, zero, layout), buffers.word, Z)
    begin, dropped = 0, zero > 0
    for task in range(len(sizes)):
        end = begin + sizes[task]
        for start in range(begin, end, n_batch):
            n = min(n_batch, end - start)
            below = Z[start : start + n]
            for layer in range(len(layout.widths)):
                if layer > 0:
                    pass_up(n, layer, below, w, layout, A[layer], buffers.sparse, dropped)
                    below = A[layer]
                for i in range(n):
                    activate(below[i], layout.widths[layer], layout.activation)
            for i in range(n):
                head_softmax(probabilities[start + i], below[i], task, zero, w, layout)
        begin = end


@spliced
def first_layer(
    found: Occurrences,
    base: FloatArray,
    state: State,
    b: FloatArray,
    word: FloatArray,
    Z: FloatArray,
) -> None:
    """Z_1 of all documents; `word` (1, S) is scratch space.

    A word's row is read and its pending moves are made once, for all documents that have it: there
    are some fifteen times as many occurrences as words, and the rows lie beyond the nearer caches.
    """
    for i in range(len(base)):
        z, extra = Z[i], base[i]
        for h in range(len(b)):
            z[h] = b[h]
        for h in range(len(extra)):
            z[h] += extra[h]
    words, indptr, docs, data = found.words, found.indptr, found.docs, found.data
    rows, last, _, pending, step = state
    for q in range(len(words)):
        ask_for(rows, words[min(q + ROWS_AHEAD, len(words) - 1)], 0, rows.shape[1])
        read_row(word, 0, rows, words[q], last[words[q]], step, pending)
        add_to_rows(Z, word, docs, data, 0, indptr[q], indptr[q + 1], len(b))
