"""Logistic regression as an estimator by scikit-learn's conventions.

Two classes have one vector of coefficients, three or more are a softmax regression with one for
each class; `minimtl.stats.softmax` has what is minimised, and how, by products with X.

The unknowns of a sparse X are made fewer first: X B in place of X, where B has orthonormal columns,
and w = B u.

Derived in docs/mathematics.md, §7.
"""

import sys
import warnings
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.special import expit, log_expit, log_softmax

from minimtl.estimator.base import (
    BaseEstimator,
    ClassifierMixin,
    ConvergenceWarning,
    as_scikit_learn,
    check_is_fitted,
)
from minimtl.estimator.validation import (
    check_class_weight,
    check_features,
    check_sample_weight,
    check_X,
    check_X_y,
    class_factors,
    is_sparse,
    record_features,
)
from minimtl.stats.arrays import FloatArray
from minimtl.stats.logistic_fit import MAX_ITER, TOL
from minimtl.stats.softmax import SoftmaxLoss, minimise_regression

# The largest curvature Σ c x², and the least weight Σ c, of data: products of three such numbers
# are still float64.
_LARGEST, _LEAST = 1e100, 1e-100


class LogisticRegression(ClassifierMixin, BaseEstimator):
    """L2-penalised logistic regression by Newton's method, to the minimum.

    Parameters
    ----------
    C : float
        Weight of the data against the penalty, greater than 0.
    fit_intercept : bool
        Whether decisions have a constant term.
    penalize_intercept : bool
        Whether that term is penalised like a coefficient.
    tol : float
        Largest gradient component allowed, relative to the size of what cancels in it. With an
        intercept and entries of at most 1, as TF-IDF has, this is the `tol` of scikit-learn's
        ``lbfgs`` and ``newton-cg``, whose default of 1e-4 takes a third of the time.
    max_iter : int
        Most Newton steps.
    class_weight : dict of float by class, "balanced" or None
        Factors of the samples' weights; a class that is not in the dict has 1. "balanced" gives all
        classes the same weight in total, and keeps the total.

    Attributes
    ----------
    classes_ : array, shape (n_classes,)
    coef_ : float64, shape (1, n_features) for two classes, else (n_classes, n_features)
    intercept_ : float64, shape (1,) or (n_classes,)
    n_iter_ : int, shape (1,)
    n_features_in_ : int
    feature_names_in_ : array of str, shape (n_features,)
        Where ``fit`` saw a data frame with such column names.
    """

    n_features_in_: int

    def __init__(
        self,
        C: float = 1.0,
        fit_intercept: bool = True,
        penalize_intercept: bool = False,
        tol: float = TOL,
        max_iter: int = MAX_ITER,
        class_weight: Mapping[Any, float] | str | None = None,
    ):
        self.C = C
        self.fit_intercept = fit_intercept
        self.penalize_intercept = penalize_intercept
        self.tol = tol
        self.max_iter = max_iter
        self.class_weight = class_weight

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> "LogisticRegression":
        """Fit to `X`, shape (n_samples, n_features), and classes `y`; returns self.

        Raises
        ------
        ValueError
            For parameters out of range, fewer than two classes, or input that is not finite,
            does not fit together, or is too large to be computed with.
        """
        self._check_params()
        samples, y = check_X_y(X, y, accept_sparse=True, estimator=self)
        weights = check_sample_weight(sample_weight, len(y))
        self.classes_, index = np.unique(y, return_inverse=True)
        with np.errstate(over="ignore"):
            factors = class_factors(self.class_weight, self.classes_, index, weights)
            weights = weights * factors[index]
        present = np.bincount(index, weights, minlength=len(self.classes_)) > 0
        if present.sum() < 2 or not present.all():
            raise ValueError(
                f"{type(self).__name__} needs samples with positive weight of at least two "
                f"classes, and of every class in y; got {present.sum()} class(es) with such "
                f"samples of {len(present)} in y."
            )
        C, tol = float(self.C), float(self.tol)
        _check_size(samples, weights, C)
        record_features(self, X, samples.shape[1])

        n_classes = len(self.classes_)
        # For two classes it would take as long to find the words as it saves.
        basis = own_words_joined(samples) if n_classes > 2 and is_sparse(samples) else None
        loss = SoftmaxLoss(
            samples if basis is None else samples @ basis,
            index,
            weights,
            C,
            n_classes,
            fit_intercept=bool(self.fit_intercept),
            penalize_intercept=bool(self.penalize_intercept),
        )
        minimum = minimise_regression(loss, tol=tol, max_iter=int(self.max_iter))

        w, beta = minimum.theta[:-1], minimum.theta[-1]
        self.coef_ = np.ascontiguousarray((w if basis is None else basis @ w).T)
        self.intercept_ = float(bool(self.fit_intercept)) * beta - loss.mean @ w
        if len(beta) > 1 and not loss.ridge:
            # Any number may be added to all of them; the one whose norm is least sums to 0.
            self.intercept_ -= self.intercept_.mean()
        self.n_iter_ = np.array([minimum.n_iter])
        if not minimum.converged:
            warnings.warn(
                f"{type(self).__name__} did not converge in max_iter={self.max_iter} steps. "
                "Increase max_iter, or scale the features.",
                as_scikit_learn(ConvergenceWarning),
                stacklevel=2,
            )
        return self

    def decision_function(self, X: Any) -> FloatArray:
        """x·w + b: shape (n_samples,) for two classes, else (n_samples, n_classes)."""
        check_is_fitted(self)
        samples = check_X(X, accept_sparse=True, estimator=self)
        check_features(self, X, samples.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            decision: FloatArray = samples @ self.coef_.T + self.intercept_
        if not np.isfinite(decision).all():
            raise ValueError("X has entries too large to be computed with; scale the features.")
        return decision[:, 0] if len(self.classes_) == 2 else decision

    def predict(self, X: Any) -> NDArray[Any]:
        """The most probable class of each row of `X`."""
        decision = self.decision_function(X)
        index = (decision > 0).astype(np.intp) if decision.ndim == 1 else decision.argmax(axis=1)
        classes: NDArray[Any] = self.classes_[index]
        return classes

    def predict_proba(self, X: Any) -> FloatArray:
        """Probabilities of the classes in the order of ``classes_``, (n_samples, n_classes)."""
        decision = self.decision_function(X)
        if decision.ndim == 1:
            return np.column_stack([expit(-decision), expit(decision)])
        probabilities: FloatArray = np.exp(log_softmax(decision, axis=1))
        return probabilities

    def predict_log_proba(self, X: Any) -> FloatArray:
        """Logarithms of `predict_proba`, finite where a probability rounds to 0."""
        decision = self.decision_function(X)
        if decision.ndim == 1:
            return np.column_stack([log_expit(-decision), log_expit(decision)])
        logarithms: FloatArray = log_softmax(decision, axis=1)
        return logarithms

    def _check_params(self) -> None:
        """Raise ValueError for parameters out of range."""
        for name, kind in (("C", Real), ("tol", Real), ("max_iter", Integral)):
            value: Any = getattr(self, name)
            number = value.item() if isinstance(value, np.generic) else value  # as float16 has less
            if not (isinstance(value, kind) and 0 < number <= sys.float_info.max):
                what = "a finite number" if kind is Real else "a whole number"
                raise ValueError(f"{name} must be greater than 0 and {what}, got {value!r}.")
        check_class_weight(self.class_weight)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _check_size(samples: Any, weights: FloatArray, C: float) -> None:
    """ValueError where sums over the data would leave float64."""
    values = samples.data if is_sparse(samples) else samples
    largest = max(1.0, float(values.max(initial=0.0)), -float(values.min(initial=0.0)))
    with np.errstate(over="ignore"):
        total = float(C * weights.sum())
        curvature = total * largest * largest
    if not (total >= _LEAST and curvature <= _LARGEST):
        raise ValueError(
            f"C times the weights is {total:.0e} in sum and X has entries of {largest:.0e}: too "
            "large or too small to be computed with; scale the features, or change C."
        )


def own_words_joined(X: sparse.csr_matrix) -> sparse.csr_matrix:
    """B, CSR, which gives a CSR matrix X one column for the words that a document has alone.

    The shared words are ordered by the number of their documents, which keeps those together that
    are read most.
    """
    n, p = X.shape
    n_documents = np.bincount(X.indices, minlength=p)
    n_shared = int((n_documents > 1).sum())
    shared = np.argsort(-n_documents, kind="stable")[:n_shared]

    is_own = (n_documents[X.indices] == 1) & (X.data != 0)
    rows = np.repeat(np.arange(n), np.diff(X.indptr))[is_own]
    norms = np.sqrt(np.bincount(rows, X.data[is_own] ** 2, minlength=n))
    shares = X.data[is_own] / norms[rows]

    entries = np.concatenate([np.ones(n_shared), shares])
    words = np.concatenate([shared, X.indices[is_own]])
    unknowns = np.concatenate([np.arange(n_shared), n_shared + rows])
    return sparse.csr_matrix((entries, (words, unknowns)), shape=(p, n_shared + n))
