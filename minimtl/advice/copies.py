"""Finds texts that nearly repeat another one: with a few words left out, added or changed.

A text and its near copy are one observation: with one of them in training and the other in test,
or in the auxiliary set, what is measured is memory.
"""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from scipy import sparse

from minimtl.text import count_matrix

# Share of two texts' distinct words that both have, from which on they are near copies. Newsgroup
# posts and reviews of one topic share a quarter at most.
ALIKE = 0.8
# Shorter texts have too few words to tell a copy from a phrase that people use.
_FEWEST_WORDS = 6
# Words in more texts than this bring no two texts together; what two copies share has rarer ones.
_MOST_TEXTS = 50


def near_copies(
    texts: Sequence[str], others: Sequence[str], analyze: Callable[[str], Iterable[str]]
) -> np.ndarray:
    """Texts that are near copies of one of `others`, or of an earlier text: bool (n_texts,)."""
    counts, _ = count_matrix((*others, *texts), analyze)
    words = sparse.csr_matrix(
        (np.ones(counts.nnz, np.int32), counts.indices, counts.indptr), counts.shape
    )
    rare = words[:, np.bincount(words.indices, minlength=words.shape[1]) <= _MOST_TEXTS]
    n_words, n_rare = np.diff(words.indptr), np.diff(rare.indptr)
    meeting = sparse.triu(rare @ rare.T, 1, "coo")

    # Of a near copy's words at most a fourth of the shared ones are missing in the other text.
    n_needed = np.maximum(n_rare - (1 / ALIKE - 1) * n_words, 1)
    may_be = (meeting.data >= n_needed[meeting.row]) & (meeting.data >= n_needed[meeting.col])
    may_be &= np.minimum(n_words[meeting.row], n_words[meeting.col]) >= _FEWEST_WORDS
    first, second = meeting.row[may_be], meeting.col[may_be]
    shared = np.asarray(words[first].multiply(words[second]).sum(axis=1)).ravel()
    alike = shared >= ALIKE * (n_words[first] + n_words[second] - shared)

    is_copy = np.zeros(len(n_words), bool)
    is_copy[second[alike]] = True
    return is_copy[len(others) :]
