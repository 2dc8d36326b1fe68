"""Fewer columns for the same regression: words that one document has alone are made one column.

Let document i alone have the words j in J. Its decision has Σ_J w_j x_ij, the others' have none of
these coefficients, and the penalty on them is ½ Σ_J w_j². Of all w_J with the same sum the smallest
is a multiple of x_iJ, so w_J = u x_iJ / |x_iJ| with one unknown u: a column that has |x_iJ| in row
i alone, and the same penalty ½ u². In a collection of texts half of all words are such.

The other columns are ordered by the number of their entries, which keeps those together that are
read most.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from minimtl.stats.arrays import FloatArray, IndexArray


class Condensed(NamedTuple):
    """`X` (n, n_shared + n_own) in place of a matrix of more columns.

    The first columns are `shared`, columns of the original. Entry number e of the original was
    made part of the column ``n_shared + owner[e]`` if it is one of `own`; `share` is x_ij / |x_iJ|.
    """

    X: sparse.csr_matrix
    n_features: int
    shared: IndexArray
    own: IndexArray
    owner: IndexArray
    share: FloatArray

    def expand(self, coef: FloatArray) -> FloatArray:
        """Coefficients (n_outputs, n_features) of the original columns from those of `X`."""
        expanded = np.zeros((len(coef), self.n_features))
        n_shared = len(self.shared)
        expanded[:, self.shared] = coef[:, :n_shared]
        expanded[:, self.own] = coef[:, n_shared + self.owner] * self.share
        return expanded


def condense(X: sparse.csr_matrix) -> Condensed:
    """The regression's smaller matrix for the CSR matrix `X`."""
    n, p = X.shape
    counts = np.bincount(X.indices, minlength=p)
    order = np.argsort(-counts, kind="stable")
    n_shared = int((counts > 1).sum())
    place = np.empty(p, X.indices.dtype)
    place[order] = np.arange(p)
    columns = place[X.indices]
    is_own = columns >= n_shared
    rows = np.repeat(np.arange(n), np.diff(X.indptr))[is_own]
    norms = np.sqrt(np.bincount(rows, X.data[is_own] ** 2, minlength=n))
    has_own = norms > 0
    number = np.cumsum(has_own) - 1
    n_own = np.bincount(rows, minlength=n)
    starts = X.indptr - np.concatenate([[0], np.cumsum(n_own)])
    kept = ~is_own
    shared = sparse.csr_matrix((X.data[kept], columns[kept], starts), shape=(n, n_shared))
    own = sparse.csr_matrix(
        (norms[has_own], number[has_own], np.concatenate([[0], np.cumsum(has_own)])),
        shape=(n, int(has_own.sum())),
    )
    counted = norms[rows] > 0  # stored zeros have no share
    rows = rows[counted]
    return Condensed(
        sparse.hstack([shared, own], "csr"),
        p,
        order[:n_shared],
        X.indices[is_own][counted],
        number[rows],
        X.data[is_own][counted] / norms[rows],
    )
