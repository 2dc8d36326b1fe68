"""Regressions of many features by products: the minimum, columns made one, what ends early."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning

from minimtl.stats.logistic import LogisticRegression, join_own_words
from minimtl.stats.softmax import SoftmaxLoss, minimise_regression

N, P = 150, 900


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def documents(rng, n=N, p=P, share=0.01):
    """Random texts, half of whose words one document has alone; rows of norm 1."""
    X = sparse.random(n, p, share, "csr", random_state=rng)
    norms = np.sqrt(X.multiply(X).sum(axis=1))
    return sparse.csr_matrix(X.multiply(1 / np.maximum(norms, 1e-9)))


def problem(n_classes, seed=0):
    rng = np.random.default_rng(seed)
    X = documents(rng)
    w = rng.normal(size=(P, n_classes))
    return X, np.argmax(X @ w + 0.1 * rng.normal(size=(N, n_classes)), axis=1)


def gradient(model, X, y, weights, *, penalize_intercept=False):
    """The gradient by coefficients and intercepts, from its definition; and its largest term."""
    probabilities = model.predict_proba(X)
    surplus = model.C * weights[:, np.newaxis] * (probabilities - np.eye(probabilities.shape[1])[y])
    if len(model.coef_) == 1:
        surplus = surplus[:, 1:]
    by_coef = (X.T @ surplus).T + model.coef_
    by_intercept = surplus.sum(axis=0) + penalize_intercept * model.intercept_
    return by_coef, by_intercept * model.fit_intercept, model.C * weights.sum()


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, lambda X: X.toarray()])
@pytest.mark.parametrize("n_classes", [2, 5])
@pytest.mark.parametrize(
    "params",
    [{}, {"C": 100.0}, {"fit_intercept": False}, {"penalize_intercept": True}],
    ids=str,
)
def test_the_gradient_is_zero_to_the_tolerance(form, n_classes, params):
    X, y = problem(n_classes)
    weights = np.random.default_rng(1).exponential(size=N)
    model = LogisticRegression(**params).fit(form(X), y, weights)
    penalized = params.get("penalize_intercept", False)
    *gradients, size = gradient(model, X, y, weights, penalize_intercept=penalized)
    for part in gradients:
        np.testing.assert_allclose(part, 0, atol=2e-12 * size)
    if n_classes > 2 and not penalized:
        # Any number may be added to all free intercepts; that of smallest norm is found.
        assert abs(model.intercept_.sum()) < 1e-9


@pytest.mark.parametrize("n_classes", [2, 5])
def test_products_and_hessian_find_the_same_minimum(n_classes, monkeypatch):
    X, y = problem(n_classes)
    wide = LogisticRegression(C=10.0).fit(X, y)
    monkeypatch.setattr("minimtl.stats.logistic.MOST_UNKNOWNS", 10**6)
    narrow = LogisticRegression(C=10.0).fit(X, y)
    # Gradients of 1e-12 · C · n, over curvatures of at least 1.
    np.testing.assert_allclose(wide.coef_, narrow.coef_, atol=1e-8)
    np.testing.assert_allclose(wide.intercept_, narrow.intercept_, atol=1e-8)


def test_decisions_and_penalty_are_the_same_with_own_words_joined(rng):
    X = documents(rng)
    X.data[::50] = 0.0  # stored zeros
    joined = join_own_words(X)
    assert joined.X.shape[1] < P
    w = rng.normal(size=(joined.X.shape[1], 3))
    coef = joined.expand(w)
    assert coef.shape == (3, P)
    np.testing.assert_allclose(X @ coef.T, joined.X @ w, atol=1e-13)
    with_entries = joined.X.getnnz(axis=0) > 0
    np.testing.assert_allclose(np.sum(coef**2), np.sum(w[with_entries] ** 2))


@pytest.mark.parametrize("size", [1e-3, 1e9, 1e30])
def test_features_of_any_size(size):
    X, y = problem(3)
    model = LogisticRegression(C=1 / size**2).fit(X * size, y)
    unscaled = LogisticRegression(C=1.0).fit(X, y)
    # The same problem in other units, in which the tolerance is another one.
    np.testing.assert_allclose(model.coef_ * size, unscaled.coef_, atol=1e-4)


def test_one_class_weighs_next_to_nothing():
    X, y = problem(3)
    model = LogisticRegression().fit(X, y, np.where(y == 0, 1e-12, 1.0))
    assert np.isfinite(model.coef_).all()
    assert np.isfinite(model.intercept_).all()


def test_warns_when_it_stops_early():
    X, y = problem(2)
    with pytest.warns(ConvergenceWarning, match="did not converge in max_iter=1 steps"):
        LogisticRegression(max_iter=1).fit(X, y)


def test_value_and_products_are_derivatives(rng):
    """Central differences of the value along random directions, in both precisions."""
    X, y = problem(4)
    for n_classes, labels in ((2, y // 2), (4, y)):
        loss = SoftmaxLoss(
            X, labels, rng.random(N), 2.0, n_classes, fit_intercept=True, penalize_intercept=False
        )
        theta, d, e = rng.normal(size=(3, *loss.shape))

        def point(theta, loss=loss):
            return loss.at(loss.decisions(theta), loss.penalty(theta))

        gradient = loss.gradient(point(theta), theta)
        h = 1e-5
        slope = (point(theta + h * d).value - point(theta - h * d).value) / (2 * h)
        np.testing.assert_allclose(np.vdot(gradient, d), slope, rtol=1e-6)
        change = loss.gradient(point(theta + h * e), theta + h * e)
        change = (change - loss.gradient(point(theta - h * e), theta - h * e)) / (2 * h)
        for dtype, rtol in ((np.float64, 1e-6), (np.float32, 1e-4)):
            curved, image = loss.products(point(theta), np.dtype(dtype))(e.astype(dtype))
            np.testing.assert_allclose(curved, change, atol=rtol * np.abs(change).max())
            np.testing.assert_allclose(image, loss.decisions(e), rtol=1e-3, atol=1e-3)


def test_steps_are_few(rng):
    X, y = problem(5)
    loss = SoftmaxLoss(X, y, np.ones(N), 1.0, 5, fit_intercept=True, penalize_intercept=False)
    minimum = minimise_regression(loss, tol=1e-12, max_iter=30, by_hessian=False)
    assert minimum.converged
    assert minimum.n_iter < 15
