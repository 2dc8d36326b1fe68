"""Sparse matrices from users, checked before anything follows their indices.

SciPy and the compiled kernels read and write wherever the indices of a matrix lead. SciPy checks
them only partly, and only when a matrix is made; whoever sets ``X.indices`` later is not checked.

Sparse matrices are recognised by their methods, so that SciPy is not loaded.
"""

from typing import Any

import numpy as np

_INDICES = (np.dtype(np.int32), np.dtype(np.int64))
_NUMBERS = "biufc"  # kinds of dtype


def check_sparse(X: Any, name: str = "X") -> Any:
    """The sparse `X` as CSR, every index of which is within its shape.

    A CSR matrix is returned itself, or a copy where it has more entries than ``indptr`` counts.
    The check reads ``indptr`` and ``indices`` once.

    Raises
    ------
    ValueError
        For a matrix that is not two-dimensional, or whose arrays contradict each other or its
        shape.
    """
    if len(X.shape) != 2:
        raise ValueError(
            f"Expected 2D array, got {len(X.shape)}D array instead: {name} is a sparse array of "
            f"shape {X.shape}."
        )
    find_fault = _FAULTS.get(X.format)
    fault: str | None = f"no matrix has the format {X.format} and the shape {X.shape}"
    try:
        if find_fault is not None and min(X.shape) >= 0:
            fault = find_fault(X)
        csr: Any = None if fault else X.tocsr()
        if csr is not None and csr.indptr[-1] < len(csr.indices):
            csr = csr.copy()
            csr.prune()
    # Parts of other types than SciPy makes.
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError):
        fault = f"its parts are not those of a {X.format.upper()} matrix"
    if fault:
        raise ValueError(f"The sparse matrix {name} is malformed: {fault}.")
    return csr


def _bsr_fault(X: Any) -> str | None:
    """A BSR matrix is a CSR matrix of blocks, all of one size."""
    n_rows, n_columns = np.shape(X.data)[1:] if np.ndim(X.data) == 3 else (0, 0)
    if not n_rows or not n_columns or X.shape[0] % n_rows or X.shape[1] % n_columns:
        return "its blocks do not fit its shape"
    return _fault(X, X.shape[0] // n_rows, X.shape[1] // n_columns, 3)


def _fault(X: Any, n_major: int, n_minor: int, n_data_dims: int) -> str | None:
    """The fault of `n_major` compressed rows or columns of `n_minor` places each."""
    indptr, indices, data = X.indptr, X.indices, X.data
    if not (_are_indices(indptr) and _are_indices(indices)):
        return "indptr and indices must be vectors of int32 or int64"
    if not _are_numbers(data, n_data_dims) or len(data) != len(indices):
        return "data and indices must have the same length"
    if len(indptr) != n_major + 1:
        return f"indptr has {len(indptr)} entries, but the shape {X.shape} needs {n_major + 1}"
    if indptr[0] != 0 or (indptr[1:] < indptr[:-1]).any():
        return "indptr must begin with 0 and never descend"
    if indptr[-1] > len(indices):
        return f"indptr ends with {indptr[-1]}, but there are {len(indices)} entries"
    return _range_fault(indices[: indptr[-1]], n_minor, X.shape)


def _coo_fault(X: Any) -> str | None:
    if len(getattr(X, "coords", X.shape)) != 2:
        return "it needs a row and a column of each entry"
    if not (_are_indices(X.row) and _are_indices(X.col)):
        return "row and col must be vectors of int32 or int64"
    if not _are_numbers(X.data, 1) or not len(X.row) == len(X.col) == len(X.data):
        return "row, col and data must have the same length"
    return _range_fault(X.row, X.shape[0], X.shape) or _range_fault(X.col, X.shape[1], X.shape)


def _dia_fault(X: Any) -> str | None:
    """A DIA matrix has a row of `data` for each diagonal, which is named by its offset."""
    if not _are_indices(X.offsets) or len(set(X.offsets.tolist())) < len(X.offsets):
        return "offsets must be different, in a vector of int32 or int64"
    if not _are_numbers(X.data, 2) or len(X.data) != len(X.offsets):
        return "it needs one row of data for each of its offsets"
    n_rows, n_columns = X.shape
    if not all(-n_rows < offset < n_columns for offset in X.offsets.tolist()):
        return f"an offset is outside the shape {X.shape}"
    return None


def _lil_fault(X: Any) -> str | None:
    """A LIL matrix has a list of columns, ascending, and one of values for each row."""
    if not np.shape(X.rows) == np.shape(X.data) == X.shape[:1]:
        return "it needs a list of columns and one of values for each row"
    for columns, values in zip(X.rows, X.data, strict=True):
        if not (isinstance(columns, list) and isinstance(values, list)):
            return "it needs a list of columns and one of values for each row"
        if len(columns) != len(values):
            return "a row has another number of columns than of values"
        if columns and not (min(columns) >= 0 and max(columns) < X.shape[1]):
            return f"an index is outside the shape {X.shape}"
    return None


def _range_fault(indices: Any, n: int, shape: tuple[int, ...]) -> str | None:
    if len(indices) and not (indices.min() >= 0 and indices.max() < n):
        return f"an index is outside the shape {shape}"
    return None


def _are_indices(values: Any) -> bool:
    return isinstance(values, np.ndarray) and values.ndim == 1 and values.dtype in _INDICES


def _are_numbers(values: Any, n_dims: int) -> bool:
    is_array = isinstance(values, np.ndarray) and values.ndim == n_dims
    return is_array and values.dtype.kind in _NUMBERS


_FAULTS = {
    "csr": lambda X: _fault(X, X.shape[0], X.shape[1], 1),
    "csc": lambda X: _fault(X, X.shape[1], X.shape[0], 1),
    "bsr": _bsr_fault,
    "coo": _coo_fault,
    "dia": _dia_fault,
    "dok": lambda X: _coo_fault(X.tocoo()),  # a dict, whose keys SciPy does not follow there
    "lil": _lil_fault,
}
