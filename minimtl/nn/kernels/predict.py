"""Prediction of many documents, as many at a time as a step has."""

from typing import Any

from minimtl.nn.kernels.elementwise import activate
from minimtl.nn.kernels.heads import head_softmax
from minimtl.nn.kernels.jit import compiled
from minimtl.nn.kernels.layers import biases, pass_up
from minimtl.nn.kernels.vectors import add_rows


@compiled
def predict(
    documents: Any,
    base: Any,
    task: int,
    W: Any,
    w: Any,
    layout: Any,
    buffers: Any,
    probabilities: Any,
) -> None:
    """Class probabilities (n, K_t) of documents whose other words add `base` (n, H_1) to Z_1.

    W (n_rows, S) is the first weight matrix, w the flat parameters.
    """
    A, top, n_batch = buffers.A, len(layout.widths) - 1, buffers.A.shape[1]
    for start in range(0, len(base), n_batch):
        n = min(n_batch, len(base) - start)
        first_layer(documents, start, n, base, W, biases(w, 0, layout), A[0])
        for layer in range(len(layout.widths)):
            if layer > 0:
                pass_up(n, layer, A[layer - 1], w, layout, A[layer], buffers.sparse)
            for i in range(n):
                activate(A[layer, i], layout.widths[layer], layout.activation)
        for i in range(n):
            head_softmax(probabilities[start + i], A[top, i], task, 0, w, layout)


@compiled
def first_layer(documents: Any, start: int, n: int, base: Any, W: Any, b: Any, Z: Any) -> None:
    """Z_1 of `n` documents from number `start` on."""
    indptr, indices, data = documents.indptr, documents.indices, documents.data
    for i in range(n):
        z, extra = Z[i], base[start + i]
        for h in range(len(b)):
            z[h] = b[h]
        for h in range(len(extra)):
            z[h] += extra[h]
        add_rows(z, W, indices, data, indptr[start + i], indptr[start + i + 1], len(b))
