"""Checks of what users pass to estimators; errors read as scikit-learn's do.

Each function returns its argument as the array that an estimator computes with, or raises
ValueError or TypeError with one sentence. Neither SciPy nor scikit-learn is loaded.
"""

import warnings
from numbers import Integral
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minimtl.estimator.base import DataConversionWarning, as_scikit_learn
from minimtl.estimator.sparse import check_sparse, is_sparse


def check_X(  # noqa: N802
    X: Any, *, accept_sparse: bool = False, estimator: object | None = None
) -> Any:
    """`X` as a finite float64 array of shape (n_samples, n_features), or as CSR of the same.

    Parameters
    ----------
    X : array-like, data frame or sparse matrix
    accept_sparse : bool
        Whether a sparse `X` is returned as CSR with float64 data, or refused.
    estimator : object, optional
        Named in the messages.

    Raises
    ------
    TypeError
        For a sparse `X` where dense data is needed.
    ValueError
        For another number of dimensions than two, no samples or features, complex numbers, NaN,
        infinity, values that are no numbers, or a sparse `X` that is malformed.
    """
    name = "the estimator" if estimator is None else type(estimator).__name__
    if is_sparse(X):
        if not accept_sparse:
            raise TypeError(
                f"Sparse data was passed for X, but {name} requires dense data. "
                "Use '.toarray()' to convert to a dense numpy array."
            )
        X = check_sparse(X)
        _refuse_complex(X.dtype)
        X = X.astype(np.float64)
        _check_finite(X.data, "X")
    else:
        X = _as_float64(X, "X")
        _check_finite(X, "X")
    if X.ndim != 2:
        raise ValueError(
            f"Expected 2D array, got {X.ndim}D array instead. Reshape your data either using "
            "array.reshape(-1, 1) if your data has a single feature or array.reshape(1, -1) if "
            "it contains a single sample."
        )
    for count, what in zip(X.shape, ("sample", "feature"), strict=True):
        if count == 0:
            raise ValueError(
                f"Found array with 0 {what}(s) (shape={X.shape}) while a minimum of 1 is "
                f"required by {name}."
            )
    return X


def check_X_y(  # noqa: N802
    X: Any, y: Any, *, accept_sparse: bool = False, estimator: object
) -> tuple[Any, Any]:
    """`X` by `check_X` and `y` by `check_y`; raises as they do."""
    X = check_X(X, accept_sparse=accept_sparse, estimator=estimator)
    return X, check_y(y, X, estimator)


def check_y(y: Any, X: Any, estimator: object) -> NDArray[Any]:
    """`y` as class labels, numbers or text, shape (n_samples,), of the samples `X`.

    A column of labels is flattened with a `DataConversionWarning`.

    Raises
    ------
    ValueError
        For None, NaN or infinity, for numbers that are not whole (a regression target), or for
        another shape or length than that of `X`.
    """
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is None"
        )
    y = np.asarray(y)
    _refuse_complex(y.dtype)
    if y.ndim == 2 and y.shape[1] == 1:
        warnings.warn(
            "A column-vector y was passed when a 1d array was expected. Please change the shape "
            "of y to (n_samples,), for example using ravel().",
            as_scikit_learn(DataConversionWarning),
            stacklevel=3,
        )
        y = y.ravel()
    if y.ndim != 1:
        raise ValueError(f"y should be a 1d array, got an array of shape {y.shape} instead.")
    if y.dtype.kind == "f":
        _check_finite(y, "y")
        if (y != np.floor(y)).any():
            raise ValueError(
                "Unknown label type: continuous. A classifier needs a discrete class for each "
                "sample; these look like a regression target."
            )
    check_consistent_length(X, y)
    return y


def check_sample_weight(sample_weight: Any, n_samples: int) -> NDArray[np.float64]:
    """Weights as float64, shape (n_samples,); ones for None, repeated for a number.

    Raises
    ------
    ValueError
        For a weight that is negative or not finite, weights that are all zero, or another shape.
    """
    if sample_weight is None:
        return np.ones(n_samples)
    weights = _as_float64(sample_weight, "sample_weight")
    if weights.ndim == 0:
        weights = np.full(n_samples, float(weights))
    if weights.shape != (n_samples,):
        raise ValueError(
            f"sample_weight.shape == {weights.shape}, expected {(n_samples,)}: one weight a sample."
        )
    _check_finite(weights, "sample_weight")
    if (weights < 0).any():
        raise ValueError("sample_weight contains negative values.")
    if not weights.any():
        raise ValueError("sample_weight is zero for every sample.")
    return weights


def check_consistent_length(X: Any, y: Any) -> None:
    """ValueError unless `X` and `y` have the same number of samples."""
    if X.shape[0] != y.shape[0]:
        raise ValueError(
            "Found input variables with inconsistent numbers of samples: "
            f"{[X.shape[0], y.shape[0]]}"
        )


def check_random_state(random_state: Any) -> np.random.Generator:
    """A new generator: the same for the same int, another one each time for None.

    It is seeded from a Generator or RandomState, so that estimators that share one differ.

    Raises
    ------
    TypeError, ValueError
        For anything else, or a negative int.
    """
    if isinstance(random_state, np.random.Generator):
        random_state = random_state.integers(2**32, size=4, dtype=np.uint32)
    elif isinstance(random_state, np.random.RandomState):
        random_state = random_state.randint(2**32, size=4, dtype=np.uint32)
    elif not (random_state is None or isinstance(random_state, Integral)):
        raise TypeError(
            "random_state must be None, an int, or a generator of numpy.random; "
            f"got {random_state!r}."
        )
    return np.random.default_rng(random_state)


def _as_float64(values: Any, name: str) -> NDArray[np.float64]:
    values = np.asarray(values)
    _refuse_complex(values.dtype)
    if values.dtype.kind not in "biufOUS":
        raise ValueError(f"{name} of dtype {values.dtype} cannot be converted to numbers.")
    try:
        return values.astype(np.float64)
    except ValueError as error:
        raise ValueError(f"{name} could not be converted to numbers: {error}") from error


def _refuse_complex(dtype: Any) -> None:
    if dtype.kind == "c":
        raise ValueError("Complex data not supported")


def _check_finite(values: NDArray[Any], name: str) -> None:
    if np.isfinite(values).all():
        return
    what = "NaN" if np.isnan(values).any() else "infinity"
    raise ValueError(f"Input {name} contains {what}.")
