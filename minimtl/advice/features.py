"""Rows of features in place of texts: embeddings by an encoder, say, in memory or in files.

A file has one of two layouts, and is read without pickle:

- ``name.npz`` with the arrays X, (n, n_features), and y, (n,), as ``numpy.savez(name, X=X, y=y)``
  writes it;
- ``name.npy`` with X, or ``name.npz`` as ``scipy.sparse.save_npz`` writes it; the labels are then
  in ``name.labels.npy`` beside it.

In a `FeatureSet` a digest of each row stands for its text, so that equal rows are copies.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import sparse

from minimtl.corpora.files import LabelledText, TextSet, label_text, without_empty
from minimtl.errors import MinimtlError
from minimtl.estimator.validation import check_X

SUFFIXES = (".npz", ".npy")
_SPARSE = ("data", "indices", "indptr", "shape")
_MOST_BYTES = 2**33  # that a file may unpack to
_FAULTS = (
    *(ValueError, TypeError, KeyError, OSError, EOFError, MemoryError, OverflowError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, SyntaxError),
)


@dataclass(frozen=True, eq=False)
class FeatureSet(TextSet):
    """A labelled set of rows of features.

    Attributes
    ----------
    X : CSR float32, (n, n_features), a row for each place ``X[i]``, and those of a test part.
    """

    X: Any = None


@dataclass(frozen=True, eq=False)
class Features:
    """The rows of all sets, CSR float32 (n, n_features), and where each digest is among them."""

    X: sparse.csr_matrix
    rows: dict[str, int]

    @classmethod
    def of(cls, sets: Sequence[TextSet]) -> "Features | None":
        """Those of the sets; None if they hold texts.

        Raises
        ------
        MinimtlError
            If some hold texts and others features, or features of another number.
        """
        held = [one for one in sets if isinstance(one, FeatureSet)]
        if not held:
            return None
        if len(held) < len(sets):
            raise MinimtlError("Some sets hold texts and others features; give all of one kind.")
        for one in held:
            if one.X.shape[1] != held[0].X.shape[1]:
                raise MinimtlError(
                    f"{one.name} has {one.X.shape[1]} features, and {held[0].name} has "
                    f"{held[0].X.shape[1]}; encode both in the same way."
                )
        X = sparse.vstack([one.X for one in held], "csr")
        return cls(X, {digest: row for row, digest in enumerate(_digests(X))})

    def matrix(self, digests: Iterable[str]) -> sparse.csr_matrix:
        """The rows of these digests."""
        return self.X[[self.rows[digest] for digest in digests]]


def are_features(inputs: Any) -> bool:
    """True for a matrix, dense or sparse, or a data frame; texts have one dimension."""
    return bool(getattr(inputs, "ndim", 1) == 2)


def feature_set(name: str, features: Any, labels: Sequence[str]) -> FeatureSet:
    """A set of a matrix, dense or sparse, and its rows' labels; "" is none.

    Raises
    ------
    MinimtlError
        If the matrix is none of finite numbers, or has another number of rows than labels.
    """
    X = _checked(features, name)
    if X.shape[0] != len(labels):
        raise MinimtlError(f"{name}: {X.shape[0]} rows came with {len(labels)} labels.")
    rows = [
        LabelledText(digest, label, f"X[{number}]")
        for number, (digest, label) in enumerate(zip(_digests(X), labels, strict=True))
    ]
    kept, notes = without_empty(rows, name)
    return FeatureSet(name, kept, (), notes, X)


def read_feature_set(path: Path) -> FeatureSet:
    """The set in a file of one of the layouts above; MinimtlError in a sentence."""
    features, labels = _load(path)
    if labels is None:
        beside = path.with_suffix(".labels.npy")
        if not beside.is_file():
            raise MinimtlError(
                f"{path.name} has no labels: give numpy.savez(…, X=X, y=y), or write them to "
                f"{beside.name} beside it by numpy.save."
            )
        labels = _load(beside)[0]
    if np.ndim(labels) != 1:
        raise MinimtlError(f"The labels of {path.name} are no array of one dimension.")
    return feature_set(path.name, features, [label_text(label) for label in labels.tolist()])


def read_feature_rows(path: Path, n_features: int) -> sparse.csr_matrix:
    """The rows in a file, for a model of so many features; labels are passed over."""
    X = _checked(_load(path)[0], path.name)
    if X.shape[1] != n_features:
        raise MinimtlError(
            f"{path.name} has {X.shape[1]} features, and the model has {n_features}; encode in "
            "the same way."
        )
    return X


def _load(path: Path) -> tuple[Any, Any]:
    """The matrix in a file, and its labels or None."""
    try:
        content = np.load(path, allow_pickle=False)
        if isinstance(content, np.ndarray):
            return content, None
        with content:
            size = sum(member.file_size for member in content.zip.infolist())
            if size > _MOST_BYTES:
                raise ValueError(f"it unpacks to {size:,} bytes")
            arrays = {name: content[name] for name in content.files if name != "format"}
        if set(_SPARSE) <= set(arrays):
            parts = tuple(arrays[name] for name in _SPARSE[:3])
            X = sparse.csr_matrix(parts, shape=tuple(arrays["shape"]))
            return X, arrays.get("y")
        return arrays["X"], arrays.get("y")
    except FileNotFoundError:
        raise MinimtlError(f"{path} does not exist.") from None
    except _FAULTS as error:
        reason = " ".join(str(error).split())[:120] or type(error).__name__
        raise MinimtlError(
            f"{path.name} cannot be read as features: {reason}. Give an array of numbers by "
            "numpy.save, X and y by numpy.savez, or CSR by scipy.sparse.save_npz; labels as text "
            "are y.astype(str)."
        ) from None


def _checked(features: Any, name: str) -> sparse.csr_matrix:
    shape = np.shape(features)
    if len(shape) != 2:
        raise MinimtlError(
            f"{name} holds an array of the shape {shape}, and features have two dimensions, "
            "(n, n_features): give a row to each text, X.reshape(-1, 1) for one feature."
        )
    try:
        X = sparse.csr_matrix(check_X(features, accept_sparse=True), dtype=np.float32)
    except (ValueError, TypeError) as error:
        raise MinimtlError(f"{name}: {error}{_first_wrong(features)}") from None
    if not np.isfinite(X.data).all():
        raise MinimtlError(f"{name} has features that are too large; scale them.")
    X.sum_duplicates()
    X.eliminate_zeros()
    return X


def _first_wrong(features: Any) -> str:
    """A sentence about the first entry that is no finite number; "" if all are, or none is one."""
    try:
        X = sparse.coo_matrix(features)
        wrong = np.flatnonzero(~np.isfinite(X.data))
    except (ValueError, TypeError):
        return ""
    if not wrong.size:
        return ""
    row, column = int(X.row[wrong[0]]), int(X.col[wrong[0]])
    return f" The first is X[{row}, {column}]; fill it in, or leave the row out."


def _digests(X: sparse.csr_matrix) -> list[str]:
    digests = []
    for start, end in zip(X.indptr[:-1], X.indptr[1:], strict=True):
        entries = X.indices[start:end].astype("<i8").tobytes() + X.data[start:end].tobytes()
        digests.append(hashlib.sha256(entries).hexdigest())
    return digests
