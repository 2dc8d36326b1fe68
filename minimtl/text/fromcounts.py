"""TF-IDF of texts that are counted already, in the words of some of them.

Cross-validation learns vocabulary and idf anew in every fold. Counting is the dear part of it,
and the same for all folds: it is done once, and each fold chooses columns and weighs them.
"""

import numpy as np
from scipy import sparse

from minimtl.text.weights import inverse_document_frequencies, normalize_rows, select_words

_FLOAT32 = np.dtype(np.float32)


def weigh_counts(
    counts: sparse.csr_matrix, known: np.ndarray, max_features: int
) -> sparse.csr_matrix:
    """What ``TfidfVectorizer(max_features=…)`` fitted to the texts `known` gives for all texts.

    Parameters
    ----------
    counts : csr_matrix of int64, shape (n_docs, n_words)
        As `minimtl.text.counts.count_matrix` gives them.
    known : int64, shape (n_known,)
        The rows that vocabulary and idf are learned from.
    max_features : int
        So many most frequent words are kept.

    Returns
    -------
    csr_matrix of float32, shape (n_docs, n_kept)
        Rows of unit L2 norm; empty where a text has no known word.

    Raises
    ------
    ValueError
        If the known texts have no word.
    """
    kept = select_words(counts[known], 1, 1.0, max_features, _FLOAT32)
    chosen = counts[:, kept]
    idf = inverse_document_frequencies(chosen[known], True, _FLOAT32)
    X = chosen.astype(_FLOAT32)
    X.data *= idf[X.indices]
    normalize_rows(X, "l2")
    return X
