"""The words of a vocabulary, and the weight of a count.

====== ================================================= ================= =======
symbol meaning                                           shape             dtype
====== ================================================= ================= =======
N      counts of word j in document i                    (n_docs, n_words) CSR
n      number of documents                               scalar            int
df     number of documents that hold word j              (n_words,)        int64
idf    ln(n / df) + 1, or ln((1 + n) / (1 + df)) + 1     (n_words,)        float
====== ================================================= ================= =======

The smoothed idf is that of a collection with one more document, which holds every word.
The 1 that is added to either keeps the weight of words that all documents hold above 0.
Source of the formulas: C. D. Manning, P. Raghavan, H. Schütze, *Introduction to Information
Retrieval* (2008), 6.2 and 6.4; the two additions of one are scikit-learn's.

Derived in docs/mathematics.md, §4.
"""

from typing import Any

import numpy as np
from scipy import sparse

from minimtl.elementary import log
from minimtl.estimator.sparse import check_sparse


def document_frequencies(counts: sparse.csr_matrix) -> np.ndarray:
    """df, of int64, shape (n_words,): the number of documents that hold each word."""
    return np.bincount(counts.indices, minlength=counts.shape[1])


def inverse_document_frequencies(
    counts: sparse.csr_matrix, smooth: bool, dtype: np.dtype
) -> np.ndarray:
    """idf of `dtype`, shape (n_words,): ln((s + n) / (s + df)) + 1 with s = 1 if `smooth`, else 0.

    The ratio and the sum are computed in `dtype`, as in scikit-learn.
    """
    df = document_frequencies(counts).astype(dtype)
    n_docs = np.array(counts.shape[0] + smooth, dtype=dtype)
    return log(n_docs / (df + dtype.type(smooth))).astype(dtype) + dtype.type(1)


def select_words(
    counts: sparse.csr_matrix, min_df: Any, max_df: Any, max_features: int | None, dtype: np.dtype
) -> np.ndarray:
    """The columns to keep, ascending.

    Parameters
    ----------
    counts : csr_matrix, shape (n_docs, n_words)
    min_df, max_df : int or float
        Fewest and most documents that a kept word is in: an integer is a number of documents,
        a float a share of them.
    max_features : int, optional
        Of the words within these limits, keep the ones with the highest total counts.
    dtype : floating point dtype
        In which total counts are compared.

    Raises
    ------
    ValueError
        If no word remains, or the limits exclude each other.
    """
    n_docs = counts.shape[0]
    fewest, most = (df if _is_count(df) else df * n_docs for df in (min_df, max_df))
    if most < fewest:
        raise ValueError("max_df corresponds to < documents than min_df")
    df = document_frequencies(counts)
    columns = np.flatnonzero((fewest <= df) & (df <= most))
    if max_features is not None and len(columns) > max_features:
        # Of equally frequent words the first are kept. (scikit-learn leaves that to a sort whose
        # order of equals depends on the processor.)
        totals = np.bincount(counts.indices, weights=counts.data, minlength=counts.shape[1])
        order = np.argsort(-totals[columns].astype(dtype), kind="stable")
        columns = np.sort(columns[order[:max_features]])
    if len(columns) == 0:
        raise ValueError("After pruning, no terms remain. Try a lower min_df or a higher max_df.")
    return columns


def check_limits(min_df: Any, max_df: Any, max_features: Any) -> None:
    """ValueError unless the limits of `select_words` are numbers that it can use."""
    for name, df in (("min_df", min_df), ("max_df", max_df)):
        if not (_is_count(df) or (isinstance(df, float | np.floating) and 0 <= df <= 1)):
            raise ValueError(
                f"{name} must be an integer of at least 1, a number of documents, or a float "
                f"from 0 to 1, a share of them; got {df!r}."
            )
    if max_features is not None and not _is_count(max_features):
        raise ValueError(f"max_features must be None or an integer >= 1; got {max_features!r}.")


def _is_count(value: Any) -> bool:
    is_integer = isinstance(value, int | np.integer) and not isinstance(value, bool)
    return is_integer and bool(value >= 1)


def weigh(
    counts: sparse.csr_matrix, idf: np.ndarray, *, sublinear: bool = False, norm: str | None = "l2"
) -> sparse.csr_matrix:
    """tf · idf, in the precision of `idf`; tf is the count c, or 1 + ln c if `sublinear`."""
    X = counts.astype(idf.dtype)
    if sublinear:
        X.data = log(X.data).astype(X.dtype) + X.dtype.type(1)
    X.data *= idf.take(X.indices)
    if norm is not None:
        normalize_rows(X, norm)
    return X


def normalize_rows(matrix: sparse.csr_matrix, norm: str) -> None:
    """Divide each row by its ``"l1"`` or ``"l2"`` norm, in place; empty rows stay empty.

    The squares of a row are summed in float64, one after the other, as `numpy.bincount` does.
    """
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    sizes = np.abs(matrix.data) if norm == "l1" else matrix.data**2
    norms = np.bincount(rows, weights=sizes, minlength=matrix.shape[0])
    if norm == "l2":
        norms = np.sqrt(norms)
    matrix.data[:] = matrix.data / norms.take(rows)


def weigh_counts(
    counts: sparse.csr_matrix, known: np.ndarray, max_features: int, sublinear: bool = False
) -> sparse.csr_matrix:
    """TF-IDF of counted texts: ``TfidfVectorizer(max_features=…)`` fitted to the texts `known`.

    Cross-validation learns vocabulary and idf anew in every fold. Counting takes most of the time
    and is the same for all folds: it is done once, and each fold chooses columns and weighs them.

    Parameters
    ----------
    counts : csr_matrix of int64, shape (n_docs, n_words)
        As `minimtl.text.counts.count_matrix` gives them.
    known : int64, shape (n_known,)
        The rows that vocabulary and idf are learned from.
    max_features : int
        How many words are kept, the most frequent ones.
    sublinear : bool
        Whether a count is taken as 1 + its logarithm.

    Returns
    -------
    csr_matrix of float32, shape (n_docs, n_kept)
        Rows of unit L2 norm; empty where a text has no known word.

    Raises
    ------
    ValueError
        If the known texts have no word, or `counts` is malformed.
    """
    counts = check_sparse(counts, "counts")
    float32 = np.dtype(np.float32)
    columns = select_words(counts[known], 1, 1.0, max_features, float32)
    counts = counts[:, columns]
    idf = inverse_document_frequencies(counts[known], True, float32)
    return weigh(counts, idf, sublinear=sublinear)
