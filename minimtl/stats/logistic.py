"""Logistic regression as an estimator by scikit-learn's conventions.

Two classes have one vector of coefficients, three or more are a softmax regression with one for
each class; `minimtl.stats.logistic_loss` has what is minimised.

With more features than samples the coefficients lie in the span of the samples, as any part
outside of it adds to the penalty and to no decision. With X' = QR, that is w = Qu: the same
problem in n_samples unknowns, the rows of R' in place of those of X, and |w| = |u|.

Up to `MOST_UNKNOWNS` of these, their Hessian is made and solved; for more, `minimtl.stats.wide`
finds the same minimum by products with X, which it keeps sparse.

Derived in docs/mathematics.md, §7.
"""

import warnings
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, log_softmax

from minimtl.estimator import (
    BaseEstimator,
    ClassifierMixin,
    ConvergenceWarning,
    as_scikit_learn,
    check_class_weight,
    check_features,
    check_is_fitted,
    check_sample_weight,
    check_X,
    check_X_y,
    class_factors,
    is_sparse,
    record_features,
)
from minimtl.stats.arrays import FloatArray, IndexArray
from minimtl.stats.logistic_fit import MAX_ITER, TOL
from minimtl.stats.logistic_loss import BinaryLoss, SoftmaxLoss
from minimtl.stats.newton import minimise
from minimtl.stats.wide import ProductLoss, condense, minimise_by_products

MOST_UNKNOWNS = 300  # of a Hessian: with these, solving it takes a few milliseconds


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
            For parameters out of range, fewer than two classes, or input that is not finite
            or does not fit together.
        """
        self._check_params()
        samples, y = check_X_y(X, y, accept_sparse=True, estimator=self)
        weights = check_sample_weight(sample_weight, len(y))
        self.classes_, index = np.unique(y, return_inverse=True)
        weights = weights * class_factors(self.class_weight, self.classes_, index, weights)[index]
        present = np.bincount(index, weights, minlength=len(self.classes_)) > 0
        if present.sum() < 2 or not present.all():
            raise ValueError(
                f"{type(self).__name__} needs samples with positive weight of at least two "
                f"classes, and of every class in y; got {present.sum()} class(es) with such "
                f"samples of {len(present)} in y."
            )
        record_features(self, X, samples.shape[1])
        n_outputs = 1 if len(self.classes_) == 2 else len(self.classes_)
        if n_outputs * (min(samples.shape) + 1) > MOST_UNKNOWNS:
            self._fit_by_products(samples, index, weights)
        else:
            self._fit_by_hessian(samples, index, weights)
        return self

    def decision_function(self, X: Any) -> FloatArray:
        """x·w + b: shape (n_samples,) for two classes, else (n_samples, n_classes)."""
        check_is_fitted(self)
        samples = check_X(X, accept_sparse=True, estimator=self)
        check_features(self, X, samples.shape[1])
        decision: FloatArray = samples @ self.coef_.T + self.intercept_
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
        for name in ("C", "tol", "max_iter"):
            value = getattr(self, name)
            if not (isinstance(value, Real) and float(value) > 0):
                raise ValueError(f"{name} must be greater than 0, got {value!r}.")
        check_class_weight(self.class_weight)

    def _fit_by_hessian(self, samples: Any, y: IndexArray, weights: FloatArray) -> None:
        """Fit to the dense columns of `samples` that have entries."""
        samples, columns = _occurring(samples)
        basis = None
        if samples.shape[1] > samples.shape[0]:
            basis, triangle = np.linalg.qr(samples.T)
            samples = triangle.T
        # Without an intercept its column is zero, and the penalty holds its coefficient at zero.
        X = np.column_stack([samples, np.full(len(samples), float(self.fit_intercept))])
        penalty = np.eye(X.shape[1])
        penalty[-1, -1] = float(self.penalize_intercept or not self.fit_intercept)
        loss: BinaryLoss | SoftmaxLoss
        if len(self.classes_) == 2:
            signs = np.where(y == 1, 1.0, -1.0)
            loss = BinaryLoss(X, signs, weights[np.newaxis], self.C, penalty)
        else:
            loss = SoftmaxLoss(X, y, weights, self.C, penalty, len(self.classes_))
        minimum = minimise(loss, tol=self.tol, max_iter=self.max_iter)
        theta = minimum.theta.reshape(-1, X.shape[1])
        self.coef_ = np.zeros((len(theta), self.n_features_in_))
        self.coef_[:, columns] = theta[:, :-1] if basis is None else theta[:, :-1] @ basis.T
        self.intercept_ = theta[:, -1]
        self._record_steps(minimum.n_iter, bool(minimum.converged.all()))

    def _fit_by_products(self, samples: Any, y: IndexArray, weights: FloatArray) -> None:
        """Fit to `samples` as they are, dense or CSR, to whose products more classes add less."""
        # For two classes it would take as long to find the words as it saves.
        condensed = condense(samples) if is_sparse(samples) and len(self.classes_) > 2 else None
        loss = ProductLoss(
            samples if condensed is None else condensed.X,
            y,
            weights,
            self.C,
            len(self.classes_),
            fit_intercept=self.fit_intercept,
            penalize_intercept=self.penalize_intercept,
        )
        minimum = minimise_by_products(loss, tol=self.tol, max_iter=self.max_iter)
        w, beta = minimum.theta[:-1], minimum.theta[-1]
        self.coef_ = w.T.copy() if condensed is None else condensed.expand(w.T)
        self.intercept_ = float(self.fit_intercept) * beta - loss.mean @ w
        if len(beta) > 1 and not loss.ridge:
            # Any number may be added to all of them; the one whose norm is least sums to 0.
            self.intercept_ -= self.intercept_.mean()
        self._record_steps(np.array([minimum.n_iter]), minimum.converged)

    def _record_steps(self, n_iter: IndexArray, converged: bool) -> None:
        """Set ``n_iter_``, and warn where the minimum was not reached."""
        self.n_iter_ = n_iter
        if not converged:
            warnings.warn(
                f"{type(self).__name__} did not converge in max_iter={self.max_iter} steps. "
                "Increase max_iter, or scale the features.",
                as_scikit_learn(ConvergenceWarning),
                stacklevel=4,
            )

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


def _occurring(X: Any) -> tuple[FloatArray, Any]:
    """`X` as a dense array, of a sparse one only the columns with entries; and which these are."""
    if not is_sparse(X):
        return X, slice(None)
    columns = np.unique(X.indices)
    return X[:, columns].toarray(), columns
