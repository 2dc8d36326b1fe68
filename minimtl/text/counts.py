"""How often each word occurs in each text.

====== ==================================== ====================== =======
symbol meaning                              shape                  dtype
====== ==================================== ====================== =======
N      counts of word j in text i           (n_docs, n_words) CSR  int64
====== ==================================== ====================== =======
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from scipy import sparse

Analyzer = Callable[[Any], Iterable[str]]

UNKNOWN = -1


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
    # A word that is not yet in the dictionary gets the next free number.
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    words, ends = _number_words(texts, tokenize, numbers.__getitem__)
    as_met = list(numbers)
    in_order = sorted(range(len(as_met)), key=as_met.__getitem__)
    column = np.empty(len(as_met), dtype=np.int64)
    column[in_order] = np.arange(len(as_met))
    counts = _count(column[words], ends, len(as_met))
    return counts, [as_met[number] for number in in_order]


def count_known(
    texts: Iterable[Any], tokenize: Analyzer, vocabulary: Mapping[str, int]
) -> sparse.csr_matrix:
    """Count the words of `vocabulary`, which maps each to its column; other words are ignored.

    Returns
    -------
    counts : csr_matrix of int64, shape (n_docs, len(vocabulary))
    """
    words, ends = _number_words(texts, tokenize, _Known(vocabulary).__getitem__)
    is_known = words != UNKNOWN
    n_known_before = np.concatenate(([0], np.cumsum(is_known)))
    return _count(words[is_known], n_known_before[ends], len(vocabulary))


class _Known(dict[str, int]):
    def __missing__(self, word: str) -> int:
        return UNKNOWN


def _number_words(
    texts: Iterable[Any], tokenize: Analyzer, number: Callable[[str], int]
) -> tuple[np.ndarray, np.ndarray]:
    """The numbers of all words, text after text; and 0, then the place where each text ends."""
    words: list[int] = []
    ends = [0]
    for text in texts:
        words.extend(map(number, tokenize(text)))
        ends.append(len(words))
    return np.array(words, dtype=np.int64), np.array(ends, dtype=np.int64)


def _count(columns: np.ndarray, ends: np.ndarray, n_words: int) -> sparse.csr_matrix:
    """Count equal columns within each text."""
    ones = np.ones(len(columns), dtype=np.int64)
    counts = sparse.csr_matrix((ones, columns, ends), shape=(len(ends) - 1, n_words))
    counts.sum_duplicates()
    return counts
