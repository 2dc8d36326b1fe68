"""Malformed sparse matrices are refused in one sentence, by everything that takes a matrix."""

import re
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from minimtl import MultiTaskMLPClassifier
from minimtl.estimator.sparse import check_sparse
from minimtl.estimator.validation import is_sparse
from tests.fuzz.matrices import FORMATS, matrix_from_bytes, users_of_matrices

DENSE = np.array([[0, 1.0, 0, 2], [0, 0, 0, 0], [3, 0, 0, 0], [0, 4, 5, 6]])
KINDS = [getattr(sparse, f"{name}_{end}") for name in FORMATS for end in ("matrix", "array")]
FAR = 10**8  # outside of any memory that this process has


def forged(kind="csr", **changes):
    """A good matrix with an entry of an array set, ``indices=(place, value)``, or the array."""
    X = sparse.csr_matrix(DENSE).asformat(kind)
    for name, change in changes.items():
        array = change
        if isinstance(change, tuple):
            array = getattr(X, name).copy()
            array[change[0]] = change[1]
        setattr(X, name, array)
    return X


MALFORMED = {
    "index too large": forged(indices=(2, FAR)),
    "index at the width": forged(indices=(2, 4)),
    "negative index": forged(indices=(0, -1)),
    "indptr descends": forged(indptr=(1, 5)),
    "indptr ends beyond": forged(indptr=(4, FAR)),
    "indptr starts late": forged(indptr=(0, 1)),
    "indptr starts before": forged(indptr=(0, -FAR)),
    "csc index": forged("csc", indices=(1, FAR)),
    "csc indptr": forged("csc", indptr=(2, -FAR)),
    "bsr index": forged("bsr", indices=(0, FAR)),
    "coo row": forged("coo", row=(0, FAR)),
    "coo col": forged("coo", col=(0, -FAR)),
    "short indptr": forged(indptr=np.array([0, 2, 2, 3], np.int32)),
    "short data": forged(data=np.ones(5)),
    "short coo row": forged("coo", row=np.zeros(5, np.int32)),
    "short dia offsets": forged("dia", offsets=np.array([0, 1], np.int32)),
    "short dia data": forged("dia", data=np.ones((1, 4))),
    "dia offset": forged("dia", offsets=(0, FAR)),
    "text as data": forged(data=np.array(["1"] * 6)),
    "places of floats": forged(indices=np.zeros(6)),
    "places in a list": forged(indices=[0] * 6),
    "blocks of another size": forged("bsr", data=np.ones((6, 3, 3))),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_everything_refuses_a_malformed_matrix(case):
    X = MALFORMED[case]
    for name, call in users_of_matrices(X, 4).items():
        expected = "is a sparse matrix" if name == "divergence" else r"is malformed: [^\n]+\.$"
        with pytest.raises(ValueError, match=expected):
            call()


def test_one_dimension():
    if sparse.coo_array(np.ones(3)).ndim == 2:
        pytest.skip("this SciPy has no sparse arrays of one dimension")
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


def test_entries_behind_the_last_row_are_dropped_in_a_copy():
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
    expected = X.toarray()
    np.testing.assert_array_equal(check_sparse(X).toarray(), expected)


# The parts of each format, and the kinds of values that each may be set to.
PARTS = {
    "csr": ("indptr", "indices", "data"),
    "csc": ("indptr", "indices", "data"),
    "bsr": ("indptr", "indices", "data"),
    "coo": ("row", "col", "data"),
    "dia": ("offsets", "data"),
    "lil": ("rows", "data"),
    "dok": ("_dict",),
}
WHOLE = st.sampled_from([-(2**62), -FAR, -5, -1, 0, 1, 2, 3, 4, 7, FAR, 2**31 - 1, 2**62])
ODD = st.sampled_from([None, "a", 1.5, np.nan, (), [1], {}, object()])


@st.composite
def forgeries(draw, part):
    """What to put in the place of a part: numbers and arrays of any kind, length and value."""
    if part == "_dict":
        key = st.tuples(WHOLE, WHOLE) | st.tuples(WHOLE) | st.none() | st.text(max_size=2)
        return draw(st.dictionaries(key, st.just(1.0) | ODD, max_size=3))
    if draw(st.integers(0, 9)) == 0:
        return draw(ODD)
    if part == "rows" or draw(st.integers(0, 9)) == 0:
        rows = draw(st.lists(st.lists(WHOLE | ODD, max_size=3) | ODD, min_size=3, max_size=5))
        array = np.empty(len(rows), object)
        array[:] = rows
        return array
    dtype = draw(st.sampled_from(["int64", "int32", "uint8", ">i4", "float64", "complex64", "O"]))
    size = draw(st.sampled_from([(0,), (1,), (2,), (5,), (7,), (2, 4), (5, 1), (4, 2, 2), (3, 0)]))
    values = draw(st.lists(WHOLE, min_size=int(np.prod(size)), max_size=int(np.prod(size))))
    step = draw(st.sampled_from([1, 2]))  # every second entry is no contiguous array
    with np.errstate(all="ignore"):
        return np.repeat(np.array(values, np.int64), step)[::step].reshape(size).astype(dtype)


def put(X, part, forgery):
    """Put a forgery in the place of a part."""
    if part in ("row", "col") and hasattr(X, "coords"):  # whose setters look
        row, col = X.coords
        X.coords = (forgery, col) if part == "row" else (row, forgery)
    else:
        with suppress(AttributeError):  # by older versions of SciPy
            setattr(X, part, forgery)


@settings(max_examples=600, deadline=None)
@given(data=st.data(), kind=st.sampled_from(FORMATS), shape=st.none() | st.tuples(WHOLE, WHOLE))
def test_parts_that_do_not_fit_end_in_one_sentence(data, kind, shape):
    """Any shape, offsets, indices and data, in any format: a ValueError or CSR within its shape."""
    X = sparse.csr_matrix(DENSE).asformat(kind)
    if shape is not None and max(shape) < FAR:
        X._shape = shape
    for part in PARTS[kind]:
        if data.draw(st.booleans()):
            put(X, part, data.draw(forgeries(part)))
    sentence = ""
    try:
        checked = check_sparse(X)
    except ValueError as error:
        sentence = str(error)
    if sentence:
        assert re.fullmatch(r"The sparse matrix X is malformed: [^\n]+\.", sentence)
        return
    assert (checked.format, checked.shape) == ("csr", X.shape)
    assert is_well_formed(checked)
    assert checked.indptr[-1] == len(checked.indices) == len(checked.data)


def test_arrays_with_gaps_are_read_entry_by_entry():
    """Every second entry of arrays twice as long."""
    X = sparse.csr_matrix(DENSE.astype(np.float32))
    gappy = X.copy()
    gappy.indices = np.repeat(X.indices, 2)[::2]
    gappy.data = np.stack([X.data, np.full(6, 99, np.float32)], axis=1)[:, 0]
    for backend in ("numba", "numpy"):
        one, other = (
            MultiTaskMLPClassifier((3,), n_epochs=3, random_state=0, backend=backend)
            .fit(documents, [0, 1, 0, 1])
            .predict_proba(documents)
            for documents in (X, gappy)
        )
        np.testing.assert_array_equal(one, other)
