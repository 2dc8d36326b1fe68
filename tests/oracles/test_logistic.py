"""Logistic regression against scikit-learn: coefficients, intercepts and probabilities.

The peer is solver ``newton-cholesky`` at its tightest: it minimises the same function and, with
its gradient at rounding level, lies within ``|g| / λ`` of the minimum, λ >= 1 the smallest
curvature of a penalised coefficient. |g| is about 1e-16 times the sum of the terms that cancel,
C·n·|x|: for C = 1e4 and these data 1e-16 · 1e4 · 60 · 3 = 2e-10, and more for each unit of slope.
Ours stops with a gradient below 1e-12 of those terms, 2e-10 at C = 1, and is as near to the
minimum; a free intercept, whose curvature is C·n·π(1 - π), is nearer. Tolerances are 1e-10, and
1e-10·C above C = 1, relative to the largest coefficient.
"""

import warnings

import numpy as np
import pytest
from sklearn import linear_model

from minimtl.stats.logistic import LogisticRegression
from minimtl.stats.logistic_fit import fit_logistic_regression

STRENGTHS = [1e-4, 1e-2, 1.0, 1e2, 1e4]
PEER = "scikit-learn `newton-cholesky`"
KINDS = ["overlapping", "separable", "constant column", "collinear columns", "wide"]


def sample(kind, n_classes=2, n=60):
    """Features and classes of the given kind of difficulty."""
    rng = np.random.default_rng(KINDS.index(kind))
    X = rng.standard_normal((n, 80 if kind == "wide" else 5))
    noise = 0.0 if kind == "separable" else 1.0
    if n_classes == 2:
        y = (X[:, 0] + noise * rng.standard_normal(n) > 0).astype(int)
    else:
        y = np.argmax(X[:, :n_classes] + noise * rng.standard_normal((n, n_classes)), axis=1)
    if kind == "constant column":
        X[:, 3] = 1.0
    if kind == "collinear columns":
        X[:, 4] = 2 * X[:, 1]
    return X, y


def peer(C, X, y, sample_weight=None, **params):
    with warnings.catch_warnings():
        # It warns that its line search cannot go below rounding: that is where it should be.
        warnings.simplefilter("ignore")
        return linear_model.LogisticRegression(
            C=C, solver="newton-cholesky", tol=1e-14, max_iter=1000, **params
        ).fit(X, y, sample_weight)


def assert_same_fit(ours, theirs, X, C, agreement, what):
    size = max(1.0, np.abs(theirs.coef_).max())
    atol = size * max(1e-10, C * 1e-10)
    theta = [np.column_stack([fit.coef_, fit.intercept_]) for fit in (ours, theirs)]
    agreement(f"coefficients, {what}, C = {C:g}", PEER, *theta, atol)
    probabilities = ours.predict_proba(X), theirs.predict_proba(X)
    agreement(f"probabilities, {what}, C = {C:g}", PEER, *probabilities, atol)


@pytest.mark.parametrize("C", STRENGTHS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_classes", [2, 3])
def test_minimum_is_that_of_scikit_learn(kind, C, n_classes, agreement):
    X, y = sample(kind, n_classes)
    ours = LogisticRegression(C=C).fit(X, y)
    assert_same_fit(ours, peer(C, X, y), X, C, agreement, "five kinds of data")


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("params", [{}, {"fit_intercept": False}], ids=str)
def test_sample_weights(n_classes, params, agreement):
    X, y = sample("overlapping", n_classes)
    weights = np.random.default_rng(9).exponential(size=len(y))
    ours = LogisticRegression(C=10, **params).fit(X, y, weights)
    theirs = peer(10, X, y, weights, **params)
    assert_same_fit(ours, theirs, X, 10, agreement, "sample weights")


@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("class_weight", ["balanced", {0: 3.0, 1: 0.5}])
def test_class_weights(n_classes, class_weight, agreement):
    X, y = sample("overlapping", n_classes)
    ours = LogisticRegression(class_weight=class_weight).fit(X, y)
    theirs = peer(1, X, y, class_weight=class_weight)
    assert_same_fit(ours, theirs, X, 1.0, agreement, "weights of classes")


@pytest.mark.parametrize("C", STRENGTHS)
def test_penalised_intercept_is_a_column_of_ones(C, agreement):
    X, y = sample("overlapping")
    ours = LogisticRegression(C=C, penalize_intercept=True).fit(X, y)
    theirs = peer(C, np.column_stack([X, np.ones(len(X))]), y, fit_intercept=False)
    atol = max(1e-11, C * 1e-11)
    theta = np.append(ours.coef_, ours.intercept_)
    agreement("intercept penalised too, five C", PEER, theta, theirs.coef_[0], atol)


def test_penalised_intercept_is_liblinears(agreement):
    X, y = sample("overlapping")
    ours = LogisticRegression(penalize_intercept=True).fit(X, y)
    theirs = linear_model.LogisticRegression(solver="liblinear", tol=1e-12, max_iter=10000)
    theirs.fit(X, y)
    # LIBLINEAR's stopping rule leaves a gradient of about 1e-9 of the first one.
    both = [np.append(fit.coef_, fit.intercept_) for fit in (ours, theirs)]
    agreement("intercept penalised too", "scikit-learn `liblinear`", *both, 1e-7)


@pytest.mark.parametrize("penalize_intercept", [False, True])
def test_many_fits_are_those_of_scikit_learn_one_by_one(penalize_intercept):
    """Training sets as 0/1 weights, each with its own labels, centre and scale."""
    rng = np.random.default_rng(3)
    X = 5 + 2 * rng.standard_normal((60, 5))
    y = rng.random((8, 60)) < 0.5
    masks = rng.random((8, 60)) < 0.8
    center, scale = rng.standard_normal((2, 8, 5))
    fits = fit_logistic_regression(
        X, y, sample_weight=masks, center=center, scale=scale, penalize_intercept=penalize_intercept
    )
    for k in range(8):
        rescaled = (X - center[k]) / scale[k]
        if penalize_intercept:
            rescaled = np.column_stack([rescaled, np.ones(60)])
        theirs = peer(1, rescaled[masks[k]], y[k, masks[k]], fit_intercept=not penalize_intercept)
        coef = np.append(fits.coef[k], fits.intercept[k])
        intercept = [] if penalize_intercept else theirs.intercept_
        # Divisors near 0 stretch the rescaled features to some hundreds: |g| is 1e-12 there.
        np.testing.assert_allclose(
            coef, np.append(theirs.coef_[0], intercept), rtol=1e-9, atol=1e-9
        )
