"""Prediction of many documents at once, by the weights that training has at that moment."""

from typing import NamedTuple

import numpy as np

from minimtl.nn.arrays import FloatArray, IntArray
from minimtl.nn.kernels.elementwise import activate
from minimtl.nn.kernels.heads import head_softmax
from minimtl.nn.kernels.jit import EntryKernel, spliced
from minimtl.nn.kernels.layers import Buffers, Layout, biases, pass_up
from minimtl.nn.kernels.vectors import add_to_rows


class Occurrences(NamedTuple):
    """CSC: word j occurs in documents `docs[indptr[j]:indptr[j+1]]`, with values `data`."""

    indptr: IntArray
    docs: IntArray
    data: FloatArray


@EntryKernel
def predict(
    words: Occurrences,
    base: FloatArray,
    task: int,
    W: FloatArray,
    w: FloatArray,
    layout: Layout,
    buffers: Buffers,
    Z: FloatArray,
    probabilities: FloatArray,
) -> None:
    """Class probabilities (n, K_t) of documents whose other words add `base` (n, H_1) to Z_1.

    W (n_rows, S) is the first weight matrix, w the flat parameters; Z (n, S) is scratch space.
    """
    A, n_batch = buffers.A, buffers.A.shape[1]
    zero = np.int64(0)  # a literal would have what it is passed to compiled once more
    dropped = zero > 0
    first_layer(words, base, W, biases(w, zero, layout), Z)
    for start in range(0, len(base), n_batch):
        n = min(n_batch, len(base) - start)
        below = Z[start : start + n]
        for layer in range(len(layout.widths)):
            if layer > 0:
                pass_up(n, layer, below, w, layout, A[layer], buffers.sparse, dropped)
                below = A[layer]
            for i in range(n):
                activate(below[i], layout.widths[layer], layout.activation)
        for i in range(n):
            head_softmax(probabilities[start + i], below[i], task, zero, w, layout)


@spliced
def first_layer(
    words: Occurrences, base: FloatArray, W: FloatArray, b: FloatArray, Z: FloatArray
) -> None:
    """Z_1 of all documents.

    A word's row is read once, for all documents that have it: there are some fifteen times as many
    occurrences as words, and W does not fit the nearer caches, as Z does.
    """
    for i in range(len(base)):
        z, extra = Z[i], base[i]
        for h in range(len(b)):
            z[h] = b[h]
        for h in range(len(extra)):
            z[h] += extra[h]
    indptr, docs, data = words.indptr, words.docs, words.data
    for j in range(len(indptr) - 1):
        add_to_rows(Z, W, docs, data, j, indptr[j], indptr[j + 1], len(b))
