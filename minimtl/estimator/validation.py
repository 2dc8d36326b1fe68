"""Checks of what users pass to estimators; errors read as scikit-learn's do.

Each function returns its argument as what an estimator computes with, or raises ValueError or
TypeError with one sentence. Data frames are recognised by their columns, sparse matrices by their
methods: neither pandas nor SciPy nor scikit-learn is loaded.
"""

import warnings
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from minimtl.estimator.base import DataConversionWarning, as_scikit_learn
from minimtl.estimator.sparse import check_sparse


def is_sparse(X: Any) -> bool:
    """True if `X` is a SciPy sparse matrix or array."""
    return hasattr(X, "tocsr") and hasattr(type(X), "nnz")


def is_missing(value: Any) -> bool:
    """True for what stands for no value: None, NaN and NaT of any type, pandas' NA, a blank text.

    It is the only judge of that: of labels and texts in files, of those in memory, of an
    estimator's `y`.
    """
    if value is None or isinstance(value, str):
        return not (value and value.strip())
    try:
        return bool(value != value)  # NaN and NaT are not equal to themselves
    except (TypeError, ValueError, ArithmeticError):  # NA has no truth value, nor has an array
        return type(value).__name__ == "NAType"


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
        For missing labels (`is_missing`) or infinity, for labels of several kinds, for numbers that
        are not whole (a regression target), or for another shape or length than that of `X`.
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
    if y.dtype.kind in "OUM":
        _check_labels(y)
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


def check_real(name: str, value: Any) -> float:
    """The parameter `name` as a float; TypeError for what is no number."""
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {value!r}.")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} is beyond the range of float64.") from None


def check_whole(name: str, value: Any) -> int:
    """The parameter `name` as an int, whatever its type; TypeError for what is not whole."""
    if not isinstance(value, Integral):
        raise TypeError(f"{name} must be whole, got {value!r}.")
    return int(value)


def check_class_weight(class_weight: Any) -> None:
    """Raise ValueError for anything but a dict of number by label, "balanced" or None."""
    if class_weight is None or (isinstance(class_weight, str) and class_weight == "balanced"):
        return
    if not isinstance(class_weight, Mapping):
        raise ValueError(f"class_weight must be a dict, 'balanced' or None, got {class_weight!r}.")
    for label, weight in class_weight.items():
        if not 0 <= check_real("a weight of class_weight", weight) < np.inf:
            raise ValueError(
                f"class_weight must have finite weights that are not negative, got {weight!r} for "
                f"the label {label!r}."
            )


def class_factors(
    class_weight: Any, classes: np.ndarray, y: np.ndarray, sample_weight: np.ndarray
) -> np.ndarray:
    """By how much `class_weight` multiplies the loss of the samples of each class, (n_classes,).

    `classes` (n_classes,) are the sorted labels, `y` (n_samples,) the place of each sample's among
    them. "balanced" gives all classes the same total: n / (n_classes · n_c) for a class of n_c of
    the n samples, both counted by `sample_weight`. A label that a dict lacks has 1. Raises
    ValueError for one that is not among the classes, or weights that are all zero.
    """
    n_classes = len(classes)
    if class_weight is None:
        return np.ones(n_classes)
    if isinstance(class_weight, str):
        totals = np.bincount(y, sample_weight, minlength=n_classes)
        balanced: np.ndarray = sample_weight.sum() / (
            n_classes * np.maximum(totals, np.finfo(float).tiny)
        )
        return balanced
    unknown = [label for label in class_weight if label not in classes]
    if unknown:
        raise ValueError(f"class_weight has the class {unknown[0]!r}, which is not in y.")
    factors = [class_weight.get(label, 1.0) for label in classes.tolist()]
    if not any(factors):
        raise ValueError("class_weight is zero for every class.")
    return np.array(factors, np.float64)


