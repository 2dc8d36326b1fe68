"""A step's documents, and where in them each word occurs."""

from typing import NamedTuple

from minimtl.nn.arraytypes import FloatArray, IntArray
from minimtl.nn.kernels.jit import spliced


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
