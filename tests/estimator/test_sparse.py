"""Malformed sparse matrices are refused in one sentence, by everything that takes a matrix."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from minimtl.estimator import check_sparse, is_sparse
from tests.fuzz.matrices import FORMATS, matrix_from_bytes, users_of_matrices

DENSE = np.array([[0, 1.0, 0, 2], [0, 0, 0, 0], [3, 0, 0, 0], [0, 4, 5, 6]])
KINDS = [getattr(sparse, f"{name}_{end}") for name in FORMATS for end in ("matrix", "array")]
FAR = 10**8  # outside of any memory that this process has


def forged(kind="csr", **changes):
    """A good matrix of which some entries of its arrays were set: ``indices=(place, value)``."""
    X = sparse.csr_matrix(DENSE).asformat(kind)
    for name, (place, value) in changes.items():
        array = getattr(X, name).copy()
        array[place] = value
        setattr(X, name, array)
    return X


MALFORMED = {
    "index too large": forged(indices=(2, FAR)),
    "index at the width": forged(indices=(2, 4)),
    "negative index": forged(indices=(0, -1)),
    "far negative index": forged(indices=(0, -FAR)),
    "indptr descends": forged(indptr=(1, 5)),
    "indptr leaps": forged(indptr=(2, FAR)),
    "indptr ends beyond": forged(indptr=(4, FAR)),
    "indptr starts late": forged(indptr=(0, 1)),
    "indptr starts before": forged(indptr=(0, -FAR)),
    "no entry but a leap": forged(indptr=(slice(1, None), (FAR, 0, FAR, 0))),
    "csc index": forged("csc", indices=(1, FAR)),
    "csc indptr": forged("csc", indptr=(2, -FAR)),
    "bsr index": forged("bsr", indices=(0, FAR)),
    "coo row": forged("coo", row=(0, FAR)),
    "coo col": forged("coo", col=(0, -FAR)),
}


def too_short(name, kind="csr"):
    X = sparse.csr_matrix(DENSE).asformat(kind)
    setattr(X, name, getattr(X, name)[:-1])
    return X


MALFORMED |= {
    "short indptr": too_short("indptr"),
    "short indices": too_short("indices"),
    "short data": too_short("data"),
    "short coo row": too_short("row", "coo"),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_everything_refuses_a_malformed_matrix(case):
    X = MALFORMED[case]
    for name, call in users_of_matrices(X, 4).items():
        expected = "is a sparse matrix" if name == "divergence" else r"is malformed: [^\n]+\.$"
        with pytest.raises(ValueError, match=expected):
            call()


def test_index_arrays_of_another_kind():
    for values in (np.zeros(7), np.zeros(7, np.uint64), np.zeros((7, 1), int), [0] * 7):
        X = sparse.csr_matrix(DENSE)
        X.indices = values
        with pytest.raises(ValueError, match="vectors of int32 or int64"):
            check_sparse(X)


def test_blocks_that_do_not_fit():
    X = sparse.bsr_matrix(DENSE, blocksize=(2, 2))
    X.data = np.ones((len(X.indices), 3, 3))
    with pytest.raises(ValueError, match="blocks do not fit"):
        check_sparse(X)


def test_one_dimension():
    with pytest.raises(ValueError, match="Expected 2D array, got 1D array"):
        check_sparse(sparse.coo_array(np.ones(3)))


@pytest.mark.parametrize("kind", KINDS)
def test_good_matrices_of_every_format(kind):
    X = check_sparse(kind(DENSE))
    assert is_sparse(X)
    assert X.format == "csr"
    np.testing.assert_array_equal(X.toarray(), DENSE)


def test_a_good_csr_matrix_is_not_copied():
    X = sparse.csr_matrix(DENSE)
    assert check_sparse(X) is X


def test_entries_behind_the_last_row_are_dropped():
    X = sparse.csr_matrix(DENSE)
    X.indices, X.data = np.append(X.indices, [-FAR, FAR]), np.append(X.data, [1.0, np.nan])
    checked = check_sparse(X)
    assert len(checked.indices) == len(checked.data) == checked.nnz == 6
    assert len(X.indices) == 8
    np.testing.assert_array_equal(checked.toarray(), DENSE)


def is_well_formed(X):
    """What `check_sparse` checks, one entry after the other."""
    n_major, n_minor = X.shape if X.format == "csr" else X.shape[::-1]
    indptr, indices = X.indptr.tolist(), X.indices.tolist()
    return (
        len(indptr) == n_major + 1
        and indptr[0] == 0
        and sorted(indptr) == indptr
        and indptr[-1] <= len(indices)
        and all(0 <= index < n_minor for index in indices[: indptr[-1]])
    )


@settings(max_examples=300, deadline=None)
@given(
    kind=st.integers(0, 1),
    lengths=st.lists(st.integers(0, 4), min_size=4, max_size=4),
    data=st.data(),
    forgery=st.none()
    | st.tuples(st.integers(0, 20), st.sampled_from([-128, -2, -1, 3, 4, 5, 127])),
)
def test_a_matrix_is_taken_exactly_if_it_is_well_formed(kind, lengths, data, forgery):
    ends = np.cumsum([0, *lengths]).tolist()
    indices = data.draw(st.lists(st.integers(0, 3), min_size=ends[-1], max_size=ends[-1]))
    numbers = [*ends, *indices]
    if forgery is not None:
        numbers[forgery[0] % len(numbers)] = forgery[1]
    content = bytes([kind, 3, 5, len(indices), 0]) + np.array(numbers, np.int8).tobytes()
    X = matrix_from_bytes(content)
    if not is_well_formed(X):
        with pytest.raises(ValueError, match="malformed"):
            check_sparse(X)
        return
    rows, columns = [], []
    for major in range(4):
        members = X.indices[X.indptr[major] : X.indptr[major + 1]].tolist()
        columns += members
        rows += [major] * len(members)
    expected = np.zeros((4, 4))
    np.add.at(expected, (rows, columns) if X.format == "csr" else (columns, rows), 1.0)
    np.testing.assert_array_equal(check_sparse(X).toarray(), expected)
