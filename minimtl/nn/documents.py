"""Documents as a trainer takes them: checked, and with a column for each word that is trained.

Notation: ``columns`` (V,) holds the new place of each word's column, −1 for a word without one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from minimtl.estimator import check_sparse
from minimtl.nn.arrays import FloatArray, IntArray
from minimtl.nn.network import Network


def check_documents(X: Any, n_features: int) -> sparse.csr_matrix:
    """`X` as CSR of `n_features` columns, whose indices can be followed without looking.

    Raises
    ------
    ValueError
        For malformed arrays, or another number of columns.
    """
    X = check_sparse(X)
    if X.shape[1] != n_features:
        raise ValueError(f"documents have {X.shape[1]} features, but the network has {n_features}")
    return X


def words_of(documents: Sequence[sparse.csr_matrix], n_features: int) -> IntArray:
    """The words that occur in `documents`, ascending."""
    occurs = np.zeros(n_features, bool)
    for X in documents:
        occurs[X.indices] = True
    return np.flatnonzero(occurs)


def stack(documents: Sequence[sparse.csr_matrix], columns: IntArray, n: int) -> sparse.csr_matrix:
    """All documents in one matrix of `n` columns; each of their words has one."""
    parts = [
        sparse.csr_matrix((X.data, columns[X.indices], X.indptr), shape=(X.shape[0], n))
        for X in documents
    ]
    return parts[0] if len(parts) == 1 else sparse.vstack(parts, "csr")


def split_columns(
    X: sparse.csr_matrix, columns: IntArray, network: Network, n: int
) -> tuple[sparse.csc_matrix, FloatArray]:
    """The part of `X` that has one of the `n` columns, and what the rest adds to Z_1 (n_X, H_1).

    The part is CSC, as `backend.Trainer.predict_proba` takes it.
    """
    others = np.where(columns < 0, np.arange(len(columns)), -1)
    base = _take_columns(X, others, len(columns)) @ network.first
    return _take_columns(X, columns, n).tocsc(), np.ascontiguousarray(base, network.first.dtype)


def _take_columns(X: sparse.csr_matrix, columns: IntArray, n: int) -> sparse.csr_matrix:
    """The columns j of `X` with ``columns[j] >= 0``, at their new places."""
    new = columns[X.indices]
    kept = np.concatenate([[0], np.cumsum(new >= 0)])
    here = new >= 0
    return sparse.csr_matrix((X.data[here], new[here], kept[X.indptr]), shape=(X.shape[0], n))
