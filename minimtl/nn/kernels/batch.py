"""A step's documents, turned round to be read word by word."""

from typing import Any, NamedTuple

import numpy as np

from minimtl.nn.kernels.jit import compiled


class Documents(NamedTuple):
    """CSR: words `indices[indptr[i]:indptr[i+1]]` of document i, with values `data`."""

    indptr: np.ndarray
    indices: np.ndarray
    data: np.ndarray


class Batch(NamedTuple):
    """The documents of one step, turned round: for each distinct word, where it occurs.

    Word number q is row ``words[q]`` and occurs in documents ``doc[starts[q]:starts[q+1]]`` with
    values ``value[…]``; `slot` (n_rows,) is −1 outside `turn_round`.
    """

    slot: np.ndarray
    words: np.ndarray
    starts: np.ndarray
    doc: np.ndarray
    value: np.ndarray


@compiled
def turn_round(documents: Any, batch_rows: Any, n: int, batch: Any) -> int:
    """Fill `batch` from documents ``batch_rows[:n]``; returns the number of distinct words."""
    indptr, indices, data = documents.indptr, documents.indices, documents.data
    slot, words, starts = batch.slot, batch.words, batch.starts
    n_words = 0
    for i in range(n):
        for p in range(indptr[batch_rows[i]], indptr[batch_rows[i] + 1]):
            j = indices[p]
            if slot[j] < 0:
                slot[j] = n_words
                words[n_words] = j
                starts[n_words] = 0
                n_words += 1
            starts[slot[j]] += 1
    for q in range(1, n_words):
        starts[q] += starts[q - 1]
    if n_words:
        starts[n_words] = starts[n_words - 1]
    # `starts` holds each word's end; filled from the back, it comes to hold the beginning.
    for i in range(n - 1, -1, -1):
        for p in range(indptr[batch_rows[i] + 1] - 1, indptr[batch_rows[i]] - 1, -1):
            q = slot[indices[p]]
            starts[q] -= 1
            batch.doc[starts[q]] = i
            batch.value[starts[q]] = data[p]
    for q in range(n_words):
        slot[words[q]] = -1
    return n_words