def feature_names(X: Any) -> NDArray[np.object_] | None:
    """The column names of a data frame if all are text, else None.

    Raises
    ------
    TypeError
        For a mixture of text and other column names.
    """
    columns = getattr(X, "columns", None)
    if columns is None:
        return None
    names = np.asarray(columns, dtype=object)
    textual = [isinstance(name, str) for name in names]
    if all(textual) and len(textual):
        return names
    if any(textual):
        raise TypeError(
            "Feature names are only supported if all input features have string names, but the "
            "columns mix text with other types. Convert them with X.columns.astype(str)."
        )
    return None


def record_features(estimator: Any, X: Any, n_features: int) -> None:
    """Set ``n_features_in_`` and, for a data frame with names, ``feature_names_in_``."""
    estimator.n_features_in_ = n_features
    names = feature_names(X)
    if names is not None:
        estimator.feature_names_in_ = names
    elif hasattr(estimator, "feature_names_in_"):
        del estimator.feature_names_in_


def check_features(estimator: Any, X: Any, n_features: int) -> None:
    """Compare `X` at prediction with what `record_features` recorded; see `compare_features`."""
    names = getattr(estimator, "feature_names_in_", None)
    compare_features(type(estimator).__name__, names, estimator.n_features_in_, X, n_features)


def compare_features(name: str, fitted: Any, n_fitted: int, X: Any, n_features: int) -> None:
    """Compare `X`, of `n_features`, with the features that the estimator `name` was fitted to.

    `fitted` are their names, or None where they had none. Raises ValueError for another number of
    features, or other names, or the same in another order; warns where only one of the two has any.
    """
    given = feature_names(X)
    if (fitted is None) != (given is None):
        warnings.warn(
            f"X has feature names, but {name} was fitted without feature names"
            if fitted is None
            else f"X does not have valid feature names, but {name} was fitted with feature names",
            UserWarning,
            stacklevel=4,
        )
    elif fitted is not None and given is not None and list(fitted) != list(given):
        raise ValueError(_name_mismatch(list(fitted), list(given)))
    if n_features != n_fitted:
        raise ValueError(
            f"X has {n_features} features, but {name} is expecting {n_fitted} features as input."
        )


def _name_mismatch(fitted: list[str], given: list[str]) -> str:
    lines = ["The feature names should match those that were passed during fit."]
    unexpected, missing = sorted(set(given) - set(fitted)), sorted(set(fitted) - set(given))
    if unexpected:
        lines += ["Feature names unseen at fit time:", *(f"- {name}" for name in unexpected[:5])]
    if missing:
        lines.append("Feature names seen at fit time, yet now missing:")
        lines += [f"- {name}" for name in missing[:5]]
    if not unexpected and not missing:
        lines.append("Feature names must be in the same order as they were in fit.")
    return "\n".join(lines) + "\n"


def _check_labels(y: NDArray[Any]) -> None:
    """ValueError for missing labels, and for those without an order, as text beside numbers."""
    try:
        is_ordered = not any(map(is_missing, y)) and bool((np.sort(y) == np.sort(y)).all())
    except TypeError:
        is_ordered = False
    if not is_ordered:
        raise ValueError("y must hold labels of one kind, numbers or text, and no missing ones.")


def _as_float64(values: Any, name: str) -> NDArray[np.float64]:
    values = np.asarray(values)
    _refuse_complex(values.dtype)
    if values.dtype.kind not in "biufOUS":
        raise ValueError(f"{name} of dtype {values.dtype} cannot be converted to numbers.")
    try:
        with np.errstate(over="ignore"):  # of a long double, which is infinite then
            return values.astype(np.float64)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{name} could not be converted to numbers: {error}") from error


def _refuse_complex(dtype: Any) -> None:
    if dtype.kind == "c":
        raise ValueError("Complex data not supported")


def _check_finite(values: NDArray[Any], name: str) -> None:
    if np.isfinite(values).all():
        return
    what = "NaN" if np.isnan(values).any() else "infinity"
    raise ValueError(f"Input {name} contains {what}.")
