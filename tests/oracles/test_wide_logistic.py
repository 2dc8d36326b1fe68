"""Logistic regression of more features than documents, against scikit-learn's solvers

The peers stop with a gradient that is worked out here from their coefficients. At distance d from
the minimum it is at least d for coefficients, whose curvature is 1 or more, so both are within
their gradients' norms of it. Intercepts have the curvature C Σ π(1 - π), above 1 here. Objectives
are flat there: they agree to the square of that, that is to rounding.
"""

import warnings

import numpy as np
import pytest
from scipy import sparse
from scipy.special import log_softmax, softmax
from sklearn import linear_model

from minimtl.stats.logistic import LogisticRegression
from minimtl.text.tfidf import TfidfVectorizer

# With six classes newton-cholesky would make a Hessian of 15,000 rows.
PEERS = [(2, "newton-cholesky"), *((k, name) for k in (2, 6) for name in ("newton-cg", "lbfgs"))]


def texts(n, n_classes, seed=0):
    """Texts of Zipf-like words, more of some for each class, and their classes."""
    rng = np.random.default_rng(seed)
    p = 1 / np.arange(1, 3001)
    y = rng.permutation(np.arange(n) % n_classes)
    own = [np.where(rng.random(3000) < 0.1, 3.0, 1.0) * p for _ in range(n_classes)]
    words = [rng.choice(3000, 60, p=own[k] / own[k].sum()) for k in y]
    return [" ".join(f"word{j}" for j in row) for row in words], y


def objective_and_gradient(model, X, y, weights):
    """From the definition: with decisions of two classes as (0, z)."""
    decisions = X @ model.coef_.T + model.intercept_
    if decisions.shape[1] == 1:
        decisions = np.hstack([0 * decisions, decisions])
    surprise = weights @ -log_softmax(decisions, axis=1)[np.arange(len(y)), y]
    surplus = softmax(decisions, axis=1) - np.eye(decisions.shape[1])[y]
    surplus = model.C * weights[:, None] * surplus[:, -len(model.coef_) :]
    by_intercept = surplus.sum(axis=0)
    if getattr(model, "penalize_intercept", False):
        by_intercept += model.intercept_
    gradient = [(X.T @ surplus + model.coef_.T).ravel(), model.fit_intercept * by_intercept]
    return model.C * surprise + np.sum(model.coef_**2) / 2, np.concatenate(gradient)


@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_matrix, sparse.csr_matrix.toarray])
@pytest.mark.parametrize("n_classes", [2, 6])
@pytest.mark.parametrize(
    "params",
    [{}, {"C": 100.0}, {"fit_intercept": False}, {"penalize_intercept": True}],
    ids=str,
)
def test_the_gradient_is_zero_to_the_tolerance(form, n_classes, params):
    documents, y = texts(200, n_classes)
    X = TfidfVectorizer().fit_transform(documents)
    X.data[: X.indptr[3]] = 0.0  # three documents of stored zeros
    weights = np.random.default_rng(1).exponential(size=len(y))
    model = LogisticRegression(**params).fit(form(X), y, weights)
    _, gradient = objective_and_gradient(model, X, y, weights)
    np.testing.assert_allclose(gradient, 0, atol=2e-12 * model.C * weights.sum())
    if n_classes > 2 and not model.penalize_intercept:
        # Any number may be added to all free intercepts; that of smallest norm is found.
        assert abs(model.intercept_.sum()) < 1e-9


@pytest.mark.parametrize(("n_classes", "solver"), PEERS)
@pytest.mark.parametrize("C", [0.1, 1.0, 30.0])
def test_made_up_texts(n_classes, C, solver, agreement):
    documents, y = texts(200, n_classes)
    X = TfidfVectorizer().fit_transform(documents)
    compare(X, y, C, solver, "made-up texts", agreement)


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.parametrize("n_classes", [2, 20])
def test_real_posts(n_classes, newsgroups, agreement):
    rows = np.random.default_rng(0).permutation(len(newsgroups.train))[:600]
    X = TfidfVectorizer().fit_transform([newsgroups.train.texts[row] for row in rows])
    y = np.asarray(newsgroups.train.topics)[rows] // (20 // n_classes)
    assert X.shape[1] > 10_000
    compare(X, y, 1.0, "newton-cg", "600 real posts", agreement)


def compare(X, y, C, solver, what, agreement):
    ours = LogisticRegression(C=C).fit(X, y)
    with warnings.catch_warnings():
        # Its line search says that it cannot go below rounding: that is where it should be.
        warnings.simplefilter("ignore")
        theirs = linear_model.LogisticRegression(C=C, solver=solver, tol=1e-13, max_iter=5000)
        theirs.fit(X, y)
    (f, g), (peer_f, peer_g) = (
        objective_and_gradient(model, X, y, np.ones(len(y))) for model in (ours, theirs)
    )
    assert np.abs(g).max() <= 1.1e-12 * C * len(y)
    apart = np.linalg.norm(g) + np.linalg.norm(peer_g)
    peer = f"scikit-learn `{solver}`"
    agreement(f"objective, {what}", peer, f, peer_f, 1e-12, relative=True)
    agreement(f"coefficients, {what}, C = {C:g}", peer, ours.coef_, theirs.coef_, apart + 1e-12)
    both = [model.intercept_ for model in (ours, theirs)]
    if len(ours.classes_) > 2:
        # A number added to all of them changes no probability. Ours sum to 0, and so do
        # scikit-learn's but for the rounding of its steps, which nothing takes back.
        both = [intercepts - intercepts.mean() for intercepts in both]
    agreement(f"intercepts, {what}, C = {C:g}", peer, *both, apart + 1e-12)
