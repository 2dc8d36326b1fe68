"""Prediction of many documents, as many at a time as a step has."""

from minimtl.nn.arrays import FloatArray
from minimtl.nn.kernels.batch import Documents
from minimtl.nn.kernels.elementwise import activate
from minimtl.nn.kernels.heads import head_softmax
from minimtl.nn.kernels.jit import EntryKernel, compiled
from minimtl.nn.kernels.layers import Buffers, Layout, biases, pass_up
from minimtl.nn.kernels.vectors import add_rows


@EntryKernel
def predict(
    documents: Documents,
    base: FloatArray,
    task: int,
    W: FloatArray,
    w: FloatArray,
    layout: Layout,
    buffers: Buffers,
    probabilities: FloatArray,
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
                pass_up(n, layer, A[layer - 1], w, layout, A[layer], buffers.sparse, False)
            for i in range(n):
                activate(A[layer, i], layout.widths[layer], layout.activation)
        for i in range(n):
            head_softmax(probabilities[start + i], A[top, i], task, 0, w, layout)


@compiled
def first_layer(
    documents: Documents,
    start: int,
    n: int,
    base: FloatArray,
    W: FloatArray,
    b: FloatArray,
    Z: FloatArray,
) -> None:
    """Z_1 of `n` documents from number `start` on."""
    indptr, indices, data = documents.indptr, documents.indices, documents.data
    for i in range(n):
        z, extra = Z[i], base[start + i]
        for h in range(len(b)):
            z[h] = b[h]
        for h in range(len(extra)):
            z[h] += extra[h]
        add_rows(z, W, indices, data, indptr[start + i], indptr[start + i + 1], len(b))
