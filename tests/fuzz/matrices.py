"""Sparse matrices whose arrays are any bytes, and every public function that takes a matrix."""

import warnings
from contextlib import suppress

import numpy as np
from scipy import sparse

from minimtl import (
    LogisticRegression,
    MultiTaskMLPClassifier,
    TfidfVectorizer,
    cross_validate,
    jensen_shannon_divergence,
)
from minimtl.estimator.sparse import check_sparse
from minimtl.text.weights import weigh_counts

N_FEATURES = 4
FORMATS = ("csr", "csc", "bsr", "coo", "dia", "lil", "dok")
EXTREMES = {127: 2**31 - 1, 126: 10**6, -128: -(2**31), -127: -(10**6)}


def matrix_from_bytes(content: bytes) -> sparse.spmatrix:
    """A matrix of any format with `N_FEATURES` columns whose index arrays the bytes hold.

    Five bytes are the format, the number of rows, the lengths of ``indptr`` and of ``indices``
    (of the offsets and of the data of a DIA matrix), and whether indices are int64. The rest are
    the indices.
    """
    head, rest = content[:5].ljust(5, b"\0"), content[5:]
    kind, n_rows = FORMATS[head[0] % len(FORMATS)], 1 + head[1] % 9
    dtype = np.int64 if head[4] % 2 else np.int32
    numbers = np.array(
        [EXTREMES.get(number, number) for number in np.frombuffer(rest, np.int8).tolist()], dtype
    )
    first, second = np.split(numbers, [min(head[2], len(numbers))])
    second = second[: head[3]]
    matrix = sparse.csr_matrix(np.eye(n_rows, N_FEATURES)).asformat(kind)
    if kind in ("csr", "csc", "bsr"):
        matrix.indptr, matrix.indices = first, second
        matrix.data = np.ones((len(second), 1, 1) if kind == "bsr" else len(second))
    elif kind == "coo":
        n = min(len(first), len(second))
        matrix.coords = matrix.row, matrix.col = first[:n], second
        matrix.data = np.ones(len(second))
    elif kind == "dia":
        matrix.offsets, matrix.data = first, np.ones((head[3], 1 + len(second)))
    elif kind == "lil":
        matrix.rows[0], matrix.data[0] = first.tolist(), [1.0] * len(second)
    else:
        matrix._dict = dict.fromkeys(zip(first.tolist(), second.tolist(), strict=False), 1.0)
    return matrix


def users_of_matrices(X, n_rows):
    """Every public function that takes a matrix, as a function of none that calls it with `X`."""
    good = np.eye(8, N_FEATURES)
    labels = np.arange(8) % 2
    y = np.arange(n_rows) % 2
    logistic = LogisticRegression().fit(good, labels)
    words = TfidfVectorizer(token_pattern=r"\w").fit(["a b c d"])

    def network(backend="numba"):
        return MultiTaskMLPClassifier((3,), n_epochs=1, random_state=0, backend=backend)

    fitted = network().fit(good, labels)
    return {
        "logistic fit": lambda: LogisticRegression().fit(X, y).coef_,
        "logistic predict": lambda: logistic.predict_proba(X),
        "logistic score": lambda: logistic.score(X, y),
        "numba fit": lambda: network().fit(X, y).coefs_[0],
        "numpy fit": lambda: network("numpy").fit(X, y).coefs_[0],
        "joint fit": lambda: network().fit([good, X], [labels, y]).coefs_[0],
        "partial fit": lambda: network().partial_fit(X, y, [0, 1]).coefs_[0],
        "network predict": lambda: fitted.predict_proba(X),
        "cross-validate": lambda: cross_validate(logistic, X, y, n_splits=2, n_repeats=1),
        "inverse transform": lambda: words.inverse_transform(X),
        "weigh": lambda: weigh_counts(X, np.arange(n_rows), 2),
        "divergence": lambda: jensen_shannon_divergence(X, X),
    }


def use_matrix(content: bytes) -> None:
    """Call every function of `users_of_matrices`; each may only return or raise ValueError.

    Raises ValueError if the matrix is malformed.
    """
    X = matrix_from_bytes(content)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for call in users_of_matrices(X, X.shape[0]).values():
            with suppress(ValueError):
                call()
    check_sparse(X)
