"""The same regression in fewer unknowns: X B in place of X, where B has orthonormal columns.

A part of the coefficients outside of B's columns has to be one that no decision needs and the
penalty makes 0; then w = B u, with |w| = |u|, and u is all there is to find.

- With more features than samples w lies in the span of the samples. X' = QR, B = Q, X B = R'.
- Let document i alone have the words j in J. Its decision has Σ_J w_j x_ij, the others' have none
  of these coefficients, and of all w_J with the same sum the smallest is a multiple of x_iJ. So B
  has a column x_iJ / |x_iJ| for them. In a collection of texts half of all words are such.

Derived in docs/mathematics.md, §7.
"""

from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from minimtl.estimator import is_sparse
from minimtl.stats.arrays import FloatArray


class Reduction(NamedTuple):
    """`X` (n, n_unknowns) in place of a matrix of `n_features`.

    Of these, `columns` are those that have entries, and `basis`, dense or sparse, is B for them;
    None is the identity.
    """

    X: Any
    n_features: int
    columns: Any = slice(None)
    basis: Any = None

    def expand(self, w: FloatArray) -> FloatArray:
        """Coefficients (n_outputs, n_features) from those of `X`, (n_unknowns, n_outputs)."""
        coef = np.zeros((w.shape[1], self.n_features))
        coef[:, self.columns] = (w if self.basis is None else self.basis @ w).T
        return coef


def span_of_samples(X: Any) -> Reduction:
    """A dense matrix of as few unknowns as `X`, dense or CSR, has features or samples."""
    n_features = X.shape[1]
    columns: Any = slice(None)
    if is_sparse(X):
        columns = np.unique(X.indices)
        X = X[:, columns].toarray()

    if X.shape[1] <= X.shape[0]:
        return Reduction(X, n_features, columns)
    basis, triangle = np.linalg.qr(X.T)
    return Reduction(triangle.T, n_features, columns, basis)


def join_own_words(X: sparse.csr_matrix) -> Reduction:
    """A CSR matrix with one column for the words that a document has alone.

    The shared words are ordered by the number of their documents, which keeps those together that
    are read most.
    """
    n, p = X.shape
    n_documents = np.bincount(X.indices, minlength=p)
    n_shared = int((n_documents > 1).sum())
    shared = np.argsort(-n_documents, kind="stable")[:n_shared]

    is_own = (n_documents[X.indices] == 1) & (X.data != 0)
    rows = np.repeat(np.arange(n), np.diff(X.indptr))[is_own]
    norms = np.sqrt(np.bincount(rows, X.data[is_own] ** 2, minlength=n))
    shares = X.data[is_own] / norms[rows]

    entries = np.concatenate([np.ones(n_shared), shares])
    words = np.concatenate([shared, X.indices[is_own]])
    unknowns = np.concatenate([np.arange(n_shared), n_shared + rows])
    basis = sparse.csr_matrix((entries, (words, unknowns)), shape=(p, n_shared + n))
    return Reduction(X @ basis, p, basis=basis)
