"""Products of matrices of which many entries are zero, because dropout put them there."""

from typing import Any

from minimtl.nn.kernels.jit import inlined
from minimtl.nn.kernels.vectors import add_rows


@inlined
def add_product(Z: Any, C: Any, W: Any, n: int, n_terms: int, sparse: Any, S: int) -> None:
    """Z ← Z + C·W for the first `n` rows and `n_terms` terms; `sparse` is scratch space."""
    for i in range(n):
        kept = nonzeros(C[i], n_terms, sparse)
        add_rows(Z[i], W, sparse.indices, sparse.values, 0, kept, S)


@inlined
def nonzeros(v: Any, n: int, sparse: Any) -> int:
    """Indices and values of the entries of v (n,) that are not zero; returns their number."""
    indices, values = sparse.indices, sparse.values
    count = 0
    for h in range(n):
        indices[count] = h
        values[count] = v[h]
        count += v[h] != 0
    return count


@inlined
def transpose(W: Any, n_rows: int, n_columns: int, T: Any) -> None:
    """T[:n_columns, :n_rows] = W[:n_rows, :n_columns]ᵀ."""
    for i in range(n_rows):
        for k in range(n_columns):
            T[k, i] = W[i, k]
