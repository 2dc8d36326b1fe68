"""The names of features: recorded when an estimator is fitted, compared when it predicts.

Errors and warnings read as scikit-learn's do. Data frames are recognised by their columns, so
that no library of data frames is loaded.
"""

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
    """Compare `X` at prediction with what `record_features` recorded.

    Raises
    ------
    ValueError
        For another number of features, or other names, or the same names in another order.

    Warns
    -----
    UserWarning
        Where only one of the two had feature names.
    """
    name = type(estimator).__name__
    fitted, given = getattr(estimator, "feature_names_in_", None), feature_names(X)
    if (fitted is None) != (given is None):
        warnings.warn(
            f"X has feature names, but {name} was fitted without feature names"
            if fitted is None
            else f"X does not have valid feature names, but {name} was fitted with feature names",
            UserWarning,
            stacklevel=3,
        )
    elif fitted is not None and given is not None and list(fitted) != list(given):
        raise ValueError(_name_mismatch(list(fitted), list(given)))
    if n_features != estimator.n_features_in_:
        raise ValueError(
            f"X has {n_features} features, but {name} is expecting "
            f"{estimator.n_features_in_} features as input."
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
