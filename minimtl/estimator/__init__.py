"""Scikit-learn's conventions without scikit-learn: the base class, checks of input, feature names.

May import: errors.
"""

from minimtl.estimator.base import (
    BaseEstimator,
    ClassifierMixin,
    ConvergenceWarning,
    as_scikit_learn,
    check_is_fitted,
)
from minimtl.estimator.callbacks import CallbackMixin, FitCalls
from minimtl.estimator.sparse import check_sparse
from minimtl.estimator.validation import (
    check_class_weight,
    check_features,
    check_random_state,
    check_real,
    check_sample_weight,
    check_whole,
    check_X,
    check_X_y,
    check_y,
    class_factors,
    compare_features,
    feature_names,
    is_missing,
    is_sparse,
    record_features,
)

__all__ = [
    "BaseEstimator",
    "CallbackMixin",
    "ClassifierMixin",
    "ConvergenceWarning",
    "FitCalls",
    "as_scikit_learn",
    "check_X",
    "check_X_y",
    "check_class_weight",
    "check_features",
    "check_is_fitted",
    "check_random_state",
    "check_real",
    "check_sample_weight",
    "check_sparse",
    "check_whole",
    "check_y",
    "class_factors",
    "compare_features",
    "feature_names",
    "is_missing",
    "is_sparse",
    "record_features",
]
