"""How often each word occurs in each text.

====== ==================================== ====================== =======
symbol meaning                              shape                  dtype
====== ==================================== ====================== =======
N      counts of word j in text i           (n_docs, n_words) CSR  int64
====== ==================================== ====================== =======
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.text.numbered import UNKNOWN, Analyzer, Part, number_words
from minimtl.text.threads import in_order


def count_matrix(texts: Iterable[Any], tokenize: Analyzer) -> tuple[sparse.csr_matrix, list[str]]:
    """Count all words of `texts`.

    Parameters
    ----------
    texts : iterable of documents
    tokenize : callable
        The words of one document.

    Returns
    -------
    counts : csr_matrix of int64, shape (n_docs, n_words)
        Column indices of a row ascend, and none is stored twice.
    vocabulary : list of str, length n_words
        The word of each column, sorted.
    """
    counts, spell = count_words(texts, tokenize, 1)
    return counts, spell(np.arange(counts.shape[1]))


def count_words(
    texts: Iterable[Any], tokenize: Analyzer, n_threads: int
) -> tuple[sparse.csr_matrix, Callable[[np.ndarray], list[str]]]:
    """The counts of `count_matrix`, by so many threads, and a function that gives the words of
    some columns.
    """
    words = number_words(texts, tokenize, n_threads)
    return _count_all(words.parts, words.n_words, n_threads), words.spell


def count_known(
    texts: Iterable[Any], tokenize: Analyzer, vocabulary: Mapping[str, int], n_threads: int = 1
) -> sparse.csr_matrix:
    """Count the words of `vocabulary`, which maps each to its column; other words are ignored.

    Returns
    -------
    counts : csr_matrix of int64, shape (n_docs, len(vocabulary))
    """
    words = number_words(texts, tokenize, n_threads)
    spelled = words.spell(np.arange(words.n_words))
    # With a last one, which is what UNKNOWN takes.
    known = np.array([*(vocabulary.get(word, UNKNOWN) for word in spelled), UNKNOWN])
    parts = [part._replace(columns=known.take(part.columns)) for part in words.parts]
    return _count_all(parts, len(vocabulary), n_threads)


class _Rows(NamedTuple):
    """Column and count of each entry, in the order of rows and columns, and entries of each row."""

    columns: np.ndarray
    counts: np.ndarray
    per_row: np.ndarray


def _count_all(parts: list[Part], n_words: int, n_threads: int) -> sparse.csr_matrix:
    counted = in_order(_count, parts, n_threads)
    columns, counts, per_row = map(np.concatenate, zip(*counted, strict=True))
    ends = np.concatenate(([0], np.cumsum(per_row)))
    matrix = sparse.csr_matrix((counts, columns, ends), shape=(len(per_row), n_words))
    matrix.has_canonical_format = True
    return matrix


def _count(part: Part) -> _Rows:
    """Count equal columns within each text: sorted by text and column, they are neighbours."""
    columns = part.columns.take(part.numbers)
    texts = np.repeat(np.arange(len(part.ends), dtype=np.int64), np.diff(part.ends, prepend=0))
    tokens = (texts << 32) + columns
    tokens = tokens[columns != UNKNOWN]
    tokens.sort()
    is_first = np.ones(len(tokens), dtype=bool)
    np.not_equal(tokens[1:], tokens[:-1], out=is_first[1:])
    first = np.flatnonzero(is_first)
    entries = tokens.take(first)
    return _Rows(
        (entries & 0xFFFFFFFF).astype(np.int32),
        np.diff(first, append=len(tokens)),
        np.bincount(entries >> 32, minlength=len(part.ends)),
    )
